-- The store's own id, in hexadecimal digits.
-- Columns: id.
SELECT lower(hex(id)) FROM store_identity
