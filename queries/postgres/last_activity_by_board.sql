-- The newest event of each of some boards.
-- Plan relied on: the indexes on board_id and task_id, of the boards' events and of their tasks' events.
-- Columns: board_id, created_at.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v without_heartbeats=1 -f last_activity_by_board.sql
SELECT q.id, max(q.at)
FROM (
  SELECT e.board_id AS id, max(e.created_at) AS at
  FROM activity_events e
  WHERE e.board_id = ANY(:'boards')
\if :{?without_heartbeats}
    AND e.event_type <> 'agent.heartbeat'
\endif
\if :{?through}
    AND e.created_at <= :'through'
\endif
  GROUP BY e.board_id
  UNION ALL
  SELECT t.board_id, max(e.created_at)
  FROM activity_events e
  JOIN tasks t ON t.id = e.task_id
  WHERE e.board_id IS NULL AND t.board_id = ANY(:'boards')
\if :{?without_heartbeats}
    AND e.event_type <> 'agent.heartbeat'
\endif
\if :{?through}
    AND e.created_at <= :'through'
\endif
  GROUP BY t.board_id
) AS q
GROUP BY q.id
