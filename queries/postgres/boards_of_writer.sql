-- The boards that a user may write to, by name: through a membership in the board's own organization.
-- Columns: id, name, slug.
-- Example: psql -v writer=000000b0-0000-4000-8000-000000000001 -f boards_of_writer.sql
SELECT b.id, b.name, b.slug
FROM boards b
WHERE EXISTS (SELECT
              FROM organization_members m
              WHERE m.organization_id = b.organization_id AND m.user_id = :'writer'
                AND (m.all_boards_write
                     OR EXISTS (SELECT
                                FROM organization_board_access x
                                WHERE x.organization_member_id = m.id
                                  AND x.board_id = b.id AND x.can_write)))
ORDER BY b.name, b.id
