-- When the actor could first see an event of each of some types.
-- Plan relied on: one probe of (event_type, created_at) a type; Citus (distributed) takes only a grouped query.
-- Columns: event_type, its oldest instant.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v names='{task.comment}' -f first_seen.sql
\ir parts.psql
\if :{?distributed}
SELECT e.event_type, min(e.created_at)
FROM activity_events e
WHERE e.event_type = ANY(:'names')
  :filters
GROUP BY 1
\else
SELECT
  kind.event_type,
  (SELECT e.created_at
   FROM activity_events e
   WHERE e.event_type = kind.event_type
     :filters
   ORDER BY e.created_at
   LIMIT 1)
FROM unnest(:'names'::text[]) AS kind (event_type)
\endif
