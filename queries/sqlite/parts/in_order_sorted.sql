-- The same order, by an expression that no index has: the rows that a selective index yields are sorted.
\if :{?oldest}
ORDER BY +e.created_at, e.id
\else
ORDER BY +e.created_at DESC, e.id DESC
\endif
