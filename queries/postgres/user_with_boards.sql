-- A user, the active membership, and the boards that may be read in it, by name: a row a board, or one without a board.
-- Active: that of users.active_organization_id if there is one, else the oldest by (created_at, id). Readable: with
-- all_boards_read or all_boards_write every board of that organization, else those with an access row, wherever they are.
-- $: id or text (an e-mail address or a Clerk id). Flag role: the user of a bounded role (boundary.sql). Columns: id, clerk_user_id, email, name, organization name, id of the
--    board, its name, its slug. At most 20 users, exact Clerk ids first.
-- Example: psql -v text=u1@example.test -f user_with_boards.sql
SELECT u.id, u.clerk_user_id, u.email, u.name, o.name, b.id, b.name, b.slug
FROM (
  SELECT
    u.id, u.clerk_user_id, u.email, u.name,
    m.id AS member_id, m.organization_id, m.all_boards_read OR m.all_boards_write AS all_boards
  FROM users u
  LEFT JOIN LATERAL (
    SELECT m.id, m.organization_id, m.all_boards_read, m.all_boards_write
    FROM organization_members m
    WHERE m.user_id = u.id
    ORDER BY (m.organization_id = u.active_organization_id) IS TRUE DESC, m.created_at, m.id
    LIMIT 1
  ) m ON true
\if :{?id}
  WHERE u.id = :'id'
\endif
\if :{?role}
  WHERE u.id = (SELECT me.user_id FROM mc_activity_boundary.me)
\endif
\if :{?text}
  WHERE u.clerk_user_id = :'text' OR lower(u.email) = lower(:'text')
  ORDER BY u.clerk_user_id = :'text' DESC, u.id
\endif
  LIMIT 20
) AS u
LEFT JOIN organizations o ON o.id = u.organization_id
LEFT JOIN boards b ON b.id = ANY(ARRAY(
  SELECT b.id
  FROM boards b
  WHERE u.all_boards AND b.organization_id = u.organization_id
  UNION ALL
  SELECT x.board_id
  FROM organization_board_access x
  WHERE NOT u.all_boards AND x.organization_member_id = u.member_id AND (x.can_read OR x.can_write)
))
ORDER BY
\if :{?text}
  u.clerk_user_id = :'text' DESC,
\endif
  u.id, b.name, b.id
