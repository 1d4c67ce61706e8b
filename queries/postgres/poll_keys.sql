-- The keys (created_at, id) of events that the actor may see from an instant on, oldest first, a page at a time: what
-- a poll of tail asks.
-- Plan relied on: as for list; the look-back is small against the table.
-- Columns: created_at, id.
SELECT e.created_at, e.id
FROM activity_events e
WHERE true
  AND e.event_type = ANY(:types)   -- if types
  AND e.created_at >= :from        -- if from
  AND e.created_at >= :after_at AND (e.created_at > :after_at OR e.id > :after_id)   -- if after_at
  -- include filters
ORDER BY e.created_at, e.id
LIMIT :limit
