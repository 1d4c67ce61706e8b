-- Agents by id or name. Flag role: the agent of a bounded role (boundary.sql). Flag visible: only those on one of the boards, or with an event that the actor may
-- see: in lists by its own board or else its task's, in comments and on the dashboard by its task's.
-- Columns: id, name, board_id, organization of that board, its name. At most 50 rows; without a condition, candidates
-- for suggestions.
-- Example: psql -v name='Agent 1' -f agents.sql
SELECT a.id, a.name, a.board_id, b.organization_id, o.name
FROM agents a
LEFT JOIN boards b ON b.id = a.board_id
LEFT JOIN organizations o ON o.id = b.organization_id
WHERE true
\if :{?id}
  AND a.id = :'id'
\endif
\if :{?role}
  AND a.id = (SELECT me.agent_id FROM mc_activity_boundary.me)
\endif
\if :{?name}
  AND lower(a.name) = lower(:'name')
\endif
\if :{?visible}
  AND (a.board_id = ANY(:'boards')
       OR EXISTS (SELECT
                  FROM activity_events e
                  WHERE e.agent_id = a.id
                    AND (e.board_id = ANY(:'boards')
                         OR (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) = ANY(:'boards'))))
\endif
\if :{?suggestions}
  AND a.board_id = ANY(:'boards')
\endif
ORDER BY a.name, a.id
\if :{?suggestions}
LIMIT 2000
\else
LIMIT 50
\endif
