-- What we are connected to: the clock, the server, and the table's columns and indexes, which decide which formulation is used.
-- A new server process has all it needs to look up here, so: as few functions, operators and catalogues as will do.
-- Flag system: the role may read the server's system identifier.
-- Columns: now, version, in_recovery, database, role, system identifier, number of the database where there is none,
--          encoding, tables that are missing,
--          columns of activity_events by number (dropped ones too, under a name that nobody gives), their types,
--          the indexes that keep an order and cover all rows: how many columns are keys, then the columns' numbers,
--          the kind of table ('r' plain, 'p' partitioned, 'f' foreign),
--          whether it is so small that reading all of it is cheaper than to ask where to look.
SELECT
  now() AT TIME ZONE 'utc',
  current_setting('server_version_num')::int4,
  pg_is_in_recovery(),
  current_database()::text,
  current_user::text,
  (SELECT system_identifier::text FROM pg_control_system()),                  -- if system
  NULL::text,                                                                 -- if system
  NULL::text,                                                                 -- if !system
  (SELECT oid::text FROM pg_database WHERE datname = current_database()),     -- if !system
  current_setting('server_encoding'),
  ARRAY(SELECT name
        FROM unnest(ARRAY['activity_events', 'agents', 'boards', 'organization_board_access', 'organization_members',
                          'organizations', 'tasks', 'users']) AS needed (name)
        WHERE to_regclass(name) IS NULL),
  ARRAY(SELECT attname::text
        FROM pg_attribute
        WHERE attrelid = to_regclass('activity_events') AND attnum > 0
        ORDER BY attnum),
  ARRAY(SELECT format_type(atttypid, NULL)
        FROM pg_attribute
        WHERE attrelid = to_regclass('activity_events') AND attnum > 0
        ORDER BY attnum),
  ARRAY(SELECT indnkeyatts::text || ' ' || indkey::text
        FROM pg_index
        WHERE indrelid = to_regclass('activity_events') AND indisvalid AND indpred IS NULL
          AND pg_index_column_has_property(indexrelid, 1, 'orderable')),
  (SELECT relkind::text FROM pg_class WHERE oid = to_regclass('activity_events')),
  pg_relation_size(to_regclass('activity_events')) < 1024 * 1024
