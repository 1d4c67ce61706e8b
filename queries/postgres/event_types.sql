-- The event types that occur, at most :most, and whether each is asked for.
-- Plan relied on: index (event_type, created_at); recursion stops after :most types.
-- Columns: event_type, whether it is asked for.
-- Example: psql -v most=1000 -f event_types.sql
\ir parts.psql
:known_types
SELECT event_type, asked
FROM known_type
