-- The boards of an agent: its own and those that its events resolve to; or those that a user may write, by name.
-- Columns: id, name, slug.
SELECT b.id, b.name, b.slug
FROM boards b
WHERE true
  AND b.id IN (SELECT a.board_id FROM agents a WHERE a.id = :agent                -- if agent
               UNION                                                              -- if agent
               SELECT coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id))  -- if agent
               FROM activity_events e                                             -- if agent
               WHERE e.agent_id = :agent)                                         -- if agent
  AND EXISTS (SELECT                                                              -- if writer
              FROM organization_members m                                         -- if writer
              WHERE m.organization_id = b.organization_id AND m.user_id = :writer -- if writer
                AND (m.all_boards_write                                           -- if writer
                     OR EXISTS (SELECT                                            -- if writer
                                FROM organization_board_access x                  -- if writer
                                WHERE x.organization_member_id = m.id             -- if writer
                                  AND x.board_id = b.id AND x.can_write)))        -- if writer
ORDER BY b.name, b.id
