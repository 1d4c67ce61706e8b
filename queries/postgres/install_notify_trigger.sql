-- Lets `mc-activity tail` print events as they are committed, and not only at its next poll. Optional, and installed by
-- the owner of the table: psql -f queries/postgres/install_notify_trigger.sql
-- It sends an empty notice a transaction that inserts events; which events there are, the tail asks itself. To remove it:
--   DROP TRIGGER mc_activity_notify ON activity_events; DROP FUNCTION mc_activity_notify();
-- Transactions that notify commit one after the other (one lock for the whole server): well with hundreds of
-- commits a second, a brake with thousands.
BEGIN;

CREATE OR REPLACE FUNCTION mc_activity_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.pg_notify('mc_activity_events', '');
  RETURN NULL;
END
$$;

DROP TRIGGER IF EXISTS mc_activity_notify ON activity_events;
CREATE TRIGGER mc_activity_notify
  AFTER INSERT ON activity_events
  FOR EACH STATEMENT EXECUTE FUNCTION mc_activity_notify();

COMMIT;
