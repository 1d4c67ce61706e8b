//! The search path: whatever others have created in the schemas on it, PostgreSQL's own operators, functions and types
//! are used, and the tables are found where the role's own path has them.

use crate::auth::{AGENT_1_TOKEN, user};
use crate::harness::{Database, Engine, Role, without_cursors};
use crate::harness::{READS, words};
use crate::tail::SOON;

/// Copies every operator, function and type of pg_catalog that can be copied into the schemas of the path, with the same
/// arguments and with varchar where those have text; all of them raise. The role looks there first.
const PLANT: &str = r"
DO $plant$
DECLARE
  home text;
  one record;
  arguments text;
BEGIN
  FOREACH home IN ARRAY ARRAY[{schemas}] LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', home);
    EXECUTE format('CREATE FUNCTION %I.trap() RETURNS bool LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION ''planted code ran as %%'', current_user; END $$', home);
    FOR one IN
      SELECT DISTINCT p.proname, pg_get_function_result(p.oid) AS result, args.list
      FROM pg_proc p
      CROSS JOIN LATERAL (
        SELECT pg_get_function_identity_arguments(p.oid)
        UNION SELECT replace(pg_get_function_identity_arguments(p.oid), 'text', 'character varying')
        UNION SELECT '' WHERE p.proname = 'count'
      ) AS args (list)
      WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a', 'w')
        AND args.list !~ 'internal|cstring|VARIADIC|ORDER BY|OUT ' AND pg_get_function_result(p.oid) !~ 'TABLE|SETOF record'
    LOOP
      BEGIN
        EXECUTE format('CREATE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION ''planted code ran as %%'', current_user; END $$',
                       home, one.proname, one.list, one.result);
      EXCEPTION WHEN OTHERS THEN NULL; -- Some cannot be written in PL/pgSQL.
      END;
    END LOOP;
    FOR one IN
      SELECT DISTINCT o.oprname, l.name AS lefty, r.name AS righty, format_type(o.oprresult, NULL) AS result
      FROM pg_operator o
      CROSS JOIN LATERAL (SELECT format_type(o.oprleft, NULL)
                          UNION SELECT 'character varying' WHERE o.oprleft = 'text'::regtype) AS l (name)
      CROSS JOIN LATERAL (SELECT format_type(o.oprright, NULL)
                          UNION SELECT 'character varying' WHERE o.oprright = 'text'::regtype) AS r (name)
      WHERE o.oprkind = 'b'
    LOOP
      BEGIN
        EXECUTE format('CREATE FUNCTION %I.trap(%s, %s) RETURNS %s LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION ''planted code ran as %%'', current_user; END $$',
                       home, one.lefty, one.righty, one.result);
      EXCEPTION WHEN OTHERS THEN NULL; -- The same arguments, of another operator.
      END;
      BEGIN
        EXECUTE format('CREATE OPERATOR %I.%s (FUNCTION = %I.trap, LEFTARG = %s, RIGHTARG = %s)',
                       home, one.oprname, home, one.lefty, one.righty);
      EXCEPTION WHEN OTHERS THEN NULL;
      END;
    END LOOP;
    -- A type of one's own may be cast to from any other, without asking.
    EXECUTE format('CREATE TYPE %I.bait AS (x int)', home);
    EXECUTE format('CREATE FUNCTION %I.bait(varchar) RETURNS %I.bait LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION ''planted cast ran''; END $$', home, home);
    EXECUTE format('CREATE CAST (varchar AS %I.bait) WITH FUNCTION %I.bait(varchar) AS IMPLICIT', home, home);
    EXECUTE format('CREATE FUNCTION %I.trap(%I.bait, %I.bait) RETURNS bool LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION ''planted code ran''; END $$', home, home, home);
    EXECUTE format('CREATE OPERATOR %I.= (FUNCTION = %I.trap, LEFTARG = %I.bait, RIGHTARG = %I.bait)',
                   home, home, home, home);
    FOREACH arguments IN ARRAY ARRAY['text', 'uuid', 'int2', 'int4', 'int8', 'bool', 'xid', 'name', 'regclass'] LOOP
      EXECUTE format('CREATE DOMAIN %I.%I AS pg_catalog.%I CHECK (%I.trap())', home, arguments, arguments, home);
    END LOOP;
  END LOOP;
END
$plant$";

