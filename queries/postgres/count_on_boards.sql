-- How many events the boards have in all, for a list without other filters.
-- Plan relied on: the index on board_id alone for events with a board; its null entries and the tasks for the rest.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -f count_on_boards.sql
SELECT (SELECT count(*) FROM activity_events e WHERE e.board_id = ANY(:'boards'))
     + (SELECT count(*)
        FROM activity_events e
        WHERE e.board_id IS NULL AND e.task_id IN (SELECT t.id FROM tasks t WHERE t.board_id = ANY(:'boards')))
