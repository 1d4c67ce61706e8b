-- What the actor may see of events that an archive names; see the file of the same name for PostgreSQL.
SELECT e.id, e.event_type, e.message, e.agent_id, e.created_at
FROM activity_events e
WHERE e.id IN (SELECT unhex(value) FROM json_each(:'ids'))
  :filters