/// Plants in schemas, and puts these first on the path of the roles that tests connect as.
fn plant(database: &Database, schemas: &[&str]) {
    let quoted: Vec<String> = schemas.iter().map(|schema| format!("'{schema}'")).collect();
    database.sql(&PLANT.replace("{schemas}", &quoted.join(", ")));
    let planted = database.number(
        "SELECT count(*) FROM pg_catalog.pg_operator
         WHERE oprnamespace OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.regnamespace",
    );
    let functions = database.number(
        "SELECT count(*) FROM pg_catalog.pg_proc
         WHERE pronamespace OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.regnamespace",
    );
    assert!(planted > 600 && functions > 2_000, "{planted} operators, {functions} functions");
    path(database, &format!("{}, pg_catalog", identifiers(schemas)));
}

fn identifiers(schemas: &[&str]) -> String {
    schemas.iter().map(|schema| format!("\"{schema}\"")).collect::<Vec<_>>().join(", ")
}

/// The search path of all roles in this database.
fn path(database: &Database, path: &str) {
    database.sql(&format!(
        "DO $$ BEGIN EXECUTE pg_catalog.format('ALTER DATABASE %I SET search_path = {}', pg_catalog.current_database()); \
         END $$",
        path.replace('\'', "''")
    ));
}

/// Moves all tables.
fn move_to(database: &Database, schema: &str) {
    database.sql(&format!(
        r#"CREATE SCHEMA "{schema}"; GRANT USAGE ON SCHEMA "{schema}" TO mc_activity_reader;
           DO $$ DECLARE one regclass; BEGIN
             FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
               EXECUTE format('ALTER TABLE %s SET SCHEMA %I', one, '{literal}');
             END LOOP;
           END $$"#,
        literal = schema.replace('\'', "''")
    ));
}

/// What every command answers, as roles that have no privileges beyond their needs.
fn answers(database: &Database) -> Vec<String> {
    let me = user(0);
    let asked = READS.iter().filter(|line| !line.contains("--range") && !line.starts_with("whoami"));
    let mut answers: Vec<String> =
        asked.map(|line| database.mc(words(line)).args(["--as-user", &me, "-q"]).ok().stdout).collect();
    answers
        .push(database.mc(["list", "-g", "a", "-i", "--type", "task.*", "-o", "jsonl", "--as-user", &me]).ok().stdout);
    answers.push(
        database
            .mc(["list", "--all", "--task", "000000f0-0000-4000-8000-000000000001", "-o", "jsonl"])
            .args(["--as-user", &me])
            .ok()
            .stdout,
    );
    let proved = database.mc_as(Role::Login, ["list", "-o", "jsonl"]).env("MC_AGENT_TOKEN", AGENT_1_TOKEN);
    answers.push(proved.ok().stdout);
    // The place and the database differ.
    let plain = |answer: String| {
        without_cursors(&answer).lines().filter(|line| !line.contains("test_")).collect::<Vec<_>>().join("\n")
    };
    answers.into_iter().map(plain).collect()
}

#[test]
fn planted_operators_functions_types_and_casts_are_never_used() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let expected = answers(Database::shared(engine));
        for schemas in [&["public"][..], &["mission", "public"]] {
            let database = Database::recorded(engine);
            if schemas[0] != "public" {
                move_to(&database, schemas[0]);
            }
            let notify = include_str!("../../../queries/postgres/install_notify_trigger.sql");
            database.sql(&format!("SET search_path = {}; {notify}", schemas[0]));
            plant(&database, schemas);
            assert_eq!(answers(&database), expected, "{engine:?}, tables in {}", schemas[0]);
            let doctor = database.mc(["doctor", "--as-user", &user(0)]).run();
            assert!([0, 1].contains(&doctor.code) && !doctor.stdout.contains("planted"), "{doctor}");
            assert!(
                doctor.stdout.contains("every event has a board") || doctor.stdout.contains("no user can see"),
                "{doctor}"
            );
            let mut tail = database.mc(["tail", "--events", "--poll", "100ms", "-n", "0", "-v", "-o", "jsonl"]);
            tail = tail.args(["--until-count", "1", "--as-user", &user(0)]);
            let mut tail = tail.start();
            let mut said = String::new();
            while !said.starts_with("following ") {
                said = tail.said(SOON);
            }
            // It listens, since it could find out that the trigger is there.
            assert!(said.contains(" · push · "), "{said}");
            let event =
                ["log", "--type", "task.updated", "--message", "dug up", "--board", "board-1", "--as-user", &user(0)];
            let id = database.mc(event).ok().stdout;
            assert!(tail.line(SOON).contains(id.trim()));
            assert_eq!(tail.end_within(SOON), 0);
            let found = database.mc(["list", "-g", "dug up", "-o", "json", "--as-user", &user(0)]).ok().json();
            assert_eq!(found["items"][0]["id"], id.trim());
            let refused = database.mc_as(Role::Nobody, ["list", "--as-user", &user(0)]).fails(5);
            assert!(refused.stderr.contains("the role nobody lacks SELECT ("), "{refused}");
        }
    }
}

