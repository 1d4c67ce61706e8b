-- Gives the store an id of its own, by which cursors know it wherever its file lies.
CREATE TABLE IF NOT EXISTS store_identity (id BLOB NOT NULL);
INSERT INTO store_identity SELECT randomblob(16) WHERE NOT EXISTS (SELECT 1 FROM store_identity);
