-- What we are connected to: the clock, the server, and the table's columns and indexes, which decide which formulation is used.
-- A new server process has all it needs to look up here, so: as few functions, operators and catalogues as will do.
-- The setting mc_activity.tables holds the tables as the role's own search path has them; the statement before this one
-- (--show-sql prints it) sets it, and then the search path to pg_catalog.
-- Flag system: the role may read the server's system identifier.
-- Columns: now, version, in_recovery, database, role, system identifier, number of the database where there is none, encoding,
--          the schema of each table, quoted as an identifier where it must be, or empty where there is no such table,
--          the tables of which row-level security may hide rows from this role, by other policies than those of boundary.sql,
--          whether boundary.sql makes this role see what one user or agent may see,
--          columns of activity_events by number (dropped ones too, under a name that nobody gives), their types,
--          the indexes that keep an order and cover all rows: how many columns are keys, then the columns' numbers,
--          the kind of table ('r' plain, 'p' partitioned, 'f' foreign), whether other tables inherit from it (or did),
--          whether Citus distributes it over servers, which it marks by a trigger,
--          whether a subscription fills it from another server,
--          whether it is so small that reading all of it is cheaper than to ask where to look.
-- Example: psql -c "SELECT set_config('mc_activity.tables', ARRAY['activity_events'::regclass]::oid[]::text, false)" -v system=1 -f session_info.sql
SELECT
  now() AT TIME ZONE 'utc',
  current_setting('server_version_num')::int4,
  pg_is_in_recovery(),
  current_database()::text,
  current_user::text,
\if :{?system}
  (SELECT system_identifier::text FROM pg_control_system()),
  NULL::text,
\else
  NULL::text,
  (SELECT oid::text FROM pg_database WHERE datname = current_database()),
\endif
  current_setting('server_encoding'),
  ARRAY(SELECT coalesce((SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = id), '')
        FROM unnest(tables) AS id),
  ARRAY(SELECT (SELECT relname::text FROM pg_class WHERE oid = id)
        FROM unnest(tables) AS id
        WHERE row_security_active(id)
          AND (NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = id)
               OR EXISTS (SELECT FROM pg_policy WHERE polrelid = id AND polname <> ALL ('{mc_activity_everyone,mc_activity_boundary,mc_activity_unbound}')))),
  row_security_active(tables[1])
    AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'mc_activity_bounded' AND pg_has_role(oid, 'USAGE')),
  ARRAY(SELECT attname::text
        FROM pg_attribute
        WHERE attrelid = tables[1] AND attnum > 0
        ORDER BY attnum),
  ARRAY(SELECT format_type(atttypid, NULL)
        FROM pg_attribute
        WHERE attrelid = tables[1] AND attnum > 0
        ORDER BY attnum),
  ARRAY(SELECT indnkeyatts::text || ' ' || indkey::text
        FROM pg_index
        WHERE indrelid = tables[1] AND indisvalid AND indpred IS NULL
          AND pg_index_column_has_property(indexrelid, 1, 'orderable')),
  (SELECT relkind::text FROM pg_class WHERE oid = tables[1]),
  (SELECT relhassubclass FROM pg_class WHERE oid = tables[1]),
  EXISTS (SELECT FROM pg_trigger WHERE tgrelid = tables[1] AND tgfoid::regproc::text LIKE '%citus_truncate_trigger'),
  EXISTS (SELECT FROM pg_subscription_rel WHERE srrelid = tables[1]),
  pg_relation_size(tables[1]) < 1024 * 1024
FROM (SELECT current_setting('mc_activity.tables')::oid[]) AS found (tables)
