-- Events and failures counted by type, board, agent, task, day, hour; see the file of the same name for PostgreSQL.
SELECT g.event_type, g.board_id, b.name, g.agent_id, a.name, g.task_id,
\if :{?agent}
  CASE WHEN g.titled THEN t.title END,
\else
  CASE WHEN t.board_id IN (SELECT unhex(value) FROM json_each(:'readable')) THEN t.title END,
\endif
  g.period, g.errors, g.total
FROM (
  SELECT
\if :{?by_type}
    e.event_type,
\else
    NULL AS event_type,
\endif
\if :{?by_board}
    :event_board AS board_id,
\else
    NULL AS board_id,
\endif
\if :{?by_agent}
    e.agent_id,
\else
    NULL AS agent_id,
\endif
\if :{?by_task}
    e.task_id,
\else
    NULL AS task_id,
\endif
\if :{?by_period}
    e.created_at - ((e.created_at % :'width') + :'width') % :'width' AS period,
\else
    NULL AS period,
\endif
\if :{?agent}
  \if :{?by_task_board}
    true AS titled,
  \else
    \if :{?by_task}
    max((SELECT coalesce(e.board_id, t.board_id) = t.board_id FROM tasks t WHERE t.id = e.task_id)) AS titled,
    \else
    false AS titled,
    \endif
  \endif
\endif
    count(*) FILTER (WHERE e.event_type GLOB '*failed') AS errors,
    count(*) AS total
  FROM activity_events e
  WHERE true
    :filters
  GROUP BY 1, 2, 3, 4, 5
) AS g
LEFT JOIN boards b ON b.id = g.board_id
LEFT JOIN agents a ON a.id = g.agent_id
LEFT JOIN tasks t ON t.id = g.task_id
