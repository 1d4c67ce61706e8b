//! A streaming hot standby, and URLs with several hosts.

use crate::harness::{Database, Engine, SERVER, Server, free_port, wait_until};
use crate::harness::{ME, READS, answers, ask, words};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static STANDBY: LazyLock<Server> = LazyLock::new(|| {
    Server::start(&["max_standby_streaming_delay=0", "wal_receiver_status_interval=1s"], None, Some(&SERVER))
});

/// The address of a database with these servers as hosts.
fn hosts(database: &Database, ports: &[u16], parameters: &str) -> String {
    let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
    let name = database.url.rsplit_once('/').unwrap().1;
    format!("postgres://postgres@{}/{name}?{parameters}", hosts.join(","))
}

/// Another view of a database, on the standby; waits until all is there that the primary has.
fn on_standby(database: &Database) -> Database {
    let standby = Database::at(&STANDBY.url(database.url.rsplit_once('/').unwrap().1));
    caught_up(database);
    standby
}

fn caught_up(database: &Database) {
    let admin = Database::at(&STANDBY.url("postgres"));
    let lsn = database.number("SELECT (pg_current_wal_flush_lsn() - '0/0')::int8");
    wait_until("the standby follows", || admin.number("SELECT (pg_last_wal_replay_lsn() - '0/0')::int8") >= lsn);
}

#[test]
fn a_standby_serves_every_reading_command_and_refuses_to_write() {
    let primary = Database::recorded(Engine::Deployed);
    let standby = on_standby(&primary);
    assert_eq!(answers(&standby), answers(&primary));
    for line in READS {
        ask(&standby, line).ok();
    }
    let output = ask(&standby, "log --type x --board Main").run();
    assert!([1, 5].contains(&output.code) && output.stderr.contains("recovery"), "{output}");
}

#[test]
fn tail_follows_on_a_standby() {
    let primary = Database::recorded(Engine::Deployed);
    let standby = on_standby(&primary);
    let mut tail = ask(&standby, "tail -v --events -o jsonl -n 0 --poll 100ms --until-count 10 --for 50s").start();
    crate::tail::wait_for_start(&mut tail);
    for n in 0..10 {
        ask(&primary, "log --type replicated --board Main --message").args([n.to_string()]).ok();
    }
    assert_eq!(tail.end_within(Duration::from_secs(55)), 0);
    assert_eq!(tail.rest().0.matches("\"replicated\"").count(), 10);
}

#[test]
fn target_session_attrs_selects_one_of_several_hosts() {
    let database = Database::recorded(Engine::Deployed);
    on_standby(&database);
    let (dead, primary, standby) = (free_port().unwrap(), SERVER.port, STANDBY.port);
    let list = |ports: &[u16], kind: &str| {
        ask(&database, "list -o json").env("DATABASE_URL", hosts(&database, ports, kind)).run()
    };
    for (ports, kind) in [
        (&[dead, standby, primary][..], "any"),
        (&[primary, standby], "read-only"),
        (&[primary, standby], "standby"),
        (&[standby, primary], "primary"),
        (&[standby, primary], "read-write"),
        (&[dead, primary], "prefer-standby"),
        (&[primary, dead, standby], "prefer-standby"),
    ] {
        list(ports, &format!("target_session_attrs={kind}")).expect(0);
    }
    for (ports, kind) in [
        (&[dead, primary][..], "standby"),
        (&[primary], "read-only"),
        (&[standby], "primary"),
        (&[standby, dead], "read-write"),
    ] {
        let output = list(ports, &format!("target_session_attrs={kind}"));
        output.expect(5);
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{output}");
    }
    // Writing needs no parameter to find the primary.
    let log = ask(&database, "log --type x --board Main");
    log.env("DATABASE_URL", hosts(&database, &[dead, standby, primary], "")).ok();
}

#[test]
fn a_query_that_a_standby_cancelled_is_retried() {
    let primary = Database::recorded(Engine::Deployed);
    primary.sql(
        "CREATE TABLE pause AS SELECT 2.0::float8 AS seconds;
         ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS
         SELECT e.* FROM real_events e, (SELECT pg_sleep(seconds) FROM pause) AS s;",
    );
    let standby = on_standby(&primary);
    let mut child = ask(&standby, "list -o jsonl").start();
    standby.wait_for_sleeping_query();
    // The lock of a changed table cannot wait for readers here.
    primary.sql("ALTER TABLE pause ADD COLUMN note text; UPDATE pause SET seconds = 0.1;");
    assert_eq!(child.end_within(Duration::from_secs(40)), 0, "{:?}", child.rest());
    caught_up(&primary);
    let conflicts =
        standby.number("SELECT confl_lock FROM pg_stat_database_conflicts WHERE datname = current_database()");
    assert!(conflicts > 0);
    let (out, said) = child.rest();
    assert_eq!(said, "");
    let straight = primary.place.mc(words("list -o jsonl")).args(ME).env("DATABASE_URL", &primary.url).ok();
    assert_eq!(out, straight.stdout);
}

#[test]
fn doctor_shows_how_far_a_standby_is_behind() {
    let primary = Database::recorded(Engine::Deployed);
    assert!(ask(&primary, "doctor -o json").run().json()["facts"]["standby_lag_seconds"].is_null());
    let server = Server::start(&["wal_receiver_status_interval=1s"], None, Some(&SERVER));
    let standby = Database::at(&server.url(primary.url.rsplit_once('/').unwrap().1));
    let lag = || ask(&standby, "doctor -o json").run().json()["facts"]["standby_lag_seconds"].as_f64().unwrap();
    let wait = |what: &str, is_so: &dyn Fn(f64) -> bool| {
        let start = Instant::now();
        loop {
            let seconds = lag();
            if is_so(seconds) {
                break;
            }
            assert!(start.elapsed() < Duration::from_secs(120), "{what}: {seconds}");
        }
    };
    wait("it has caught up", &|lag| lag < 2.0);
    // A server that has replayed no commit yet knows less of its own lag, but enough.
    Database::at(&server.url("postgres")).sql("SELECT pg_wal_replay_pause()");
    ask(&primary, "log --type x --board Main").ok();
    wait("it falls behind", &|lag| lag > 2.0);
    let said = ask(&standby, "doctor").run().stdout;
    assert!(said.contains("standby") && said.contains("s behind its primary"), "{said}");
    Database::at(&server.url("postgres")).sql("SELECT pg_wal_replay_resume()");
    wait("it catches up", &|lag| lag < 2.0);
}
