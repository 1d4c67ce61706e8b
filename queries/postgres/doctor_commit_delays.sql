-- How long after created_at the newest events were committed, at most 10,000 of the last week. Events that were edited
-- since, as when their agent was deleted, seem late. Needs track_commit_timestamp.
-- Columns: events, milliseconds within which 999 of 1000 were committed, milliseconds of the latest.
-- Example: psql -f doctor_commit_delays.sql
SELECT
  count(*),
  coalesce(percentile_disc(0.999) WITHIN GROUP (ORDER BY delay), 0),
  coalesce(max(delay), 0)
FROM (
  SELECT (extract(epoch FROM pg_xact_commit_timestamp(e.xmin) AT TIME ZONE 'utc' - e.created_at) * 1000)::int8 AS delay
  FROM activity_events e
  WHERE e.created_at > now() AT TIME ZONE 'utc' - interval '7 days'
    AND e.created_at <= now() AT TIME ZONE 'utc'
  ORDER BY e.created_at DESC
  LIMIT 10000
) AS newest
WHERE delay IS NOT NULL
