-- How many events the actor may see and asked for.
-- Plan relied on: none; whatever the planner finds, in parallel.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -f count.sql
\ir parts.psql
SELECT count(*)
FROM activity_events e
WHERE true
  :filters
