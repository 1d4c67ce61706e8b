-- The keys of events in a range of time whose transactions have an id from :mark on: those that a tail had not yet been
-- able to see when all of that range was dealt with. Asked after the database's clock was set back.
-- :next is the next transaction id of this transaction's moment, both as 64 bits: xmin alone has lost its epoch.
-- Plan relied on: as for keys.
-- Columns: created_at, id.
-- Example: psql -v boards='{000000c0-0000-4000-8000-000000000001}' -v from='2026-01-01' -v before_at='2027-01-01' -v before_id=ffffffff-ffff-ffff-ffff-ffffffffffff -v mark=3 -v next=1000 -f keys_since.sql
\ir parts.psql
SELECT e.created_at, e.id
FROM activity_events e
WHERE true
\if :{?types}
  AND e.event_type = ANY(:'types')
\endif
  AND (e.created_at < :'before_at' OR e.created_at = :'before_at' AND e.id < :'before_id')
  AND :'next' - age(e.xmin) >= :'mark'
  :filters
