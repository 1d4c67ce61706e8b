-- The clock at this moment.
-- Columns: now.
SELECT CAST(round((julianday('now') - 2451544.5) * 86400000) AS INTEGER) * 1000
