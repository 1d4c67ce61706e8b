-- Roles with which mc-activity can do its work and nothing else. Run once as the owner of Mission Control's tables with
-- the right to create roles, again after an upgrade of Mission Control; it takes nothing away from anybody.
--
--   psql -v ON_ERROR_STOP=1 -d mission_control -f grants.sql
--
-- mc_activity_reader  reads events and what decides who may see them. It cannot read the tokens of gateways, the secrets
--                     of webhooks, token hashes, or any table that is not named here.
-- mc_activity_login   reader, and the token hashes of agents: only where agents log in (MC_AGENT_TOKEN).
-- mc_activity_writer  reader, and can add events: for `mc-activity log`. It cannot change or delete any.
--
-- None of them can log in. Give them to roles that can:
--
--   CREATE ROLE oncall LOGIN PASSWORD '…' IN ROLE mc_activity_reader;
--   ALTER ROLE oncall SET default_transaction_read_only = on;
--   ALTER ROLE oncall CONNECTION LIMIT 5;
--
-- Optional: with pg_read_all_stats a tail that has just started knows since when others have been writing, and finds what
-- they commit late; without it, it takes whoever is writing then to have done so for ten minutes. Not given here, as it also
-- shows the text of other sessions' statements:
--
--   GRANT pg_read_all_stats TO oncall;

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['mc_activity_reader', 'mc_activity_login', 'mc_activity_writer'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    END IF;
  END LOOP;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO mc_activity_reader', current_database());
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO mc_activity_reader',
                 (SELECT n.nspname
                  FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.oid = 'activity_events'::regclass));
END
$$;

GRANT mc_activity_reader TO mc_activity_login, mc_activity_writer;

-- All columns, those of later versions too: this is the log that the tool is for.
GRANT SELECT ON activity_events TO mc_activity_reader;

-- The last five of agents and the last two of tasks are what `agents` and `tasks` show and compare with the log: which agents
-- are alive, and which tasks wait.
GRANT SELECT (id, board_id, name, identity_profile, last_seen_at, status, heartbeat_config, last_provision_error,
              wake_attempts) ON agents TO mc_activity_reader;
GRANT SELECT (id, organization_id, name, slug) ON boards TO mc_activity_reader;
GRANT SELECT (organization_member_id, board_id, can_read, can_write) ON organization_board_access TO mc_activity_reader;
GRANT SELECT (id, organization_id, user_id, role, all_boards_read, all_boards_write, created_at) ON organization_members
  TO mc_activity_reader;
GRANT SELECT (id, name) ON organizations TO mc_activity_reader;
GRANT SELECT (id, board_id, title, status, assigned_agent_id) ON tasks TO mc_activity_reader;
GRANT SELECT (id, clerk_user_id, email, name, active_organization_id) ON users TO mc_activity_reader;

GRANT SELECT (agent_token_hash) ON agents TO mc_activity_login;

GRANT INSERT ON activity_events TO mc_activity_writer;
