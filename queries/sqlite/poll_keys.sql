-- The keys of events from an instant on, oldest first; see the file of the same name for PostgreSQL.
SELECT e.created_at, e.id
FROM activity_events e
WHERE true
  AND e.created_at >= :from        -- if from
  AND e.created_at >= :after_at AND (e.created_at > :after_at OR e.id > :after_id)   -- if after_at
  -- include filters
ORDER BY e.created_at, e.id
LIMIT :limit
