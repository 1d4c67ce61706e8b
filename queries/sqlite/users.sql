-- Users and the organizations they belong to; see the file of the same name for PostgreSQL.
SELECT
  u.id, u.name, u.email, o.name,
\if :{?has_role}
  m.role
\else
  NULL
\endif
FROM users u
LEFT JOIN organization_members m ON m.user_id = u.id
LEFT JOIN organizations o ON o.id = m.organization_id
\if :{?member}
WHERE m.organization_id = (SELECT x.organization_id
                           FROM organization_members x
                           JOIN users y ON y.id = x.user_id
                           WHERE y.id = :'member'
                           ORDER BY (x.organization_id = y.active_organization_id) IS TRUE DESC, x.created_at, x.id
                           LIMIT 1)
   OR u.id = :'member' AND m.id IS NULL
\endif
ORDER BY u.name, u.email, u.id, o.name, m.id
