-- Which boards, tasks, agents and events that an archive names are still there; see the file of the same name for PostgreSQL.
SELECT b.id
FROM boards b
WHERE b.id IN (SELECT unhex(value) FROM json_each(:'boards'))
\if :{?readable}
  AND b.id IN (SELECT unhex(value) FROM json_each(:'readable'))
\endif
UNION
SELECT t.id
FROM tasks t
WHERE t.id IN (SELECT unhex(value) FROM json_each(:'tasks'))
UNION
SELECT a.id
FROM agents a
WHERE a.id IN (SELECT unhex(value) FROM json_each(:'agents'))
UNION
SELECT e.id
FROM activity_events e
WHERE e.id IN (SELECT unhex(value) FROM json_each(:'events'))
