-- Waits for its turn where the key is not the id alone, as in a partitioned table: two writers of one id must not both find
-- that it is free. Held until the transaction ends; one lock, whatever the number of ids.
-- Columns: none that matter.
-- Example: psql -f lock_event_ids.sql
SELECT pg_advisory_xact_lock(x'6d636163'::int4, 0)
WHERE NOT EXISTS (SELECT
                  FROM pg_index i
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = 'id'
                  WHERE i.indrelid = to_regclass('activity_events') AND i.indisunique AND i.indnkeyatts = 1)
