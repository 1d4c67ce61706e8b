-- Events that the actor may see by their ids, or with ids in a range, newest first (oldest: oldest first).
-- Plan relied on: the primary key.
-- Columns: those of ActivityEvent, in its order.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v ids='{0064f11a-350d-5581-bc3b-abbe1d32327e}' -v limit=25 -f list_by_id.sql
\ir parts.psql
SELECT
  :list_columns
FROM (
  SELECT
    :event_columns,
    :event_board AS board_id
  FROM activity_events e
\if :{?ids}
  WHERE e.id = ANY(:'ids')
\else
  WHERE e.id BETWEEN :'first_id' AND :'last_id'
\endif
    :filters
  :in_order
  LIMIT :'limit'
) AS e
:list_names
:in_order
