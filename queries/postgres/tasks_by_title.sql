-- Tasks on the given boards with a text in their title, in any letter case; the whole title comes first.
-- Columns: id, title, board_id. At most 20 rows.
-- Example: psql -v text=inbox -v boards='{000000c0-0000-4000-8000-000000000001}' -f tasks_by_title.sql
SELECT t.id, t.title, t.board_id
FROM tasks t
WHERE t.board_id = ANY(:'boards')
  AND position(lower(:'text') IN lower(t.title)) > 0
ORDER BY lower(t.title) = lower(:'text') DESC, t.id
LIMIT 20