#[test]
fn tables_are_found_in_the_schemas_of_the_role_s_own_path_in_its_order() {
    let database = Database::recorded(Engine::Deployed);
    let expected = answers(&database);
    let odd = "odd: schema's -- name";
    move_to(&database, odd);
    let output = database.mc(["list", "--as-user", &user(0)]).fails(5);
    assert!(output.stderr.contains("no table activity_events, agents"), "{output}");
    path(&database, &format!("nowhere, \"{}\", public", odd.replace("''", "''''")));
    assert_eq!(answers(&database), expected);
    let shown = database.mc(["list", "--show-sql", "--as-user", &user(0)]).ok().stderr;
    assert!(shown.contains("FROM \"odd: schema's -- name\".activity_events e"), "{shown}");
    assert!(shown.contains("; SET LOCAL search_path = pg_catalog, pg_temp;"), "{shown}");

    // A view that comes first is what the role means by that name.
    database.sql(
        r#"CREATE SCHEMA reporting; GRANT USAGE ON SCHEMA reporting TO PUBLIC;
           CREATE VIEW reporting.activity_events AS
             SELECT * FROM "odd: schema's -- name".activity_events WHERE event_type = 'task.comment';
           GRANT SELECT ON reporting.activity_events TO PUBLIC"#,
    );
    path(&database, &format!("reporting, \"{}\"", odd.replace("''", "''''")));
    let all = database.mc(["list", "--all", "-o", "jsonl", "--as-user", &user(0)]).ok().jsonl();
    assert!(!all.is_empty() && all.iter().all(|item| item["event_type"] == "task.comment"));
    // The schema of the role's own name, as PostgreSQL's default path has it.
    database.sql("ALTER SCHEMA reporting RENAME TO oncall");
    path(&database, &format!("\"$user\", \"{}\"", odd.replace("''", "''''")));
    assert_eq!(database.mc(["list", "--all", "-o", "jsonl", "--as-user", &user(0)]).ok().jsonl(), all);
}

#[test]
fn a_function_of_a_policy_that_relies_on_the_path_is_named_with_the_remedy() {
    let database = Database::recorded(Engine::Deployed);
    database.sql(
        "CREATE FUNCTION visible(board uuid) RETURNS bool LANGUAGE plpgsql SECURITY DEFINER AS
           $$ BEGIN RETURN board IN (SELECT id FROM boards); END $$;
         ALTER TABLE activity_events ENABLE ROW LEVEL SECURITY;
         CREATE POLICY boards_alone ON activity_events USING (visible(board_id))",
    );
    let output = database.mc(["list", "--as-user", &user(0)]).fails(5);
    assert!(output.stderr.contains("visible(uuid)") && output.stderr.contains("SET search_path"), "{output}");
    database.sql("ALTER FUNCTION visible(uuid) SET search_path = public");
    assert!(database.mc(["list", "--as-user", &user(0)]).ok().stdout.contains("row-level security"));
}

#[test]
fn doctor_says_who_may_create_objects_on_the_path_and_how_to_end_it() {
    let database = Database::recorded(Engine::Deployed);
    let doctor = |what: &str| database.mc(["doctor", "-o", what]).run();
    // As after an upgrade from PostgreSQL 14; since 15 nobody may.
    database.sql("GRANT CREATE ON SCHEMA public TO PUBLIC, deployer");
    let facts = doctor("json").json()["facts"]["search_path"].clone();
    assert_eq!(facts, serde_json::json!([{"schema": "public", "open_to": ["PUBLIC", "deployer"]}]));
    let told = doctor("table").stdout;
    assert!(told.contains("PUBLIC, deployer may create objects in public"), "{told}");
    assert!(told.contains("REVOKE CREATE ON SCHEMA public FROM PUBLIC, deployer"), "{told}");
    database.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC, deployer");
    assert!(!doctor("table").stdout.contains("may create objects"));
    // The role itself and the owner of the tables plant nothing against themselves.
    database.sql(
        "GRANT CREATE ON SCHEMA public TO oncall, agents_oncall; ALTER TABLE activity_events OWNER TO agents_oncall",
    );
    assert!(!doctor("table").stdout.contains("may create objects"));
}
