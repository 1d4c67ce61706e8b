//! Writing: what is refused before anything is written, what happens once, and all or nothing. Who may write where is
//! held against the rules in `everybody`.

use crate::harness::{Database, Engine, Mc, Place, for_each_engine};
use crate::identity::{agent, user};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::Duration;

const ID: &str = "0bad0000-0000-4000-8000-0000000000aa";
const TASK: &str = "000000f0-0000-4000-8000-000000000001";

/// `log` as the user who may write everywhere.
fn log(database: &Database, args: &[&str]) -> Mc {
    database.mc(["log"]).args(args).args(["--as-user", &user(0)])
}

fn batch(database: &Database, lines: &[&str]) -> Mc {
    log(database, &["--jsonl", "-"]).stdin(lines.join("\n"))
}

fn count(database: &Database) -> String {
    database.mc(["list", "--count", "--as-user", &user(0)]).ok().stdout
}

#[test]
fn a_comment_of_nothing_but_white_space_is_refused_whichever_white_space() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before = count(&database);
        for blank in ["", " ", "\t", " \r\n", "\u{a0}\u{2003}\u{3000}", "\u{1c}\u{1f}\u{85}"] {
            let args = ["--type", "task.comment", "--task", TASK, "--message", blank];
            let output = log(&database, &args).fails(2);
            assert!(output.stderr.contains("white space"), "{output}");
            log(&database, &["--type", "task.comment", "--task", TASK, "--message", "-"]).stdin(blank).fails(2);
        }
        assert_eq!(count(&database), before);
    });
}

