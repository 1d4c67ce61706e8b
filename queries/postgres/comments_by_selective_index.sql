-- Comments as in comments.sql, where few match: an agent, a task, a quiet board. board_tasks are the tasks of the boards.
-- Plan relied on: the index on task_id or agent_id, then one sort.
-- Columns: those of TaskComment, in its order; the agent's identity profile in place of its role.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v by_task_board=1 -v comments=1 -v tasks='{000000f0-0000-4000-8000-000000000001}' -v limit=25 -f comments_by_selective_index.sql
\ir parts.psql
SELECT
  :comment_columns
FROM (
  SELECT e.id, e.created_at, e.message, e.agent_id, e.task_id
  FROM activity_events e
  WHERE e.event_type = 'task.comment'
\if :{?board_tasks}
    AND e.task_id = ANY(:'board_tasks')
\endif
    :after_key
    :filters
  :in_order_sorted
  LIMIT :'limit'
) AS e
:comment_names
:in_order
