-- The server, and activity_events without reading it: sizes are those of the last ANALYZE.
-- Columns: version, superuser, rows (-1: never analyzed), bytes, partitions or tables that inherit, the kind of table as in
--          session_info.sql, whether it is a hypertable of TimescaleDB, whose chunks inherit from it, track_commit_timestamp, triggers that notify, milliseconds that a standby is behind (-1: no standby; one that
--          has replayed no commit since its start has everything up to its last checkpoint).
-- Example: psql -f doctor_table.sql
WITH RECURSIVE part (relid, level) AS (
  SELECT to_regclass('activity_events')::oid, 0
  UNION ALL
  SELECT i.inhrelid, part.level + 1
  FROM part
  JOIN pg_inherits i ON i.inhparent = part.relid
),
leaf AS (
  SELECT part.relid, part.level, c.reltuples, c.relnamespace::regnamespace::text AS schema
  FROM part
  JOIN pg_class c ON c.oid = part.relid
  WHERE c.relkind <> 'p'
)
SELECT
  current_setting('server_version'),
  coalesce((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), false),
  coalesce((SELECT sum(reltuples)::int8 FROM leaf WHERE reltuples >= 0), -1),
  coalesce((SELECT sum(pg_total_relation_size(leaf.relid))::int8 FROM leaf), 0),
  (SELECT count(*) FROM leaf WHERE level > 0),
  (SELECT relkind::text FROM pg_class WHERE oid = to_regclass('activity_events')),
  EXISTS (SELECT FROM leaf WHERE level > 0 AND schema LIKE '\_timescaledb%')
    OR EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('activity_events') AND tgname = 'ts_insert_blocker'),
  current_setting('track_commit_timestamp') = 'on',
  ARRAY(SELECT t.tgname::text
        FROM pg_trigger t
        JOIN pg_proc f ON f.oid = t.tgfoid
        WHERE t.tgrelid = to_regclass('activity_events') AND NOT t.tgisinternal AND t.tgenabled <> 'D'
          AND f.prosrc ~* 'notify'),
  CASE
    WHEN NOT pg_is_in_recovery() THEN -1
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE (extract(epoch FROM clock_timestamp() - coalesce(
      pg_last_xact_replay_timestamp(),
      (SELECT checkpoint_time FROM pg_control_checkpoint()))) * 1000)::int8
  END
