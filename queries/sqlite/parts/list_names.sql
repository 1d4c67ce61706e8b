LEFT JOIN agents a ON a.id = e.agent_id
LEFT JOIN tasks t ON t.id = e.task_id
LEFT JOIN boards b ON b.id = found.board_id
