-- Events that tell of deliveries, oldest first: successes and failures of messages to agents and leads, by their endings.
-- Only a broadcast tells in its text how many it reached.
-- Plan relied on: (event_type, created_at) through the list of types of deliveries, then one sort; heartbeats are not read.
-- Columns: event_type, message of a broadcast, created_at, board_id, agent_id, task_id.
SELECT
  e.event_type,
  CASE WHEN e.event_type = 'gateway.main.lead_broadcast.sent' THEN e.message END,
  e.created_at,
  coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)),  -- if by_board by_event_board
  (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id),                        -- if by_board by_task_board
  NULL::uuid,     -- if !by_board
  e.agent_id,
  e.task_id
FROM activity_events e
WHERE true
  AND e.event_type = ANY(:types)   -- if types
  AND (e.event_type LIKE '%failed' OR e.event_type LIKE '%.sent' OR e.event_type LIKE '%.direct'                -- if !types
       OR e.event_type LIKE '%.notified' OR e.event_type LIKE '%\_notified')      -- if !types
  -- include filters
ORDER BY e.created_at
