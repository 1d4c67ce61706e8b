//! However tail exits, the next tail prints what was committed after the exit.

use super::recovery::nothing_yet;
use super::{SOON, USER, id, next, quiet, tail, wait_for_start, write};
use crate::harness::{Child, Database, Engine, Proxy, Server, for_each_engine};
use pty_process::blocking::{Command as OnTerminal, open};
use std::io::Read;
use std::process::{Command, Stdio};

/// Starts a tail with a new cursor file and waits until it follows.
fn started(database: &Database, more: &str) -> Child {
    let _ = std::fs::remove_file(database.place.path().join("work/cursor"));
    let mut child = tail(database, &format!("-v --cursor-file cursor {more}")).start();
    wait_for_start(&mut child);
    child
}

/// What comes after the end of a tail is what the next one prints; one of the events is late.
#[track_caller]
fn the_next_one_goes_on(database: &Database, case: &str) {
    let written = [write(database, -30.0), write(database, -1.0), write(database, 0.0)];
    let output = tail(database, "--cursor-file cursor --no-follow").ok();
    let printed: Vec<String> = output.stdout.lines().map(id).collect();
    assert_eq!(printed, written, "{case}\n{output}");
}

#[test]
fn a_signal_right_after_it_follows_loses_nothing_however_it_started() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        for start in ["-n 0", "-n 1", "--since 1h", "-n 0 --since 1h"] {
            for signal in ["KILL", "HUP", "TERM", "INT"] {
                let case = format!("{start}, {signal}");
                let mut child = started(&database, start);
                child.signal(signal);
                let code = child.end_within(SOON);
                assert_eq!(code, if signal == "KILL" { 128 + 9 } else { 0 }, "{case}");
                the_next_one_goes_on(&database, &case);
            }
        }
    });
}

#[test]
fn killed_right_after_it_printed_an_event_of_the_future_it_loses_nothing() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        write(&database, -1.0);
        let ahead = write(&database, 3_600.0);
        let mut child = tail(&database, "-n 1 --cursor-file cursor").start();
        assert_eq!(next(&mut child), ahead);
        child.signal("KILL");
        child.end_within(SOON);
        let written = [write(&database, -30.0), write(&database, 0.0)];
        let output = tail(&database, "--cursor-file cursor --no-follow").ok();
        // What was printed last may be printed again, as it is here when the signal was faster than the save.
        let printed: Vec<String> = output.stdout.lines().map(id).filter(|id| *id != ahead).collect();
        assert_eq!(printed, written, "{output}");
    });
}

#[test]
fn a_time_or_a_count_that_is_reached_loses_nothing() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        tail(&database, "-n 0 --cursor-file cursor --for 300ms").ok();
        the_next_one_goes_on(&database, "--for");
        std::fs::remove_file(database.place.path().join("work/cursor")).unwrap();
        tail(&database, "-n 1 --cursor-file cursor --until-count 1").ok();
        the_next_one_goes_on(&database, "--until-count");
    });
}

#[test]
fn a_reader_that_goes_away_loses_nothing() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let line = format!("\"$0\" tail --as-user {USER} -o jsonl --events -n 0 --cursor-file cursor | true");
        database.place.sh(&line, [""; 0]).env("DATABASE_URL", &database.url).ok();
        the_next_one_goes_on(&database, "a closed pipe");
    });
}

#[test]
fn a_connection_that_is_lost_for_good_loses_nothing() {
    let server = Server::start(&[], None, None);
    let database = Database::at(&Database::on(&server, &nothing_yet()));
    let mut proxy = Proxy::to(server.port);
    let mut child =
        tail(&database, "-v -n 0 --cursor-file cursor --max-retries 0").env("DATABASE_URL", proxy.url()).start();
    wait_for_start(&mut child);
    proxy.cut();
    assert_eq!(child.end_within(SOON), 5);
    the_next_one_goes_on(&database, "a lost connection");
}

#[test]
fn an_error_of_the_database_loses_nothing() {
    let database = quiet(Engine::Deployed);
    let mut child = started(&database, "-n 0");
    database.sql("ALTER TABLE activity_events RENAME TO elsewhere");
    assert_eq!(child.end_within(SOON), 5);
    database.sql("ALTER TABLE elsewhere RENAME TO activity_events");
    the_next_one_goes_on(&database, "an error");
}

#[test]
fn a_terminal_that_is_closed_loses_nothing() {
    let database = quiet(Engine::Deployed);
    let (mut pty, pts) = open().unwrap();
    let args = format!("tail --as-user {USER} -o jsonl --events -n 0 -v --cursor-file cursor");
    let mut child = OnTerminal::new(env!("CARGO_BIN_EXE_mc-activity"))
        .args(args.split(' '))
        .env("DATABASE_URL", &database.url)
        .current_dir(database.place.path().join("work"))
        .spawn(pts)
        .unwrap();
    let (mut shown, mut some) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&shown).contains("following ") {
        let count = pty.read(&mut some).unwrap();
        shown.extend_from_slice(&some[..count]);
    }
    drop(pty);
    child.wait().unwrap();
    the_next_one_goes_on(&database, "a closed terminal");
}

#[test]
fn with_nohup_a_closed_terminal_does_not_end_it() {
    let database = quiet(Engine::Deployed);
    let mut child = Command::new("nohup")
        .arg(env!("CARGO_BIN_EXE_mc-activity"))
        .args(["tail", "--as-user", USER, "-n", "0", "--for", "2s"])
        .env("DATABASE_URL", &database.url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It listens to signals before it connects, and has done so when the server knows it.
    let tails = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'mc-activity tail'";
    while database.number(tails) == 0 {}
    let kill = format!("kill -HUP {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.ends_with("0 events, 0 late, 0 reconnects\n"), "{said}");
}
