-- Columns that are read and that the tables lack; without those that only the documented schema has.
-- Columns: table and column as one text.
-- Example: psql -f doctor_columns.sql
\ir parts.psql
SELECT needed.name || '.' || needed.col
FROM (
  SELECT tab.name, tab.id, unnest(tab.columns) AS col
  FROM (
    :required_columns
  ) AS tab (name, id, columns)
) AS needed
WHERE needed.col NOT IN ('action', 'user_id', 'actor_id')
  AND NOT EXISTS (SELECT
                  FROM pg_attribute a
                  WHERE a.attrelid = needed.id
                    AND a.attname = needed.col AND a.attnum > 0 AND NOT a.attisdropped)
ORDER BY 1
