-- A task of a new store.
INSERT INTO tasks (id, board_id, title, status) VALUES (:id, :board_id, :title, :status)
