-- Which of some columns exist; see the file of the same name for PostgreSQL.
SELECT 'tasks.' || name FROM pragma_table_info('tasks')
WHERE 'tasks.' || name IN (SELECT value FROM json_each(:'columns'))
UNION ALL
SELECT 'agents.' || name FROM pragma_table_info('agents')
WHERE 'agents.' || name IN (SELECT value FROM json_each(:'columns'))
UNION ALL
SELECT 'organization_members.' || name FROM pragma_table_info('organization_members')
WHERE 'organization_members.' || name IN (SELECT value FROM json_each(:'columns'))
