-- The event types of the events that the actor may see; see the file of the same name for PostgreSQL.
SELECT e.event_type, count(*), max(e.created_at)
FROM activity_events e
WHERE true
  :filters
GROUP BY 1
