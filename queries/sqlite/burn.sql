-- Failures and all events in windows of several lengths that end together; see the file of the same name for PostgreSQL.
SELECT
  count(*) FILTER (WHERE e.created_at >= :'since_first' AND e.event_type GLOB '*failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_second' AND e.event_type GLOB '*failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_third' AND e.event_type GLOB '*failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_fourth' AND e.event_type GLOB '*failed'),
  count(*) FILTER (WHERE e.event_type GLOB '*failed'),
  count(*) FILTER (WHERE e.created_at >= :'since_first'),
  count(*) FILTER (WHERE e.created_at >= :'since_second'),
  count(*) FILTER (WHERE e.created_at >= :'since_third'),
  count(*) FILTER (WHERE e.created_at >= :'since_fourth'),
  count(*)
FROM activity_events e
WHERE true
  :filters
