-- Ids of boards, tasks, agents and events in an archive that still exist. Boards are limited to those that the user may read.
-- For the others only their existence is returned: an event of a readable board may belong to a task of another board.
-- Plan relied on: the primary keys.
-- Columns: id.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v tasks='{}' -v agents='{}' -v events='{}' -f still_there.sql
SELECT b.id
FROM boards b
WHERE b.id = ANY(:'boards')
\if :{?readable}
  AND b.id = ANY(:'readable')
\endif
UNION
SELECT t.id
FROM tasks t
WHERE t.id = ANY(:'tasks')
UNION
SELECT a.id
FROM agents a
WHERE a.id = ANY(:'agents')
UNION
SELECT e.id
FROM activity_events e
WHERE e.id = ANY(:'events')
