-- Comments on tasks of readable boards; see the file of the same name for PostgreSQL.
-- Plan relied on: the index on (event_type, created_at, id) from one end; via_selective_index: the one on task_id, then a sort. CROSS
-- JOIN keeps the planner from reading all tasks for a page of comments, and the order of the subquery: see list.sql.
SELECT
  e.id, e.created_at, e.message, e.agent_id, a.name, a.identity_profile, e.task_id, t.title, t.board_id, b.name
FROM (
  SELECT
    e.rowid AS place              -- if numbered
    e.id AS place                 -- if !numbered
  FROM activity_events e
  WHERE e.event_type = 'task.comment'
    AND e.created_at >= :from                                 -- if from
    AND e.created_at <= :upto                                 -- if upto
    AND e.created_at <= :before_at AND (e.created_at < :before_at OR e.id < :before_id)      -- if before_at
    AND e.created_at >= :after_at AND (e.created_at > :after_at OR e.id > :after_id)         -- if after_at
    AND e.id IN (SELECT unhex(value) FROM json_each(:ids))                                      -- if ids
    AND e.task_id IN (SELECT t.id                                                               -- if via_selective_index
                      FROM tasks t                                                              -- if via_selective_index
                      WHERE t.board_id IN (SELECT unhex(value) FROM json_each(:boards)))        -- if via_selective_index
    -- include filters
  ORDER BY e.created_at DESC, e.id DESC    -- if !oldest !via_selective_index
  ORDER BY e.created_at, e.id              -- if oldest !via_selective_index
  ORDER BY +e.created_at DESC, e.id DESC   -- if !oldest via_selective_index
  ORDER BY +e.created_at, e.id             -- if oldest via_selective_index
  LIMIT :limit
) AS found
CROSS JOIN activity_events e ON e.rowid = found.place   -- if numbered
CROSS JOIN activity_events e ON e.id = found.place      -- if !numbered
CROSS JOIN tasks t ON t.id = e.task_id
CROSS JOIN boards b ON b.id = t.board_id
LEFT JOIN agents a ON a.id = e.agent_id
