-- Users and the organizations they belong to: a row a membership, or one for a user who has none. With a member, only the
-- users of that user's active organization; see user_with_boards.sql for which that is.
-- $: member, flag has_role. Columns: id, name, email, organization name, role.
-- Example: psql -v member=000000b0-0000-4000-8000-000000000001 -f users.sql
SELECT
  u.id, u.name, u.email, o.name,
\if :{?has_role}
  m.role
\else
  NULL::varchar
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
