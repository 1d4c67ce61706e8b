//! tail under stress: writers commit late, roll back, have wrong clocks and write in bursts; servers restart, connections
//! are lost. In the end, every event in the table has been printed exactly once.
//!
//! `MC_STRESS_SECONDS` sets the duration (default: two minutes, at least one). `--nocapture` shows the figures.

mod reader;
mod restarts;
mod writers;

use crate::harness::{Data, Database, Engine, Proxy, Server};
use reader::{Reader, Ways};
use restarts::Restarts;
use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};
pub use writers::die_writing;
use writers::{Lite, Postgres, Store, Writers};

/// How long writers may hold back a commit.
const HELD: Duration = Duration::from_secs(30);
/// Less than that, so that some commits come later than the look-back reaches.
const LOOKBACK: Duration = Duration::from_secs(10);
/// Seconds of each minute without restarts: longer than a commit is delayed.
const CALM: u64 = 35;

fn seconds() -> Duration {
    let told = std::env::var("MC_STRESS_SECONDS").ok();
    let told = told.map_or(120, |told| told.parse().expect("MC_STRESS_SECONDS is no number"));
    Duration::from_secs(told.max(60))
}

#[test]
fn under_stress_nothing_is_lost_and_nothing_is_repeated() {
    // Side by side: most of the time they wait.
    let places: [fn(); 3] = [postgres, || embedded("wal"), || embedded("delete")];
    for run in places.map(thread::spawn) {
        run.join().unwrap_or_else(|panic| resume_unwind(panic));
    }
}

fn postgres() {
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events");
    let server = Server::start(&["synchronous_commit=on", "max_connections=60"], None, None);
    let url = Database::on(&server, &data);
    Database::at(&url).sql(include_str!("../../../queries/postgres/install_notify_trigger.sql"));
    let mut proxy = Proxy::to(server.port);
    let writers = Writers::start(8, HELD, {
        let url = url.clone();
        move || Postgres::new(&url)
    });
    // One that hangs on through everything, one that is stopped and started again and again.
    let lookback = format!("--lookback {}s", LOOKBACK.as_secs());
    let mut steady = Reader::start(&proxy.url(), &format!("{lookback} --timeout 2s"), Ways::Steady);
    let mut restarted = Reader::start(&url, &lookback, Ways::Restarted);
    let restarts = Restarts::start(&url, &lookback);
    let begun = Instant::now();
    let mut rng = fastrand::Rng::new();
    let mut faults = [0; 5];
    while begun.elapsed() < seconds() {
        thread::sleep(Duration::from_millis(rng.u64(1_500..4_500)));
        let calm = begun.elapsed().as_secs() % 60 < CALM;
        let fault = rng.usize(..if calm { 3 } else { faults.len() });
        faults[fault] += 1;
        match fault {
            0 => proxy.cut(),
            1 => proxy.freeze(),
            2 => Postgres::new(&url).terminate_tails(),
            3 => server.restart("fast"),
            _ => server.restart("immediate"),
        }
        steady.look();
        restarted.look();
    }
    let wrote = writers.stop();
    let truth = Postgres::new(&url).ids();
    let [cuts, freezes, terminated, fast, immediate] = faults;
    let under = format!(
        "{wrote}; {cuts} cut and {freezes} frozen connections, {terminated} times terminated, {fast} fast and \
         {immediate} immediate restarts"
    );
    let steady = steady.finish(&truth);
    let restarted = restarted.finish(&truth);
    let restarts = restarts.finish(&truth);
    eprintln!(
        "stress, PostgreSQL, {:?}: {under}\n  steady: {steady}\n  restarted: {restarted}\n  restarted at random: {restarts}",
        seconds()
    );
    assert!(wrote.bursts > 0 && wrote.longest > LOOKBACK, "the test was no stress");
    assert!(truth.len() > 100 && steady.is_faultless() && restarted.is_faultless() && restarts.is_faultless());
}

/// An SQLite file in this journal mode.
fn embedded(mode: &str) {
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events");
    let database = Database::with(Engine::Embedded, &data);
    database.sql(&format!("PRAGMA journal_mode = {mode}"));
    let url = database.url.clone();
    let writers = Writers::start(8, Duration::from_millis(200), {
        let url = url.clone();
        move || Lite::new(&url)
    });
    let lookback = "--lookback 20s";
    let mut steady = Reader::start(&url, lookback, Ways::Steady);
    let mut restarted = Reader::start(&url, lookback, Ways::Restarted);
    let restarts = Restarts::start(&url, lookback);
    let begun = Instant::now();
    let mut rng = fastrand::Rng::new();
    let mut faults = [0; 3];
    while begun.elapsed() < seconds() {
        thread::sleep(Duration::from_millis(rng.u64(1_500..4_500)));
        let fault = rng.usize(..faults.len());
        faults[fault] += 1;
        match fault {
            0 => Lite::new(&url).lock(Duration::from_secs(3)),
            1 => Lite::new(&url).tidy(),
            _ => die_writing(&url),
        }
        steady.look();
        restarted.look();
    }
    let wrote = writers.stop();
    let truth = Lite::new(&url).ids();
    let steady = steady.finish(&truth);
    let restarted = restarted.finish(&truth);
    let restarts = restarts.finish(&truth);
    let [locks, vacuums, deaths] = faults;
    eprintln!(
        "stress, SQLite ({mode}), {:?}: {wrote}; locked {locks} times, vacuumed {vacuums}, {deaths} writers killed\n  \
         steady: {steady}\n  restarted: {restarted}\n  restarted at random: {restarts}",
        seconds()
    );
    assert!(wrote.bursts > 0, "the test was no stress");
    assert!(truth.len() > 100 && steady.is_faultless() && restarted.is_faultless() && restarts.is_faultless());
}
