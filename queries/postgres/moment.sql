-- The clock and the transactions under way, at the start of a poll.
-- Columns: now, snapshot (xmin:xmax:open), server's identity (start time, recovery).
SELECT
  now() AT TIME ZONE 'utc',
  pg_current_snapshot()::text,
  pg_postmaster_start_time()::text
