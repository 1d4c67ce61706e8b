-- The agents on some boards, or one agent; see the file of the same name for PostgreSQL.
-- Columns: id, name, board_id, its name, heartbeat_config, status, last_seen_at, last_provision_error, wake_attempts.
SELECT a.id, a.name, a.board_id, b.name,
\if :{?has_heartbeat_config}
  a.heartbeat_config,
\else
  NULL,
\endif
\if :{?has_status}
  a.status,
\else
  NULL,
\endif
\if :{?has_last_seen_at}
  a.last_seen_at,
\else
  NULL,
\endif
\if :{?has_last_provision_error}
  a.last_provision_error,
\else
  NULL,
\endif
\if :{?has_wake_attempts}
  a.wake_attempts
\else
  NULL
\endif
FROM agents a
LEFT JOIN boards b ON b.id = a.board_id
WHERE true
\if :{?agent}
  AND a.id = :'agent'
\endif
\if :{?boards}
  AND a.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
\endif
\if :{?exclude_boards}
  AND (a.board_id IN (SELECT unhex(value) FROM json_each(:'exclude_boards'))) IS NOT TRUE
\endif
\if :{?agents}
  AND a.id IN (SELECT unhex(value) FROM json_each(:'agents'))
\endif
\if :{?exclude_agents}
  AND a.id NOT IN (SELECT unhex(value) FROM json_each(:'exclude_agents'))
\endif
