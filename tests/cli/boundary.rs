//! queries/postgres/boundary.sql: roles that see what one user or agent may see. The rules are held against the oracle, through
//! the binary and with plain SQL.

use crate::auth::{AGENT_1_TOKEN, LOCAL_TOKEN, agent, user};
use crate::conformance::answers_conform;
use crate::harness::{Data, Database, Engine, Mc, READS, Role, Server, answers, in_parallel, words};
use crate::oracle::{Actor, GUARDED, World, random};
use crate::visibility::questions;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const SCHEMAS: [Engine; 2] = [Engine::Deployed, Engine::Documented];
const BOUNDARY: &str = include_str!("../../queries/postgres/boundary.sql");
const UNDO: &str = include_str!("../../queries/postgres/boundary-undo.sql");
/// Random worlds beyond the few of every run: `MC_BOUNDARY_WORLDS=100 cargo test --test cli -- boundary::in_random`.
const WORLDS: &str = "MC_BOUNDARY_WORLDS";

/// Roles are the whole server's; in each database they stand for others.
static ROLES: LazyLock<()> = LazyLock::new(|| {
    let create = (0..80).map(|n| format!("CREATE ROLE bound_{n} LOGIN;")).collect::<String>();
    Database::shared(Engine::Deployed).sql(&create);
});

/// A database with a boundary, in which each actor has a role.
struct Bounded {
    database: Database,
    world: World,
    actors: Vec<Actor>,
}

impl Bounded {
    fn new(database: Database, data: &Data) -> Self {
        LazyLock::force(&ROLES);
        let (database, world) = (database.bound(), World::new(data));
        let actors = world.actors();
        let bind = |(n, actor): (usize, &Actor)| match actor {
            Actor::User(id) => format!("SELECT mc_activity_boundary.bind_user('bound_{n}', '{id}');"),
            Actor::Agent(id) => format!("SELECT mc_activity_boundary.bind_agent('bound_{n}', '{id}');"),
        };
        database.sql(&actors.iter().enumerate().map(bind).collect::<String>());
        Self { database, world, actors }
    }

    fn recorded(engine: Engine) -> &'static Self {
        static DEPLOYED: LazyLock<Bounded> =
            LazyLock::new(|| Bounded::new(Database::recorded(Engine::Deployed), &Data::recorded()));
        static DOCUMENTED: LazyLock<Bounded> =
            LazyLock::new(|| Bounded::new(Database::recorded(Engine::Documented), &Data::recorded()));
        if engine == Engine::Deployed { &DEPLOYED } else { &DOCUMENTED }
    }

    fn role(&self, actor: Actor) -> String {
        format!("bound_{}", self.actors.iter().position(|known| *known == actor).unwrap())
    }

    /// The binary as the role of an actor, without any flag.
    fn mc(&self, actor: Actor, args: impl IntoIterator<Item = String>) -> Mc {
        self.database.place.mc(args).env("DATABASE_URL", self.database.url_named(&self.role(actor)))
    }

    fn named(&self, id: &str) -> Actor {
        *self.actors.iter().find(|actor| actor.flags()[1] == id).unwrap()
    }

    /// The tables of which a role sees other rows than the model.
    fn wrong_tables(&self, actor: Actor) -> Vec<String> {
        let wrong = |(table, name): &(&str, &str)| {
            // A bounded role may not read organization_members.created_at's siblings; what names a row suffices.
            let got = self.database.texts_as(&self.role(actor), &format!("SELECT {name}::text FROM {table}"));
            let got: BTreeSet<String> = got.unwrap_or_else(|error| panic!("{table}: {error}")).into_iter().collect();
            let wanted: BTreeSet<String> = self.world.rows_of(actor, table).iter().map(ToString::to_string).collect();
            let missing: Vec<_> = wanted.difference(&got).take(2).collect();
            let extra: Vec<_> = got.difference(&wanted).take(2).collect();
            (got != wanted).then(|| format!("{actor:?}, {table}: missing {missing:?}, not to be shown {extra:?}"))
        };
        GUARDED.iter().filter_map(wrong).collect()
    }

    /// What is wrong with what actors see, in tables and in answers.
    fn wrong(&self, actor: Actor) -> Option<String> {
        let mut wrong = self.wrong_tables(actor);
        for question in questions() {
            let output = self.mc(actor, question.args()).run();
            let what = question.wrong(&self.world, actor, &output);
            wrong.extend(what.map(|what| format!("{actor:?}: {what}\n  $ mc-activity {}", output.line)));
        }
        (!wrong.is_empty()).then(|| wrong.join("\n"))
    }
}

