-- Writes one event; :now is SQLite's clock, read once a transaction, with a microsecond more for each event after the
-- first, so that a batch keeps its order.
-- Columns: id, created_at.
INSERT INTO activity_events (
  id, event_type, message, agent_id, task_id, board_id, created_at
\if :{?has_action}
  , action
\endif
\if :{?has_user_id}
  , user_id
\endif
\if :{?has_actor_id}
  , actor_id
\endif
)
VALUES (
  :'id', :'event_type', :'message', :'agent_id', :'task_id', :'board_id', :'now'
\if :{?has_action}
  , :'action'
\endif
\if :{?has_user_id}
  , :'user_id'
\endif
\if :{?has_actor_id}
  , :'actor_id'
\endif
)
\if :{?once}
ON CONFLICT DO NOTHING
\endif
RETURNING id, created_at
