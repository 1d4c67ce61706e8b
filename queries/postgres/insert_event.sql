-- Writes events. created_at is the database's clock, once a transaction, and as many microseconds more as :nths says, so that
-- a batch keeps its order.
-- Columns: id, created_at; with flag once no row where the id is there already.
INSERT INTO activity_events (
  id, event_type, message, agent_id, task_id, board_id, created_at
  , action     -- if has_action
  , user_id    -- if has_user_id
  , actor_id   -- if has_actor_id
)
SELECT
  e.id, e.event_type, e.message, e.agent_id, e.task_id, e.board_id,
  now() AT TIME ZONE 'utc' + e.nth * interval '1 microsecond'
  , e.action    -- if has_action
  , e.user_id   -- if has_user_id
  , e.actor_id  -- if has_actor_id
FROM unnest(:ids::uuid[], :event_types::text[], :messages::text[], :agent_ids::uuid[], :task_ids::uuid[],
            :board_ids::uuid[], :nths::bigint[]
            , :actions::text[]    -- if has_action
            , :user_ids::uuid[]   -- if has_user_id
            , :actor_ids::uuid[]  -- if has_actor_id
           ) AS e (id, event_type, message, agent_id, task_id, board_id, nth
            , action    -- if has_action
            , user_id   -- if has_user_id
            , actor_id  -- if has_actor_id
           )
ON CONFLICT DO NOTHING   -- if once
RETURNING id, created_at
