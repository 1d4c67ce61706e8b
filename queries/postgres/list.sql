-- Events that the actor may see, newest first (flag oldest: oldest first), of one bounded_in_time of time.
-- Plan relied on: by_type: per event type, index (event_type, created_at) from one end, at most :limit rows each;
--   by_time: an index that begins with created_at; via_selective_index: bitmaps of the indexes on board_id and task_id, or on
--   agent_id, of all time if few, else of a bounded_in_time together with a bitmap of (event_type, created_at);
--   none of these: whatever the planner finds. Names are joined to the :limit rows that are left.
-- Stretch: from .. upto, both included; before (or after): the key (created_at, id) where the last page ended.
-- Windows: window_starts and window_ends, both included: many stretches in turn, of all of them at most :portion rows. The outer side of
--   a nested loop is read in its own order, so the rows come in order without sorting all of them; the program
--   checks the order.
-- The sum with an empty interval keeps the planner from walking an index on created_at where few rows match (via_selective_index).
-- Columns: those of ActivityEvent, in its order, board_id the one that decides, route left out.
SELECT found.*                                                           -- if window_starts
FROM unnest(:window_starts::timestamp[], :window_ends::timestamp[]) AS w (first, last) -- if window_starts
CROSS JOIN LATERAL (                                                      -- if window_starts
SELECT
  e.id, e.event_type, e.message, e.agent_id, e.task_id, e.board_id, e.created_at,
  e.action,                     -- if has_action
  NULL::varchar,                -- if !has_action
  e.user_id,                    -- if has_user_id
  NULL::uuid,                   -- if !has_user_id
  e.actor_id,                   -- if has_actor_id
  NULL::uuid,                   -- if !has_actor_id
  a.name,
  CASE WHEN t.board_id = e.board_id THEN t.title END,         -- if agent
  CASE WHEN t.board_id = ANY(:readable) THEN t.title END,    -- if !agent
  b.name
FROM (
  SELECT e.*                                                  -- if by_type
  FROM unnest(:types::text[]) AS kind (event_type)            -- if by_type
  CROSS JOIN LATERAL (                                        -- if by_type
  SELECT
    e.id, e.event_type, e.message, e.agent_id, e.task_id, e.created_at,
    e.action,                     -- if has_action
    e.user_id,                    -- if has_user_id
    e.actor_id,                   -- if has_actor_id
    coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)) AS board_id   -- if by_event_board
    (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) AS board_id                         -- if by_task_board
  FROM activity_events e
  WHERE true
    AND e.event_type = kind.event_type                        -- if by_type
    AND (e.board_id = ANY(:boards) OR e.task_id = ANY(:board_tasks))  -- if via_selective_index board_tasks
    AND e.event_type = ANY(:types)                            -- if types !by_type
    AND e.created_at >= :from                                 -- if from
    AND e.created_at <= :upto                                 -- if upto
    AND e.created_at BETWEEN w.first AND w.last               -- if window_starts
    AND e.created_at <= :before_at AND (e.created_at < :before_at OR e.id < :before_id)      -- if before_at
    AND e.created_at >= :after_at AND (e.created_at > :after_at OR e.id > :after_id)         -- if after_at
    AND e.id = ANY(:ids)                                      -- if ids
    AND e.id BETWEEN :first_id AND :last_id                   -- if first_id
    -- include filters
  ORDER BY e.created_at DESC, e.id DESC                  -- if limit !oldest !via_selective_index
  ORDER BY e.created_at, e.id                            -- if limit oldest !via_selective_index
  ORDER BY e.created_at + interval '0' DESC, e.id DESC   -- if limit !oldest via_selective_index
  ORDER BY e.created_at + interval '0', e.id             -- if limit oldest via_selective_index
  LIMIT :limit                                                -- if limit
  ) AS e                                                      -- if by_type
  ORDER BY e.created_at DESC, e.id DESC   -- if by_type !oldest
  ORDER BY e.created_at, e.id             -- if by_type oldest
  LIMIT :limit                            -- if by_type
) AS e
LEFT JOIN agents a ON a.id = e.agent_id
LEFT JOIN tasks t ON t.id = e.task_id
LEFT JOIN boards b ON b.id = e.board_id
ORDER BY e.created_at DESC, e.id DESC   -- if !oldest
ORDER BY e.created_at, e.id             -- if oldest
) AS found                              -- if window_starts
LIMIT :portion                          -- if window_starts
