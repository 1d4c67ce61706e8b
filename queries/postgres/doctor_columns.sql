-- Columns that are read and that the tables lack; without those that only the documented schema has.
-- Columns: table and column as one text.
SELECT needed.name || '.' || needed.col
FROM (
  SELECT tab.name, unnest(tab.columns) AS col
  FROM (
    -- include needed_columns
  ) AS tab (name, columns)
) AS needed
WHERE needed.col NOT IN ('action', 'user_id', 'actor_id')
  AND NOT EXISTS (SELECT
                  FROM pg_attribute a
                  WHERE a.attrelid = to_regclass(needed.name)
                    AND a.attname = needed.col AND a.attnum > 0 AND NOT a.attisdropped)
ORDER BY 1
