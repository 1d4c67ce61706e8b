-- The same order, by an expression that no index has: the planner has to sort the rows that a selective index yields, and
-- cannot walk an index on created_at instead.
\if :{?oldest} \\
ORDER BY e.created_at + interval '0', e.id
\else \\
ORDER BY e.created_at + interval '0' DESC, e.id DESC
\endif \\
