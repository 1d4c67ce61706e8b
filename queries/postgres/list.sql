-- Events that the actor may see, newest first (oldest: oldest first), in a range of time.
-- Plan relied on: an index that begins with created_at, read from one end; or whatever the planner finds. Names are joined to
--   the :limit rows that are left.
-- Columns: those of ActivityEvent, in its order.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v limit=25 -f list.sql
\ir parts.psql
SELECT
  :list_columns
FROM (
  SELECT
    :event_columns,
    :event_board AS board_id
  FROM activity_events e
  WHERE true
    :after_key
    :filters
  :in_order
  LIMIT :'limit'
) AS e
:list_names
:in_order
