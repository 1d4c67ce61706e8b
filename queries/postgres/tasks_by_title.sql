-- Tasks on some boards whose title holds a text, in any letter case, the shortest titles first.
-- Columns: id, title, board_id. At most 20 rows.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v grep_folded='{a}' -f tasks_by_title.sql
SELECT t.id, t.title, t.board_id
FROM tasks t
WHERE t.board_id = ANY(:'boards')
  AND t.title ~ ANY(:'grep_folded')
ORDER BY length(t.title), t.title, t.id
LIMIT 20
