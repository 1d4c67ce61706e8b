-- How many events the tasks have, counted up to :most; see match_estimate_by_board.sql.
-- Plan relied on: the index on task_id; at most :most entries are read.
-- Columns: count, an empty list.
-- Example: psql -v tasks='{000000f0-0000-4000-8000-000000000001}' -v most=20001 -f match_estimate_by_task.sql
SELECT
  (SELECT count(*) FROM (SELECT FROM activity_events e WHERE e.task_id = ANY(:'tasks') LIMIT :'most') AS own),
  ARRAY[]::uuid[]
