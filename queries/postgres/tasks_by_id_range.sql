-- Tasks whose id lies in a range (an id, or all that begin with a prefix), among those on the given boards.
-- Columns: id, title, board_id. At most 20 rows.
-- Example: psql -v first=000000f0-0000-4000-8000-000000000001 -v last=000000f0-0000-4000-8000-000000000001 -v boards='{000000c0-0000-4000-8000-000000000001}' -f tasks_by_id_range.sql
SELECT t.id, t.title, t.board_id
FROM tasks t
WHERE t.id BETWEEN :'first' AND :'last'
\if :{?boards}
  AND t.board_id = ANY(:'boards')
\endif
ORDER BY t.id
LIMIT 20
