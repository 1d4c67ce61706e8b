-- The events that already have one of these ids, without regard to access: the writer must know whether they are the same.
-- Columns: id, event_type, message, agent_id, task_id, board_id, action, user_id, actor_id, created_at.
SELECT
  e.id, e.event_type, e.message, e.agent_id, e.task_id, e.board_id,
  e.action,        -- if has_action
  NULL::varchar,   -- if !has_action
  e.user_id,       -- if has_user_id
  NULL::uuid,      -- if !has_user_id
  e.actor_id,      -- if has_actor_id
  NULL::uuid,      -- if !has_actor_id
  e.created_at
FROM activity_events e
WHERE e.id = ANY(:ids)
