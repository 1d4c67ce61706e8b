-- How many events the actor may see and asked for; see the file of the same name for PostgreSQL.
SELECT count(*)
FROM activity_events e
WHERE true
  :filters
