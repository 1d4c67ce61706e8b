-- The distinct event types with the instants of their newest and oldest event in a bounded_in_time of time, by a loose index
-- scan: one probe of (event_type, created_at) a type, whatever the size of the table. Types that are not asked for count
-- too, without instants: :most rows say that there are more.
-- Plan relied on: index (event_type, created_at); recursion stops after :most types.
-- Columns: event_type, whether it is asked for; with flag instants: newest, oldest, and where the :enough-th event stands,
--          counted from the end that is read first.
WITH RECURSIVE kind (event_type) AS (
  (SELECT e.event_type FROM activity_events e ORDER BY e.event_type LIMIT 1)
  UNION ALL
  SELECT (SELECT e.event_type
          FROM activity_events e
          WHERE e.event_type > kind.event_type
          ORDER BY e.event_type
          LIMIT 1)
  FROM kind
  WHERE kind.event_type IS NOT NULL
)
SELECT
  kind.event_type,
  kind.asked,                             -- if instants
  kind.asked                              -- if !instants
  (SELECT e.created_at                    -- if instants
   FROM activity_events e                 -- if instants
   WHERE kind.asked                       -- if instants
     AND e.event_type = kind.event_type   -- if instants
     AND e.created_at >= :since           -- if instants since
     AND e.created_at < :until            -- if instants until
     AND e.created_at <= :through         -- if instants through
     AND e.created_at <= :upto            -- if instants upto
     AND e.created_at >= :from            -- if instants from
   ORDER BY e.created_at DESC             -- if instants
   LIMIT 1),                              -- if instants
  (SELECT e.created_at                    -- if instants
   FROM activity_events e                 -- if instants
   WHERE kind.asked                       -- if instants
     AND e.event_type = kind.event_type   -- if instants
     AND e.created_at >= :since           -- if instants since
     AND e.created_at < :until            -- if instants until
     AND e.created_at <= :through         -- if instants through
     AND e.created_at <= :upto            -- if instants upto
     AND e.created_at >= :from            -- if instants from
   ORDER BY e.created_at                  -- if instants
   LIMIT 1),                              -- if instants
  NULL::timestamp                         -- if instants !enough
  (SELECT e.created_at                    -- if instants enough
   FROM activity_events e                 -- if instants enough
   WHERE kind.asked                       -- if instants enough
     AND e.event_type = kind.event_type   -- if instants enough
     AND e.created_at >= :since           -- if instants enough since
     AND e.created_at < :until            -- if instants enough until
     AND e.created_at <= :through         -- if instants enough through
     AND e.created_at <= :upto            -- if instants enough upto
     AND e.created_at >= :from            -- if instants enough from
   ORDER BY e.created_at DESC             -- if instants enough !oldest
   ORDER BY e.created_at                  -- if instants enough oldest
   OFFSET :enough LIMIT 1)                -- if instants enough
FROM (
  SELECT
    event_type,
    true
      AND event_type LIKE ANY(:type_patterns)       -- if type_patterns
      AND NOT event_type LIKE ANY(:exclude_types)   -- if exclude_types
      AND event_type LIKE '%failed'                 -- if failures
    AS asked
  FROM kind
  WHERE event_type IS NOT NULL
  LIMIT :most
) AS kind
