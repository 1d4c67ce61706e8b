-- Events and failures counted by type, board, agent, task, day, hour, or several of them.
-- Plan relied on: (event_type, created_at) through the list of types while the window is small against the table.
-- Columns: event_type, board_id, its name, agent_id, its name, task_id, its title, period, errors, total.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v by_type=1 -v by_board=1 -v since='2026-01-01' -v until='2027-01-01' -f summary.sql
\ir parts.psql
SELECT g.event_type, g.board_id, b.name, g.agent_id, a.name, g.task_id,
\if :{?agent}
  CASE WHEN g.titled THEN t.title END,
\else
  CASE WHEN t.board_id = ANY(:'readable') THEN t.title END,
\endif
  g.period, g.errors, g.total
FROM (
  SELECT
\if :{?by_type}
    e.event_type,
\else
    NULL::varchar AS event_type,
\endif
\if :{?by_board}
    :event_board AS board_id,
\else
    NULL::uuid AS board_id,
\endif
\if :{?by_agent}
    e.agent_id,
\else
    NULL::uuid AS agent_id,
\endif
\if :{?by_task}
    e.task_id,
\else
    NULL::uuid AS task_id,
\endif
\if :{?by_period}
    date_trunc(:'bucket', e.created_at) AS period,
\else
    NULL::timestamp AS period,
\endif
\if :{?agent}
  \if :{?by_task_board}
    true AS titled,
  \else
    \if :{?by_task}
    bool_or((SELECT coalesce(e.board_id, t.board_id) = t.board_id FROM tasks t WHERE t.id = e.task_id)) AS titled,
    \else
    false AS titled,
    \endif
  \endif
\endif
    count(*) FILTER (WHERE e.event_type LIKE '%failed') AS errors,
    count(*) AS total
  FROM activity_events e
  WHERE true
\if :{?types}
    AND e.event_type = ANY(:'types')
\endif
    :filters
  GROUP BY 1, 2, 3, 4, 5
) AS g
LEFT JOIN boards b ON b.id = g.board_id
LEFT JOIN agents a ON a.id = g.agent_id
LEFT JOIN tasks t ON t.id = g.task_id
