-- The keys (created_at, id) of events that the actor may see from an instant on, oldest first, a page at a time: what
-- a poll of tail asks.
-- Plan relied on: as for list; the look-back is small against the table.
-- Columns: created_at, id.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v from='2026-03-15' -v limit=1000 -f poll_keys.sql
\ir parts.psql
SELECT e.created_at, e.id
FROM activity_events e
WHERE true
\if :{?types}
  AND e.event_type = ANY(:'types')
\endif
  :after_key
  :filters
ORDER BY e.created_at, e.id
LIMIT :'limit'
