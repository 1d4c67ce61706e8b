//! Waiting for a condition instead of for a time.

use super::Database;
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);
const CHECK_EVERY: Duration = Duration::from_millis(10);

/// Returns as soon as the condition holds; panics if it does not hold in time.
#[track_caller]
pub fn wait_until(what: &str, holds: impl FnMut() -> bool) {
    wait_at_most(PATIENCE, what, holds);
}

/// The same within a given time.
#[track_caller]
pub fn wait_at_most(patience: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < patience, "{what}: not within {patience:?}");
        thread::sleep(CHECK_EVERY);
    }
}

impl Database {
    /// Waits until a session of this database runs `pg_sleep`, with which tests stop a query.
    #[track_caller]
    pub fn wait_for_sleeping_query(&self) {
        wait_until("a query sleeps", || self.sleeping_queries() > 0);
    }

    /// How many sessions of this database run `pg_sleep`.
    pub fn sleeping_queries(&self) -> i64 {
        self.number(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
        )
    }

    /// How many sessions the program has in this database.
    pub fn sessions_of_program(&self) -> i64 {
        self.number(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name LIKE 'mc-activity%'",
        )
    }

    /// Waits until the program waits for a lock in this database.
    #[track_caller]
    pub fn wait_for_lock_wait(&self) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                       AND application_name LIKE 'mc-activity%' AND wait_event_type = 'Lock'";
        wait_until("the program waits for a lock", || self.number(waiting) > 0);
    }
}
