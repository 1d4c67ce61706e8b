-- What the role may do with the tables and columns that we read.
-- Columns: table, whether all of it may be read, columns of ours that may not be read, whether rows may be inserted,
--          whether rows may be changed or deleted.
SELECT
  needed.name,
  has_table_privilege(needed.name, 'SELECT'),
  ARRAY(SELECT a.attname::text
        FROM pg_attribute a
        WHERE a.attrelid = to_regclass(needed.name) AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname::text = ANY(needed.columns)
          AND NOT has_column_privilege(needed.name, a.attnum, 'SELECT')
        ORDER BY a.attnum),
  has_any_column_privilege(needed.name, 'INSERT'),
  has_table_privilege(needed.name, 'UPDATE, DELETE, TRUNCATE')
FROM (VALUES
  ('activity_events', ARRAY['id', 'event_type', 'message', 'agent_id', 'task_id', 'created_at', 'board_id',
                            'action', 'user_id', 'actor_id']),
  ('boards', ARRAY['id', 'organization_id', 'name', 'slug']),
  ('tasks', ARRAY['id', 'board_id', 'title']),
  ('agents', ARRAY['id', 'board_id', 'name', 'identity_profile', 'agent_token_hash']),
  ('users', ARRAY['id', 'clerk_user_id', 'email', 'name', 'active_organization_id']),
  ('organizations', ARRAY['id', 'name']),
  ('organization_members', ARRAY['id', 'organization_id', 'user_id', 'all_boards_read', 'all_boards_write',
                                 'created_at']),
  ('organization_board_access', ARRAY['organization_member_id', 'board_id', 'can_read', 'can_write'])
) AS needed (name, columns)
