-- Comments on tasks of readable boards with task, board and agent, newest first (oldest: oldest first), in a range of time.
-- A comment that is empty but for spaces (U+0020) is left out, as the backend does.
-- Plan relied on: (event_type, created_at) from one end, for the one type; with tasks, (task_id, created_at) where the type is
--   task.comment. Names are joined to the :limit rows that are left.
-- Columns: those of TaskComment, in its order; the agent's identity profile in place of its role.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v by_task_board=1 -v comments=1 -v limit=25 -f comments.sql
\ir parts.psql
SELECT
  :comment_columns
FROM (
  SELECT e.id, e.created_at, e.message, e.agent_id, e.task_id
  FROM activity_events e
  WHERE e.event_type = 'task.comment'
    :after_key
    :filters
  :in_order
  LIMIT :'limit'
) AS e
:comment_names
:in_order
