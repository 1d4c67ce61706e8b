-- Events that tell of deliveries, oldest first; see the file of the same name for PostgreSQL.
SELECT
  e.event_type,
  CASE WHEN e.event_type = 'gateway.main.lead_broadcast.sent' THEN e.message END,
  e.created_at,
\if :{?by_board}
  :event_board,
\else
  NULL,
\endif
  e.agent_id,
  e.task_id
FROM activity_events e
WHERE true
  AND (e.event_type GLOB '*failed' OR e.event_type GLOB '*.sent' OR e.event_type GLOB '*.direct'
       OR e.event_type GLOB '*[._]notified')
  :filters
ORDER BY e.created_at
