-- The events that already have one of these ids, whoever may see them: the writer must know whether they are the same.
-- Columns: id, event_type, message, agent_id, task_id, created_at, action, user_id, actor_id, board_id.
SELECT
  :event_columns,
  e.board_id
FROM activity_events e
WHERE e.id IN (SELECT unhex(value) FROM json_each(:'ids'))
