-- Events that tell of deliveries, oldest first; see the file of the same name for PostgreSQL.
SELECT
  e.event_type,
  CASE WHEN e.event_type = 'gateway.main.lead_broadcast.sent' THEN e.message END,
  e.created_at,
  coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)),  -- if by_board by_event_board
  (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id),                        -- if by_board by_task_board
  NULL,           -- if !by_board
  e.agent_id,
  e.task_id
FROM activity_events e
WHERE true
  AND (e.event_type GLOB '*failed' OR e.event_type GLOB '*.sent' OR e.event_type GLOB '*.direct'
       OR e.event_type GLOB '*[._]notified')
  -- include filters
ORDER BY e.created_at
