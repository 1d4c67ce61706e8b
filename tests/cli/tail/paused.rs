//! A reader that pauses: nothing is held in the database while tail waits for it.

use super::{SOON, USER, insert_all, item, quiet};
use crate::harness::{Database, Engine};
use rustix::io::ioctl_fionread;
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use uuid::Uuid;

/// Far more than a pipe holds.
const EVENTS: usize = 2_500;

/// A tail of a backlog whose reader does not read; it is stuck when the pipe is full.
fn stuck(database: &Database, ids: &[Uuid]) -> Child {
    database.sql(&insert_all(database, ids, -60.0));
    let child = Command::new(env!("CARGO_BIN_EXE_mc-activity"))
        .args(["tail", "--as-user", USER, "--events", "-o", "jsonl", "--since", "1h", "--poll", "100ms"])
        .args(["--until-count", &ids.len().to_string()])
        .env("DATABASE_URL", &database.url)
        .current_dir(database.place.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pipe = child.stdout.as_ref().unwrap();
    let (start, mut before) = (Instant::now(), 0);
    loop {
        let held = ioctl_fionread(pipe).unwrap();
        // Nothing is added any more although there is more.
        if held >= 60 * 1024 && held == before {
            return child;
        }
        assert!(start.elapsed() < SOON, "the pipe is not full: {held} bytes");
        before = held;
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
}

/// Reads on: all has to come, once and in order.
fn read_on(mut child: Child, ids: &[Uuid]) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let items: Vec<_> = lines.map(|line| item(&line)).collect();
    let shown: Vec<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(shown.len(), ids.len());
    assert!(shown.is_sorted(), "all are of one time");
    let wanted: HashSet<String> = ids.iter().map(Uuid::to_string).collect();
    assert_eq!(shown.iter().copied().map(str::to_owned).collect::<HashSet<_>>(), wanted);
    assert!(child.wait().unwrap().success());
}

#[test]
fn while_its_reader_pauses_it_holds_no_transaction_no_snapshot_and_no_lock() {
    let database = quiet(Engine::Deployed);
    let ids: Vec<Uuid> = (0..EVENTS).map(|_| Uuid::new_v4()).collect();
    let child = stuck(&database, &ids);
    let held = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mc-activity tail'
                AND datname = current_database() AND (state <> 'idle' OR xact_start IS NOT NULL OR backend_xmin IS NOT NULL)";
    assert_eq!(database.number(held), 0);
    assert_eq!(database.number(&held.replace("AND (", "AND NOT (")), 1);
    // A migration needs the table to itself; columns that come and go do not disturb the rest of the poll.
    database.sql("SET lock_timeout = '2s'; ALTER TABLE activity_events ADD COLUMN later text");
    read_on(child, &ids);
}

#[test]
fn while_its_reader_pauses_others_can_write_to_an_sqlite_file_without_a_log() {
    let database = quiet(Engine::Embedded);
    database.sql("PRAGMA journal_mode = delete");
    let ids: Vec<Uuid> = (0..EVENTS).map(|_| Uuid::new_v4()).collect();
    let child = stuck(&database, &ids);
    database.sql("PRAGMA busy_timeout = 500; UPDATE tasks SET title = 'later'");
    read_on(child, &ids);
}
