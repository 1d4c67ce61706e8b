-- The newest event that resolves to each board.
-- Plan relied on: (event_type, created_at) through the list of types; an agent's events by the index on agent_id.
-- Columns: board_id, created_at.
SELECT
  coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)),
  max(e.created_at)
FROM activity_events e
WHERE true
  AND e.event_type = ANY(:types)   -- if types
  -- include filters
GROUP BY 1