#[test]
fn the_recorded_answers_are_given_to_the_role_of_each_actor_without_a_flag() {
    for engine in SCHEMAS {
        let bounded = Bounded::recorded(engine);
        answers_conform(engine, &|line, actor| bounded.mc(bounded.named(&actor[1]), line));
    }
}

#[test]
fn the_role_of_each_actor_sees_exactly_the_rows_and_answers_that_the_rules_allow() {
    for engine in SCHEMAS {
        let bounded = Bounded::recorded(engine);
        in_parallel(&bounded.actors, |actor| bounded.wrong(*actor));
    }
}

#[test]
fn in_random_worlds_roles_see_exactly_what_the_rules_allow() {
    let worlds: u64 = std::env::var(WORLDS).map_or(2, |count| count.parse().unwrap());
    for seed in 0..worlds {
        let data = random(100 + seed, 120);
        let engine = SCHEMAS[seed as usize % 2];
        let bounded = Bounded::new(Database::with(engine, &data), &data);
        in_parallel(&bounded.actors, |actor| bounded.wrong(*actor).map(|wrong| format!("world {seed}: {wrong}")));
    }
}

#[test]
fn no_other_table_and_no_secret_can_be_read_and_nothing_written() {
    let bounded = Bounded::recorded(Engine::Deployed);
    let role = bounded.role(bounded.actors[0]);
    for statement in [
        "SELECT 'x' FROM gateways",
        "SELECT agent_token_hash FROM agents",
        "SELECT 'x' FROM mc_activity_boundary.identities",
        "SELECT mc_activity_boundary.unbind('bound_0')::text",
        "SELECT mc_activity_boundary.bind_user('bound_0', 'x')::text",
        "DELETE FROM activity_events RETURNING 'x'",
        "INSERT INTO activity_events (id, event_type, created_at) VALUES (gen_random_uuid(), 'x', now()) RETURNING 'x'",
    ] {
        let refused = bounded.database.texts_as(&role, statement).unwrap_err();
        assert!(refused.contains("permission denied"), "{statement}: {refused}");
    }
    // Neither a table of the same name nor another role's membership opens a way around.
    let shadow = "CREATE TEMP TABLE users AS SELECT * FROM public.users";
    assert!(bounded.database.texts_as(&role, shadow).is_err());
}

/// A policy that is not the rule must be noticed, or the tests above prove nothing.
#[test]
fn a_policy_with_another_rule_is_caught() {
    let data = Data::recorded();
    let bounded = Bounded::new(Database::recorded(Engine::Deployed), &data);
    let wrong = || bounded.actors.iter().flat_map(|actor| bounded.wrong_tables(*actor)).collect::<Vec<_>>();
    assert_eq!(wrong(), Vec::<String>::new());
    let boards = "(SELECT mc_activity_boundary.readable_boards())::uuid[]";
    for (mutated, table) in [
        (
            format!(
                "activity_events USING (board_id = ANY ({boards}) OR agent_id = (SELECT mc_activity_boundary.agent()))"
            ),
            "activity_events",
        ),
        (
            format!(
                "activity_events USING (coalesce(board_id, (SELECT t.board_id FROM tasks t WHERE t.id = task_id)) = ANY ({boards}))"
            ),
            "activity_events",
        ),
        (format!("tasks USING (board_id = ANY ({boards}) OR board_id IS NULL)"), "tasks"),
        (format!("agents USING (board_id = ANY ({boards}) OR id = (SELECT mc_activity_boundary.agent()))"), "agents"),
        ("organization_members USING (true)".to_owned(), "organization_members"),
    ] {
        bounded.database.sql(&format!("ALTER POLICY mc_activity_boundary ON {mutated}"));
        let found = wrong();
        assert!(found.iter().any(|wrong| wrong.contains(&format!(", {table}:"))), "{mutated}: {found:?}");
        bounded.database.sql(BOUNDARY);
    }
    assert_eq!(wrong(), Vec::<String>::new());
}

