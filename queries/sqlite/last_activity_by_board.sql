-- The newest event of each of some boards.
-- Plan relied on: the indexes on (board_id, created_at) and task_id, board by board; + keeps the planner from walking the
-- index on created_at instead, to its end for a board that has no event.
-- Columns: board_id, created_at.
SELECT b.id,
  (SELECT max(at)
   FROM (SELECT (SELECT e.created_at
                 FROM activity_events e
                 WHERE e.board_id = b.id
\if :{?without_heartbeats}
                   AND e.event_type <> 'agent.heartbeat'
\endif
\if :{?through}
                   AND e.created_at <= :'through'
\endif
                 ORDER BY e.board_id DESC, e.created_at DESC
                 LIMIT 1) AS at
         UNION ALL
         SELECT max(+e.created_at)
         FROM activity_events e
         WHERE +e.board_id IS NULL AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = b.id)
\if :{?without_heartbeats}
           AND e.event_type <> 'agent.heartbeat'
\endif
\if :{?through}
           AND +e.created_at <= :'through'
\endif
        ))
FROM (SELECT unhex(value) AS id FROM json_each(:'boards')) AS b
