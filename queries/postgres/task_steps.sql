-- What happened to tasks in a stretch of time, oldest first: from it follows what a task waits for, and how fast messages
-- are answered. Messages stay behind, but for the start of those that name a status.
-- Plan relied on: (event_type, created_at) for each of the types, or the index on task_id where tasks are named.
-- Columns: task, event, type, time, agent, the start of the message of a change of status.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v bounded_in_time=1 -v since='2026-01-01' -v through='2027-01-01' -f task_steps.sql
\ir parts.psql
SELECT
  e.task_id, e.id, e.event_type, e.created_at, e.agent_id,
  CASE WHEN e.event_type = 'task.status_changed' THEN left(e.message, 64) END
FROM activity_events e
WHERE e.task_id IS NOT NULL
\if :{?types}
  AND e.event_type = ANY(:'types')
\endif
  :filters
ORDER BY e.created_at, e.id
