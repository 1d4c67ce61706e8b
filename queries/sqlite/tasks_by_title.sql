-- Tasks on the given boards with a text in their title, in any letter case; see the file of the same name for PostgreSQL.
-- Columns: id, title, board_id. At most 20 rows.
SELECT t.id, t.title, t.board_id
FROM tasks t
WHERE t.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
  AND instr(lower(t.title), lower(:'text')) > 0
ORDER BY lower(t.title) = lower(:'text') DESC, t.id
LIMIT 20
