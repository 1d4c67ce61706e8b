-- A user and the active membership: that of users.active_organization_id if there is one, else the oldest by
-- (created_at, id). Without a membership its columns are null.
-- $: id or text (an e-mail address or a Clerk id). Columns: id, clerk_user_id, email, name, member_id, organization_id,
--    organization name, all_boards_read, all_boards_write. At most 20 rows, exact Clerk ids first.
SELECT
  u.id, u.clerk_user_id, u.email, u.name,
  m.id, m.organization_id, o.name, m.all_boards_read, m.all_boards_write
FROM users u
LEFT JOIN LATERAL (
  SELECT m.id, m.organization_id, m.all_boards_read, m.all_boards_write
  FROM organization_members m
  WHERE m.user_id = u.id
  ORDER BY (m.organization_id = u.active_organization_id) IS TRUE DESC, m.created_at, m.id
  LIMIT 1
) m ON true
LEFT JOIN organizations o ON o.id = m.organization_id
WHERE u.id = :id                                            -- if id
WHERE u.clerk_user_id = :text OR u.email = :text            -- if text
ORDER BY u.clerk_user_id = :text DESC, u.id                 -- if text
LIMIT 20
