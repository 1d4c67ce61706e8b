-- Failures and all events by bucket, for a window and the window of the same length before it, in one pass.
-- side: 0 before the window, 1 exactly at its start (in both when ranges are closed), 2 in it.
-- Plan relied on: (event_type, created_at) through the list of types while the window is small against the table.
-- Starts (of all buckets, where there are millions of rows): grouped by a column of their list, the planner expects few
--   groups, and counts in parallel; by an expression it expects as many as there are rows.
--   What lies before the first whole year of the server's calendar is in none of them.
-- Columns: side, bucket (null: none of the list), errors, total, first failure, last failure, heartbeats.
SELECT
  (e.created_at >= :middle)::int4 + (e.created_at > :middle)::int4,
  date_trunc(:bucket, e.created_at),   -- if !starts bucket
  date_bin('5 minutes', e.created_at, '2000-01-01'),   -- if !starts !bucket
  b.start,                             -- if starts
  count(*) FILTER (WHERE e.event_type LIKE '%failed'),
  count(*),
  min(e.created_at) FILTER (WHERE e.event_type LIKE '%failed'),
  max(e.created_at) FILTER (WHERE e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.event_type = 'agent.heartbeat')
FROM activity_events e
LEFT JOIN unnest(:starts::timestamp[]) AS b (start)   -- if starts
  ON b.start = CASE WHEN e.created_at >= '4712-01-01 BC' THEN date_trunc(:bucket, e.created_at) END   -- if starts
WHERE true
  AND e.event_type = ANY(:types)   -- if types
  -- include filters
GROUP BY e.created_at >= :middle, e.created_at > :middle, 2
