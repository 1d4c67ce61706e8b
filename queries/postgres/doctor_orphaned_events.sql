-- Events that no user can ever see: neither they nor their task have a board.
-- Columns: count.
-- Example: psql -f doctor_orphaned_events.sql
SELECT count(*)
FROM activity_events e
LEFT JOIN tasks t ON t.id = e.task_id
WHERE e.board_id IS NULL
  AND t.board_id IS NULL
