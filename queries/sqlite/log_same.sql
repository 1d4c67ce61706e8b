-- The event that already has an id, whoever may see it: the writer must know whether it is the same.
-- Columns: event_type, message, agent_id, task_id, board_id, action, user_id, actor_id, created_at.
SELECT
  e.event_type, e.message, e.agent_id, e.task_id, e.board_id,
  e.action,        -- if has_action
  NULL,   -- if !has_action
  e.user_id,       -- if has_user_id
  NULL,      -- if !has_user_id
  e.actor_id,      -- if has_actor_id
  NULL,      -- if !has_actor_id
  e.created_at
FROM activity_events e
WHERE e.id = :id
LIMIT 1
