-- The agents on some boards, or one agent, with what the backend says of each. A column that does not exist, or that the role
-- may not read, reads as null.
-- Columns: id, name, board_id, its name, heartbeat_config, status, last_seen_at, last_provision_error, wake_attempts.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v has_heartbeat_config=1 -v has_status=1 -v has_last_seen_at=1 -v has_last_provision_error=1 -v has_wake_attempts=1 -f agent_states.sql
SELECT a.id, a.name, a.board_id, b.name,
\if :{?has_heartbeat_config}
  a.heartbeat_config::text,
\else
  NULL::text,
\endif
\if :{?has_status}
  a.status::text,
\else
  NULL::text,
\endif
\if :{?has_last_seen_at}
  a.last_seen_at,
\else
  NULL::timestamp,
\endif
\if :{?has_last_provision_error}
  a.last_provision_error::text,
\else
  NULL::text,
\endif
\if :{?has_wake_attempts}
  a.wake_attempts::int8
\else
  NULL::int8
\endif
FROM agents a
LEFT JOIN boards b ON b.id = a.board_id
WHERE true
\if :{?agent}
  AND a.id = :'agent'
\endif
\if :{?boards}
  AND a.board_id = ANY(:'boards')
\endif
\if :{?exclude_boards}
  AND (a.board_id = ANY(:'exclude_boards')) IS NOT TRUE
\endif
\if :{?agents}
  AND a.id = ANY(:'agents')
\endif
\if :{?exclude_agents}
  AND a.id <> ALL(:'exclude_agents')
\endif
