-- The times of the newest and the oldest event in a range of time; see the file of the same name for PostgreSQL.
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
