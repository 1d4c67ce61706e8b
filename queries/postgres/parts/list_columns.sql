-- The columns of ActivityEvent, in its order. board_id is the board that the event belongs to. A task's title is shown where
-- the actor may read the task: on a readable board, and to an agent on the board of its event.
e.id, e.event_type, e.message, e.agent_id, e.task_id, e.board_id, e.created_at, e.action, e.user_id, e.actor_id, a.name,
\if :{?agent} \\
CASE WHEN t.board_id = e.board_id THEN t.title END,
\else \\
CASE WHEN t.board_id = ANY(:'readable') THEN t.title END,
\endif \\
b.name
