-- The indexes of activity_events.
-- Columns: name, columns in order, whether it can be used, whether it covers only some rows.
SELECT
  c.relname::text,
  ARRAY(SELECT a.attname::text
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.number
        ORDER BY key.place),
  i.indisvalid,
  i.indpred IS NOT NULL
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass('activity_events')
ORDER BY c.relname
