-- An organization of a new store.
INSERT INTO organizations (id, name, created_at) VALUES (:'id', :'name', :'created_at')
