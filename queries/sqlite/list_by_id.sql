-- Events that the actor may see by their ids, or with ids in a range; see the file of the same name for PostgreSQL.
-- Plan relied on: the primary key; for the subquery see list.sql.
SELECT
  :list_columns
FROM (
  SELECT
    :row_place,
    :event_board AS board_id
  FROM activity_events e
\if :{?ids}
  WHERE e.id IN (SELECT unhex(value) FROM json_each(:'ids'))
\else
  WHERE e.id BETWEEN :'first_id' AND :'last_id'
\endif
    :filters
  :in_order
  LIMIT :'limit'
) AS found
:row_at_place
:list_names
