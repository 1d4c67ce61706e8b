-- Notes who made the store.
INSERT INTO store_origin (made_by, made_at) VALUES (:'made_by', :'now')
