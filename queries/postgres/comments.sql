-- Comments on tasks of readable boards with task, board and agent, newest first (flag oldest: oldest first), of one
-- bounded_in_time of time. Only U+0020 is trimmed to find empty messages, as the backend does.
-- Plan relied on: (event_type, created_at) from one end, for the one type; with tasks, (task_id, created_at) where the
--   type is task.comment. Names are joined to the :limit rows that are left.
-- Windows (window_starts, window_ends): see list.sql.
-- The sum with an empty interval keeps the planner from walking an index on created_at where few rows match (via_selective_index).
-- Columns: those of TaskComment, in its order; the agent's identity profile in place of its role.
SELECT found.*                                                           -- if window_starts
FROM unnest(:window_starts::timestamp[], :window_ends::timestamp[]) AS w (first, last) -- if window_starts
CROSS JOIN LATERAL (                                                      -- if window_starts
SELECT
  e.id, e.created_at, e.message, e.agent_id, a.name, a.identity_profile::text, e.task_id, t.title, t.board_id, b.name
FROM (
  SELECT e.id, e.created_at, e.message, e.agent_id, e.task_id
  FROM activity_events e
  WHERE e.event_type = 'task.comment'
    AND e.created_at >= :from                                 -- if from
    AND e.created_at <= :upto                                 -- if upto
    AND e.created_at BETWEEN w.first AND w.last               -- if window_starts
    AND e.created_at <= :before_at AND (e.created_at < :before_at OR e.id < :before_id)      -- if before_at
    AND e.created_at >= :after_at AND (e.created_at > :after_at OR e.id > :after_id)         -- if after_at
    AND e.id = ANY(:ids)                                      -- if ids
    AND e.task_id = ANY(:board_tasks)                         -- if via_selective_index board_tasks
    -- include filters
  ORDER BY e.created_at DESC, e.id DESC                  -- if limit !oldest !via_selective_index
  ORDER BY e.created_at, e.id                            -- if limit oldest !via_selective_index
  ORDER BY e.created_at + interval '0' DESC, e.id DESC   -- if limit !oldest via_selective_index
  ORDER BY e.created_at + interval '0', e.id             -- if limit oldest via_selective_index
  LIMIT :limit                                                -- if limit
) AS e
JOIN tasks t ON t.id = e.task_id
JOIN boards b ON b.id = t.board_id
LEFT JOIN agents a ON a.id = e.agent_id
ORDER BY e.created_at DESC, e.id DESC   -- if !oldest
ORDER BY e.created_at, e.id             -- if oldest
) AS found                              -- if window_starts
LIMIT :portion                          -- if window_starts
