-- Events that the actor may see in several windows of time, one after the other, at most :portion rows of all of them.
-- Windows are given by their ends, both included, in the order of the rows. The outer side of a nested loop is read in its
-- own order, so that only the rows of one window are sorted; the program checks the order.
-- Plan relied on: a nested loop over the windows; in each (event_type, created_at) through the list of types.
-- Columns: those of ActivityEvent, in its order.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v readable='{000000c0-0000-4000-8000-000000000001}' -v window_starts='{2026-03-15,2026-03-14}' -v window_ends='{2026-03-16,2026-03-14 23:59:59}' -v portion=1000 -f list_windows.sql
\ir parts.psql
SELECT found.*
FROM unnest(:'window_starts'::timestamp[], :'window_ends'::timestamp[]) AS w (first, last)
CROSS JOIN LATERAL (
  SELECT
    :list_columns
  FROM (
    SELECT
      :event_columns,
      :event_board AS board_id
    FROM activity_events e
    WHERE e.created_at BETWEEN w.first AND w.last
\if :{?types}
      AND e.event_type = ANY(:'types')
\endif
      :after_key
      :filters
  ) AS e
  :list_names
  :in_order
) AS found
LIMIT :'portion'
