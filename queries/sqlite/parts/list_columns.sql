-- The columns of ActivityEvent, in its order; see the part of the same name for PostgreSQL.
e.id, e.event_type, e.message, e.agent_id, e.task_id, found.board_id, e.created_at,
\if :{?has_action}
e.action,
\else
NULL,
\endif
\if :{?has_user_id}
e.user_id,
\else
NULL,
\endif
\if :{?has_actor_id}
e.actor_id,
\else
NULL,
\endif
a.name,
\if :{?agent}
CASE WHEN t.board_id = found.board_id THEN t.title END,
\else
CASE WHEN t.board_id IN (SELECT unhex(value) FROM json_each(:'readable')) THEN t.title END,
\endif
b.name
