-- An agent of a new store.
INSERT INTO agents (id, board_id, name, status, is_board_lead, identity_profile, last_seen_at,
  heartbeat_config, last_provision_error, wake_attempts)
VALUES (:'id', :'board_id', :'name', :'status', :'lead', :'profile', :'seen', :'heartbeat', :'error', :'wakes')
