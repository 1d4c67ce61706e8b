-- Failures and all events in windows of several lengths that end together, in one pass.
-- Plan relied on: (event_type, created_at) through the list of types.
-- Columns: errors and total of each window, the shortest first.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v since_first='2026-03-14 23:55' -v since_second='2026-03-14 23:30' -v since_third='2026-03-14 23:00' -v since_fourth='2026-03-14 18:00' -v since='2026-03-12' -v until='2026-03-15' -f burn.sql
\ir parts.psql
SELECT
  count(*) FILTER (WHERE e.created_at >= :'since_first' AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_second' AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_third' AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_fourth' AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_first'),
  count(*) FILTER (WHERE e.created_at >= :'since_second'),
  count(*) FILTER (WHERE e.created_at >= :'since_third'),
  count(*) FILTER (WHERE e.created_at >= :'since_fourth'),
  count(*)
FROM activity_events e
WHERE true
\if :{?types}
  AND e.event_type = ANY(:'types')
\endif
  :filters
