-- The board that an event belongs to: its own, or without one its task's; with by_task_board its task's alone.
\if :{?by_task_board} \\
  (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)
\else \\
  coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id))
\endif \\
