-- Failures and all events by bucket, for a window and the one before; see the file of the same name for PostgreSQL.
SELECT
  (e.created_at >= :'middle') + (e.created_at > :'middle'),
  e.created_at - ((e.created_at % :'width') + :'width') % :'width',
  count(*) FILTER (WHERE e.event_type GLOB '*failed'),
  count(*),
  min(e.created_at) FILTER (WHERE e.event_type GLOB '*failed'),
  max(e.created_at) FILTER (WHERE e.event_type GLOB '*failed'),
  count(*) FILTER (WHERE e.event_type = 'agent.heartbeat')
FROM activity_events e
WHERE true
  :filters
GROUP BY 1, 2
