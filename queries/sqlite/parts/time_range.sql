-- The range of time that is asked for (since, until, through), and the part of it that one query reads (from, upto).
\if :{?since}
  AND e.created_at >= :'since'
\endif
\if :{?until}
  AND e.created_at < :'until'
\endif
\if :{?through}
  AND e.created_at <= :'through'
\endif
\if :{?from}
  AND e.created_at >= :'from'
\endif
\if :{?upto}
  AND e.created_at <= :'upto'
\endif
