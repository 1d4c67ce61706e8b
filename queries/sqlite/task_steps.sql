-- What happened to tasks in a stretch of time, oldest first; see the file of the same name for PostgreSQL.
SELECT
  e.task_id, e.id, e.event_type, e.created_at, e.agent_id,
  CASE WHEN e.event_type = 'task.status_changed' THEN substr(e.message, 1, 64) END
FROM activity_events e
WHERE e.task_id IS NOT NULL
  :filters
ORDER BY e.created_at, e.id
