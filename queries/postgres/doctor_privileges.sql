-- What the role may do with the tables and columns that we read.
-- Columns: table, whether all of it may be read, columns of ours that may not be read, whether rows may be inserted,
--          whether rows may be changed or deleted.
-- Example: psql -f doctor_privileges.sql
\ir parts.psql
SELECT
  needed.name,
  has_table_privilege(needed.id, 'SELECT'),
  ARRAY(SELECT a.attname::text
        FROM pg_attribute a
        WHERE a.attrelid = needed.id AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname::text = ANY(needed.columns)
          AND NOT has_column_privilege(needed.id, a.attnum, 'SELECT')
        ORDER BY a.attnum),
  has_any_column_privilege(needed.id, 'INSERT'),
  has_table_privilege(needed.id, 'UPDATE, DELETE, TRUNCATE')
FROM (
  :required_columns
) AS needed (name, id, columns)
