-- Comments on tasks of readable boards, by their ids.
-- Plan relied on: the primary key; for the subquery see list.sql.
SELECT
  :comment_columns
FROM (
  SELECT
    :row_place
  FROM activity_events e
  WHERE e.event_type = 'task.comment'
    AND e.id IN (SELECT unhex(value) FROM json_each(:'ids'))
    :filters
  :in_order
  LIMIT :'limit'
) AS found
:row_at_place
:comment_names
