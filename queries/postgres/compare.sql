-- The events of two windows by type, board, agent and, for failures, message, in one pass.
-- What a message has in common with others is found in its start, so that no more of it is read.
-- Plan relied on: (event_type, created_at) through the list of types while the windows are small against the table.
-- Parameters: since and until (of filters) are the start of the earlier and the end of the later window, middle is the start of
--   the later one, gap_since the end of the earlier one where the two do not touch.
-- Columns: event_type, board_id, its name, agent_id, its name, message, events in the earlier window, in the later one.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v hash_readable_tasks=1 -v since='2026-01-01' -v middle='2026-04-01' -v until='2026-07-01' -f compare.sql
\ir parts.psql
SELECT g.event_type, g.board_id, b.name, g.agent_id, a.name, g.message, g.earlier, g.later
FROM (
  SELECT
    e.event_type,
    :event_board AS board_id,
    e.agent_id,
    CASE WHEN e.event_type LIKE '%failed' THEN left(e.message, 4000) END AS message,
    count(*) FILTER (WHERE e.created_at < :'middle') AS earlier,
    count(*) FILTER (WHERE e.created_at >= :'middle') AS later
  FROM activity_events e
  WHERE true
\if :{?types}
    AND e.event_type = ANY(:'types')
\endif
\if :{?gap_since}
    AND (e.created_at < :'gap_since' OR e.created_at >= :'middle')
\endif
    :filters
  GROUP BY 1, 2, 3, 4
) AS g
LEFT JOIN boards b ON b.id = g.board_id
LEFT JOIN agents a ON a.id = g.agent_id
