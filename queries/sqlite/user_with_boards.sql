-- A user, the active membership, and the boards that may be read in it; see the file of the same name for PostgreSQL.
SELECT u.id, u.clerk_user_id, u.email, u.name, u.organization, b.id, b.name, b.slug
FROM (
  SELECT
    u.id, u.clerk_user_id, u.email, u.name,
    m.id AS member_id, m.organization_id, o.name AS organization, m.all_boards_read OR m.all_boards_write AS all_boards
  FROM users u
  LEFT JOIN organization_members m ON m.id = coalesce(
    (SELECT x.id FROM organization_members x WHERE x.user_id = u.id AND x.organization_id = u.active_organization_id),
    (SELECT x.id FROM organization_members x WHERE x.user_id = u.id ORDER BY x.created_at, x.id LIMIT 1)
  )
  LEFT JOIN organizations o ON o.id = m.organization_id
\if :{?id}
  WHERE u.id = :'id'
\endif
\if :{?text}
  WHERE u.clerk_user_id = :'text' OR lower(u.email) = lower(:'text')
  ORDER BY u.clerk_user_id = :'text' DESC, u.id
\endif
  LIMIT 20
) AS u
LEFT JOIN boards b
  ON u.all_boards AND b.organization_id = u.organization_id
  OR NOT u.all_boards AND b.id IN (SELECT x.board_id
                                   FROM organization_board_access x
                                   WHERE x.organization_member_id = u.member_id AND (x.can_read OR x.can_write))
ORDER BY
\if :{?text}
  u.clerk_user_id = :'text' DESC,
\endif
  u.id, b.name, b.id
