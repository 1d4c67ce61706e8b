-- The times of the newest and the oldest event in a range of time; with comments, of the newest and the oldest comment.
-- Plan relied on: an index that begins with created_at, or for comments with (event_type, created_at), read from both ends.
-- Columns: newest, oldest.
-- Example: psql -v since='2026-03-01' -f time_bounds.sql
\ir parts.psql
SELECT
  (SELECT e.created_at
   FROM activity_events e
   WHERE true
     :time_range
\if :{?comments}
     AND e.event_type = 'task.comment'
\endif
   ORDER BY e.created_at DESC
   LIMIT 1),
  (SELECT e.created_at
   FROM activity_events e
   WHERE true
     :time_range
\if :{?comments}
     AND e.event_type = 'task.comment'
\endif
   ORDER BY e.created_at
   LIMIT 1)
