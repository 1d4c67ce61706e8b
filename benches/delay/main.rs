//! From the commit of an event to its line on stdout: `mc-activity tail` at several rates of events, with its poll alone
//! and with the trigger of queries/postgres/install_notify_trigger.sql, the look-back full in either case.
//!
//! `cargo bench --bench delay` starts a PostgreSQL server of its own and prints a table in Markdown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![allow(unreachable_pub)]

#[path = "../../tests/cli/harness/server.rs"]
#[allow(dead_code, unreachable_pub)]
mod server;

use clap::Parser;
use server::SERVER;
use sqlx::{Connection, Executor, PgConnection, Row};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The recorded data without its events.
const TABLES: [&str; 9] = [
    "organizations",
    "users",
    "gateways",
    "board_groups",
    "boards",
    "agents",
    "tasks",
    "organization_members",
    "organization_board_access",
];
const USER: &str = "000000b0-0000-4000-8000-000000000000";
/// What follows the id and stands before the time.
const REST: &str = "'task.comment', 'as agreed', '000000f0-0000-4000-8000-000000000001'::uuid, \
                    '000000c0-0000-4000-8000-000000000001'::uuid";
const INTO: &str = "INSERT INTO activity_events (id, event_type, message, task_id, board_id, created_at)";
/// tail's default.
const LOOKBACK: u64 = 120;
/// Longer than two polls.
const SETTLE: Duration = Duration::from_secs(5);

/// Measures the delay from commit to stdout
#[derive(Debug, Parser)]
struct Args {
    /// Events a second, each its own transaction
    #[arg(long, value_delimiter = ',', default_value = "10,100,1000")]
    rates: Vec<u64>,
    /// How long to write at each rate
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    println!(
        "each event its own transaction, {} s at each rate, --poll 2s, look-back of {LOOKBACK} s full; processor time of \
         one core\n",
        args.seconds
    );
    println!("| woken by | events/s | median ms | p99 ms | most ms | CPU % | server CPU % | peak MB |");
    println!("|---|---|---|---|---|---|---|---|");
    for rate in &args.rates {
        for notices in [false, true] {
            Place::new(&runtime, *rate, notices).measure(*rate, args.seconds);
        }
    }
}

/// A database in which as many events lie as the look-back holds.
struct Place<'a> {
    runtime: &'a Runtime,
    url: String,
    conn: PgConnection,
    notices: bool,
}

impl<'a> Place<'a> {
    fn new(runtime: &'a Runtime, rate: u64, notices: bool) -> Self {
        let name = format!("delay_{rate}_{notices}");
        psql("postgres", &["-c", &format!("CREATE DATABASE {name}")]);
        psql(&name, &["-f", &format!("{ROOT}/tests/fixtures/conformance/schema.sql")]);
        for table in TABLES {
            let file = format!("{ROOT}/tests/fixtures/conformance/{table}.csv");
            let columns = std::fs::read_to_string(&file).unwrap().lines().next().unwrap().to_owned();
            psql(&name, &["-c", &format!("\\copy {table} ({columns}) FROM '{file}' CSV HEADER")]);
        }
        let past = format!(
            "{INTO} SELECT gen_random_uuid(), {REST}, (now() AT TIME ZONE 'utc') - n * interval '1 s' / {rate} \
             FROM generate_series(1, {}) n; VACUUM ANALYZE",
            rate * LOOKBACK
        );
        past.split("; ").for_each(|statement| psql(&name, &["-c", statement]));
        if notices {
            psql(&name, &["-f", &format!("{ROOT}/queries/postgres/install_notify_trigger.sql")]);
        }
        let url = SERVER.url(&name);
        let conn = runtime.block_on(PgConnection::connect(&url)).unwrap();
        Self { runtime, url, conn, notices }
    }