#[test]
fn a_batch_with_one_line_that_is_refused_writes_nothing_and_names_the_line() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before = count(&database);
        let good = r#"{"event_type":"task.updated","board":"board-1","message":"x"}"#;
        for (bad, code) in [
            (r#"{"event_type":"task.updated","board":"no such board"}"#, 4),
            (r#"{"event_type":"task.updated","task":"deaddead-dead"}"#, 3),
            (r#"{"event_type":"task.updated","board":"board-1","agent":"nobody"}"#, 3),
            (r#"{"event_type":"task.updated","board":"board-1","agent":"no\u0000body"}"#, 2),
            (r#"{"event_type":"task.updated","board":"board-1","created_at":"2026-01-01"}"#, 2),
            (r#"{"event_type":"task.updated"}"#, 2),
            (r#"{"event_type":"task.comment","task":"000000f0-0000-4000-8000-000000000001","message":"\t"}"#, 2),
            (r#"{"event_type":"#, 2),
        ] {
            let output = batch(&database, &[good, "", good, bad, good]).fails(code);
            assert!(output.stderr.contains("line 4"), "{output}");
            assert_eq!(count(&database), before, "{bad}");
        }
        assert_eq!(batch(&database, &[good, "", good]).ok().stdout.lines().count(), 2);
        assert_ne!(count(&database), before);
    });
}

/// A reader's guard against locks: the names of a batch are checked before its first event is written.
#[test]
fn references_are_checked_before_anything_is_written() {
    let database = Database::recorded(Engine::Deployed);
    // The first write of all would fail so; the check of line 2 is what is told.
    database.sql("ALTER TABLE activity_events ADD CONSTRAINT never CHECK (event_type <> 'task.updated') NOT VALID");
    let good = r#"{"event_type":"task.updated","board":"board-1"}"#;
    let output = batch(&database, &[good, r#"{"event_type":"task.updated","board":"no such board"}"#]).fails(4);
    assert!(output.stderr.contains("line 2"), "{output}");
}

#[test]
fn while_the_lines_of_a_batch_arrive_nothing_is_open_on_the_server() {
    let database = Database::recorded(Engine::Deployed);
    let pipe = database.place.path().join("lines");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut writing = log(&database, &["--jsonl", &pipe.display().to_string()]).start();
    let mut lines = OpenOptions::new().write(true).open(&pipe).unwrap();
    writeln!(lines, r#"{{"event_type":"task.updated","task":"{TASK}"}}"#).unwrap();
    lines.flush().unwrap();
    // Time enough to do it wrong.
    std::thread::sleep(Duration::from_secs(1));
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mc-activity log' \
                    AND datname = current_database()";
    assert_eq!(database.number(sessions), 0);
    drop(lines);
    assert_eq!(writing.end_within(Duration::from_secs(30)), 0);
}

#[test]
fn the_same_event_under_the_same_id_is_written_once_and_another_one_is_refused() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before: i64 = count(&database).trim().parse().unwrap();
        let now = || count(&database).trim().parse::<i64>().unwrap() - before;
        let same = ["--type", "task.updated", "--board", "board-1", "--message", "x", "--id", ID, "-o", "json"];
        let first = log(&database, &same).ok().json();
        // created_at and all: what is there already is what is answered.
        assert_eq!(log(&database, &same).ok().json(), first);
        assert_eq!(now(), 1);
        for other in [["--message", "y"], ["--type", "task.created"], ["--agent", &agent(1)], ["--task", TASK]] {
            let mut args: Vec<&str> = same.to_vec();
            match args.iter().position(|arg| *arg == other[0]) {
                Some(at) => args[at + 1] = other[1],
                None => args.extend(other),
            }
            let output = log(&database, &args).fails(1);
            assert!(output.stderr.contains("another event already has the id"), "{output}");
        }
        let line = format!(r#"{{"event_type":"task.updated","board":"board-1","message":"x","id":"{ID}"}}"#);
        let new = line.replace("aa\"", "ab\"");
        let output = batch(&database, &[&line, &new, &new]).ok();
        assert_eq!(output.stdout.lines().count(), 3);
        assert_eq!(now(), 2);
        let other = new.replace("ab\"", "ac\"");
        batch(&database, &[&other, &other.replace("\"x\"", "\"y\"")]).fails(1);
        assert_eq!(now(), 2);
    });
}

#[test]
fn who_is_just_being_faster_with_the_same_event_is_no_error() {
    let database = Database::recorded(Engine::Deployed);
    let insert = format!(
        "BEGIN;
         INSERT INTO activity_events (id, event_type, message, board_id, created_at)
           SELECT '{ID}', 'task.updated', 'x', id, now() FROM boards WHERE slug = 'board-1';
         SELECT pg_sleep(1.5);
         COMMIT;"
    );
    std::thread::scope(|scope| {
        scope.spawn(|| database.sql(&insert));
        // So that it finds none, and then has to wait.
        let asleep =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        while database.number(asleep) == 0 {}
        log(&database, &["--type", "task.updated", "--board", "board-1", "--message", "x", "--id", ID]).ok();
    });
    assert_eq!(database.number(&format!("SELECT count(*) FROM activity_events WHERE id = '{ID}'")), 1);
}

#[test]
fn a_dry_run_shows_what_would_be_written_and_writes_nothing() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before = count(&database);
        let args = ["--type", "task.updated", "--task", TASK, "--agent", &agent(1), "--dry-run"];
        let output = log(&database, &args).args(["-o", "json"]).ok();
        let item = output.json();
        assert_eq!((&item["task_id"], &item["board_name"]), (&TASK.into(), &"Main".into()), "{output}");
        assert!(log(&database, &args).ok().stdout.contains("1 would be written, nothing was"));
        assert_eq!(count(&database), before);
    });
}

#[test]
fn what_the_schema_cannot_hold_is_refused_and_the_writing_user_noted_where_it_can_be() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let args = ["--type", "task.updated", "--board", "board-1", "-o", "json"];
        for more in [["--action", "a"], ["--user", &user(0)], ["--actor", ID]] {
            let output = log(&database, &args).args(more);
            if engine == Engine::Deployed {
                assert!(output.fails(5).stderr.contains("has no column"));
            } else {
                output.ok();
            }
        }
        let item = log(&database, &args).ok().json();
        let by = if engine == Engine::Deployed { serde_json::Value::Null } else { user(0).into() };
        assert_eq!(item["user_id"], by);
        if engine != Engine::Deployed {
            log(&database, &args).args(["--user", &user(1)]).fails(4);
            let item = database.mc(["log"]).args(args).args(["--as-agent", &agent(1)]).ok().json();
            assert_eq!((&item["agent_id"], &item["user_id"]), (&agent(1).into(), &serde_json::Value::Null));
        }
    });
}

