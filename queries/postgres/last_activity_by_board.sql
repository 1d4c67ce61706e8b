-- The newest event of each of some boards.
-- Plan relied on: the indexes on board_id and task_id, board by board. FILTER keeps the planner from walking an index on
-- created_at instead, to its end for a board that has no event.
-- Columns: board_id, created_at.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v without_heartbeats=1 -f last_activity_by_board.sql
SELECT b.id,
  greatest((SELECT max(e.created_at) FILTER (WHERE true)
            FROM activity_events e
            WHERE e.board_id = b.id
\if :{?without_heartbeats}
              AND e.event_type <> 'agent.heartbeat'
\endif
\if :{?through}
              AND e.created_at <= :'through'
\endif
           ),
           (SELECT max(e.created_at) FILTER (WHERE true)
            FROM tasks t
            JOIN activity_events e ON e.task_id = t.id AND e.board_id IS NULL
            WHERE t.board_id = b.id
\if :{?without_heartbeats}
              AND e.event_type <> 'agent.heartbeat'
\endif
\if :{?through}
              AND e.created_at <= :'through'
\endif
           ))
FROM unnest(:'boards'::uuid[]) AS b (id)
