-- Whether this server says when events are committed: the trigger of install_notify_trigger.sql stands, and this is no standby.
-- Columns: the answer.
-- Example: psql -f has_notify_trigger.sql
SELECT
  NOT pg_is_in_recovery()
  AND EXISTS (SELECT
              FROM pg_trigger
              WHERE tgrelid = to_regclass('activity_events')
                AND tgname = 'mc_activity_notify'
                AND tgenabled IN ('O', 'A'))
