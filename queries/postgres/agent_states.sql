-- The agents on some boards, or one agent, with what the backend says of each. A column that does not exist, or that the role
-- may not read, reads as null.
-- Columns: id, name, board_id, its name, heartbeat_config, status, last_seen_at, last_provision_error, wake_attempts.
SELECT a.id, a.name, a.board_id, b.name,
  a.heartbeat_config::text,      -- if has_heartbeat_config
  NULL::text,                    -- if !has_heartbeat_config
  a.status::text,                -- if has_status
  NULL::text,                    -- if !has_status
  a.last_seen_at,                -- if has_last_seen_at
  NULL::timestamp,               -- if !has_last_seen_at
  a.last_provision_error::text,  -- if has_last_provision_error
  NULL::text,                    -- if !has_last_provision_error
  a.wake_attempts::int8          -- if has_wake_attempts
  NULL::int8                     -- if !has_wake_attempts
FROM agents a
LEFT JOIN boards b ON b.id = a.board_id
WHERE true
  AND a.id = :agent                                       -- if agent
  AND a.board_id = ANY(:boards)                           -- if boards
  AND (a.board_id = ANY(:exclude_boards)) IS NOT TRUE     -- if exclude_boards
  AND a.id = ANY(:agents)                                 -- if agents
  AND a.id <> ALL(:exclude_agents)                        -- if exclude_agents
