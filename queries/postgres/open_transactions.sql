-- When the transactions that have written began, as far as this role may know.
-- Columns: xid (64 bits, as text), began.
SELECT
  (x.full_xid)::text,
  s.xact_start AT TIME ZONE 'utc'
FROM pg_stat_activity s
CROSS JOIN LATERAL (SELECT open.xid AS full_xid
                    FROM pg_snapshot_xip(pg_current_snapshot()) AS open (xid)
                    WHERE open.xid::xid = s.backend_xid) AS x
WHERE s.backend_xid IS NOT NULL AND s.xact_start IS NOT NULL
