-- Whether an agent has an event that the actor may see, as agents.sql asks it with visible; for Citus, which takes no EXISTS there.
-- Plan relied on: the index on agent_id.
-- Columns: agent_id, or no row.
-- Example: psql -v id=000000e0-0000-4000-8000-000000000001 -v boards='{000000c0-0000-4000-8000-000000000001}' -f known_agent.sql
SELECT e.agent_id
FROM activity_events e
WHERE e.agent_id = :'id'
  AND (e.board_id = ANY(:'boards')
       OR (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) = ANY(:'boards'))
LIMIT 1
