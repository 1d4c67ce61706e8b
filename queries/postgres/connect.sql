-- What we are connected to: the clock, the server, the columns and the indexes that decide which formulation is used.
-- Columns: now, version, in_recovery, database, role, columns of activity_events, tables that are missing,
--          whether a B-tree begins with (event_type, created_at), whether one begins with created_at, whether some of
--          the table lies on another server, whether the encoding is SQL_ASCII,
--          whether the table is so small that reading all of it is cheaper than to ask where to look,
--          the type of created_at where it is not timestamp.
WITH ordered AS (
  SELECT i.indrelid, i.indkey, i.indnkeyatts
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
  WHERE i.indrelid = to_regclass('activity_events') AND i.indisvalid AND i.indpred IS NULL
)
SELECT
  now() AT TIME ZONE 'utc',
  current_setting('server_version_num')::int4,
  pg_is_in_recovery(),
  current_database()::text,
  current_user::text,
  ARRAY(SELECT attname::text
        FROM pg_attribute
        WHERE attrelid = to_regclass('activity_events') AND attnum > 0 AND NOT attisdropped),
  ARRAY(SELECT name
        FROM unnest(ARRAY['activity_events', 'agents', 'boards', 'organization_board_access', 'organization_members',
                          'organizations', 'tasks', 'users']) AS needed (name)
        WHERE to_regclass(name) IS NULL),
  EXISTS (SELECT
          FROM ordered i
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = 'event_type'
          JOIN pg_attribute b ON b.attrelid = i.indrelid AND b.attnum = i.indkey[1] AND b.attname = 'created_at'
          WHERE i.indnkeyatts > 1),
  EXISTS (SELECT
          FROM ordered i
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = 'created_at'),
  EXISTS (SELECT
          FROM pg_partition_tree(to_regclass('activity_events')) p
          WHERE (SELECT c.relkind FROM pg_class c WHERE c.oid = p.relid) = 'f'),
  current_setting('server_encoding') = 'SQL_ASCII',
  coalesce((SELECT c.relkind = 'r' AND pg_relation_size(c.oid) < 1024 * 1024
            FROM pg_class c
            WHERE c.oid = to_regclass('activity_events')), false),
  (SELECT format_type(a.atttypid, NULL)
   FROM pg_attribute a
   WHERE a.attrelid = to_regclass('activity_events') AND a.attname = 'created_at' AND a.attnum > 0
     AND a.atttypid <> 'timestamp'::regtype)
