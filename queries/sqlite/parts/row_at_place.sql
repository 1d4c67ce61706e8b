-- CROSS JOIN keeps the planner from another order of loops: the subquery stays the outermost.
\if :{?numbered}
CROSS JOIN activity_events e ON e.rowid = found.place
\else
CROSS JOIN activity_events e ON e.id = found.place
\endif
