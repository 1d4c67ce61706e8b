//! Ctrl-C and SIGTERM in the middle of a query, and in the middle of an answer that nobody takes.

use super::{ME, ask, words};
use crate::harness::{Database, Engine};
use std::time::{Duration, Instant};

/// A query of a minute: the events stand behind a view that sleeps.
fn slow() -> Database {
    let database = Database::recorded(Engine::Deployed);
    database.sql(
        "ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS SELECT e.* FROM real_events e, (SELECT pg_sleep(60)) AS s;",
    );
    database
}

fn running(database: &Database) -> i64 {
    database.number(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'mc-activity%'",
    )
}

fn wait_until(what: &str, patience: Duration, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < patience, "{what}: not within {patience:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_interrupted_command_ends_at_once_and_its_query_is_gone_from_the_server() {
    for line in [
        "list",
        "comments",
        "errors --range 1y",
        "summary -S 2024-01-01",
        "list --count",
        "list --all -o jsonl",
        "log --type x --board Main",
    ] {
        let database = if line.starts_with("log") {
            let database = Database::recorded(Engine::Deployed);
            database.sql(
                "CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
                 CREATE TRIGGER sleep BEFORE INSERT ON activity_events FOR EACH ROW EXECUTE FUNCTION sleep();",
            );
            database
        } else {
            slow()
        };
        let mut child = ask(&database, line).start();
        wait_until(line, Duration::from_secs(20), || {
            database.number(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
            ) > 0
        });
        let start = Instant::now();
        child.interrupt();
        assert_eq!(child.end_within(Duration::from_secs(5)), 130, "{line}");
        // A hundred milliseconds on a machine that has nothing else to do.
        assert!(start.elapsed() < Duration::from_millis(400), "{line}: {:?}", start.elapsed());
        let (out, said) = child.rest();
        assert!(out.is_empty() && said.contains("interrupted"), "{line}: {out}{said}");
        wait_until(&format!("{line}: gone from the server"), Duration::from_secs(2), || running(&database) == 0);
    }
}

#[test]
fn a_killed_command_leaves_no_query_behind_either() {
    let database = slow();
    let mut child = ask(&database, "list").start();
    wait_until("it runs", Duration::from_secs(20), || running(&database) > 0);
    child.kill();
    wait_until("gone from the server", Duration::from_secs(2), || running(&database) == 0);
}

#[test]
fn an_interrupted_command_ends_although_nobody_reads_its_output() {
    let database = Database::recorded(Engine::Deployed);
    database.sql(
        "INSERT INTO activity_events (id, event_type, message, created_at, board_id)
         SELECT gen_random_uuid(), 'x', repeat('y', 500), now(), '000000c0-0000-4000-8000-000000000001'
         FROM generate_series(1, 3000)",
    );
    let shell = "mkfifo pipe; exec 3<>pipe; \"$0\" \"$@\" >pipe & pid=$!; sleep 2; kill -INT $pid; wait $pid";
    let output = database
        .place
        .sh(shell, words("list --all -o jsonl").chain(ME.map(str::to_owned)))
        .env("DATABASE_URL", &database.url)
        .run();
    output.expect(130);
    assert!(output.took < Duration::from_secs(4), "{output}");
}

#[test]
fn sqlite_is_interrupted_too_and_no_unfinished_file_is_left() {
    let database = Database::recorded(Engine::Embedded);
    // A recursion that does not end behind a view.
    database.sql(
        "ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT e.* FROM n JOIN real_events e ON e.created_at < n.i - 9000000000000000000",
    );
    let file = database.place.path().join("work/out.json");
    let mut child = ask(&database, "list -o json --out-file").args([file.to_str().unwrap()]).start();
    std::thread::sleep(Duration::from_millis(700));
    let start = Instant::now();
    child.interrupt();
    assert_eq!(child.end_within(Duration::from_secs(5)), 130);
    assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 0);
}
