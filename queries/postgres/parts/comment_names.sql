JOIN tasks t ON t.id = e.task_id
LEFT JOIN boards b ON b.id = t.board_id
LEFT JOIN agents a ON a.id = e.agent_id