#[test]
fn the_owner_and_the_roles_of_grants_sql_see_and_write_what_they_did() {
    for engine in SCHEMAS {
        let database = Database::recorded(engine);
        // Those whose output holds neither a clock nor a random cursor.
        let lines: Vec<&str> =
            READS.into_iter().filter(|line| line.contains("-S ") || line.contains("jsonl")).collect();
        let stable = |role| {
            let ask = |line: &&str| database.mc_as(role, words(line)).args(["--as-user", &user(0)]).ok().stdout;
            lines.iter().map(ask).collect::<Vec<_>>()
        };
        let (owner, reader) = (answers(&database), stable(Role::BareReader));
        let database = &database;
        database.sql(BOUNDARY);
        assert_eq!(answers(database), owner);
        assert_eq!(stable(Role::BareReader), reader);
        let whoami = database.mc_as(Role::BareReader, ["whoami", "-o", "json", "--as-user", &user(0)]).ok().json();
        assert_eq!(whoami["row_security"], serde_json::json!([]));
        let log = ["log", "--type", "task.updated", "--message", "x", "--board", "board-1", "--as-user", &user(0)];
        database.mc_as(Role::Writer, log).ok();
        let doctor = database.mc_as(Role::BareReader, ["doctor"]).run();
        assert!(!doctor.stdout.contains("boundary") && !doctor.stdout.contains("row-level"), "{doctor}");
    }
}

#[test]
fn the_role_is_the_identity_and_no_other_can_be_named() {
    let bounded = Bounded::recorded(Engine::Deployed);
    let (me, machine) = (bounded.named(&user(3)), bounded.named(&agent(1)));
    let ask = |actor: Actor, line: &str| bounded.mc(actor, line.split(' ').map(str::to_owned));
    let whoami = ask(me, "whoami -o json").ok().json();
    assert_eq!((&whoami["id"], &whoami["how"]), (&user(3).into(), &"the database's role".into()));
    let whoami = ask(machine, "whoami -o json").ok().json();
    assert_eq!((&whoami["kind"], &whoami["id"]), (&"agent".into(), &agent(1).into()));
    // The same identity may be named, and local mode names nobody.
    ask(me, "list").args(["--as-user", &user(3)]).ok();
    ask(machine, "list").args(["--as-agent", &agent(1)]).ok();
    let local = ask(me, "whoami -o json").env("AUTH_MODE", "local").env("LOCAL_AUTH_TOKEN", LOCAL_TOKEN).ok().json();
    assert_eq!(local["id"], user(3));
    for other in [
        ask(me, "list").args(["--as-user", &user(0)]),
        ask(me, "list").args(["--as-agent", &agent(1)]),
        ask(me, "list").args(["--as-user", "nobody@example.test"]),
        ask(machine, "list").args(["--as-agent", &agent(2)]),
        ask(me, "list").env("MC_AS_USER", user(0)),
        ask(machine, "list").env("MC_AGENT_TOKEN", AGENT_1_TOKEN),
        ask(me, "list").env("MC_TOKEN", LOCAL_TOKEN).env("LOCAL_AUTH_TOKEN", LOCAL_TOKEN),
    ] {
        let output = other.fails(4);
        assert!(output.stdout.is_empty() && output.stderr.contains("may see, and nothing else"), "{output}");
    }
}

#[test]
fn a_role_whose_binding_is_gone_sees_nothing_and_is_nobody() {
    let bounded = Bounded::new(Database::recorded(Engine::Deployed), &Data::recorded());
    let me = bounded.named(&user(3));
    bounded
        .database
        .sql(&format!("DELETE FROM mc_activity_boundary.identities WHERE role::text = '{}'", bounded.role(me)));
    let output = bounded.mc(me, ["list".to_owned()]).fails(4);
    assert!(output.stderr.contains("stands for no user or agent"), "{output}");
    for (table, name) in GUARDED {
        let rows = bounded.database.texts_as(&bounded.role(me), &format!("SELECT {name}::text FROM {table}"));
        assert_eq!(rows, Ok(vec![]), "{table}");
    }
}

