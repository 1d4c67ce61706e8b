-- How many events the actor may see and asked for.
-- Plan relied on: flag bare (boards and nothing else): the index on board_id alone for events with a board, and its
--   null entries for the rest; else whatever the planner finds, in parallel.
SELECT (SELECT count(*) FROM activity_events e WHERE e.board_id = ANY(:boards))                                  -- if bare
     + (SELECT count(*)                                                                                          -- if bare
        FROM activity_events e                                                                                   -- if bare
        WHERE e.board_id IS NULL AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = ANY(:boards)))    -- if bare
SELECT count(*)                   -- if !bare
FROM activity_events e            -- if !bare
WHERE true                        -- if !bare
  -- include matching
