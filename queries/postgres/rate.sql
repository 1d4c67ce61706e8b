-- Failures and all events by bucket, for a window and the window of the same length before it, in one pass.
-- side: 0 before the window, 1 exactly at its start (in both when ranges are closed), 2 in it.
-- Plan relied on: (event_type, created_at) through the list of types while the window is small against the table.
-- Columns: side, bucket, errors, total.
SELECT
  (e.created_at >= :middle)::int4 + (e.created_at > :middle)::int4,
  date_trunc(:bucket, e.created_at),
  count(*) FILTER (WHERE e.event_type LIKE '%failed'),
  count(*)
FROM activity_events e
WHERE true
  AND e.event_type = ANY(:types)   -- if types
  -- include matching
GROUP BY 1, 2