#[test]
fn doctor_says_to_whom_a_role_is_bounded_or_what_is_missing() {
    let bounded = Bounded::new(Database::recorded(Engine::Deployed), &Data::recorded());
    let me = bounded.named(&user(3));
    let doctor = || bounded.mc(me, ["doctor".to_owned()]).run();
    let said = doctor();
    said.expect(0);
    let name = bounded.mc(me, ["whoami", "-o", "json"].map(str::to_owned)).ok().json()["name"].clone();
    let name = name.as_str().unwrap();
    assert!(said.stdout.contains(&format!("bounded: this role sees what {name} may see")), "{said}");
    for (damage, gap) in [
        ("DROP POLICY mc_activity_boundary ON tasks", "tasks lacks the policy mc_activity_boundary"),
        ("ALTER TABLE boards DISABLE ROW LEVEL SECURITY", "row-level security is off on boards"),
        ("GRANT SELECT (id) ON gateways TO PUBLIC", "the role may read gateways, which no policy guards"),
    ] {
        bounded.database.sql(damage);
        let said = doctor();
        said.expect(1);
        assert!(said.stdout.replace('\n', " ").contains(gap), "{damage}: {said}");
        bounded.database.sql(BOUNDARY);
        bounded.database.sql("REVOKE SELECT ON gateways FROM PUBLIC; REVOKE SELECT (id) ON gateways FROM PUBLIC");
    }
    doctor().expect(0);
}

#[test]
fn undo_leaves_the_database_as_it_was_and_bounded_roles_without_a_privilege() {
    // Dropping a role of the server would meet other tests.
    let server = Server::start(&[], None, None);
    let database = Database::elsewhere(&server.url("postgres"));
    let state = "SELECT count(*) FROM pg_policy p FULL JOIN pg_namespace n ON false FULL JOIN pg_roles r ON false \
                 FULL JOIN pg_class c ON false WHERE p.oid IS NOT NULL OR n.oid IS NOT NULL OR r.oid IS NOT NULL \
                 OR c.relrowsecurity";
    database.sql("CREATE ROLE ada LOGIN");
    let before = database.number(state);
    database.sql(BOUNDARY);
    database.sql(&format!("SELECT mc_activity_boundary.bind_user('ada', '{}')", user(0)));
    let rows = || database.texts_as("ada", "SELECT id::text FROM activity_events");
    assert!(!rows().unwrap().is_empty());
    assert!(database.number(state) > before);
    database.sql(UNDO);
    assert_eq!(database.number(state), before);
    assert!(rows().unwrap_err().contains("permission denied"));
    // Both scripts can be run again.
    database.sql(UNDO);
    database.sql(BOUNDARY);
    database.sql(BOUNDARY);
}

#[test]
fn a_role_that_no_policy_holds_for_is_not_bound() {
    let server = Server::start(&[], None, None);
    let database = Database::elsewhere(&server.url("postgres"));
    database.sql(BOUNDARY);
    database.sql("CREATE ROLE above LOGIN BYPASSRLS; CREATE ROLE climber LOGIN NOINHERIT IN ROLE above");
    for role in ["above", "climber"] {
        let bind = format!("SELECT mc_activity_boundary.bind_user('{role}', '{}')", user(0));
        let refused = database.refuses(Role::Owner, &bind).unwrap();
        assert!(refused.contains("exempt from row-level security"), "{refused}");
    }
    let refused = database.refuses(Role::Owner, "SELECT mc_activity_boundary.bind_user('above', 'nobody')").unwrap();
    assert!(refused.contains("0 users are named nobody"), "{refused}");
}

const EVENTS: &str = "SELECT id::text FROM activity_events ORDER BY id";