#[test]
fn a_type_that_nothing_reads_is_written_with_a_warning() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let output = log(&database, &["--type", "deploy.\u{1b}[2Jdone", "--board", "board-1"]).ok();
        assert!(output.stderr.contains("nothing in Mission Control reads events of type deploy."), "{output}");
        assert!(!output.stderr.contains('\u{1b}'), "{output}");
        assert_eq!(log(&database, &["--type", "task.updated", "--board", "board-1"]).ok().stderr, "");
    });
}

#[test]
fn who_waits_for_the_lines_of_a_batch_is_told_of_them_on_a_terminal_alone() {
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    let line = "{\"event_type\":\"task.updated\",\"board_id\":\"docs\"}\n";
    place.write("work/lines", &line.repeat(500));
    // After a second there is something to tell.
    let slow = "{ cat lines; sleep 2; cat lines; } | \"$0\" \"$@\" --out-file ids";
    let shown = place.sh(slow, ["log", "--jsonl", "-"]).on_terminal(100, 30);
    assert!(shown.stdout.contains("lines read"), "{shown}");
    assert!(!place.sh(slow, ["log", "--jsonl", "-"]).ok().stderr.contains("lines read"));
}

#[test]
fn a_batch_keeps_its_order() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let line = |n: u32| format!(r#"{{"event_type":"task.comment","task":"{TASK}","message":"step {n}"}}"#);
        let lines: Vec<String> = (1..=12).map(line).collect();
        batch(&database, &lines.iter().map(String::as_str).collect::<Vec<_>>()).ok();
        let thread = database.mc(["comments", "--task", TASK, "-o", "jsonl", "--as-user", &user(0)]).ok().jsonl();
        let steps: Vec<&str> = thread.iter().filter_map(|item| item["message"].as_str()).collect();
        let expected: Vec<String> = (1..=12).map(|n| format!("step {n}")).collect();
        assert!(steps.ends_with(&expected.iter().map(String::as_str).collect::<Vec<_>>()), "{steps:?}");
    });
}

#[test]
fn where_the_answer_cannot_go_nothing_is_written() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before = count(&database);
        for place in ["none/x", "/"] {
            log(&database, &["--type", "x", "--board", "board-1", "--out-file", place]).fails(1);
        }
        log(&database, &["--type", "x", "--board", "board-1", "--fields", "nonsense"]).fails(2);
        assert_eq!(count(&database), before);
    });
}

#[test]
fn a_comment_is_stored_stripped_as_the_api_stores_it_and_nothing_else_is() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let message = "\u{1c}\u{a0}\t two  words \n\u{3000}\u{1f}";
        let stored = |kind: &str| {
            let args = ["--type", kind, "--task", TASK, "--message", message, "-o", "json"];
            log(&database, &args).ok().json()["message"].as_str().unwrap().to_owned()
        };
        assert_eq!(stored("task.comment"), "two  words");
        assert_eq!(stored("task.updated"), message);
        let thread = database.mc(["comments", "--task", TASK, "-o", "jsonl", "--as-user", &user(0)]).ok().jsonl();
        assert!(thread.iter().any(|item| item["message"] == "two  words"), "{thread:?}");
        // Written once more with other white space around it, it is the same event.
        for message in ["x", " x "] {
            log(&database, &["--type", "task.comment", "--task", TASK, "--id", ID, "--message", message]).ok();
        }
    });
}

#[test]
fn there_is_no_warning_of_a_type_that_the_dashboard_counts() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        for args in [["--type", "deploy.finished", "--task", TASK], ["--type", "deploy.failed", "--board", "board-1"]] {
            assert_eq!(log(&database, &args).ok().stderr, "");
        }
    });
}

