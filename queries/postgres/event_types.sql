-- The event types that occur, at most :most, and whether each is asked for.
-- Plan relied on: index (event_type, created_at); recursion stops after :most types. Flag distributed: Citus takes no
-- recursion, so that each server reads all of its index.
-- Columns: event_type, whether it is asked for.
-- Example: psql -v most=1000 -f event_types.sql
\ir parts.psql
\if :{?distributed}
SELECT
  e.event_type,
  :asked_type
FROM activity_events e
GROUP BY 1
LIMIT :'most'
\else
:known_types
SELECT event_type, asked
FROM known_type
\endif
