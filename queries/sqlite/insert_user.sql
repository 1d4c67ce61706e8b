-- A user of a new store.
INSERT INTO users (id, clerk_user_id, email, name, active_organization_id)
VALUES (:'id', :'clerk_user_id', :'email', :'name', :'organization')
