-- A membership of a new store.
INSERT INTO organization_members (id, organization_id, user_id, role, all_boards_read, all_boards_write, created_at)
VALUES (:'id', :'organization', :'user', :'role', :'reads', :'writes', :'created_at')
