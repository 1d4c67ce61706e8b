//! A server whose clock is set back while a tail runs, or while none does.

use super::{A_WHILE, SOON, id, next, quiet, tail, wait_for_start, write};
use crate::harness::{Database, Engine};

/// A database whose clock can be set. Its `now()` is what the tail goes by, and what events are dated with.
fn settable() -> Database {
    let database = quiet(Engine::Deployed);
    database.sql(
        "CREATE TABLE clock AS SELECT interval '0' AS ahead;
         GRANT SELECT ON clock TO public;
         CREATE FUNCTION ahead() RETURNS interval LANGUAGE plpgsql STABLE
         AS 'BEGIN RETURN (SELECT ahead FROM public.clock); END';
         -- The server runs its own code for now(), whatever is written here, unless the planner puts this in its place.
         CREATE OR REPLACE FUNCTION pg_catalog.now() RETURNS timestamptz LANGUAGE sql STABLE
         AS 'SELECT pg_catalog.transaction_timestamp() + public.ahead()'",
    );
    database
}

/// In one transaction: between the two nothing can look.
fn set_and_write(database: &Database, ahead: &str, seconds: f64) -> String {
    let id = uuid::Uuid::new_v4();
    let insert = super::insert_all(database, &[id], seconds);
    database.sql(&format!("BEGIN; UPDATE clock SET ahead = '{ahead}'; {insert}; COMMIT"));
    id.to_string()
}

#[test]
fn a_clock_that_is_set_back_is_reported_and_nothing_is_lost_or_repeated() {
    let database = settable();
    // They look like new ones once the clock is set back, and are not.
    for seconds in [-3_600.0, -3_599.0, -3_598.0, -3_540.0] {
        write(&database, seconds);
    }
    let mut child = tail(&database, "-v -n 0 --lookback 2s --seen-max 0 --cursor-file cursor").start();
    wait_for_start(&mut child);
    for _ in 0..3 {
        let written = write(&database, 0.0);
        assert_eq!(next(&mut child), written);
    }
    let written = set_and_write(&database, "-1 hour", 0.0);
    assert_eq!(next(&mut child), written);
    let said = child.said(SOON);
    assert!(said.starts_with("the database's clock was set back by 3") && said.contains("are read again"), "{said}");
    assert!(!said.contains("missing"), "{said}");
    for seconds in [0.0, -1.0, 0.0] {
        let written = write(&database, seconds);
        assert_eq!(next(&mut child), written);
    }
    // Forth and, further, back once more.
    let ahead = set_and_write(&database, "1 day", 0.0);
    assert_eq!(next(&mut child), ahead);
    let back = set_and_write(&database, "-2 days", 0.0);
    assert_eq!(next(&mut child), back);
    child.is_silent(A_WHILE);
    child.signal("TERM");
    assert_eq!(child.end_within(SOON), 0);
}

#[test]
fn a_clock_that_is_set_back_between_two_tails_neither_hides_nor_repeats_anything() {
    let database = settable();
    let run = || tail(&database, "-n 0 --lookback 2s --seen-max 0 --cursor-file cursor --no-follow").ok();
    let ids = |output: &crate::harness::Output| output.stdout.lines().map(id).collect::<Vec<_>>();
    write(&database, -1_800.0);
    assert_eq!(ids(&run()), [""; 0]);
    let first = write(&database, 0.0);
    assert_eq!(ids(&run()), [first]);
    let second = set_and_write(&database, "-30 minutes", 0.0);
    let output = run();
    assert_eq!(ids(&output), [second]);
    assert!(output.stderr.contains("the database's clock was set back"), "{output}");
    let third = write(&database, 0.0);
    let output = run();
    assert_eq!(ids(&output), [third]);
    assert!(!output.stderr.contains("clock"), "{output}");
}

#[test]
fn a_poll_that_comes_long_after_the_step_loses_nothing_either() {
    let database = settable();
    let mut child = tail(&database, "-v -n 0 --lookback 1s --seen-max 0 --poll 8s").start();
    wait_for_start(&mut child);
    // By less than the time between two polls: the clock has gone on when the next one reads it.
    let written = set_and_write(&database, "-5 seconds", 0.0);
    assert_eq!(next(&mut child), written);
    assert!(child.said(SOON).contains("was set back by"), "it was not noticed");
}
