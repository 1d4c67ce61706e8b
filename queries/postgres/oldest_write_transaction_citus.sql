-- When the oldest open transaction that has written began, on any server of a Citus cluster, if this role may see all of
-- them. Asked before each poll of tail.
-- Columns: began, or null where that cannot be known.
-- Example: psql -c "CREATE TEMP VIEW citus_stat_activity AS SELECT * FROM pg_stat_activity" -f oldest_write_transaction_citus.sql
SELECT
  CASE
    WHEN pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
    THEN coalesce(min(xact_start), now()) AT TIME ZONE 'utc'
  END
FROM citus_stat_activity
WHERE backend_xid IS NOT NULL
