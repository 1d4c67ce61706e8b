-- Notes that log has written to a store, so that demo does not replace it.
UPDATE store_origin SET written_at = :'now' WHERE written_at IS NULL
