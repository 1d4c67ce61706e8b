-- Writes one event; :now is SQLite's clock, read once a transaction, with a microsecond more for each event after the
-- first, so that a batch keeps its order.
-- Columns: created_at.
INSERT INTO activity_events (
  id, event_type, message, agent_id, task_id, board_id, created_at
  , action     -- if has_action
  , user_id    -- if has_user_id
  , actor_id   -- if has_actor_id
)
VALUES (
  :id, :event_type, :message, :agent_id, :task_id, :board_id, :now
  , :action    -- if has_action
  , :user_id   -- if has_user_id
  , :actor_id  -- if has_actor_id
)
ON CONFLICT DO NOTHING   -- if once
RETURNING created_at
