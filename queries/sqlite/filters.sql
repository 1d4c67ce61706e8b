-- Which events the actor may see and asked for: conditions on activity_events e, included by the other queries; see the
-- file of the same name for PostgreSQL. Lists are JSON arrays, ids in them hexadecimal. A list of one is an equation: then
-- its events come off the index in order.
  AND e.agent_id = :agent                                                                             -- if agent
  AND coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id))                   -- if boards by_event_board
      IN (SELECT unhex(value) FROM json_each(:boards))                                                -- if boards by_event_board
  AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) IN (SELECT unhex(value) FROM json_each(:boards))  -- if boards by_task_board
  AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) IS NOT NULL                             -- if !boards by_task_board
  AND (coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id))                  -- if exclude_boards by_event_board
       IN (SELECT unhex(value) FROM json_each(:exclude_boards))) IS NOT TRUE                          -- if exclude_boards by_event_board
  AND ((SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)                                       -- if exclude_boards by_task_board
       IN (SELECT unhex(value) FROM json_each(:exclude_boards))) IS NOT TRUE                          -- if exclude_boards by_task_board
  AND e.agent_id = :one_agent                                                                         -- if one_agent
  AND e.agent_id IN (SELECT unhex(value) FROM json_each(:agents))                                     -- if agents
  AND (e.agent_id IN (SELECT unhex(value) FROM json_each(:exclude_agents))) IS NOT TRUE               -- if exclude_agents
  AND e.task_id = :one_task                                                                           -- if one_task
  AND e.task_id IN (SELECT unhex(value) FROM json_each(:tasks))                                       -- if tasks
  AND e.event_type = :event_type                                                                      -- if event_type
  AND e.event_type GLOB :type_pattern                                                                 -- if type_pattern
  AND EXISTS (SELECT 1 FROM json_each(:type_patterns) AS j WHERE e.event_type GLOB j.value)           -- if type_patterns
  AND NOT EXISTS (SELECT 1 FROM json_each(:exclude_types) AS j WHERE e.event_type GLOB j.value)       -- if exclude_types
  AND instr(e.message, :grep_text) > 0                                                                -- if grep_text
  AND EXISTS (SELECT 1 FROM json_each(:grep) AS j WHERE instr(e.message, j.value) > 0)                -- if grep
  AND EXISTS (SELECT 1 FROM json_each(:grep_folded) AS j WHERE e.message GLOB j.value)                -- if grep_folded
  AND e.created_at >= :since                                                                          -- if since
  AND e.created_at < :until                                                                           -- if until
  AND e.created_at <= :through                                                                        -- if through
  AND e.event_type = 'task.comment' AND length(trim(e.message, ' ')) > 0                              -- if comments
  AND e.event_type GLOB '*failed'                                                        -- if failures
