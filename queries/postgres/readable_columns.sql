-- Which of some columns exist and may be read by this role: those that some findings rest on, and that a role may lack.
-- Columns: table and column as one text.
-- Example: psql -v columns='{tasks.status,tasks.assigned_agent_id}' -f readable_columns.sql
SELECT needed.name || '.' || a.attname::text
FROM (VALUES ('tasks', to_regclass('tasks')), ('agents', to_regclass('agents')),
             ('organization_members', to_regclass('organization_members'))) AS needed (name, id)
JOIN pg_attribute a ON a.attrelid = needed.id AND a.attnum > 0 AND NOT a.attisdropped
WHERE needed.name || '.' || a.attname::text = ANY(:'columns')
  AND has_column_privilege(needed.id, a.attnum, 'SELECT')
