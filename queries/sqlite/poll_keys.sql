-- The keys of events from an instant on, oldest first; see the file of the same name for PostgreSQL.
SELECT e.created_at, e.id
FROM activity_events e
WHERE true
  :after_key
  :filters
ORDER BY e.created_at, e.id
LIMIT :'limit'
