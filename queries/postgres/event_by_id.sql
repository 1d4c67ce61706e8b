-- Events that already have one of these ids. Access rules do not apply: the writer compares them with what it is about to write.
-- Plan relied on: the primary key.
-- Columns: id, event_type, message, agent_id, task_id, created_at, action, user_id, actor_id, board_id.
-- Example: psql -v ids='{0064f11a-350d-5581-bc3b-abbe1d32327e}' -f event_by_id.sql
\ir parts.psql
SELECT
  :event_columns,
  e.board_id
FROM activity_events e
WHERE e.id = ANY(:'ids')
