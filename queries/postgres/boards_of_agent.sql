-- The boards of an agent, by name: its own, and those that its events belong to.
-- Columns: id, name, slug.
-- Example: psql -v agent=000000e0-0000-4000-8000-000000000001 -f boards_of_agent.sql
SELECT b.id, b.name, b.slug
FROM boards b
WHERE b.id IN (SELECT a.board_id FROM agents a WHERE a.id = :'agent'
               UNION
               SELECT coalesce(e.board_id, (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id))
               FROM activity_events e
               WHERE e.agent_id = :'agent')
ORDER BY b.name, b.id
