-- How many events the agents have, counted up to :most; see match_estimate_by_board.sql.
-- Plan relied on: the index on agent_id; at most :most entries are read.
-- Columns: count, an empty list.
-- Example: psql -v agents='{000000e0-0000-4000-8000-000000000001}' -v most=20001 -f match_estimate_by_agent.sql
SELECT
  (SELECT count(*) FROM (SELECT FROM activity_events e WHERE e.agent_id = ANY(:'agents') LIMIT :'most') AS own),
  ARRAY[]::uuid[]
