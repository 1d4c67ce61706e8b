-- Who made the store, and whether log has written to it since.
-- Columns: made_by, written_at.
SELECT made_by, written_at FROM store_origin
