//! The writers of the stress test.

use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};
use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// By how much a writer's clock is wrong at most.
const SKEW: f64 = 5.0;
const TIES: usize = 3_000;

/// A database to write to. What fails is given up: only the table says in the end what was committed.
pub(super) trait Store: Sized {
    fn begin(&mut self) -> Option<()>;
    fn insert(&mut self, ids: &[Uuid], seconds: f64) -> Option<()>;
    fn end(&mut self, commits: bool) -> Option<()>;
    /// All events in the table.
    fn ids(&mut self) -> HashSet<String>;
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn values(ids: &[Uuid], id: impl Fn(Uuid) -> String, now: &str) -> String {
    let (board, task) = (0x0000_00c0_0000_4000_8000_0000_0000_0001, 0x0000_00f0_0000_4000_8000_0000_0000_0001);
    let (board, task) = (id(Uuid::from_u128(board)), id(Uuid::from_u128(task)));
    let mut sql =
        "INSERT INTO activity_events (id, event_type, message, task_id, board_id, created_at) VALUES ".to_owned();
    for (at, event) in ids.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(sql, "{comma}({}, 'task.comment', 'under fire', {task}, {board}, {now})", id(*event)).unwrap();
    }
    sql
}

pub(super) struct Postgres {
    runtime: Runtime,
    conn: PgConnection,
}

