-- The keys of events in a range of time with a row number from :mark on; see the file of the same name for PostgreSQL.
SELECT e.created_at, e.id
FROM activity_events e
WHERE true
  AND (e.created_at < :'before_at' OR e.created_at = :'before_at' AND e.id < :'before_id')
  AND e.rowid >= :'mark'
  :filters
