-- A board of a new store.
INSERT INTO boards (id, organization_id, name, slug) VALUES (:'id', :'organization', :'name', :'slug')
