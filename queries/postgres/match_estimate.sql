-- How many events can be reached through the index of one selective column, counted up to :most: decides whether going
-- through that index and sorting beats walking back in time. Most events of a board's tasks are the board's own too.
-- Plan relied on: indexes on board_id, task_id, agent_id; never more than :most entries read from each.
-- Columns: count; ids of the boards' tasks, as far as counted.
SELECT
  (SELECT CASE WHEN own.count = :most THEN own.count ELSE greatest(                                              -- if boards
     own.count,                                                                                                  -- if boards
     (SELECT count(*)                                                                                            -- if boards
      FROM (SELECT                                                                                               -- if boards
            FROM unnest(ARRAY(SELECT t.id FROM tasks t WHERE t.board_id = ANY(:boards) LIMIT :most)) AS task (id) -- if boards
            JOIN activity_events e ON e.task_id = task.id                                                        -- if boards
            LIMIT :most) AS through_task)) END                                                                   -- if boards
   FROM (SELECT count(*)                                                                                         -- if boards
         FROM (SELECT FROM activity_events e WHERE e.board_id = ANY(:boards) LIMIT :most) AS e) AS own),         -- if boards
  (SELECT count(*) FROM (SELECT FROM activity_events e WHERE e.task_id = ANY(:tasks) LIMIT :most) AS own),       -- if tasks
  (SELECT count(*) FROM (SELECT FROM activity_events e WHERE e.agent_id = ANY(:agents) LIMIT :most) AS own),     -- if agents
  ARRAY(SELECT t.id FROM tasks t WHERE t.board_id = ANY(:boards) LIMIT :most)                                    -- if boards
  ARRAY[]::uuid[]                                                                                                -- if !boards
