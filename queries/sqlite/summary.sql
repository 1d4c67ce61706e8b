-- Events and failures counted by type, board, agent, task, day, hour; see the file of the same name for PostgreSQL.
SELECT g.event_type, g.board_id, b.name, g.agent_id, a.name, g.task_id,
  CASE WHEN t.board_id IN (SELECT unhex(value) FROM json_each(:readable)) THEN t.title END,   -- if !agent
  CASE WHEN g.titled THEN t.title END,                      -- if agent by_event_board
  t.title,                                                  -- if agent by_task_board
  g.period, g.errors, g.total
FROM (
  SELECT
    e.event_type,                                 -- if by_type
    NULL AS event_type,                  -- if !by_type
    coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)) AS board_id,  -- if by_board by_event_board
    (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) AS board_id,                        -- if by_board by_task_board
    NULL AS board_id,                       -- if !by_board
    e.agent_id,                                   -- if by_agent
    NULL AS agent_id,                       -- if !by_agent
    e.task_id,                                    -- if by_task
    NULL AS task_id,                        -- if !by_task
    e.created_at - ((e.created_at % :width) + :width) % :width AS period,  -- if by_period
    NULL AS period,                    -- if !by_period
    max((SELECT coalesce(e.board_id, t.board_id) = t.board_id    -- if by_task agent by_event_board
        FROM tasks t                              -- if by_task agent by_event_board
        WHERE t.id = e.task_id)) AS titled,       -- if by_task agent by_event_board
    NULL AS titled,                         -- if !by_task agent by_event_board
    count(*) FILTER (WHERE e.event_type GLOB '*failed') AS errors,
    count(*) AS total
  FROM activity_events e
  WHERE true
    -- include filters
  GROUP BY 1, 2, 3, 4, 5
) AS g
LEFT JOIN boards b ON b.id = g.board_id
LEFT JOIN agents a ON a.id = g.agent_id
LEFT JOIN tasks t ON t.id = g.task_id
