-- The event types of the events that the actor may see, with their number and when each was last used.
-- Plan relied on: none, all events are counted.
-- Columns: event_type, count, newest.
SELECT e.event_type, count(*), max(e.created_at)
FROM activity_events e
WHERE true
  -- include filters
GROUP BY 1
