-- The newest event of each of some boards.
-- Plan relied on: the indexes on board_id and task_id, board by board. FILTER keeps the planner from walking an index on
-- created_at instead, to its end for a board that has no event.
-- Columns: board_id, created_at.
SELECT b.id,
  greatest((SELECT max(e.created_at) FILTER (WHERE true)
            FROM activity_events e
            WHERE e.board_id = b.id
              AND e.event_type <> 'agent.heartbeat'    -- if without_heartbeats
              AND e.created_at <= :through             -- if through
           ),
           (SELECT max(e.created_at) FILTER (WHERE true)
            FROM tasks t
            JOIN activity_events e ON e.task_id = t.id AND e.board_id IS NULL
            WHERE t.board_id = b.id
              AND e.event_type <> 'agent.heartbeat'    -- if without_heartbeats
              AND e.created_at <= :through             -- if through
           ))
FROM unnest(:boards) AS b (id)
