-- Tasks on some boards whose title holds a text; see the file of the same name for PostgreSQL.
SELECT t.id, t.title, t.board_id
FROM tasks t
WHERE t.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
  AND EXISTS (SELECT 1 FROM json_each(:'grep_folded') AS j WHERE t.title GLOB j.value)
ORDER BY length(t.title), t.title, t.id
LIMIT 20
