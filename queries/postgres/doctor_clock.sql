-- The clock at this moment, not at the start of the transaction.
-- Columns: now.
-- Example: psql -f doctor_clock.sql
SELECT clock_timestamp() AT TIME ZONE 'utc'
