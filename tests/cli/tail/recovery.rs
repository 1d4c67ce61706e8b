//! Failures while tail runs: it waits until temporary ones are over, with a message at the start and at the end; others
//! end it.

use super::stress::die_writing;
use super::{A_WHILE, SOON, following, insert_all, next, quiet, tail, write};
use crate::harness::{Child, Data, Database, Engine, Proxy, Server, for_each_engine, free_port, wait_until};
use sqlx::{Connection, PgConnection};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

pub fn nothing_yet() -> Data {
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events");
    data
}

/// A database on a server of its own.
fn on(server: &Server) -> Database {
    Database::on(server, &nothing_yet());
    Database::at(&server.url("postgres"))
}

/// Starts it with a first event and waits until that is shown.
fn started(database: &Database, url: &str, more: &str) -> Child {
    let first = write(database, 0.0);
    let mut child = tail(database, &format!("-n 1 {more}")).env("DATABASE_URL", url).start();
    assert_eq!(next(&mut child), first);
    child
}

/// tail reports the failure with these words, once.
#[track_caller]
fn suffers(child: &mut Child, words: &str) {
    let said = child.said(SOON);
    assert!(said.contains(words) && said.contains("; trying again (") && said.ends_with(")\n"), "{said}");
}

/// It is back, has missed nothing and repeats nothing.
#[track_caller]
fn recovers(child: &mut Child, written: &[String]) {
    let said = child.said(Duration::from_secs(60));
    assert!(said.starts_with("the database is back (") && said.ends_with(")\n"), "{said}");
    let shown: Vec<String> = written.iter().map(|_| next(child)).collect();
    assert_eq!(shown, written);
    child.is_silent(A_WHILE);
}

#[track_caller]
fn ends(child: &mut Child, summary: &str) {
    child.interrupt();
    assert_eq!(child.end_within(SOON), 0);
    assert_eq!(child.rest(), (String::new(), format!("{summary}\n")));
}

/// Replaces the table by a view that takes as long to read as its table says.
fn can_be_slow(database: &Database) {
    database.sql(
        "CREATE TABLE pause AS SELECT 0.0::float8 AS seconds;
         ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS
         SELECT * FROM real_events WHERE (SELECT count(pg_sleep(seconds)) FROM pause) = 1",
    );
}

fn pause(database: &Database, seconds: f64) {
    database.sql(&format!("UPDATE pause SET seconds = {seconds}"));
}

fn replayed(primary: &Database, standby: &Database) {
    let lsn = primary.number("SELECT (pg_current_wal_flush_lsn() - '0/0')::int8");
    wait_until("the standby follows", || standby.number("SELECT (pg_last_wal_replay_lsn() - '0/0')::int8") >= lsn);
}

#[test]
fn tail_continues_on_another_host_of_the_url_when_one_is_lost() {
    let first = Server::start(&["synchronous_commit=on"], None, None);
    let primary = on(&first);
    let second = Server::start(&[], None, Some(&first));
    let standby = Database::at(&second.url("postgres"));
    let url = format!("postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres", first.port, second.port);
    let mut child = started(&primary, &url, "");
    let more = [write(&primary, 0.0), write(&primary, 0.0)];
    assert_eq!([next(&mut child), next(&mut child)], more);
    replayed(&primary, &standby);
    drop(first);
    suffers(&mut child, "");
    standby.sql("SELECT pg_promote()");
    let written = [write(&standby, -30.0), write(&standby, 0.0)];
    recovers(&mut child, &written);
    ends(&mut child, "5 events, 1 late, 1 reconnect");
}

#[test]
fn a_poll_that_a_standby_cancelled_is_retried() {
    let first = Server::start(&[], None, None);
    let primary = on(&first);
    can_be_slow(&primary);
    let second = Server::start(&["max_standby_streaming_delay=0"], None, Some(&first));
    let standby = Database::at(&second.url("postgres"));
    replayed(&primary, &standby);
    let mut child = started(&primary, &standby.url, "");
    pause(&primary, 3.0);
    standby.wait_for_sleeping_query();
    // The lock of a changed table cannot wait for readers there.
    primary.sql("ALTER TABLE pause ADD COLUMN note text; UPDATE pause SET seconds = 0");
    suffers(&mut child, "stopped by the standby");
    let written = write(&primary, 0.0);
    recovers(&mut child, &[written]);
    ends(&mut child, "2 events, 0 late, 1 reconnect");
}

