-- The events of two windows by type, board, agent and, for failures, message; see the file of the same name for PostgreSQL.
SELECT g.event_type, g.board_id, b.name, g.agent_id, a.name, g.message, g.earlier, g.later
FROM (
  SELECT
    e.event_type,
    :event_board AS board_id,
    e.agent_id,
    CASE WHEN e.event_type GLOB '*failed' THEN substr(e.message, 1, 4000) END AS message,
    count(*) FILTER (WHERE e.created_at < :'middle') AS earlier,
    count(*) FILTER (WHERE e.created_at >= :'middle') AS later
  FROM activity_events e
  WHERE true
\if :{?gap_since}
    AND (e.created_at < :'gap_since' OR e.created_at >= :'middle')
\endif
    :filters
  GROUP BY 1, 2, 3, 4
) AS g
LEFT JOIN boards b ON b.id = g.board_id
LEFT JOIN agents a ON a.id = g.agent_id
