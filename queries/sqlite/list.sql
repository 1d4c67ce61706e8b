-- Events that the actor may see, newest or oldest first; see the file of the same name for PostgreSQL.
-- Plan relied on: the index on (created_at, id) from one end. The subquery finds and orders rows without their messages, which
-- a sort would hold in memory. It is the outermost loop, so that its order is that of the result; the program checks it.
SELECT
  :list_columns
FROM (
  SELECT
    :row_place,
    :event_board AS board_id
  FROM activity_events e
  WHERE true
    :after_key
    :filters
  :in_order
  LIMIT :'limit'
) AS found
:row_at_place
:list_names
