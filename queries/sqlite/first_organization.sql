-- The id of the oldest organization, in hexadecimal digits: what tells one Mission Control from another.
-- Columns: id.
SELECT lower(hex(id)) FROM organizations ORDER BY created_at, id LIMIT 1
