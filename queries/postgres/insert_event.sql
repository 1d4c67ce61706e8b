-- Writes events. created_at is the database's clock, once a transaction, and as many microseconds more as :nths says, so that
-- a batch keeps its order.
-- Columns: id, created_at; with flag once no row where the id is there already.
-- Example: psql -c BEGIN -v ids='{00000000-0000-4000-8000-000000000001}' -v event_types='{task.comment}' -v messages='{hello}' -v agent_ids='{NULL}' -v task_ids='{NULL}' -v board_ids='{NULL}' -v nths='{0}' -f insert_event.sql
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
SELECT
  e.id, e.event_type, e.message, e.agent_id, e.task_id, e.board_id,
  now() AT TIME ZONE 'utc' + e.nth * interval '1 microsecond'
\if :{?has_action}
  , e.action
\endif
\if :{?has_user_id}
  , e.user_id
\endif
\if :{?has_actor_id}
  , e.actor_id
\endif
FROM unnest(:'ids'::uuid[], :'event_types'::text[], :'messages'::text[], :'agent_ids'::uuid[], :'task_ids'::uuid[],
            :'board_ids'::uuid[], :'nths'::bigint[]
\if :{?has_action}
            , :'actions'::text[]
\endif
\if :{?has_user_id}
            , :'user_ids'::uuid[]
\endif
\if :{?has_actor_id}
            , :'actor_ids'::uuid[]
\endif
           ) AS e (id, event_type, message, agent_id, task_id, board_id, nth
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
\if :{?once}
ON CONFLICT DO NOTHING
\endif
RETURNING id, created_at