#[test]
fn on_a_standby_too_an_event_of_a_transaction_longer_than_the_look_back_is_shown() {
    let first = Server::start(&[], None, None);
    let primary = on(&first);
    let second = Server::start(&[], None, Some(&first));
    let standby = Database::at(&second.url("postgres"));
    replayed(&primary, &standby);
    let mut child = started(&primary, &standby.url, "--lookback 1s");
    let late = Uuid::new_v4();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut open = runtime.block_on(PgConnection::connect(&primary.url)).unwrap();
    let mut run = |sql: &str| runtime.block_on(sqlx::raw_sql(sql).execute(&mut open)).map(drop).unwrap();
    run("BEGIN");
    run(&insert_all(&primary, &[late], 0.0));
    for _ in 0..5 {
        std::thread::sleep(Duration::from_secs(1));
        let between = write(&primary, 0.0);
        assert_eq!(next(&mut child), between);
    }
    run("COMMIT");
    assert_eq!(next(&mut child), late.to_string());
    ends(&mut child, "7 events, 1 late, 0 reconnects");
}

#[test]
fn a_poll_that_takes_longer_than_allowed_is_tried_again() {
    let server = Server::start(&[], None, None);
    let database = on(&server);
    can_be_slow(&database);
    let mut child = started(&database, &database.url, "--timeout 700ms");
    pause(&database, 30.0);
    suffers(&mut child, "statement timeout");
    pause(&database, 0.0);
    let written = write(&database, 0.0);
    recovers(&mut child, &[written]);
    ends(&mut child, "2 events, 0 late, 1 reconnect");
}

#[test]
fn a_connection_that_is_half_open_is_given_up_and_made_again() {
    let server = Server::start(&[], None, None);
    let database = on(&server);
    let mut proxy = Proxy::to(server.port);
    let mut child = started(&database, &proxy.url(), "--timeout 1s");
    proxy.freeze();
    let written = write(&database, 0.0);
    suffers(&mut child, "the database said nothing for 6 s");
    recovers(&mut child, &[written]);
    ends(&mut child, "2 events, 0 late, 1 reconnect");
}

#[test]
fn a_server_that_crashes_or_restarts_is_waited_for() {
    let server = Server::start(&["synchronous_commit=on"], None, None);
    let database = on(&server);
    let mut child = started(&database, &database.url, "");
    for mode in ["fast", "immediate"] {
        server.restart(mode);
        let written = write(&database, -20.0);
        suffers(&mut child, "");
        recovers(&mut child, &[written]);
    }
    ends(&mut child, "3 events, 2 late, 2 reconnects");
}

