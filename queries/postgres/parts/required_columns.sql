-- The tables and columns that are read, for other queries to include; those that only the documented schema has too.
-- Columns: name, table, columns.
VALUES
  ('activity_events', to_regclass('activity_events'),
   ARRAY['id', 'event_type', 'message', 'agent_id', 'task_id', 'created_at', 'board_id', 'action', 'user_id',
         'actor_id']),
  ('boards', to_regclass('boards'), ARRAY['id', 'organization_id', 'name', 'slug']),
  ('tasks', to_regclass('tasks'), ARRAY['id', 'board_id', 'title', 'status', 'assigned_agent_id']),
  ('agents', to_regclass('agents'),
   ARRAY['id', 'board_id', 'name', 'identity_profile', 'last_seen_at', 'agent_token_hash', 'status', 'heartbeat_config',
         'last_provision_error', 'wake_attempts']),
  ('users', to_regclass('users'), ARRAY['id', 'clerk_user_id', 'email', 'name', 'active_organization_id']),
  ('organizations', to_regclass('organizations'), ARRAY['id', 'name']),
  ('organization_members', to_regclass('organization_members'),
   ARRAY['id', 'organization_id', 'user_id', 'all_boards_read', 'all_boards_write', 'created_at']),
  ('organization_board_access', to_regclass('organization_board_access'),
   ARRAY['organization_member_id', 'board_id', 'can_read', 'can_write'])
