-- What the role lacks of that which grants.sql gives: to read, flag hashes also to let agents log in, flag write to log.
-- Columns: role, what is missing as one text or null.
-- Example: psql -v hashes=1 -f missing_privileges.sql
\ir parts.psql
SELECT
  current_user::text,
  string_agg(gap.text, '; ' ORDER BY gap.text)
FROM (
  SELECT needed.privilege || ' (' || string_agg(a.attname::text, ', ' ORDER BY a.attnum) || ') ON ' || needed.tab AS text
  FROM (
    SELECT tab.name, tab.id, 'SELECT', array_remove(tab.columns, 'agent_token_hash')
    FROM (
      :required_columns
    ) AS tab (name, id, columns)
\if :{?hashes}
    UNION ALL SELECT 'agents', to_regclass('agents'), 'SELECT', ARRAY['agent_token_hash']
\endif
\if :{?write}
    UNION ALL SELECT 'activity_events', to_regclass('activity_events'), 'INSERT', NULL
\endif
  ) AS needed (tab, id, privilege, columns)
  JOIN pg_attribute a
    ON a.attrelid = needed.id AND a.attnum > 0 AND NOT a.attisdropped
   AND (needed.columns IS NULL OR a.attname = ANY(needed.columns))
  WHERE NOT has_column_privilege(a.attrelid, a.attnum, needed.privilege)
  GROUP BY needed.tab, needed.privilege
) AS gap