#[test]
fn a_busy_sqlite_file_is_waited_for() {
    let database = quiet(Engine::Embedded);
    database.sql("PRAGMA journal_mode = delete");
    let mut child = following(&database, "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut other = runtime.block_on(sqlx::SqliteConnection::connect(&database.url)).unwrap();
    let mut run = |sql: &str| runtime.block_on(sqlx::raw_sql(sql).execute(&mut other)).map(drop);
    // A poll may just be reading.
    while run("BEGIN EXCLUSIVE").is_err() {}
    suffers(&mut child, "the database is busy");
    run("ROLLBACK").unwrap();
    let written = write(&database, 0.0);
    recovers(&mut child, &[written]);
    // Ctrl-C also ends a tail that waits for a lock, long before the two seconds are over.
    while run("BEGIN EXCLUSIVE").is_err() {}
    std::thread::sleep(Duration::from_millis(200));
    child.interrupt();
    assert_eq!(child.end_within(Duration::from_millis(1_500)), 0);
    let said = child.rest().1;
    assert!(said.ends_with("2 events, 0 late, 1 reconnect\n") && !said.contains("busy"), "{said}");
}

#[test]
fn what_a_killed_writer_left_in_an_sqlite_file_is_waited_out_until_the_next_one() {
    let database = quiet(Engine::Embedded);
    database.sql("PRAGMA journal_mode = delete");
    let mut child = started(&database, &database.url, "");
    die_writing(&database.url);
    suffers(&mut child, "stopped in the middle of a transaction");
    let written = write(&database, 0.0);
    recovers(&mut child, &[written]);
    ends(&mut child, "2 events, 0 late, 1 reconnect");
}

#[test]
fn a_password_that_is_wrong_after_a_restart_is_not_tried_again() {
    let dir = TempDir::with_prefix("mc-activity-hba.").unwrap();
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let hba = "local all all trust\nhost all scrambled all scram-sha-256\nhost all all all trust\n";
    std::fs::write(dir.path().join("pg_hba.conf"), hba).unwrap();
    let server = Server::start(&[], Some(dir.path()), None);
    let database = on(&server);
    database.sql("CREATE ROLE scrambled SUPERUSER LOGIN PASSWORD 'before'");
    let url = database.url.replacen("postgres@", "scrambled:before@", 1);
    let mut child = started(&database, &url, "");
    database.sql("ALTER ROLE scrambled PASSWORD 'after'");
    server.restart("fast");
    assert_eq!(child.end_within(SOON), 5);
    let (out, said) = child.rest();
    let said: Vec<&str> = said.lines().collect();
    assert!(out.is_empty() && said.len() == 2 && said[0].contains("; trying again ("), "{said:?}");
    assert!(said[1].contains("password authentication failed"), "{said:?}");
}

#[test]
fn a_table_that_is_dropped_is_not_waited_for() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let mut child = following(&database, "");
        database.sql("DROP TABLE activity_events");
        assert_eq!(child.end_within(SOON), 5);
        let (out, said) = child.rest();
        assert!(out.is_empty() && said.contains("lacks what we need") && !said.contains("trying again"), "{said}");
    });
}

#[test]
fn max_retries_limits_the_attempts_to_reconnect() {
    let server = Server::start(&[], None, None);
    let database = on(&server);
    let mut child = started(&database, &database.url, "--max-retries 2");
    drop(server);
    let start = Instant::now();
    assert_eq!(child.end_within(SOON), 5);
    // After at least one and at least two seconds.
    assert!(start.elapsed() >= Duration::from_secs(3), "{:?}", start.elapsed());
    let (_, said) = child.rest();
    assert!(said.contains("; trying again (") && said.contains("cannot reach the database"), "{said}");
}

#[test]
fn a_notice_that_is_lost_costs_no_more_than_the_wait_for_the_poll() {
    let database = quiet(Engine::Deployed);
    database.sql(include_str!("../../../queries/postgres/install_notify_trigger.sql"));
    let mut child = following(&database, "--poll 2s");
    let listening =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'";
    let start = Instant::now();
    while database.number(listening) == 0 {
        assert!(start.elapsed() < SOON, "nobody listens");
    }
    database.sql("ALTER TABLE activity_events DISABLE TRIGGER mc_activity_notify");
    let silent = write(&database, 0.0);
    assert_eq!(next(&mut child), silent);
    database.sql(&listening.replacen("count(*)", "pg_terminate_backend(pid)", 1));
    let deaf = write(&database, 0.0);
    assert_eq!(next(&mut child), deaf);
    ends(&mut child, "3 events, 0 late, 0 reconnects");
}

#[test]
fn an_unreachable_server_is_reported_before_anything_is_printed() {
    let database = quiet(Engine::Deployed);
    let nobody = format!("postgres://postgres@127.0.0.1:{}/postgres", free_port().unwrap());
    let output = tail(&database, "").env("DATABASE_URL", nobody).fails(5);
    assert!(!output.stderr.contains("trying again"), "{output}");
}
