-- CROSS JOIN keeps the planner from reading all tasks for a page of comments.
CROSS JOIN tasks t ON t.id = e.task_id
CROSS JOIN boards b ON b.id = t.board_id
LEFT JOIN agents a ON a.id = e.agent_id
