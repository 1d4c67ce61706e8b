-- A user and the active membership; see the file of the same name for PostgreSQL.
SELECT
  u.id, u.clerk_user_id, u.email, u.name,
  m.id, m.organization_id, o.name, m.all_boards_read, m.all_boards_write
FROM users u
LEFT JOIN organization_members m ON m.id = coalesce(
  (SELECT x.id FROM organization_members x WHERE x.user_id = u.id AND x.organization_id = u.active_organization_id),
  (SELECT x.id FROM organization_members x WHERE x.user_id = u.id ORDER BY x.created_at, x.id LIMIT 1)
)
LEFT JOIN organizations o ON o.id = m.organization_id
WHERE u.id = :id                                            -- if id
WHERE u.clerk_user_id = :text OR u.email = :text            -- if text
ORDER BY u.clerk_user_id = :text DESC, u.id                 -- if text
LIMIT 20
