-- The event types that occur, at most :most, with the times of the newest and the oldest event of each type that is asked
-- for, in a range of time.
-- Plan relied on: index (event_type, created_at), read from both ends for each type.
-- Columns: event_type, whether it is asked for, newest, oldest, the time of the :enough-th event counted from the end that is
--   read first (null without enough).
-- Example: psql -v most=1000 -v type_patterns='{task.%}' -v since='2026-01-01' -f event_type_bounds.sql
\ir parts.psql
:known_types
SELECT
  kind.event_type,
  kind.asked,
  (SELECT e.created_at
   FROM activity_events e
   WHERE kind.asked AND e.event_type = kind.event_type
     :time_range
   ORDER BY e.created_at DESC
   LIMIT 1),
  (SELECT e.created_at
   FROM activity_events e
   WHERE kind.asked AND e.event_type = kind.event_type
     :time_range
   ORDER BY e.created_at
   LIMIT 1),
\if :{?enough}
  (SELECT e.created_at
   FROM activity_events e
   WHERE kind.asked AND e.event_type = kind.event_type
     :time_range
  \if :{?oldest}
   ORDER BY e.created_at
  \else
   ORDER BY e.created_at DESC
  \endif
   OFFSET :'enough' LIMIT 1)
\else
  NULL::timestamp
\endif
FROM known_type AS kind
