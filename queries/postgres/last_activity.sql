-- The newest event that resolves to each board.
-- Plan relied on: (event_type, created_at) through the list of types; an agent's events by the index on agent_id.
-- Columns: board_id, created_at.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v since='2026-03-01' -f last_activity.sql
\ir parts.psql
SELECT
  coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)),
  max(e.created_at)
FROM activity_events e
WHERE true
\if :{?types}
  AND e.event_type = ANY(:'types')
\endif
  :filters
GROUP BY 1
