-- A task of a new store.
INSERT INTO tasks (id, board_id, title, status, assigned_agent_id, in_progress_at)
VALUES (:'id', :'board_id', :'title', :'status', :'assignee', :'begun')
