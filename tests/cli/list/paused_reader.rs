//! A reader that pauses: a pager, a terminal after Ctrl-S, a blocked consumer. The database holds nothing meanwhile.

use crate::harness::events;
use crate::harness::{Data, Database, Engine, Mc, Output, Role, for_each_engine, wait_until};
use std::fs::{self, OpenOptions};
use std::thread;
use std::time::Duration;

/// More than a pipe holds, and more than one portion.
const EVENTS: usize = 6_000;
/// Reads one byte, waits for a write to `go`, and reads the rest.
const READER: &str =
    r#"mkfifo go; { "$0" "$@"; echo $? >code; } 2>said | { head -c 1 >first; cat go >/dev/null; cat first - >all; }"#;

/// Events of one board, `n` seconds apart, the newest first, each with a message of some length.
fn many(engine: Engine) -> Database {
    let database = Database::empty(engine);
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events");
    database.load(&data);
    let message = "as long as a message usually is ".repeat(12);
    let at = |n: usize| {
        let (minutes, seconds) = (n / 60, n % 60);
        format!(
            "2026-03-{:02} {:02}:{:02}:{seconds:02}",
            20 - minutes / 1440,
            23 - minutes / 60 % 24,
            59 - minutes % 60
        )
    };
    let times: Vec<String> = (0..EVENTS).map(at).collect();
    let rows: Vec<_> = times.iter().map(|at| ("task.failed", Some(message.as_str()), at.as_str())).collect();
    database.load(&events(&rows));
    database
}

fn paused(database: &Database, line: &str) -> Mc {
    let mc = database.place.sh(READER, line.split(' ').chain(["--as-user", "local-auth-user"]));
    mc.env("DATABASE_URL", database.url_as(Role::Owner))
}

/// Runs a command whose reader pauses after the first byte, does something meanwhile, and lets the reader read on.
fn while_paused(database: &Database, line: &str, meanwhile: impl FnOnce()) -> (i32, String, Output) {
    let work = database.place.path().join("work");
    for file in ["go", "first", "all", "code", "said"] {
        // Left over from the last run.
        let _ = fs::remove_file(work.join(file));
    }
    let reader = paused(database, line);
    let output = thread::scope(|scope| {
        let run = scope.spawn(|| reader.run());
        wait_until("something is on stdout", || fs::metadata(work.join("first")).is_ok_and(|first| first.len() > 0));
        meanwhile();
        drop(OpenOptions::new().write(true).open(work.join("go")).unwrap());
        run.join().unwrap()
    });
    let code = database.place.read("work/code").trim().parse().unwrap();
    (code, database.place.read("work/all"), output)
}

#[test]
fn a_migration_and_a_writer_behind_it_do_not_wait_for_a_reader_that_pauses() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let database = many(engine);
        for (n, line) in [
            "list --all -o jsonl",
            "list --all -o csv --reverse",
            "list --all -o table",
            "list --limit 5000 -o json",
            "comments --all --out-file /dev/stdout -o json",
            "errors -S 2026-01-01 -U 2026-12-31 --limit 5000 -o json",
        ]
        .into_iter()
        .enumerate()
        {
            if line.starts_with("comments") {
                database.sql(
                    "UPDATE activity_events SET event_type = 'task.comment', task_id = (SELECT t.id FROM tasks t \
                              WHERE t.board_id = activity_events.board_id LIMIT 1)",
                );
            } else if line.starts_with("errors") {
                database.sql("UPDATE activity_events SET event_type = 'task.failed'");
            }
            let (code, all, output) = while_paused(&database, line, || {
                database.sql(&format!(
                    "SET lock_timeout = '5s'; ALTER TABLE activity_events ADD COLUMN later_{n} text;
                     INSERT INTO activity_events (id, event_type, created_at) VALUES (gen_random_uuid(), 'x', '2020-01-01')"
                ));
            });
            assert_eq!(code, 0, "{line}: {}\n{output}", database.place.read("work/said"));
            assert!(all.len() > 100_000, "{line}: too little to fill a pipe: {} bytes", all.len());
        }
    }
}

#[test]
fn in_sqlite_s_rollback_mode_a_writer_does_not_wait_for_a_reader_that_pauses() {
    let database = many(Engine::Embedded);
    database.sql("PRAGMA journal_mode = delete");
    let (code, all, output) = while_paused(&database, "list --all -o jsonl", || {
        database.sql("UPDATE boards SET name = name || '!'");
    });
    assert_eq!(code, 0, "{output}");
    assert_eq!(all.lines().count(), EVENTS);
}

