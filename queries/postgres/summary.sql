-- Events and failures counted by type, board, agent, task, day, hour, or several of them.
-- Plan relied on: (event_type, created_at) through the list of types while the window is small against the table.
-- Columns: event_type, board_id, its name, agent_id, its name, task_id, its title, period, errors, total.
SELECT g.event_type, g.board_id, b.name, g.agent_id, a.name, g.task_id,
  CASE WHEN t.board_id = ANY(:readable) THEN t.title END,   -- if !agent
  CASE WHEN g.titled THEN t.title END,                      -- if agent by_event_board
  t.title,                                                  -- if agent by_task_board
  g.period, g.errors, g.total
FROM (
  SELECT
    e.event_type,                                 -- if by_type
    NULL::varchar AS event_type,                  -- if !by_type
    coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)) AS board_id,  -- if by_board by_event_board
    (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) AS board_id,                        -- if by_board by_task_board
    NULL::uuid AS board_id,                       -- if !by_board
    e.agent_id,                                   -- if by_agent
    NULL::uuid AS agent_id,                       -- if !by_agent
    e.task_id,                                    -- if by_task
    NULL::uuid AS task_id,                        -- if !by_task
    date_trunc(:bucket, e.created_at) AS period,  -- if by_period
    NULL::timestamp AS period,                    -- if !by_period
    bool_or((SELECT coalesce(e.board_id, t.board_id) = t.board_id    -- if by_task agent by_event_board
        FROM tasks t                              -- if by_task agent by_event_board
        WHERE t.id = e.task_id)) AS titled,       -- if by_task agent by_event_board
    NULL::bool AS titled,                         -- if !by_task agent by_event_board
    count(*) FILTER (WHERE e.event_type LIKE '%failed') AS errors,
    count(*) AS total
  FROM activity_events e
  WHERE true
    AND e.event_type = ANY(:types)   -- if types
    -- include filters
  GROUP BY 1, 2, 3, 4, 5
) AS g
LEFT JOIN boards b ON b.id = g.board_id
LEFT JOIN agents a ON a.id = g.agent_id
LEFT JOIN tasks t ON t.id = g.task_id
