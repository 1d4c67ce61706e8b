-- Roles that see exactly what one user or one agent may see, in mc-activity, in psql and in every other program. Run once as
-- the owner of Mission Control's tables with the right to create roles, or as a superuser; again after an upgrade of either.
--
--   psql -v ON_ERROR_STOP=1 -d mission_control -f boundary.sql
--   psql -d mission_control -c "CREATE ROLE ada LOGIN PASSWORD '…'" \
--     -c "SELECT mc_activity_boundary.bind_user('ada', 'ada@example.com')"
--
-- bind_user takes a user's id, e-mail address or Clerk id, bind_agent an agent's id or name. unbind lifts the boundary: the
-- role sees nothing as itself, but all that a role may see which it can become by SET ROLE. It stays a member of
-- mc_activity_bounded, which is the whole server's, as other databases may have bound it: where none has, REVOKE
-- mc_activity_bounded FROM ada. boundary-undo.sql removes all of it from this database.
--
-- How: row-level security on the tables that mc-activity reads. A permissive policy shows every row to every role, so that the
-- backend, readers and writers see what they saw. A restrictive one holds for every role and asks who has logged in
-- (session_user): where that is a bound role, the rule applies, whatever role it has taken on by SET ROLE, and in the views and
-- functions of other roles too. Another restrictive one hides all rows from roles that have the privileges of
-- mc_activity_bounded without being bound.
-- The rules are those of the program (user_with_boards.sql, boards_of_agent.sql, parts/filters.sql): a user sees the events
-- whose own board, or whose task's board, may be read; an agent sees its own events.
--
-- What it cannot do: row-level security does not hold for superusers, roles with BYPASSRLS and the owners of the tables, nor in
-- their views and functions. bind refuses a role that is a member of one of those; what it is granted later is not looked at.
-- Privileges that a bound role has besides, on other tables or to write, are not taken away.
-- Tables that have row-level security or policies of their own are left alone: the script stops.
--
-- The tables are locked for a moment. Where that takes more than five seconds to get, the script gives up and changes nothing.

BEGIN;
SET LOCAL lock_timeout = '5s';
SET LOCAL client_min_messages = warning;

