-- known_type: the event types that occur, at most :most, and whether each is asked for. A loose index scan: one probe of
-- (event_type, created_at) for each type, whatever the size of the table. :most rows say that there are more.
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
),
known_type AS (
  SELECT
    event_type,
    :asked_type
    AS asked
  FROM kind
  WHERE event_type IS NOT NULL
  LIMIT :'most'
)
