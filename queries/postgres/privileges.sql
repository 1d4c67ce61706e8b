-- What the role lacks of that which grants.sql gives: to read, flag hashes also to let agents log in, flag write to log.
-- Columns: role, what is missing as one text or null.
SELECT
  current_user::text,
  string_agg(gap.text, '; ' ORDER BY gap.text)
FROM (
  SELECT needed.privilege || ' (' || string_agg(a.attname::text, ', ' ORDER BY a.attnum) || ') ON ' || needed.tab AS text
  FROM (
    VALUES
      ('activity_events', 'SELECT', NULL::name[]),
      ('activity_events', 'INSERT', NULL),                                                              -- if write
      ('agents', 'SELECT', '{agent_token_hash}'),                                                       -- if hashes
      ('agents', 'SELECT', '{id,board_id,name,identity_profile,last_seen_at}'),
      ('boards', 'SELECT', '{id,organization_id,name,slug}'),
      ('organization_board_access', 'SELECT', '{organization_member_id,board_id,can_read,can_write}'),
      ('organization_members', 'SELECT',
       '{id,organization_id,user_id,all_boards_read,all_boards_write,created_at}'),
      ('organizations', 'SELECT', '{id,name}'),
      ('tasks', 'SELECT', '{id,board_id,title}'),
      ('users', 'SELECT', '{id,clerk_user_id,email,name,active_organization_id}')
  ) AS needed (tab, privilege, columns)
  JOIN pg_attribute a
    ON a.attrelid = to_regclass(needed.tab) AND a.attnum > 0 AND NOT a.attisdropped
   AND (needed.columns IS NULL OR a.attname = ANY(needed.columns))
  WHERE NOT has_column_privilege(a.attrelid, a.attnum, needed.privilege)
  GROUP BY needed.tab, needed.privilege
) AS gap