impl Postgres {
    /// Waits for a server that is just restarting.
    pub(super) fn new(url: &str) -> Self {
        let runtime = runtime();
        loop {
            if let Ok(conn) = runtime.block_on(PgConnection::connect(url)) {
                return Self { runtime, conn };
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn run(&mut self, sql: &str) -> Option<()> {
        self.runtime.block_on(self.conn.execute(sql)).ok().map(|_| ())
    }

    pub(super) fn terminate_tails(&mut self) {
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mc-activity tail'");
    }
}

impl Store for Postgres {
    fn begin(&mut self) -> Option<()> {
        self.run("BEGIN")
    }

    fn insert(&mut self, ids: &[Uuid], seconds: f64) -> Option<()> {
        let now = format!("(clock_timestamp() AT TIME ZONE 'utc') + {seconds} * interval '1 s'");
        // One instant for all.
        let sql = format!("SELECT ({now})::text");
        let row = self.runtime.block_on(sqlx::query(&sql).fetch_one(&mut self.conn)).ok()?;
        let now = format!("'{}'", row.get::<String, _>(0));
        self.run(&values(ids, |id| format!("'{id}'"), &now))
    }

    fn end(&mut self, commits: bool) -> Option<()> {
        self.run(if commits { "COMMIT" } else { "ROLLBACK" })
    }

    fn ids(&mut self) -> HashSet<String> {
        let asked = sqlx::query("SELECT id::text FROM activity_events").fetch_all(&mut self.conn);
        self.runtime.block_on(asked).unwrap().iter().map(|row| row.get(0)).collect()
    }
}

pub(super) struct Lite {
    runtime: Runtime,
    conn: SqliteConnection,
}

impl Lite {
    pub(super) fn new(url: &str) -> Self {
        let runtime = runtime();
        let conn = runtime.block_on(SqliteConnection::connect(url)).unwrap();
        Self { runtime, conn }
    }

    fn run(&mut self, sql: &str) -> Option<()> {
        self.runtime.block_on(self.conn.execute(sql)).ok().map(|_| ())
    }

    /// Holds an exclusive lock for a while.
    pub(super) fn lock(&mut self, time: Duration) {
        if self.run("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE").is_some() {
            thread::sleep(time);
            self.run("ROLLBACK; PRAGMA locking_mode = normal");
        }
    }

    pub(super) fn tidy(&mut self) {
        self.run("PRAGMA wal_checkpoint(TRUNCATE); VACUUM");
    }
}

impl Store for Lite {
    fn begin(&mut self) -> Option<()> {
        // Once written it cannot be held long: a store has one writer.
        self.run("BEGIN IMMEDIATE")
    }

    fn insert(&mut self, ids: &[Uuid], seconds: f64) -> Option<()> {
        let sql = "SELECT CAST((julianday('now') - 2451544.5) * 86400000000 AS INTEGER)";
        let row = self.runtime.block_on(sqlx::query(sql).fetch_one(&mut self.conn)).ok()?;
        let now = (row.get::<i64, _>(0) + (seconds * 1e6) as i64).to_string();
        self.run(&values(ids, |id| format!("x'{}'", id.simple()), &now))
    }

    fn end(&mut self, commits: bool) -> Option<()> {
        let done = self.run(if commits { "COMMIT" } else { "ROLLBACK" });
        if done.is_none() {
            self.run("ROLLBACK");
        }
        done
    }

    fn ids(&mut self) -> HashSet<String> {
        let asked = sqlx::query("SELECT id FROM activity_events").fetch_all(&mut self.conn);
        let rows = self.runtime.block_on(asked).unwrap();
        rows.iter().map(|row| Uuid::from_slice(&row.get::<Vec<u8>, _>(0)).unwrap().to_string()).collect()
    }
}

/// Starts a process that begins to write, and kills it before the commit.
pub fn die_writing(url: &str) {
    const WRITE: &str = "
import sqlite3, sys, time
file = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
# What does not fit is written to the file before the transaction has ended.
file.execute('PRAGMA cache_size = 1')
file.execute('BEGIN IMMEDIATE')
file.execute(sys.stdin.read())
print(flush=True)
time.sleep(60)
";
    let ids: Vec<Uuid> = (0..TIES).map(|_| Uuid::new_v4()).collect();
    let sql = values(&ids, |id| format!("x'{}'", id.simple()), "800000000000000");
    let mut python = Command::new("python3")
        .args(["-c", WRITE, url.trim_start_matches("sqlite:")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 (apt-get install python3)");
    python.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(python.stdout.take().unwrap()).read_line(&mut line).unwrap();
    python.kill().unwrap();
    python.wait().unwrap();
    assert_eq!(line, "\n", "python3 wrote nothing");
}

#[derive(Default)]
struct Done {
    committed: AtomicU64,
    rolled_back: AtomicU64,
    failed: AtomicU64,
    bursts: AtomicU64,
    /// Milliseconds.
    longest: AtomicU64,
    stop: AtomicBool,
}

/// What they did.
pub(super) struct Wrote {
    writers: usize,
    committed: u64,
    rolled_back: u64,
    failed: u64,
    /// Thousands of events of one instant that were committed together.
    pub(super) bursts: u64,
    /// From a first write to its commit.
    pub(super) longest: Duration,
}

impl fmt::Display for Wrote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { writers, committed, rolled_back, failed, bursts, longest } = self;
        write!(
            f,
            "{writers} writers, {committed} transactions committed, {rolled_back} rolled back, {failed} failed, "
        )?;
        write!(f, "{bursts} bursts of {TIES} ties, a commit held back for {:.1} s", longest.as_secs_f64())
    }
}

pub(super) struct Writers {
    threads: Vec<JoinHandle<()>>,
    done: Arc<Done>,
}

impl Writers {
    /// Writers begin after the readers have had time for their first poll. The first writes an event of the future, the
    /// second a burst whenever it has connected.
    pub(super) fn start<S: Store>(count: u64, held: Duration, open: impl Fn() -> S + Clone + Send + 'static) -> Self {
        let done = Arc::new(Done::default());
        let threads = (0..count)
            .map(|nth| {
                let (done, open) = (Arc::clone(&done), open.clone());
                thread::spawn(move || {
                    thread::sleep(Duration::from_secs(5));
                    let mut rng = fastrand::Rng::new();
                    while nth == 0 && write(&mut open(), &[Uuid::new_v4()], 3_600.0).is_none() {}
                    while !done.stop.load(Ordering::Relaxed) {
                        let first = (nth == 1).then_some(TIES);
                        write_for_a_while(&mut open(), &mut rng, held, &done, first);
                    }
                })
            })
            .collect();
        Self { threads, done }
    }

    /// Lets the writers finish, and returns what they did.
    pub(super) fn stop(self) -> Wrote {
        self.done.stop.store(true, Ordering::Relaxed);
        let writers = self.threads.len();
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let Done { committed, rolled_back, failed, bursts, longest, .. } = &*self.done;
        let [committed, rolled_back, failed, bursts] = [committed, rolled_back, failed, bursts].map(count);
        Wrote { writers, committed, rolled_back, failed, bursts, longest: Duration::from_millis(count(longest)) }
    }
}

fn write(store: &mut impl Store, ids: &[Uuid], seconds: f64) -> Option<()> {
    store.begin()?;
    store.insert(ids, seconds)?;
    store.end(true)
}

/// Until something fails.
fn write_for_a_while(
    store: &mut impl Store,
    rng: &mut fastrand::Rng,
    held: Duration,
    done: &Done,
    mut first: Option<usize>,
) -> Option<()> {
    while !done.stop.load(Ordering::Relaxed) {
        let count = first.take().unwrap_or_else(|| match rng.u32(..200) {
            0 => TIES,
            1..20 => rng.usize(2..50),
            _ => 1,
        });
        let written = transaction(store, rng, held, done, count);
        if written.is_none() {
            done.failed.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(50));
        }
        written?;
    }
    Some(())
}

fn transaction(
    store: &mut impl Store,
    rng: &mut fastrand::Rng,
    held: Duration,
    done: &Done,
    count: usize,
) -> Option<()> {
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    let skew = (rng.f64() * 2.0 - 1.0) * SKEW;
    store.begin()?;
    let begun = Instant::now();
    store.insert(&ids, skew)?;
    // Most commit soon; one in twenty keeps everybody waiting.
    let longest = if rng.u32(..20) == 0 { held } else { held / 100 };
    thread::sleep(longest.mul_f64(rng.f64()));
    let commits = rng.u32(..8) > 0;
    store.end(commits)?;
    if commits {
        done.committed.fetch_add(1, Ordering::Relaxed);
        done.bursts.fetch_add(u64::from(count == TIES), Ordering::Relaxed);
        done.longest.fetch_max(begun.elapsed().as_millis() as u64, Ordering::Relaxed);
    } else {
        done.rolled_back.fetch_add(1, Ordering::Relaxed);
    }
    thread::sleep(Duration::from_millis(rng.u64(..100)));
    Some(())
}
