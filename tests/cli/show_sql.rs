//! `--show-sql` and `-v`: what is sent to whom, on stderr.

use crate::harness::{Database, Engine, Role, for_each_engine};
use crate::identity::{AGENT_1_TOKEN, user};

#[test]
fn every_statement_is_told_with_its_values_and_the_answer_stays_the_same() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let mc = || database.mc(["list", "-o", "json", "--type", "task.*", "--as-user", &user(3)]);
        let plain = mc().ok();
        let shown = mc().args(["--show-sql"]).ok();
        assert_eq!(plain.stdout, shown.stdout);
        assert_eq!(plain.stderr, "");
        let (begin, value) = match engine {
            Engine::Embedded => ("BEGIN;", "= \"task.*\""),
            _ => {
                ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 30000", "[\"task.%\"]")
            }
        };
        let schema = if engine == Engine::Embedded { "" } else { "public." };
        let (users, events) = (format!("FROM {schema}users u"), format!("FROM {schema}activity_events e"));
        let user = format!("-- $1 = {}", user(3));
        for part in [begin, "-- user_with_boards\nSELECT", &users, &user, &events, value] {
            assert!(shown.stderr.contains(part), "{part}\n{}", shown.stderr);
        }
        assert!(!shown.stderr.contains(" ms"), "{}", shown.stderr);
    });
}

#[test]
fn verbosely_with_plan_and_time() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let output = database.mc(["list", "--show-sql", "-v", "--as-user", &user(3)]).ok();
        let plan = if engine == Engine::Embedded { ["-- SEARCH ", "-- SCAN "] } else { ["Index Scan", "Seq Scan"] };
        assert!(plan.iter().any(|node| output.stderr.contains(node)), "{}", output.stderr);
        assert!(output.stderr.contains(" rows in ") && output.stderr.contains(" ms\n"), "{}", output.stderr);
    });
}

#[test]
fn verbosely_it_says_what_it_is_connected_to_and_as_whom() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let output = database.mc(["list", "-v", "--as-user", &user(3)]).ok();
        let (server, schema) = match engine {
            Engine::Deployed => (" as role oncall", "the deployed schema"),
            Engine::Documented => (" as role oncall", "the documented schema"),
            Engine::Embedded => ("SQLite", "the documented schema"),
        };
        let mut lines = output.stderr.lines();
        let connected = lines.next().unwrap_or_default();
        assert!(connected.starts_with("connected to ") && connected.contains("(DATABASE_URL in the environment)"));
        assert!(connected.contains(server) && connected.ends_with(schema), "{connected}");
        let asking = format!("asking for the user User 3 ({}), by --as-user", user(3));
        assert_eq!(lines.next(), Some(asking.as_str()));
        assert_eq!(lines.next(), None);
    });
}

#[test]
fn a_search_for_a_token_s_owner_keeps_no_transaction_open() {
    // In a place where nothing is remembered yet.
    let database = Database::recorded(Engine::Deployed);
    let output = database.mc_as(Role::Login, ["whoami", "--show-sql"]).env("MC_AGENT_TOKEN", AGENT_1_TOKEN).ok();
    let after = output.stderr.split("-- token_hashes\n").nth(1).unwrap_or_default();
    let commit = after.find("COMMIT;").unwrap_or(usize::MAX);
    assert!(commit < after.find("BEGIN ").unwrap_or(0), "{output}");
}
