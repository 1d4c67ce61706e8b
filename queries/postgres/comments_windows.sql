-- Comments as in comments.sql, in several windows of time one after the other, at most :portion rows of all of them; see
-- list_windows.sql.
-- Plan relied on: a nested loop over the windows; in each (event_type, created_at) for the one type.
-- Columns: those of TaskComment, in its order; the agent's identity profile in place of its role.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v by_task_board=1 -v comments=1 -v window_starts='{2026-03-15,2026-03-14}' -v window_ends='{2026-03-16,2026-03-14 23:59:59}' -v portion=1000 -f comments_windows.sql
\ir parts.psql
SELECT found.*
FROM unnest(:'window_starts'::timestamp[], :'window_ends'::timestamp[]) AS w (first, last)
CROSS JOIN LATERAL (
  SELECT
    :comment_columns
  FROM (
    SELECT e.id, e.created_at, e.message, e.agent_id, e.task_id
    FROM activity_events e
    WHERE e.event_type = 'task.comment'
      AND e.created_at BETWEEN w.first AND w.last
      :after_key
      :filters
  ) AS e
  :comment_names
  :in_order
) AS found
LIMIT :'portion'
