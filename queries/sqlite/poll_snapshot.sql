-- The clock, at the start of a poll.
-- Columns: now, a row number above those of all rows.
SELECT CAST(round((julianday('now') - 2451544.5) * 86400000) AS INTEGER) * 1000
\if :{?numbered}
  , (SELECT coalesce(max(rowid), 0) + 1 FROM activity_events)
\endif
