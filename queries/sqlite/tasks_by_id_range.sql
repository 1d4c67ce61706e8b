-- Tasks whose id lies in a range (an id, or all that begin with a prefix), among those on the given boards.
-- Columns: id, title, board_id. At most 20 rows.
SELECT t.id, t.title, t.board_id
FROM tasks t
WHERE t.id BETWEEN :'first' AND :'last'
\if :{?boards}
  AND t.board_id IN (SELECT unhex(value) FROM json_each(:'boards'))
\endif
ORDER BY t.id
LIMIT 20
