-- Events that show that an agent is alive, and the wake events that the backend writes. Newest first; at the same time, wake
-- events come before heartbeats.
-- Plan relied on: (event_type, created_at) through the types given, while the time is short; for a few agents over a long time
-- the index on agent_id too.
-- Columns: agent_id, event_type, created_at.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v types='{agent.heartbeat,task.assignee_woken}' -v since='2026-01-01' -v bounded_in_time=1 -f agent_signs.sql
\ir parts.psql
SELECT e.agent_id, e.event_type, e.created_at
FROM activity_events e
WHERE e.event_type = ANY(:'types')
  AND e.agent_id IS NOT NULL
  :filters
ORDER BY e.created_at DESC, e.event_type DESC
