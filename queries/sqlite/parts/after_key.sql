-- Where a page begins: behind the last key (created_at, id) of the page before, newest first or oldest first.
\if :{?before_at}
  AND e.created_at <= :'before_at' AND (e.created_at < :'before_at' OR e.id < :'before_id')
\endif
\if :{?after_at}
  AND e.created_at >= :'after_at' AND (e.created_at > :'after_at' OR e.id > :'after_id')
\endif
