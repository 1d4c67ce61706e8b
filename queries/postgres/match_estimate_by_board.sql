-- How many events can belong to the boards, counted up to :most: decides whether to go through the indexes on board_id and
-- task_id and sort, or to walk back in time. Most events of a board's tasks are the board's own too.
-- Plan relied on: indexes on board_id and task_id; at most :most entries are read from each.
-- Columns: count, ids of the boards' tasks as far as counted.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v most=20001 -f match_estimate_by_board.sql
SELECT
  (SELECT CASE WHEN own.count = :'most' THEN own.count ELSE greatest(
     own.count,
     (SELECT count(*)
      FROM (SELECT
            FROM unnest(ARRAY(SELECT t.id FROM tasks t WHERE t.board_id = ANY(:'boards') LIMIT :'most')) AS task (id)
            JOIN activity_events e ON e.task_id = task.id
            LIMIT :'most') AS through_task)) END
   FROM (SELECT count(*)
         FROM (SELECT FROM activity_events e WHERE e.board_id = ANY(:'boards') LIMIT :'most') AS e) AS own),
  ARRAY(SELECT t.id FROM tasks t WHERE t.board_id = ANY(:'boards') LIMIT :'most')
