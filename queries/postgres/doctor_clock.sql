-- The clock at this moment, not at the start of the transaction.
-- Columns: now.
SELECT clock_timestamp() AT TIME ZONE 'utc'
