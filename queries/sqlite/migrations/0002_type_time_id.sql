-- The embedded store, second version: events of one type and one time come off the index in the order of their ids.
DROP INDEX ix_activity_events_event_type_created_at;
CREATE INDEX ix_activity_events_event_type_created_at_id ON activity_events (event_type, created_at, id);

PRAGMA user_version = 2;