#[test]
fn many_lines_are_written_with_few_statements_in_their_order() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let line = |n: u32| format!(r#"{{"event_type":"task.comment","task":"{TASK}","message":"step {n}"}}"#);
        let lines: Vec<String> = (1..=5_000).map(line).collect();
        let output = log(&database, &["--jsonl", "-", "--show-sql"]).stdin(lines.join("\n")).ok();
        assert_eq!(output.stdout.lines().count(), 5_000);
        if engine != Engine::Embedded {
            let statements = output.stderr.matches("-- insert_event\n").count();
            assert!((1..=5).contains(&statements), "{statements} statements");
        }
        let thread = database.mc(["comments", "--task", TASK, "-o", "jsonl", "--as-user", &user(0)]).ok().jsonl();
        let steps: Vec<&str> = thread.iter().filter_map(|item| item["message"].as_str()).collect();
        let expected: Vec<String> = (1..=5_000).map(|n| format!("step {n}")).collect();
        assert!(steps.ends_with(&expected.iter().map(String::as_str).collect::<Vec<_>>()), "{engine:?}");
        // And the ids are answered in that order.
        let ids: Vec<&str> = thread.iter().filter_map(|item| item["id"].as_str()).collect();
        assert!(ids.ends_with(&output.stdout.lines().collect::<Vec<_>>()), "{engine:?}");
    });
}

#[test]
fn what_the_database_refuses_in_the_midst_of_a_batch_is_named_by_its_line_and_nothing_is_written() {
    let database = Database::recorded(Engine::Deployed);
    let before = count(&database);
    database.sql("ALTER TABLE activity_events ADD CHECK (message <> 'refused') NOT VALID");
    let lines: Vec<String> = (1..=5_000)
        .map(|n| {
            let message = if [3_457, 4_001].contains(&n) { "refused" } else { "x" };
            format!(r#"{{"event_type":"task.updated","task":"{TASK}","message":"{message}"}}"#)
        })
        .collect();
    let output = batch(&database, &lines.iter().map(String::as_str).collect::<Vec<_>>()).fails(1);
    assert!(output.stderr.contains("line 3457:"), "{output}");
    assert_eq!(count(&database), before);
}

#[test]
fn ids_that_are_given_are_written_once_across_batches_too() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before: usize = count(&database).trim().parse().unwrap();
        let line = |n: usize| {
            let id = format!("0bad0000-0000-4000-8000-{:012}", n % 1_500);
            format!(r#"{{"event_type":"task.updated","board":"board-1","message":"x","id":"{id}"}}"#)
        };
        // Each id twice or thrice, in one batch and in the next.
        let lines: Vec<String> = (0..4_000).map(line).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let first = batch(&database, &lines).ok();
        assert_eq!(first.stdout.lines().count(), 4_000);
        assert_eq!(count(&database).trim().parse::<usize>().unwrap(), before + 1_500);
        assert_eq!(batch(&database, &lines).ok().stdout, first.stdout);
        let other = lines[3_000].replace("\"x\"", "\"y\"");
        let mut changed = lines.clone();
        changed[3_000] = &other;
        let output = batch(&database, &changed).fails(1);
        assert!(output.stderr.contains("line 3001: another event already has the id"), "{output}");
    });
}

#[test]
fn lines_and_messages_without_end_are_refused_in_little_memory() {
    let database = Database::shared(Engine::Deployed);
    for args in [&["--jsonl", "/dev/zero"][..], &["--type", "x", "--board", "board-1", "--message", "-"]] {
        let endless = || database.place.sh(r#""$0" "$@" </dev/zero"#, ["log"]).args(args).args(["--as-user", &user(0)]);
        let output = endless().env("DATABASE_URL", &database.url).fails(2);
        assert!(output.stderr.contains("is longer than 16 MB"), "{output}");
        assert_eq!(output.stderr.contains("line 1:"), args[0] == "--jsonl", "{output}");
        let (code, kilobytes) = log(database, args).stdin("\0".repeat(20 << 20)).peak();
        assert_eq!(code, 2);
        assert!(kilobytes < 64 * 1024, "{args:?}: {kilobytes} kB");
    }
}

#[test]
fn the_memory_of_a_batch_does_not_grow_with_it() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let line = format!(r#"{{"event_type":"task.updated","task":"{TASK}","message":"{}"}}"#, "long ".repeat(2_000));
        let lines = format!("{line}\n").repeat(12_000);
        let (code, kilobytes) = log(&database, &["--jsonl", "-", "-o", "json"]).stdin(lines).peak();
        assert_eq!(code, 0);
        assert!(kilobytes < 64 * 1024, "{engine:?}: {kilobytes} kB");
    });
}
