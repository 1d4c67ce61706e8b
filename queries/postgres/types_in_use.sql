-- The event types of the events that the actor may see, with their number and when each was last used.
-- Plan relied on: none, all events are counted.
-- Columns: event_type, count, newest.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -f types_in_use.sql
\ir parts.psql
SELECT e.event_type, count(*), max(e.created_at)
FROM activity_events e
WHERE true
  :filters
GROUP BY 1
