-- The instants of the newest and the oldest event in a bounded_in_time of time.
-- Plan relied on: an index that begins with created_at, or for comments with (event_type, created_at), read from both ends.
SELECT
  (SELECT e.created_at
   FROM activity_events e
   WHERE true
     AND e.created_at >= :since     -- if since
     AND e.created_at < :until      -- if until
     AND e.created_at <= :through   -- if through
     AND e.created_at <= :upto      -- if upto
     AND e.created_at >= :from      -- if from
     AND e.event_type = 'task.comment'   -- if comments
   ORDER BY e.created_at DESC
   LIMIT 1),
  (SELECT e.created_at
   FROM activity_events e
   WHERE true
     AND e.created_at >= :since     -- if since
     AND e.created_at < :until      -- if until
     AND e.created_at <= :through   -- if through
     AND e.created_at <= :upto      -- if upto
     AND e.created_at >= :from      -- if from
     AND e.event_type = 'task.comment'   -- if comments
   ORDER BY e.created_at
   LIMIT 1)
