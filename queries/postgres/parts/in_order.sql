\if :{?oldest} \\
ORDER BY e.created_at, e.id
\else \\
ORDER BY e.created_at DESC, e.id DESC
\endif \\
