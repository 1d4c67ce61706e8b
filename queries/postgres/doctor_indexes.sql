-- The indexes of activity_events.
-- Columns: name, columns in order, whether it can be used, whether it covers only some rows, whether it keeps an order.
-- Example: psql -f doctor_indexes.sql
SELECT
  c.relname::text,
  ARRAY(SELECT coalesce(a.attname::text, 'an expression')
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS key (number, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.number
        WHERE key.place <= i.indnkeyatts
        ORDER BY key.place),
  i.indisvalid,
  i.indpred IS NOT NULL,
  m.amname = 'btree'
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = to_regclass('activity_events')
ORDER BY c.relname
