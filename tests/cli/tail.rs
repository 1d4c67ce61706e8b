//! `tail`: its flags, its exits, and its recovery from failures. `stress` tests all of it together.

mod clock;
mod cursor_file;
mod cursor_file_lock;
mod cursor_owner;
mod exit;
mod following;
mod memory;
mod no_loss_at_exit;
mod paused_reader;
mod reconnect_errors;
mod recovery;
mod revocation;
mod starting;
mod stress;
mod terminal;

use crate::harness::{Child, Data, Database, Engine};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Duration;
use uuid::Uuid;

pub const USER: &str = "000000b0-0000-4000-8000-000000000000";
pub const SOON: Duration = Duration::from_secs(20);
/// Longer than some polls.
pub const A_WHILE: Duration = Duration::from_millis(700);

/// The recorded boards and tasks, without events.
pub fn quiet(engine: Engine) -> Database {
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events");
    Database::with(engine, &data)
}

/// `mc-activity tail` as a user who can read all boards, with a short polling interval and more flags.
pub fn tail(database: &Database, more: &str) -> crate::harness::Mc {
    let usual = ["-o jsonl", "--poll 100ms"].into_iter();
    let usual: Vec<&str> = usual.filter(|flag| !more.contains(&flag[..flag.find(' ').unwrap() + 1])).collect();
    let line = format!("tail --as-user {USER} --events {} {more}", usual.join(" "));
    database.mc(line.split_whitespace())
}

/// An INSERT of comments, dated a number of seconds from now on the database's clock.
pub fn insert_all(database: &Database, ids: &[Uuid], seconds: f64) -> String {
    let sqlite = database.engine == Engine::Embedded;
    let value = |id: &str| if sqlite { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
    let now = if sqlite {
        format!("CAST((julianday('now') - 2451544.5) * 86400000000 AS INTEGER) + {}", (seconds * 1e6).round())
    } else {
        format!("(now() AT TIME ZONE 'utc') + {seconds} * interval '1 s'")
    };
    let (board, task) = ("000000c0-0000-4000-8000-000000000001", "000000f0-0000-4000-8000-000000000001");
    let rows: Vec<String> = ids
        .iter()
        .map(|id| {
            let id = value(&id.to_string());
            format!("({id}, 'task.comment', 'as agreed', {}, {}, {now})", value(task), value(board))
        })
        .collect();
    let columns = "id, event_type, message, task_id, board_id, created_at";
    format!("INSERT INTO activity_events ({columns}) VALUES {}", rows.join(", "))
}

/// Writes one comment and returns its id.
pub fn write(database: &Database, seconds: f64) -> String {
    let id = Uuid::new_v4();
    database.sql(&insert_all(database, &[id], seconds));
    id.to_string()
}

/// The next line's id.
#[track_caller]
pub fn next(child: &mut Child) -> String {
    id(&child.line(SOON))
}

pub fn id(line: &str) -> String {
    item(line)["id"].as_str().expect("no id").to_owned()
}

pub fn item(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|e| panic!("{line:?} is no JSON: {e}"))
}

/// Starts tail and waits until it follows.
pub fn following(database: &Database, more: &str) -> Child {
    let first = write(database, 0.0);
    let mut child = tail(database, &format!("-n 1 {more}")).start();
    assert_eq!(next(&mut child), first);
    child
}

/// With -v tail reports the end of its first poll: later events are new ones.
pub fn wait_for_start(tail: &mut Child) {
    while !tail.said(SOON).starts_with("following ") {}
}

/// A lock on the table, held by a psql process.
pub struct Lock(std::process::Child);

impl Lock {
    pub fn on(database: &Database) -> Self {
        let mut psql = std::process::Command::new("psql");
        let mut child =
            psql.arg("-qAtX").arg(&database.url).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // It holds the lock for as long as it waits for more.
        let stdin = child.stdin.as_mut().unwrap();
        stdin.write_all(b"BEGIN; LOCK activity_events; SELECT 'locked';\n").unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self(child)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