/// The events that a role sees, having become another on the way in.
fn events_as(database: &Database, login: &str, role: &str) -> Result<Vec<String>, String> {
    Database::at(&format!("{}?options=-crole%3D{role}", database.url)).texts_as(login, EVENTS)
}

/// Binds a role to a user who sees some events and not all; returns those.
fn bind_to_some_user(database: &Database, role: &str) -> Vec<String> {
    let world = World::new(&Data::recorded());
    let all = database.number("SELECT count(*) FROM activity_events") as usize;
    let rows = |actor: Actor| -> Vec<String> {
        let rows: BTreeSet<String> = world.rows_of(actor, "activity_events").iter().map(ToString::to_string).collect();
        rows.into_iter().collect()
    };
    let mut users = world.actors().into_iter().filter_map(|actor| match actor {
        Actor::User(id) => Some((id, rows(actor))),
        Actor::Agent(_) => None,
    });
    let (id, rows) = users.find(|(_, rows)| !rows.is_empty() && rows.len() < all).unwrap();
    database.sql(&format!("SELECT mc_activity_boundary.bind_user('{role}', '{id}')"));
    rows
}

#[test]
fn set_role_and_views_of_readers_show_a_bound_login_no_more() {
    let server = Server::start(&[], None, None);
    let database = Database::elsewhere(&server.url("postgres"));
    database.sql(include_str!("../../queries/postgres/grants.sql"));
    database.sql(BOUNDARY);
    database.sql(
        "CREATE ROLE ada LOGIN IN ROLE mc_activity_reader; CREATE ROLE bob LOGIN IN ROLE mc_activity_reader;
         CREATE ROLE narrow LOGIN; GRANT SELECT, INSERT ON activity_events TO narrow;
         CREATE VIEW everything AS SELECT id FROM activity_events;
         ALTER VIEW everything OWNER TO mc_activity_reader; GRANT SELECT ON everything TO ada",
    );
    let mine = bind_to_some_user(&database, "ada");
    assert_eq!(database.texts_as("ada", EVENTS).unwrap(), mine);
    for role in ["mc_activity_reader", "mc_activity_bounded"] {
        assert_eq!(events_as(&database, "ada", role).unwrap(), mine, "{role}");
    }
    assert_eq!(database.texts_as("ada", "SELECT id::text FROM everything ORDER BY id").unwrap(), mine);
    // Those who are not bound see all, even if they may read nothing else.
    let all = database.texts_as("postgres", EVENTS).unwrap();
    assert_eq!(database.texts_as("bob", EVENTS).unwrap(), all);
    assert_eq!(events_as(&database, "bob", "mc_activity_reader").unwrap(), all);
    assert_eq!(database.texts_as("narrow", EVENTS).unwrap(), all);
    let insert =
        "INSERT INTO activity_events (id, event_type, created_at) VALUES (gen_random_uuid(), 'x', now()) RETURNING 'x'";
    assert_eq!(database.texts_as("narrow", insert).unwrap(), ["x"]);
}

#[test]
fn a_bound_role_that_does_not_inherit_sees_its_own_rows_alone() {
    let server = Server::start(&[], None, None);
    let database = Database::elsewhere(&server.url("postgres"));
    database.sql(include_str!("../../queries/postgres/grants.sql"));
    database.sql(BOUNDARY);
    database.sql("CREATE ROLE eve LOGIN NOINHERIT IN ROLE mc_activity_reader; GRANT SELECT ON activity_events TO eve");
    let mine = bind_to_some_user(&database, "eve");
    for role in ["eve", "mc_activity_reader", "mc_activity_bounded"] {
        assert_eq!(events_as(&database, "eve", role).unwrap(), mine, "{role}");
    }
}

