-- When the actor could first see an event of each of some types; see the file of the same name for PostgreSQL.
SELECT
  kind.value,
  (SELECT e.created_at
   FROM activity_events e
   WHERE e.event_type = kind.value
     :filters
   ORDER BY e.created_at
   LIMIT 1)
FROM json_each(:'names') AS kind
