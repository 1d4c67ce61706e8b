-- The columns of an event but for its board. Those that only the documented schema has read as null in the deployed one.
e.id, e.event_type, e.message, e.agent_id, e.task_id, e.created_at,
\if :{?has_action}
e.action,
\else
NULL AS action,
\endif
\if :{?has_user_id}
e.user_id,
\else
NULL AS user_id,
\endif
\if :{?has_actor_id}
e.actor_id
\else
NULL AS actor_id
\endif
