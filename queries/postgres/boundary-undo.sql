-- Takes back what boundary.sql made in this database. Bounded roles stay, without what boundary.sql gave them, and members
-- of mc_activity_bounded as long as another database has a boundary. Row-level security is switched off on tables where
-- boundary.sql switched it on and that no other policy is left on.
--
--   psql -v ON_ERROR_STOP=1 -d mission_control -f boundary-undo.sql

BEGIN;
SET LOCAL lock_timeout = '5s';
SET LOCAL client_min_messages = warning;

-- All at once, so no bounded role sees more than before in between. Its membership stays: another database may have bound it.
DO $$
DECLARE
  guarded text;
  ours boolean;
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mc_activity_bounded') THEN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM mc_activity_bounded', current_database());
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM mc_activity_bounded',
                   (SELECT n.nspname
                    FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.oid = 'activity_events'::regclass));
    REVOKE ALL ON activity_events, boards, tasks, agents, users, organizations, organization_members,
      organization_board_access FROM mc_activity_bounded;
  END IF;
  FOREACH guarded IN ARRAY ARRAY['activity_events', 'boards', 'tasks', 'agents', 'users', 'organizations',
                                 'organization_members', 'organization_board_access'] LOOP
    ours := EXISTS (SELECT FROM pg_policy WHERE polrelid = guarded::regclass AND polname = 'mc_activity_everyone');
    EXECUTE format('DROP POLICY IF EXISTS mc_activity_everyone ON %I', guarded);
    EXECUTE format('DROP POLICY IF EXISTS mc_activity_boundary ON %I', guarded);
    EXECUTE format('DROP POLICY IF EXISTS mc_activity_unbound ON %I', guarded);
    IF ours AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = guarded::regclass) THEN
      EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', guarded);
    END IF;
  END LOOP;
END
$$;

DROP SCHEMA IF EXISTS mc_activity_boundary CASCADE;

-- The role serves all databases of the server: it goes with the last that has a boundary.
DO $$
BEGIN
  DROP ROLE IF EXISTS mc_activity_bounded;
EXCEPTION
  WHEN dependent_objects_still_exist THEN NULL;
END
$$;

COMMIT;
