-- What we are connected to: the clock, the server, and the table's columns and indexes, which decide which formulation is used.
-- A new server process has all it needs to look up here, so: as few functions, operators and catalogues as will do.
-- The setting mc_activity.schemas holds the schemas of the role's own search path: the transaction begins by keeping them
-- there. To try this in psql: SELECT set_config('mc_activity.schemas', current_schemas(false)::text, false);
-- Columns: now, version, in_recovery, database, role, encoding,
--          the schema of each table that is read, the first on the path that has it, or empty,
--          the tables of which row-level security may hide rows from this role,
--          columns of activity_events by number (dropped ones too, under a name that nobody gives), their types,
--          the indexes that keep an order and cover all rows: how many columns are keys, then the columns' numbers,
--          the kind of table ('r' plain, 'p' partitioned, 'f' foreign),
--          whether it is so small that reading all of it is cheaper than to ask where to look.
WITH needed AS MATERIALIZED (
  SELECT
    name, place,
    (SELECT quote_ident(schema)
     FROM unnest(current_setting('mc_activity.schemas')::text[]) WITH ORDINALITY AS path (schema, place)
     WHERE to_regclass(quote_ident(schema) || '.' || name) IS NOT NULL
     ORDER BY path.place
     LIMIT 1) AS schema
  FROM unnest(ARRAY['activity_events', 'agents', 'boards', 'organization_board_access', 'organization_members',
                    'organizations', 'tasks', 'users']) WITH ORDINALITY AS needed (name, place)
), events AS MATERIALIZED (
  SELECT to_regclass(schema || '.' || name) AS id
  FROM needed
  WHERE place = 1
)
SELECT
  now() AT TIME ZONE 'utc',
  current_setting('server_version_num')::int4,
  pg_is_in_recovery(),
  current_database()::text,
  current_user::text,
  current_setting('server_encoding'),
  ARRAY(SELECT coalesce(schema, '') FROM needed ORDER BY place),
  ARRAY(SELECT name FROM needed WHERE row_security_active(to_regclass(schema || '.' || name)) ORDER BY place),
  ARRAY(SELECT attname::text
        FROM pg_attribute
        WHERE attrelid = events.id AND attnum > 0
        ORDER BY attnum),
  ARRAY(SELECT format_type(atttypid, NULL)
        FROM pg_attribute
        WHERE attrelid = events.id AND attnum > 0
        ORDER BY attnum),
  ARRAY(SELECT indnkeyatts::text || ' ' || indkey::text
        FROM pg_index
        WHERE indrelid = events.id AND indisvalid AND indpred IS NULL
          AND pg_index_column_has_property(indexrelid, 1, 'orderable')),
  (SELECT relkind::text FROM pg_class WHERE oid = events.id),
  pg_relation_size(events.id) < 1024 * 1024
FROM events