#[test]
fn a_paused_list_repeats_nothing_and_ends_at_the_last_row_of_its_start() {
    for_each_engine(|engine| {
        for order in ["", " --reverse"] {
            let database = many(engine);
            let id = |n: usize| match engine {
                Engine::Embedded => format!("x'0bad000000004000800000000000{n:04}'"),
                _ => format!("'0bad0000-0000-4000-8000-00000000{n:04}'"),
            };
            let before = database.mc(["list", "--all", "-o", "jsonl", "--as-user", "local-auth-user"]).ok().jsonl();
            assert_eq!(before.len(), EVENTS);
            let (code, all, output) = while_paused(&database, &format!("list --all -o jsonl{order}"), || {
                // Newest first they are read already, oldest first they are still to come.
                database.sql(&format!(
                    "UPDATE activity_events SET created_at = created_at + {} WHERE id IN ({}, {})",
                    if engine == Engine::Embedded { "31536000000000" } else { "interval '1 year'" },
                    id(0),
                    id(1),
                ));
                database.sql(&format!("DELETE FROM activity_events WHERE id = {}", id(EVENTS / 2)));
            });
            assert_eq!(code, 0, "{output}");
            let lines: Vec<serde_json::Value> =
                all.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect();
            let mut seen: Vec<&str> = lines.iter().map(|item| item["id"].as_str().unwrap()).collect();
            let deleted = format!("0bad0000-0000-4000-8000-{:012}", EVENTS / 2);
            assert!(!seen.contains(&deleted.as_str()), "{engine:?}{order}");
            assert!(lines.iter().all(|item| item["created_at"].as_str().unwrap() < "2027"), "{engine:?}{order}");
            // Oldest first, those that went beyond the end are gone; newest first they were read before they went.
            assert_eq!(seen.len(), if order.is_empty() { EVENTS - 1 } else { EVENTS - 3 }, "{engine:?}{order}");
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), lines.len(), "{engine:?}{order}: an event twice");
        }
    });
}

#[test]
fn a_list_ends_with_exit_4_when_a_board_of_it_can_no_longer_be_read() {
    for_each_engine(|engine| {
        let database = many(engine);
        let (code, all, _) = while_paused(&database, "list --all -o jsonl", || {
            database.sql(
                "DELETE FROM organization_board_access; UPDATE organization_members SET all_boards_read = (1 = 0), \
                 all_boards_write = (1 = 0)",
            );
        });
        assert_eq!(code, 4, "{engine:?}");
        let said = database.place.read("work/said");
        assert!(said.contains("can no longer be read, so the output ends here"), "{said}");
        assert!((1..EVENTS).contains(&all.lines().count()), "{engine:?}");
    });
}

#[test]
fn a_connection_that_was_closed_while_a_reader_paused_is_opened_again() {
    let database = many(Engine::Deployed);
    let (code, all, output) = while_paused(&database, "list --all -o jsonl", || {
        database.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'mc-activity list'",
        );
    });
    assert_eq!(code, 0, "{output}");
    assert_eq!(all.lines().count(), EVENTS);
}

#[test]
fn the_total_of_a_list_in_portions_is_that_of_the_first() {
    let database = many(Engine::Deployed);
    let (code, all, output) = while_paused(&database, "list --all -o json", || {
        database.sql(
            "DELETE FROM activity_events WHERE id IN (SELECT id FROM activity_events ORDER BY created_at LIMIT 10)",
        );
    });
    assert_eq!(code, 0, "{output}");
    let page: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(page["total"], EVENTS);
    assert_eq!(page["items"].as_array().unwrap().len(), EVENTS - 10);
}

#[test]
fn a_migration_does_not_wait_for_a_terminal_that_was_stopped() {
    let database = many(Engine::Deployed);
    let mc = database.mc_as(Role::Owner, ["list", "--all", "-o", "text", "--as-user", "local-auth-user"]);
    let mut screen = mc.start_on_terminal(100, 30);
    // Ctrl-S, once it has begun.
    screen.shows("as long as a message");
    screen.press("\x13");
    database.sql("SET lock_timeout = '5s'; ALTER TABLE activity_events ADD COLUMN later text");
    screen.press("\x11");
    assert_eq!(screen.end_within(Duration::from_secs(60)), 0);
}
