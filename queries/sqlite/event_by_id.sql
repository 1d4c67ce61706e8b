-- Events that already have one of these ids. Access rules do not apply: the writer compares them with what it is about to write.
-- Columns: id, event_type, message, agent_id, task_id, created_at, action, user_id, actor_id, board_id.
SELECT
  :event_columns,
  e.board_id
FROM activity_events e
WHERE e.id IN (SELECT unhex(value) FROM json_each(:'ids'))
