-- The newest event that resolves to each board.
-- Columns: board_id, created_at.
SELECT
  coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)),
  max(e.created_at)
FROM activity_events e
WHERE true
  :filters
GROUP BY 1