-- Before anything is changed: is what is here our own?
DO $$
DECLARE
  tables_owner oid := (SELECT relowner FROM pg_class WHERE oid = 'activity_events'::regclass);
  guarded text;
  foreign_owner text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['activity_events', 'boards', 'tasks', 'agents', 'users', 'organizations',
                                 'organization_members', 'organization_board_access'] LOOP
    IF EXISTS (SELECT
               FROM pg_class c
               WHERE c.oid = guarded::regclass
                 AND (c.relforcerowsecurity
                      OR (c.relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
                         AND NOT EXISTS (SELECT
                                         FROM pg_policy p
                                         WHERE p.polrelid = c.oid AND p.polname = 'mc_activity_everyone'))) THEN
      RAISE EXCEPTION 'table % has row-level security or policies that boundary.sql did not make', guarded
        USING HINT = 'nothing was changed: a policy that shows every row would switch them off';
    END IF;
  END LOOP;
  SELECT format('schema mc_activity_boundary belongs to %s', n.nspowner::regrole) INTO foreign_owner
  FROM pg_namespace n
  WHERE n.nspname = 'mc_activity_boundary' AND n.nspowner <> tables_owner AND n.nspowner <> current_user::regrole;
  IF foreign_owner IS NULL THEN
    SELECT format('%s belongs to %s', c.oid::regclass, c.relowner::regrole) INTO foreign_owner
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'mc_activity_boundary' AND c.relname IN ('identities', 'me', 'readable_tasks', 'readable_events')
      AND c.relowner <> tables_owner AND c.relowner <> current_user::regrole
    LIMIT 1;
  END IF;
  IF foreign_owner IS NOT NULL THEN
    RAISE EXCEPTION '%, neither to the owner of the tables nor to you', foreign_owner
      USING HINT = 'nothing was changed: look at what it holds, and drop it or give it to the owner of the tables';
  END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS mc_activity_boundary;
REVOKE ALL ON SCHEMA mc_activity_boundary FROM PUBLIC;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mc_activity_bounded') THEN
    CREATE ROLE mc_activity_bounded NOLOGIN;
  END IF;
END
$$;

CREATE TABLE IF NOT EXISTS mc_activity_boundary.identities (
  role regrole PRIMARY KEY,
  user_id uuid,
  agent_id uuid,
  CHECK (num_nonnulls(user_id, agent_id) = 1)
);

-- The identity of the session's role.
CREATE OR REPLACE VIEW mc_activity_boundary.me AS
  SELECT i.user_id, i.agent_id
  FROM mc_activity_boundary.identities i
  JOIN pg_catalog.pg_roles r ON r.oid = i.role
  WHERE r.rolname = session_user;

-- The functions of the policies run as the owner of the tables, to whom no policy applies. They tell who has logged in nothing
-- but what a bound role may see, and where the role is not bound nothing at all. PL/pgSQL keeps their plans for the session.

-- Whether the role that has logged in is bound.
CREATE OR REPLACE FUNCTION mc_activity_boundary.is_bound() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
  RETURN EXISTS (SELECT FROM mc_activity_boundary.me);
END
$$;

CREATE OR REPLACE FUNCTION mc_activity_boundary.agent() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
  RETURN (SELECT me.agent_id FROM mc_activity_boundary.me);
END
$$;

CREATE OR REPLACE FUNCTION mc_activity_boundary.user_id() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
  RETURN (SELECT me.user_id FROM mc_activity_boundary.me);
END
$$;

-- A user's boards, as user_with_boards.sql has them; none for an agent.
CREATE OR REPLACE FUNCTION mc_activity_boundary.readable_boards() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
DECLARE
  member record;
BEGIN
  SELECT m.id, m.organization_id, m.all_boards_read OR m.all_boards_write AS all_boards INTO member
  FROM mc_activity_boundary.me
  JOIN users u ON u.id = me.user_id
  JOIN organization_members m ON m.user_id = u.id
  ORDER BY (m.organization_id = u.active_organization_id) IS TRUE DESC, m.created_at, m.id
  LIMIT 1;
  IF NOT FOUND THEN
    RETURN '{}';
  ELSIF member.all_boards THEN
    RETURN ARRAY(SELECT b.id FROM boards b WHERE b.organization_id = member.organization_id);
  END IF;
  RETURN ARRAY(SELECT x.board_id
               FROM organization_board_access x
               WHERE x.organization_member_id = member.id AND (x.can_read OR x.can_write) AND x.board_id IS NOT NULL);
END
$$;

-- Whether a board is an agent's own, or that of an event of the agent (boards_of_agent.sql).
CREATE OR REPLACE FUNCTION mc_activity_boundary.is_agents_board(board uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET enable_seqscan = off AS $$
DECLARE
  me uuid := mc_activity_boundary.agent();
BEGIN
  RETURN EXISTS (SELECT FROM agents a WHERE a.id = me AND a.board_id = board)
      OR EXISTS (SELECT FROM activity_events e WHERE e.agent_id = me AND e.board_id = board)
      OR EXISTS (SELECT
                 FROM activity_events e
                 WHERE e.agent_id = me AND e.board_id IS NULL
                   AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) = board);
END
$$;

-- Whether a board is shown to an agent: one of those, or that of a task of its events, which counts among comments.
CREATE OR REPLACE FUNCTION mc_activity_boundary.shows_board(board uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET enable_seqscan = off AS $$
DECLARE
  me uuid := mc_activity_boundary.agent();
BEGIN
  RETURN mc_activity_boundary.is_agents_board(board)
      OR EXISTS (SELECT
                 FROM activity_events e
                 WHERE e.agent_id = me AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id) = board);
END
$$;

-- Whether a task is shown to an agent: one on its boards, or one with an event of the agent.
CREATE OR REPLACE FUNCTION mc_activity_boundary.shows_task(task uuid, board uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET enable_seqscan = off AS $$
DECLARE
  me uuid := mc_activity_boundary.agent();
BEGIN
  RETURN EXISTS (SELECT FROM activity_events e WHERE e.task_id = task AND e.agent_id = me)
      OR mc_activity_boundary.is_agents_board(board);
END
$$;

-- Whether a user's boards have many events. Then each agent's events are searched for one on these boards; otherwise the
-- events of the boards are read.
CREATE OR REPLACE FUNCTION mc_activity_boundary.has_many_events() RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET enable_seqscan = off AS $$
DECLARE
  readable uuid[] := mc_activity_boundary.readable_boards();
BEGIN
  RETURN (SELECT count(*) > 2000
          FROM (SELECT FROM activity_events e WHERE e.board_id = ANY (readable) LIMIT 2001) AS e);
END
$$;

-- The agents of those events, where they are few.
CREATE OR REPLACE FUNCTION mc_activity_boundary.agents_of_few_events() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET enable_seqscan = off AS $$
DECLARE
  readable uuid[] := mc_activity_boundary.readable_boards();
  tasks uuid[];
BEGIN
  IF mc_activity_boundary.has_many_events() THEN
    RETURN '{}';
  END IF;
  tasks := ARRAY(SELECT t.id FROM tasks t WHERE t.board_id = ANY (readable));
  RETURN ARRAY(SELECT e.agent_id FROM activity_events e WHERE e.board_id = ANY (readable)
               UNION
               SELECT e.agent_id FROM activity_events e WHERE e.task_id = ANY (tasks));
END
$$;

-- A user's memberships.
CREATE OR REPLACE FUNCTION mc_activity_boundary.memberships() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
  RETURN ARRAY(SELECT m.id FROM organization_members m WHERE m.user_id = mc_activity_boundary.user_id());
END
$$;

-- A user's organizations, or that of an agent's board.
CREATE OR REPLACE FUNCTION mc_activity_boundary.organizations() RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
  RETURN ARRAY(SELECT m.organization_id FROM organization_members m WHERE m.user_id = mc_activity_boundary.user_id()
               UNION
               SELECT b.organization_id
               FROM agents a
               JOIN boards b ON b.id = a.board_id
               WHERE a.id = mc_activity_boundary.agent());
END
$$;

-- What the policies read of other tables: as the owner of these, so that a role that may read one table needs no other.
CREATE OR REPLACE VIEW mc_activity_boundary.readable_tasks WITH (security_barrier) AS
  SELECT t.id, t.board_id
  FROM tasks t
  WHERE t.board_id = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[]);

CREATE OR REPLACE VIEW mc_activity_boundary.readable_events WITH (security_barrier) AS
  SELECT e.agent_id
  FROM activity_events e
  WHERE e.board_id = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[])
     OR e.task_id IS NOT NULL
        AND (SELECT t.board_id FROM tasks t WHERE t.id = e.task_id)
            = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[]);

