-- What the tasks table says of tasks that the actor may see: those on readable boards, or those of an agent's own events.
-- An agent that has a task is named if it is on a board that the actor may read, or is the actor.
-- Columns: id, title, board, its name, status, agent that has it, its name.
-- Example: psql -v has_status=1 -v has_assignee=1 -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -f task_table.sql
SELECT
  t.id, t.title, t.board_id, b.name,
\if :{?has_status}
  t.status,
\else
  NULL::varchar,
\endif
\if :{?has_assignee}
  a.id, a.name
\else
  NULL::uuid, NULL::varchar
\endif
FROM tasks t
LEFT JOIN boards b ON b.id = t.board_id
\if :{?has_assignee}
  \if :{?agent}
LEFT JOIN agents a ON a.id = t.assigned_agent_id AND a.id = :'agent'
  \else
LEFT JOIN agents a ON a.id = t.assigned_agent_id AND a.board_id = ANY(:'readable')
  \endif
\endif
WHERE true
\if :{?ids}
  AND t.id = ANY(:'ids')
\endif
\if :{?boards}
  AND t.board_id = ANY(:'boards')
\endif
\if :{?exclude_boards}
  AND (t.board_id = ANY(:'exclude_boards')) IS NOT TRUE
\endif
\if :{?agent}
  AND t.id IN (SELECT e.task_id
               FROM activity_events e
               JOIN tasks own ON own.id = e.task_id
               WHERE e.agent_id = :'agent' AND coalesce(e.board_id, own.board_id) = own.board_id)
\endif