#[test]
fn row_level_security_that_was_there_before_stays_as_it_was() {
    let server = Server::start(&[], None, None);
    let database = Database::elsewhere(&server.url("postgres"));
    let secured = "SELECT count(*) FROM pg_class WHERE relrowsecurity";
    for (theirs, undone, tables) in [
        ("ALTER TABLE boards ENABLE ROW LEVEL SECURITY", "ALTER TABLE boards DISABLE ROW LEVEL SECURITY", 1),
        ("CREATE POLICY theirs ON boards AS RESTRICTIVE USING (false)", "DROP POLICY theirs ON boards", 0),
        ("ALTER TABLE boards FORCE ROW LEVEL SECURITY", "ALTER TABLE boards NO FORCE ROW LEVEL SECURITY", 0),
    ] {
        database.sql(theirs);
        let refused = database.refuses(Role::Owner, BOUNDARY).unwrap();
        assert!(refused.contains("table boards has row-level security or policies"), "{theirs}: {refused}");
        assert_eq!(database.number("SELECT count(*) FROM pg_namespace WHERE nspname = 'mc_activity_boundary'"), 0);
        database.sql(UNDO);
        assert_eq!(database.number(secured), tables, "{theirs}");
        database.sql(undone);
    }
    database.sql(BOUNDARY);
    assert_eq!(database.number(secured), 8);
}

#[test]
fn a_role_that_one_database_lets_go_stays_bound_in_another() {
    let server = Server::start(&[], None, None);
    let first = Database::elsewhere(&server.url("postgres"));
    first.sql("CREATE ROLE ada LOGIN");
    first.sql("CREATE DATABASE second");
    let second = Database::elsewhere(&server.url("second"));
    let [mine, _] = [&first, &second].map(|database| {
        database.sql(BOUNDARY);
        bind_to_some_user(database, "ada")
    });
    let events = |database: &Database| database.texts_as("ada", EVENTS);
    assert_eq!(events(&second).unwrap(), mine);
    second.sql("SELECT mc_activity_boundary.unbind('ada')");
    assert_eq!((events(&first), events(&second)), (Ok(mine.clone()), Ok(vec![])));
    second.sql(UNDO);
    assert!(events(&second).unwrap_err().contains("permission denied"));
    assert_eq!(events(&first), Ok(mine));
    first.sql(UNDO);
    assert_eq!(first.number("SELECT count(*) FROM pg_roles WHERE rolname = 'mc_activity_bounded'"), 0);
}

#[test]
fn what_somebody_else_made_under_these_names_is_not_taken_over() {
    let server = Server::start(&[], None, None);
    let database = Database::elsewhere(&server.url("postgres"));
    database.sql("CREATE ROLE mallory");
    for (theirs, named) in [
        ("CREATE SCHEMA mc_activity_boundary AUTHORIZATION mallory", "schema mc_activity_boundary belongs to mallory"),
        (
            "CREATE SCHEMA mc_activity_boundary CREATE TABLE identities (role regrole, user_id uuid, agent_id uuid);
             ALTER TABLE mc_activity_boundary.identities OWNER TO mallory",
            "mc_activity_boundary.identities belongs to mallory",
        ),
    ] {
        database.sql(theirs);
        let refused = database.refuses(Role::Owner, BOUNDARY).unwrap();
        assert!(refused.contains(named), "{refused}");
        assert_eq!(database.number("SELECT count(*) FROM pg_class WHERE relrowsecurity"), 0);
        database.sql("DROP SCHEMA mc_activity_boundary CASCADE");
    }
    // A function that is not ours is not given to the owner of the tables.
    database.sql(
        "CREATE SCHEMA mc_activity_boundary;
         CREATE FUNCTION mc_activity_boundary.other() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
         ALTER FUNCTION mc_activity_boundary.other() OWNER TO mallory",
    );
    database.sql(BOUNDARY);
    let owned = "SELECT count(*) FROM pg_proc WHERE proname = 'other' AND proowner = 'mallory'::regrole";
    assert_eq!(database.number(owned), 1);
}

#[test]
fn users_without_a_flag_lists_what_the_bound_user_may_see() {
    let bounded = Bounded::recorded(Engine::Deployed);
    let said = bounded.mc(bounded.named(&user(3)), ["users".to_owned()]).ok();
    assert!(said.stdout.contains("1 user of ") && !said.stdout.contains("all organizations"), "{said}");
    let said = bounded.mc(bounded.named(&agent(1)), ["users".to_owned()]).fails(4);
    assert!(said.stderr.contains("an agent cannot list users"), "{said}");
}
