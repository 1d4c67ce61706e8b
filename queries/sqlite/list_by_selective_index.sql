-- Events that the actor may see, newest or oldest first, on boards that have next to no events.
-- Plan relied on: the indexes on board_id and task_id, then a sort; for the subquery see list.sql.
SELECT
  :list_columns
FROM (
  SELECT
    :row_place,
    :event_board AS board_id
  FROM activity_events e
  WHERE (e.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
         OR e.task_id IN (SELECT t.id
                          FROM tasks t
                          WHERE t.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))))
    :after_key
    :filters
  :in_order_sorted
  LIMIT :'limit'
) AS found
:row_at_place
:list_names
