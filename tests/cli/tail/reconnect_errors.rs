//! Errors after which tail reconnects, caused on a real server. `src/db/postgres/sqlstate.rs` lists them all.

use super::{Lock, SOON, next, quiet, tail, write};
use crate::harness::{Child, Engine};

/// Reads stderr up to a line that holds these words.
#[track_caller]
fn says(child: &mut Child, words: &str) {
    while !child.said(SOON).contains(words) {}
}

#[test]
fn a_tail_outlives_every_way_in_which_a_server_ends_its_connection() {
    let database = quiet(Engine::Deployed);
    database.sql("CREATE ROLE weary LOGIN IN ROLE mc_activity_reader");
    let url = database.url.replacen("//postgres@", "//weary@", 1);
    let first = write(&database, 0.0);
    let mut child = tail(&database, "-n 1").env("DATABASE_URL", url).start();
    assert_eq!(next(&mut child), first);
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'weary'";

    // 57P01.
    database.sql(terminate);
    says(&mut child, "; trying again");
    says(&mut child, "the database is back");
    let written = write(&database, 0.0);
    assert_eq!(next(&mut child), written);

    // 53300.
    database.sql("ALTER ROLE weary CONNECTION LIMIT 0");
    database.sql(terminate);
    says(&mut child, "; trying again");
    let written = write(&database, 0.0);
    database.sql("ALTER ROLE weary CONNECTION LIMIT -1");
    assert_eq!(next(&mut child), written);
    says(&mut child, "the database is back");

    // 57P05, in every wait for the next poll.
    database.sql("ALTER ROLE weary SET idle_session_timeout = '20ms'");
    database.sql(terminate);
    for _ in 0..3 {
        says(&mut child, "; trying again");
        says(&mut child, "the database is back");
        let written = write(&database, 0.0);
        assert_eq!(next(&mut child), written);
    }
    database.sql("ALTER ROLE weary RESET idle_session_timeout");

    // 25P04, while a poll waits for a lock.
    if database.number("SELECT current_setting('server_version_num')::int8") >= 170_000 {
        database.sql("ALTER ROLE weary SET transaction_timeout = '300ms'");
        database.sql(terminate);
        let written = write(&database, 0.0);
        assert_eq!(next(&mut child), written);
        let lock = Lock::on(&database);
        says(
            &mut child,
            "the database ended the connection: terminating connection due to transaction timeout; trying again",
        );
        drop(lock);
        says(&mut child, "the database is back");
        let written = write(&database, 0.0);
        assert_eq!(next(&mut child), written);
    }
    child.interrupt();
    assert_eq!(child.end_within(SOON), 0);
}
