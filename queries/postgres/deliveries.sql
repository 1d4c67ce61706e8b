-- Events that tell of deliveries, oldest first: successes and failures of messages to agents and leads, by their endings.
-- Only a broadcast tells in its text how many it reached.
-- Plan relied on: (event_type, created_at) through the list of types of deliveries, then one sort; heartbeats are not read.
-- Columns: event_type, message of a broadcast, created_at, board_id, agent_id, task_id.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v by_board=1 -v since='2026-01-01' -v until='2027-01-01' -f deliveries.sql
\ir parts.psql
SELECT
  e.event_type,
  CASE WHEN e.event_type = 'gateway.main.lead_broadcast.sent' THEN e.message END,
  e.created_at,
\if :{?by_board}
  :event_board,
\else
  NULL::uuid,
\endif
  e.agent_id,
  e.task_id
FROM activity_events e
WHERE true
\if :{?types}
  AND e.event_type = ANY(:'types')
\else
  AND (e.event_type LIKE '%failed' OR e.event_type LIKE '%.sent' OR e.event_type LIKE '%.direct'
       OR e.event_type LIKE '%.notified' OR e.event_type LIKE '%\_notified')
\endif
  :filters
ORDER BY e.created_at
