-- Comments on tasks of readable boards; see the file of the same name for PostgreSQL.
-- Plan relied on: the index on (event_type, created_at, id) from one end; for the subquery see list.sql.
SELECT
  :comment_columns
FROM (
  SELECT
    :row_place
  FROM activity_events e
  WHERE e.event_type = 'task.comment'
    :after_key
    :filters
  :in_order
  LIMIT :'limit'
) AS found
:row_at_place
:comment_names