    fn measure(&mut self, rate: u64, seconds: u64) {
        let (mut tail, lines) = self.tail();
        thread::sleep(SETTLE);
        let server = self.server_ends();
        let processes = |tail: &Child| (processor(tail.id()), server.iter().map(|id| processor(*id)).sum::<Duration>());
        let (start, before) = (Instant::now(), processes(&tail));
        let committed = self.write(rate, seconds);
        let (took, after) = (start.elapsed(), processes(&tail));
        thread::sleep(SETTLE);
        let memory = status(tail.id(), "VmHWM:");
        tail.kill().unwrap();
        tail.wait().unwrap();
        let mut shown: HashMap<Uuid, Instant> = HashMap::new();
        for (id, at) in lines {
            assert!(shown.insert(id, at).is_none(), "{id} was shown twice");
        }
        let mut delays: Vec<f64> = committed
            .iter()
            .map(|(id, at)| {
                let shown = shown.get(id).unwrap_or_else(|| panic!("{id} was not shown"));
                shown.saturating_duration_since(*at).as_secs_f64() * 1e3
            })
            .collect();
        delays.sort_by(f64::total_cmp);
        let quantile = |at: f64| delays[((delays.len() - 1) as f64 * at).round() as usize];
        let percent = |before: Duration, after: Duration| (after - before).as_secs_f64() / took.as_secs_f64() * 100.0;
        println!(
            "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} | {:.1} | {:.1} |",
            if self.notices { "NOTIFY" } else { "poll" },
            // What a busy machine manages.
            committed.len() as f64 / took.as_secs_f64(),
            quantile(0.5),
            quantile(0.99),
            quantile(1.0),
            percent(before.0, after.0),
            percent(before.1, after.1),
            memory as f64 / 1024.0
        );
    }

    fn tail(&self) -> (Child, Receiver<(Uuid, Instant)>) {
        let line = format!("tail --as-user {USER} --events -n 0 -o tsv --fields id,created_at");
        let mut tail = Command::new(env!("CARGO_BIN_EXE_mc-activity"))
            .args(line.split(' '))
            .env_clear()
            .env("DATABASE_URL", &self.url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(tail.stdout.take().unwrap());
        let (sender, receiver) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                // All but the header.
                if let Some(id) = line.split('\t').next().and_then(|id| Uuid::try_parse(id).ok()) {
                    let _ = sender.send((id, Instant::now()));
                }
            }
        });
        (tail, receiver)
    }

    /// Process ids of the server's ends of the tail's connections.
    fn server_ends(&mut self) -> Vec<u32> {
        let sql = "SELECT pid FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name = 'mc-activity tail'";
        let rows = self.runtime.block_on(sqlx::query(sql).fetch_all(&mut self.conn)).unwrap();
        rows.iter().map(|row| row.get::<i32, _>(0).cast_unsigned()).collect()
    }

    /// One event after the other, at their appointed times however long each takes, and when each was committed.
    fn write(&mut self, rate: u64, seconds: u64) -> Vec<(Uuid, Instant)> {
        let start = Instant::now();
        let mut committed = Vec::new();
        for nth in 0..rate * seconds {
            let due = start + Duration::from_secs_f64(nth as f64 / rate as f64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let id = Uuid::new_v4();
            let sql = format!("{INTO} VALUES ('{id}', {REST}, now() AT TIME ZONE 'utc')");
            self.runtime.block_on(self.conn.execute(sql.as_str())).unwrap();
            committed.push((id, Instant::now()));
        }
        committed
    }
}

fn psql(database: &str, args: &[&str]) {
    let mut psql = Command::new("psql");
    psql.env("PGOPTIONS", "-c client_min_messages=warning")
        .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", &SERVER.url(database)])
        .args(args);
    assert!(psql.stdout(Stdio::null()).status().unwrap().success(), "{args:?}");
}

/// A line of /proc/…/status, in kB.
fn status(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Processor time used so far: what the scheduler counted, in nanoseconds, of all threads.
fn processor(process: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let used = threads.flatten().filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(used.sum())
}
