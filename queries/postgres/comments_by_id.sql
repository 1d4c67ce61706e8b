-- Comments as in comments.sql, by their ids.
-- Plan relied on: the primary key.
-- Columns: those of TaskComment, in its order; the agent's identity profile in place of its role.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v by_task_board=1 -v comments=1 -v ids='{00ae0681-3f48-559e-9311-183ec82ce6d7}' -v limit=25 -f comments_by_id.sql
\ir parts.psql
SELECT
  :comment_columns
FROM (
  SELECT e.id, e.created_at, e.message, e.agent_id, e.task_id
  FROM activity_events e
  WHERE e.id = ANY(:'ids')
    :filters
  :in_order
  LIMIT :'limit'
) AS e
:comment_names
:in_order
