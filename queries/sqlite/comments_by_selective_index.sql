-- Comments on tasks of readable boards that have next to no events.
-- Plan relied on: the index on task_id, then a sort; for the subquery see list.sql.
SELECT
  :comment_columns
FROM (
  SELECT
    :row_place
  FROM activity_events e
  WHERE e.event_type = 'task.comment'
    AND e.task_id IN (SELECT t.id
                      FROM tasks t
                      WHERE t.board_id IN (SELECT unhex(value) FROM json_each(:'boards')))
    :after_key
    :filters
  :in_order_sorted
  LIMIT :'limit'
) AS found
:row_at_place
:comment_names
