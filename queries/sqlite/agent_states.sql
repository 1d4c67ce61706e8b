-- The agents on some boards, or one agent; see the file of the same name for PostgreSQL.
-- Columns: id, name, board_id, its name, heartbeat_config, status, last_seen_at, last_provision_error, wake_attempts.
SELECT a.id, a.name, a.board_id, b.name,
  a.heartbeat_config,      -- if has_heartbeat_config
  NULL,                    -- if !has_heartbeat_config
  a.status,                -- if has_status
  NULL,                    -- if !has_status
  a.last_seen_at,          -- if has_last_seen_at
  NULL,                    -- if !has_last_seen_at
  a.last_provision_error,  -- if has_last_provision_error
  NULL,                    -- if !has_last_provision_error
  a.wake_attempts          -- if has_wake_attempts
  NULL                     -- if !has_wake_attempts
FROM agents a
LEFT JOIN boards b ON b.id = a.board_id
WHERE true
  AND a.id = :agent                                                                                  -- if agent
  AND a.board_id IN (SELECT unhex(value) FROM json_each(:boards))                                    -- if boards
  AND (a.board_id IN (SELECT unhex(value) FROM json_each(:exclude_boards))) IS NOT TRUE              -- if exclude_boards
  AND a.id IN (SELECT unhex(value) FROM json_each(:agents))                                          -- if agents
  AND a.id NOT IN (SELECT unhex(value) FROM json_each(:exclude_agents))                              -- if exclude_agents