-- Makes a role see what a user or an agent may see, and nothing else.
CREATE OR REPLACE FUNCTION mc_activity_boundary.bind(bound regrole, bound_user uuid, bound_agent uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT
             FROM pg_catalog.pg_roles r
             WHERE pg_catalog.pg_has_role(bound, r.oid, 'MEMBER')
               AND (r.rolsuper OR r.rolbypassrls
                    OR r.oid IN (SELECT c.relowner
                                 FROM pg_catalog.pg_class c
                                 WHERE c.oid = ANY ('{activity_events,boards,tasks,agents,users,organizations,
                                                      organization_members,organization_board_access}'::regclass[])))) THEN
    RAISE EXCEPTION '% is exempt from row-level security', bound
      USING HINT = 'bind a role that neither is nor may become a superuser, one with BYPASSRLS or an owner of the tables';
  END IF;
  INSERT INTO mc_activity_boundary.identities VALUES (bound, bound_user, bound_agent)
    ON CONFLICT (role) DO UPDATE SET user_id = excluded.user_id, agent_id = excluded.agent_id;
  EXECUTE format('GRANT mc_activity_bounded TO %s', bound);
END
$$;

CREATE OR REPLACE FUNCTION mc_activity_boundary.bind_user(role regrole, named text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  found uuid[] := ARRAY(SELECT u.id FROM users u WHERE u.id::text = lower(named) OR u.clerk_user_id = named);
BEGIN
  IF found = '{}' THEN
    found := ARRAY(SELECT u.id FROM users u WHERE lower(u.email) = lower(named));
  END IF;
  IF cardinality(found) <> 1 THEN
    RAISE EXCEPTION '% users are named %', cardinality(found), named;
  END IF;
  PERFORM mc_activity_boundary.bind(role, found[1], NULL);
END
$$;

CREATE OR REPLACE FUNCTION mc_activity_boundary.bind_agent(role regrole, named text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  found uuid[] := ARRAY(SELECT a.id FROM agents a WHERE a.id::text = lower(named));
BEGIN
  IF found = '{}' THEN
    found := ARRAY(SELECT a.id FROM agents a WHERE a.name = named);
  END IF;
  IF cardinality(found) <> 1 THEN
    RAISE EXCEPTION '% agents are named %', cardinality(found), named;
  END IF;
  PERFORM mc_activity_boundary.bind(role, NULL, found[1]);
END
$$;

-- The membership stays: another database may have bound the role.
CREATE OR REPLACE FUNCTION mc_activity_boundary.unbind(bound regrole) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM mc_activity_boundary.identities WHERE role = bound;
END
$$;

-- All of it belongs to the owner of the tables, and each function finds them where they are now, whatever the caller's path is.
-- PostgreSQL wants EXECUTE on every function of a policy, and SELECT on every view, before a query begins, and so for every role
-- that reads the tables. None needs USAGE on the schema for that.
DO $$
DECLARE
  tables_owner regrole;
  tables_schema text;
  made text;
BEGIN
  SELECT c.relowner, n.nspname INTO tables_owner, tables_schema
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = 'activity_events'::regclass;
  FOREACH made IN ARRAY ARRAY['is_bound()', 'agent()', 'user_id()', 'readable_boards()', 'is_agents_board(uuid)',
                              'shows_board(uuid)', 'shows_task(uuid, uuid)', 'has_many_events()', 'agents_of_few_events()',
                              'memberships()', 'organizations()', 'bind(regrole, uuid, uuid)', 'bind_user(regrole, text)',
                              'bind_agent(regrole, text)', 'unbind(regrole)'] LOOP
    EXECUTE format('ALTER FUNCTION mc_activity_boundary.%s SET search_path = pg_catalog, %I, pg_temp', made, tables_schema);
    EXECUTE format('REVOKE ALL ON FUNCTION mc_activity_boundary.%s FROM PUBLIC', made);
    IF made NOT LIKE '%bind%' THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION mc_activity_boundary.%s TO PUBLIC', made);
    END IF;
    EXECUTE format('ALTER FUNCTION mc_activity_boundary.%s OWNER TO %s', made, tables_owner);
  END LOOP;
  GRANT SELECT ON mc_activity_boundary.readable_tasks, mc_activity_boundary.readable_events TO PUBLIC;
  EXECUTE format('ALTER SCHEMA mc_activity_boundary OWNER TO %s', tables_owner);
  FOREACH made IN ARRAY ARRAY['identities', 'me', 'readable_tasks', 'readable_events'] LOOP
    EXECUTE format('ALTER TABLE mc_activity_boundary.%I OWNER TO %s', made, tables_owner);
  END LOOP;
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO mc_activity_bounded', current_database());
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO mc_activity_bounded', tables_schema);
END
$$;

GRANT USAGE ON SCHEMA mc_activity_boundary TO mc_activity_bounded;
GRANT SELECT ON mc_activity_boundary.me TO mc_activity_bounded;

-- Before a bounded role gets a privilege, the policies stand.
DO $$
DECLARE
  guarded text;
BEGIN
  FOREACH guarded IN ARRAY ARRAY['activity_events', 'boards', 'tasks', 'agents', 'users', 'organizations',
                                 'organization_members', 'organization_board_access'] LOOP
    EXECUTE format('DROP POLICY IF EXISTS mc_activity_everyone ON %I', guarded);
    EXECUTE format('DROP POLICY IF EXISTS mc_activity_boundary ON %I', guarded);
    EXECUTE format('DROP POLICY IF EXISTS mc_activity_unbound ON %I', guarded);
    EXECUTE format('CREATE POLICY mc_activity_everyone ON %I USING (true)', guarded);
    EXECUTE format('CREATE POLICY mc_activity_unbound ON %I AS RESTRICTIVE TO mc_activity_bounded '
                   'USING ((SELECT mc_activity_boundary.is_bound()))', guarded);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
  END LOOP;
END
$$;

-- In (SELECT …) a function is called at most once a query, not once a row; those after the first only where the role is bound.
-- A task is looked up only for an event on a board that is not readable.
CREATE POLICY mc_activity_boundary ON activity_events AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR agent_id = (SELECT mc_activity_boundary.agent())
  OR board_id = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[])
  OR task_id IS NOT NULL AND (SELECT mc_activity_boundary.user_id()) IS NOT NULL
     AND (SELECT t.board_id FROM mc_activity_boundary.readable_tasks t WHERE t.id = task_id)
         = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[])
);
CREATE POLICY mc_activity_boundary ON boards AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR id = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[])
  OR (SELECT mc_activity_boundary.agent()) IS NOT NULL AND mc_activity_boundary.shows_board(id)
);
CREATE POLICY mc_activity_boundary ON tasks AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR board_id = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[])
  OR board_id IS NOT NULL AND (SELECT mc_activity_boundary.agent()) IS NOT NULL
     AND mc_activity_boundary.shows_task(id, board_id)
);
CREATE POLICY mc_activity_boundary ON agents AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR id = (SELECT mc_activity_boundary.agent())
  OR board_id = ANY ((SELECT mc_activity_boundary.readable_boards())::uuid[])
  OR id = ANY ((SELECT mc_activity_boundary.agents_of_few_events())::uuid[])
  OR (SELECT mc_activity_boundary.has_many_events())
     AND EXISTS (SELECT FROM mc_activity_boundary.readable_events e WHERE e.agent_id = agents.id)
);
CREATE POLICY mc_activity_boundary ON users AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR id = (SELECT mc_activity_boundary.user_id())
);
CREATE POLICY mc_activity_boundary ON organizations AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR id = ANY ((SELECT mc_activity_boundary.organizations())::uuid[])
);
CREATE POLICY mc_activity_boundary ON organization_members AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR user_id = (SELECT mc_activity_boundary.user_id())
);
CREATE POLICY mc_activity_boundary ON organization_board_access AS RESTRICTIVE USING (
  NOT (SELECT mc_activity_boundary.is_bound())
  OR organization_member_id = ANY ((SELECT mc_activity_boundary.memberships())::uuid[])
);

-- As grants.sql gives them to mc_activity_reader.
GRANT SELECT ON activity_events TO mc_activity_bounded;
GRANT SELECT (id, board_id, name, identity_profile, last_seen_at, status, heartbeat_config, last_provision_error,
              wake_attempts) ON agents TO mc_activity_bounded;
GRANT SELECT (id, organization_id, name, slug) ON boards TO mc_activity_bounded;
GRANT SELECT (organization_member_id, board_id, can_read, can_write) ON organization_board_access TO mc_activity_bounded;
GRANT SELECT (id, organization_id, user_id, all_boards_read, all_boards_write, created_at) ON organization_members
  TO mc_activity_bounded;
GRANT SELECT (id, name) ON organizations TO mc_activity_bounded;
GRANT SELECT (id, board_id, title, status, assigned_agent_id) ON tasks TO mc_activity_bounded;
GRANT SELECT (id, clerk_user_id, email, name, active_organization_id) ON users TO mc_activity_bounded;

COMMIT;
