-- What the tasks table says of tasks that the actor may see; see the file of the same name for PostgreSQL.
SELECT
  t.id, t.title, t.board_id, b.name,
\if :{?has_status}
  t.status,
\else
  NULL,
\endif
\if :{?has_assignee}
  a.id, a.name
\else
  NULL, NULL
\endif
FROM tasks t
LEFT JOIN boards b ON b.id = t.board_id
\if :{?has_assignee}
LEFT JOIN agents a ON a.id = t.assigned_agent_id
  \if :{?agent}
  AND a.id = :'agent'
  \else
  AND a.board_id IN (SELECT unhex(value) FROM json_each(:'readable'))
  \endif
\endif
WHERE true
\if :{?ids}
  AND t.id IN (SELECT unhex(value) FROM json_each(:'ids'))
\endif
\if :{?boards}
  AND t.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
\endif
\if :{?exclude_boards}
  AND (t.board_id IN (SELECT unhex(value) FROM json_each(:'exclude_boards'))) IS NOT TRUE
\endif
\if :{?agent}
  AND EXISTS (SELECT 1
              FROM activity_events e
              WHERE e.task_id = t.id AND e.agent_id = :'agent'
                AND coalesce(e.board_id, t.board_id) = t.board_id)
\endif
