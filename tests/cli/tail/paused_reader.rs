//! A reader that pauses: nothing is held in the database while tail waits for it.

use super::{SOON, USER, insert_all, item, quiet};
use crate::harness::{Database, Engine};
use rustix::io::ioctl_fionread;
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Far more than a pipe holds.
const EVENTS: usize = 2_500;

/// A tail of a backlog whose reader does not read. Killed when dropped.
struct Unread(Child);

impl Unread {
    /// It is stuck when the pipe is full.
    fn start(database: &Database, ids: &[Uuid]) -> Self {
        database.sql(&insert_all(database, ids, -60.0));
        let mut tail = Command::new(env!("CARGO_BIN_EXE_mc-activity"));
        tail.args(["tail", "--as-user", USER, "--events", "-o", "jsonl", "--since", "1h", "--poll", "100ms"]);
        tail.args(["--until-count", &ids.len().to_string()]);
        tail.env("DATABASE_URL", &database.url).current_dir(database.place.path()).stdout(Stdio::piped());
        let unread = Self(tail.spawn().unwrap());
        let (start, mut before) = (Instant::now(), 0);
        loop {
            let held = ioctl_fionread(unread.0.stdout.as_ref().unwrap()).unwrap();
            // Nothing is added any more although there is more.
            if held >= 60 * 1024 && held == before {
                return unread;
            }
            assert!(start.elapsed() < SOON, "the pipe is not full: {held} bytes");
            before = held;
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Reads on: all has to come, once and in order.
    fn read_on(mut self, ids: &[Uuid]) {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines().map(Result::unwrap);
        let items: Vec<_> = lines.map(|line| item(&line)).collect();
        let shown: Vec<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(shown.len(), ids.len());
        assert!(shown.is_sorted(), "all are of one time");
        let wanted: HashSet<String> = ids.iter().map(Uuid::to_string).collect();
        assert_eq!(shown.iter().copied().map(str::to_owned).collect::<HashSet<_>>(), wanted);
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // It has ended, unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn while_its_reader_pauses_it_holds_no_transaction_no_snapshot_and_no_lock() {
    let database = quiet(Engine::Deployed);
    let ids: Vec<Uuid> = (0..EVENTS).map(|_| Uuid::new_v4()).collect();
    let tail = Unread::start(&database, &ids);
    let held = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mc-activity tail'
                AND datname = current_database() AND (state <> 'idle' OR xact_start IS NOT NULL OR backend_xmin IS NOT NULL)";
    assert_eq!(database.number(held), 0);
    assert_eq!(database.number(&held.replace("AND (", "AND NOT (")), 1);
    // A migration needs the table to itself; columns that come and go do not disturb the rest of the poll.
    database.sql("SET lock_timeout = '2s'; ALTER TABLE activity_events ADD COLUMN later text");
    tail.read_on(&ids);
}

#[test]
fn while_its_reader_pauses_others_can_write_to_an_sqlite_file_without_a_log() {
    let database = quiet(Engine::Embedded);
    database.sql("PRAGMA journal_mode = delete");
    let ids: Vec<Uuid> = (0..EVENTS).map(|_| Uuid::new_v4()).collect();
    let tail = Unread::start(&database, &ids);
    database.sql("PRAGMA busy_timeout = 500; UPDATE tasks SET title = 'later'");
    tail.read_on(&ids);
}
