-- The clock and the transactions under way, at the start of a poll.
-- Flag system: the role may read the server's system identifier, which names the line of transaction ids.
-- Columns: now, up to when this server knows what was written, name of the line of transaction ids, snapshot,
--          distance from transaction id 3 to the next one, process id of the server's end.
-- Example: psql -v system=1 -f poll_snapshot.sql
SELECT
  now() AT TIME ZONE 'utc',
  coalesce(CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() END, now()) AT TIME ZONE 'utc',
\if :{?system}
  (SELECT system_identifier::text FROM pg_control_system()),
\else
  NULL::text,
\endif
  pg_current_snapshot()::text,
  age('3'::xid),
  pg_backend_pid()
