-- Failures and all events in windows of several lengths that end together, in one pass.
-- Plan relied on: (event_type, created_at) through the list of types.
-- Columns: errors and total of each window, the shortest first.
SELECT
  count(*) FILTER (WHERE e.created_at >= :since_first AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :since_second AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :since_third AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :since_fourth AND e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.created_at >= :since_first),
  count(*) FILTER (WHERE e.created_at >= :since_second),
  count(*) FILTER (WHERE e.created_at >= :since_third),
  count(*) FILTER (WHERE e.created_at >= :since_fourth),
  count(*)
FROM activity_events e
WHERE true
  AND e.event_type = ANY(:types)   -- if types
  -- include filters
