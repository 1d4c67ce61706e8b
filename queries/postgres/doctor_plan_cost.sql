-- What the planner thinks of a page of 51 events in order of time: of all events, of a board, of a type. Nothing is run.
-- The flag by_id asks for a page in order of id instead: the primary key has the shape that the missing index would
-- have, and ids are scattered over the table, so its cost is what a page along that index would cost at most.
-- Columns: the plan, line by line.
-- Example: psql -f doctor_plan_cost.sql
EXPLAIN
SELECT e.id, e.event_type, e.message, e.agent_id, e.task_id, e.board_id, e.created_at
FROM activity_events e
WHERE true
\if :{?by_board}
  AND e.board_id = (SELECT b.id FROM boards b LIMIT 1)
\endif
\if :{?by_type}
  AND e.event_type = (SELECT b.name FROM boards b LIMIT 1)
\endif
\if :{?by_id}
ORDER BY e.id DESC
\else
ORDER BY e.created_at DESC, e.id DESC
\endif
LIMIT 51
