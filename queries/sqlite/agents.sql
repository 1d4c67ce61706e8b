-- Agents by id or name. Flag visible: only those on one of the boards, or with an event that the actor may
-- see; see the file of the same name for PostgreSQL.
-- Columns: id, name, board_id, organization of that board, its name. At most 50 rows; without a condition, candidates
-- for suggestions.
SELECT a.id, a.name, a.board_id, b.organization_id, o.name
FROM agents a
LEFT JOIN boards b ON b.id = a.board_id
LEFT JOIN organizations o ON o.id = b.organization_id
WHERE true
\if :{?id}
  AND a.id = :'id'
\endif
\if :{?name}
  AND lower(a.name) = lower(:'name')
\endif
\if :{?visible}
  AND (a.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
       OR EXISTS (SELECT 1
                  FROM activity_events e
                  WHERE e.agent_id = a.id
                    AND (e.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
                         OR (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) IN (SELECT unhex(value) FROM json_each(:'boards')))))
\endif
\if :{?suggestions}
  AND a.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
\endif
ORDER BY a.name, a.id
\if :{?suggestions}
LIMIT 2000
\else
LIMIT 50
\endif
