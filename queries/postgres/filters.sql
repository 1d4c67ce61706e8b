-- Which events the actor may see and asked for: conditions on activity_events e, included by the other queries.
--
-- The rule of GET /api/v1/activity (flag by_event_board): the event's own board is readable; or it has none, and its task's
-- board is. The rule of the comment feed and of the dashboard (flag by_task_board): the task's board alone decides.
-- An agent sees the events with its own agent_id.
-- Flag hash_readable_tasks is for many rows, one hash of the readable tasks; without it one index probe a row tells. No flag takes the
-- condition away.
-- One text is looked for by strpos, which skips ahead in a message where LIKE goes character by character.
-- IS TRUE keeps the planner from reading the indexes on board_id and task_id, millions of entries for common boards,
-- where a bounded_in_time of time already says which rows to read.
  AND e.agent_id = :agent                                                                             -- if agent
  AND coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)) = ANY(:boards)    -- if boards by_event_board !hash_readable_tasks
  AND (e.board_id = ANY(:boards)                                                                      -- if boards by_event_board hash_readable_tasks !bounded_in_time
  AND ((e.board_id = ANY(:boards)) IS TRUE                                                            -- if boards by_event_board hash_readable_tasks bounded_in_time
       OR e.board_id IS NULL AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = ANY(:boards)))  -- if boards by_event_board hash_readable_tasks
  AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) = ANY(:boards)                          -- if boards by_task_board !hash_readable_tasks
  AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = ANY(:boards))                         -- if boards by_task_board hash_readable_tasks !bounded_in_time
  AND (e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = ANY(:boards))) IS TRUE               -- if boards by_task_board hash_readable_tasks bounded_in_time
  AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id IS NOT NULL)                            -- if !boards by_task_board
  AND (coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)) = ANY(:exclude_boards)) IS NOT TRUE  -- if exclude_boards by_event_board
  AND ((SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) = ANY(:exclude_boards)) IS NOT TRUE    -- if exclude_boards by_task_board
  AND e.agent_id = ANY(:agents)                                                                       -- if agents
  AND (e.agent_id = ANY(:exclude_agents)) IS NOT TRUE                                                 -- if exclude_agents
  AND e.task_id = ANY(:tasks)                                                                         -- if tasks
  AND e.event_type LIKE ANY(:type_patterns)                                                           -- if type_patterns
  AND NOT e.event_type LIKE ANY(:exclude_types)                                                       -- if exclude_types
  AND strpos(e.message, :grep_text) > 0                                                               -- if grep_text
  AND e.message LIKE ANY(:grep)                                                                       -- if grep
  AND e.message ~ ANY(:grep_folded)                                                                   -- if grep_folded
  AND e.created_at >= :since                                                                          -- if since
  AND e.created_at < :until                                                                           -- if until
  AND e.created_at <= :through                                                                        -- if through
  AND e.event_type = 'task.comment' AND length(trim(e.message)) > 0                                   -- if comments
  AND e.event_type LIKE '%failed'                                                        -- if failures
