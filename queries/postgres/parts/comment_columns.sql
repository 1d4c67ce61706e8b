-- The columns of TaskComment, in its order; the agent's identity profile in place of its role.
e.id, e.created_at, e.message, e.agent_id, a.name, a.identity_profile::text, e.task_id, t.title, t.board_id, b.name
