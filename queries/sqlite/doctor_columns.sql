-- Columns that are read and that the tables lack; see the file of the same name for PostgreSQL.
WITH needed (tab, name) AS (VALUES
  ('activity_events', 'id'), ('activity_events', 'event_type'), ('activity_events', 'message'),
  ('activity_events', 'agent_id'), ('activity_events', 'task_id'), ('activity_events', 'created_at'),
  ('activity_events', 'board_id'),
  ('boards', 'id'), ('boards', 'organization_id'), ('boards', 'name'),
  ('boards', 'slug'),
  ('tasks', 'id'), ('tasks', 'board_id'), ('tasks', 'title'),
  ('tasks', 'status'), ('tasks', 'assigned_agent_id'),
  ('agents', 'id'), ('agents', 'board_id'), ('agents', 'name'),
  ('agents', 'identity_profile'), ('agents', 'last_seen_at'), ('agents', 'agent_token_hash'),
  ('agents', 'status'), ('agents', 'heartbeat_config'), ('agents', 'last_provision_error'), ('agents', 'wake_attempts'),
  ('users', 'id'), ('users', 'clerk_user_id'), ('users', 'email'),
  ('users', 'name'), ('users', 'active_organization_id'),
  ('organizations', 'id'), ('organizations', 'name'),
  ('organization_members', 'id'), ('organization_members', 'organization_id'), ('organization_members', 'user_id'),
  ('organization_members', 'all_boards_read'), ('organization_members', 'all_boards_write'), ('organization_members', 'created_at'),
  ('organization_board_access', 'organization_member_id'), ('organization_board_access', 'board_id'), ('organization_board_access', 'can_read'),
  ('organization_board_access', 'can_write')
)
SELECT needed.tab || '.' || needed.name
FROM needed
WHERE NOT EXISTS (SELECT 1 FROM pragma_table_info(needed.tab) i WHERE i.name = needed.name)
ORDER BY 1
