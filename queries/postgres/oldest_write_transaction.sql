-- When the oldest open transaction that has written began, if this role may see all of them and none is prepared. A
-- standby does not list the primary's.
-- Columns: began, or null where that cannot be known.
-- Example: psql -f oldest_write_transaction.sql
SELECT
  CASE
    WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AND NOT EXISTS (SELECT FROM pg_prepared_xacts)
      AND NOT pg_is_in_recovery()
    THEN coalesce(min(s.xact_start), now()) AT TIME ZONE 'utc'
  END
FROM pg_stat_activity s
WHERE s.backend_xid IS NOT NULL
