-- Events that the actor may see, newest first (oldest: oldest first), where few match: an agent, a task, a quiet board.
-- board_tasks are the tasks of the boards.
-- Plan relied on: bitmaps of the indexes on board_id and task_id, or on agent_id; in a range of time together with a bitmap of
--   (event_type, created_at) through the list of types. Then one sort.
-- Columns: those of ActivityEvent, in its order.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v tasks='{000000f0-0000-4000-8000-000000000001}' -v limit=25 -f list_by_selective_index.sql
\ir parts.psql
SELECT
  :list_columns
FROM (
  SELECT
    :event_columns,
    :event_board AS board_id
  FROM activity_events e
  WHERE true
\if :{?board_tasks}
    AND (e.board_id = ANY(:'boards') OR e.task_id = ANY(:'board_tasks'))
\endif
\if :{?types}
    AND e.event_type = ANY(:'types')
\endif
    :after_key
    :filters
  :in_order_sorted
  LIMIT :'limit'
) AS e
:list_names
:in_order
