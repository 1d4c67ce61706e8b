-- What the actor may see of events that an archive names.
-- Plan relied on: the primary key.
-- Columns: id, event_type, message, agent_id, created_at.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v ids='{0064f11a-350d-5581-bc3b-abbe1d32327e}' -f archived.sql
\ir parts.psql
SELECT e.id, e.event_type, e.message, e.agent_id, e.created_at
FROM activity_events e
WHERE e.id = ANY(:'ids')
  :filters
