-- Events that the actor may see, newest or oldest first; see the file of the same name for PostgreSQL.
-- Plan relied on: the index on (created_at, id) from one end; via_selective_index: those on board_id and task_id, then a sort.
-- The subquery finds and orders rows without their messages, which a sort would hold in memory. It is the outermost loop, so
-- its order is that of the answer; the program checks it.
SELECT
  e.id, e.event_type, e.message, e.agent_id, e.task_id, found.board_id, e.created_at,
  e.action,                     -- if has_action
  NULL,                -- if !has_action
  e.user_id,                    -- if has_user_id
  NULL,                   -- if !has_user_id
  e.actor_id,                   -- if has_actor_id
  NULL,                   -- if !has_actor_id
  a.name,
  CASE WHEN t.board_id = found.board_id THEN t.title END,         -- if agent
  CASE WHEN t.board_id IN (SELECT unhex(value) FROM json_each(:readable)) THEN t.title END,    -- if !agent
  b.name
FROM (
  SELECT
    e.rowid AS place,             -- if numbered
    e.id AS place,                -- if !numbered
    coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)) AS board_id   -- if by_event_board
    (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) AS board_id                         -- if by_task_board
  FROM activity_events e
  WHERE true
    AND e.created_at >= :from                                 -- if from
    AND e.created_at <= :upto                                 -- if upto
    AND e.created_at <= :before_at AND (e.created_at < :before_at OR e.id < :before_id)      -- if before_at
    AND e.created_at >= :after_at AND (e.created_at > :after_at OR e.id > :after_id)         -- if after_at
    AND e.id IN (SELECT unhex(value) FROM json_each(:ids))                                      -- if ids
    AND e.id BETWEEN :first_id AND :last_id                   -- if first_id
    AND (e.board_id IN (SELECT unhex(value) FROM json_each(:boards))                            -- if via_selective_index
         OR e.task_id IN (SELECT t.id                                                           -- if via_selective_index
                          FROM tasks t                                                          -- if via_selective_index
                          WHERE t.board_id IN (SELECT unhex(value) FROM json_each(:boards))))   -- if via_selective_index
    -- include filters
  ORDER BY e.created_at DESC, e.id DESC    -- if !oldest !via_selective_index
  ORDER BY e.created_at, e.id              -- if oldest !via_selective_index
  ORDER BY +e.created_at DESC, e.id DESC   -- if !oldest via_selective_index
  ORDER BY +e.created_at, e.id             -- if oldest via_selective_index
  LIMIT :limit
) AS found
CROSS JOIN activity_events e ON e.rowid = found.place   -- if numbered
CROSS JOIN activity_events e ON e.id = found.place      -- if !numbered
LEFT JOIN agents a ON a.id = e.agent_id
LEFT JOIN tasks t ON t.id = e.task_id
LEFT JOIN boards b ON b.id = found.board_id
