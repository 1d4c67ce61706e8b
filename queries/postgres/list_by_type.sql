-- Events that the actor may see, newest first (oldest: oldest first), in a range of time, of the given types.
-- Plan relied on: for each type the index on (event_type, created_at) from one end, at most :limit rows each.
-- Columns: those of ActivityEvent, in its order.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v types='{task.comment,agent.heartbeat}' -v limit=25 -f list_by_type.sql
\ir parts.psql
SELECT
  :list_columns
FROM (
  SELECT e.*
  FROM unnest(:'types'::text[]) AS kind (event_type)
  CROSS JOIN LATERAL (
    SELECT
      :event_columns,
      :event_board AS board_id
    FROM activity_events e
    WHERE e.event_type = kind.event_type
      :after_key
      :filters
    :in_order
    LIMIT :'limit'
  ) AS e
  :in_order
  LIMIT :'limit'
) AS e
:list_names
:in_order
