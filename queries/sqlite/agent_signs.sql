-- What agents did, and when the backend woke them; see the file of the same name for PostgreSQL.
-- Columns: agent_id, event_type, created_at.
SELECT e.agent_id, e.event_type, e.created_at
FROM activity_events e
WHERE e.event_type IN (SELECT value FROM json_each(:'types'))
  AND e.agent_id IS NOT NULL
  :filters
ORDER BY e.created_at DESC, e.event_type DESC
