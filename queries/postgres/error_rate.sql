-- Failures and all events by bucket, for a window and the window of the same length before it, in one pass.
-- side: 0 before the window, 1 exactly at its start (in both when ranges are closed), 2 in it.
-- Plan relied on: (event_type, created_at) through the list of types while the window is small against the table.
-- Starts (of all buckets, where there are millions of rows): grouped by a column of their list, the planner expects few
--   groups, and counts in parallel; by an expression it expects as many as there are rows.
--   What lies before the first whole year of the server's calendar is in none of them.
-- Columns: side, bucket (null: none of the list), errors, total, first failure, last failure, heartbeats.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v middle='2026-03-15' -v bucket=hour -v since='2026-01-01' -v until='2027-01-01' -f error_rate.sql
\ir parts.psql
SELECT
  (e.created_at >= :'middle')::int4 + (e.created_at > :'middle')::int4,
\if :{?starts}
  b.start,
\else
  \if :{?bucket}
  date_trunc(:'bucket', e.created_at),
  \else
  date_bin('5 minutes', e.created_at, '2000-01-01'),
  \endif
\endif
  count(*) FILTER (WHERE e.event_type LIKE '%failed'),
  count(*),
  min(e.created_at) FILTER (WHERE e.event_type LIKE '%failed'),
  max(e.created_at) FILTER (WHERE e.event_type LIKE '%failed'),
  count(*) FILTER (WHERE e.event_type = 'agent.heartbeat')
FROM activity_events e
\if :{?starts}
LEFT JOIN unnest(:'starts'::timestamp[]) AS b (start)
  ON b.start = CASE WHEN e.created_at >= '4712-01-01 BC' THEN date_trunc(:'bucket', e.created_at) END
\endif
WHERE true
\if :{?types}
  AND e.event_type = ANY(:'types')
\endif
  :filters
GROUP BY e.created_at >= :'middle', e.created_at > :'middle', 2
