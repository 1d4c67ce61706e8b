//! How tail exits.

use super::{A_WHILE, Lock, SOON, USER, following, next, quiet, tail, write};
use crate::harness::{Engine, Place, for_each_engine};
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn ctrl_c_and_sigterm_end_it_with_one_line_that_counts() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        for signal in ["INT", "TERM"] {
            let mut child = following(&database, "");
            write(&database, -60.0);
            next(&mut child);
            child.signal(signal);
            assert_eq!(child.end_within(SOON), 0, "{signal}");
            assert_eq!(child.rest(), (String::new(), "2 events, 1 late, 0 reconnects\n".to_owned()), "{signal}");
        }
    });
}

#[test]
fn ctrl_c_leaves_no_query_running_on_the_server() {
    let database = quiet(Engine::Deployed);
    let mut child = following(&database, "");
    let lock = Lock::on(&database);
    database.wait_for_lock_wait();
    child.signal("INT");
    assert_eq!(child.end_within(SOON), 0);
    let gone = || {
        database.sql(
            "DO $$ BEGIN FOR i IN 1..50 LOOP
               PERFORM pg_stat_clear_snapshot();
               EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                                     AND application_name = 'mc-activity tail');
               IF i = 50 THEN RAISE 'still there'; END IF;
               PERFORM pg_sleep(0.1);
             END LOOP; END $$",
        );
    };
    gone();
    drop(lock);
}

#[test]
fn the_count_to_end_with_is_exact_and_includes_the_backlog() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        (0..5).for_each(|n| drop(write(&database, f64::from(n) - 10.0)));
        assert_eq!(tail(&database, "-n 4 --until-count 3").ok().stdout.lines().count(), 3);
        let mut child = tail(&database, "-n 2 --until-count 4").start();
        (0..2).for_each(|_| drop(next(&mut child)));
        child.is_silent(A_WHILE);
        database.sql(&super::insert_all(&database, &std::array::from_fn::<_, 7, _>(|_| uuid::Uuid::new_v4()), 0.0));
        (0..2).for_each(|_| drop(next(&mut child)));
        assert_eq!(child.end_within(SOON), 0);
        assert_eq!(child.rest(), (String::new(), String::new()));
    });
}

#[test]
fn a_time_ends_it_with_0_or_with_7_where_a_count_was_wanted() {
    let database = quiet(Engine::Deployed);
    let output = tail(&database, "--for 1s").ok();
    assert!(output.took >= Duration::from_secs(1), "{output}");
    assert_eq!(output.stderr, "0 events, 0 late, 0 reconnects\n");
    write(&database, 0.0);
    let output = tail(&database, "--for 1s --until-count 2").run();
    output.expect(7);
    assert_eq!(output.stdout.lines().count(), 1, "{output}");
    assert_eq!(tail(&database, "--for 20s --until-count 1").ok().stdout.lines().count(), 1);
}

#[test]
fn a_reader_that_goes_away_is_noticed_although_nothing_happens() {
    let database = quiet(Engine::Deployed);
    let start = Instant::now();
    let script = "\"$0\" tail --as-user \"$1\" -n 0 | true; exit ${PIPESTATUS[0]}";
    let status = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_mc-activity"), USER])
        .env("DATABASE_URL", &database.url)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn an_actor_that_vanishes_ends_it_with_4() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let (columns, values, id) = match engine {
            Engine::Embedded => ("", "", "x'00000000000040008000000000000777'"),
            _ => (", is_super_admin", ", false", "'00000000-0000-4000-8000-000000000777'"),
        };
        database.sql(&format!("INSERT INTO users (id, clerk_user_id{columns}) VALUES ({id}, 'passing'{values})"));
        let mut child = database.mc("tail --as-user passing --poll 100ms".split(' ')).start();
        child.is_silent(A_WHILE);
        database.sql("DELETE FROM users WHERE clerk_user_id = 'passing'");
        assert_eq!(child.end_within(SOON), 4);
        let (out, said) = child.rest();
        assert!(out.is_empty() && said.contains("no longer"), "{said}");
    });
}

#[test]
fn a_first_connection_that_fails_is_retried_only_with_max_retries() {
    let place = Place::new();
    let run = |more: &str| {
        let line = format!("tail --as-user {USER} {more}");
        place.mc(line.split_whitespace()).env("DATABASE_URL", "postgres://postgres@127.0.0.1:1/none").run()
    };
    let at_once = run("");
    at_once.expect(5);
    let later = run("--max-retries 1");
    later.expect(5);
    assert!(at_once.took < Duration::from_secs(1) && later.took >= Duration::from_secs(1), "{at_once}\n{later}");
    run("--max-retries 9 --for 1s").expect(0);
    run("--max-retries 9 --for 1s --until-count 1").expect(7);
}

#[test]
fn a_status_line_is_there_on_a_terminal_alone_and_leaves_no_trace() {
    let database = quiet(Engine::Deployed);
    let first = write(&database, 0.0);
    let shown = tail(&database, "--for 2s").on_terminal(100, 20);
    shown.expect(0);
    assert!(shown.stdout.contains("look-back") && shown.stdout.contains("boards"), "{shown}");
    let data: Vec<&str> = shown.stdout.lines().filter(|line| line.contains(&first)).collect();
    assert_eq!(data.len(), 1, "{shown}");
    assert!(!data[0].contains("look-back"), "{shown}");
    let last = shown.stdout.rsplit('\r').next().unwrap();
    assert!(last.ends_with("1 event, 0 late, 0 reconnects\n"), "{last:?}");
    let quiet = tail(&database, "--for 1s --quiet").on_terminal(100, 20);
    assert!(!quiet.stdout.contains("look-back"), "{quiet}");
    assert_eq!(tail(&database, "--for 1s").ok().stderr, "1 event, 0 late, 0 reconnects\n");
}

#[test]
fn tail_ends_with_4_and_the_error_of_an_unknown_board_when_its_board_is_deleted() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let (before, board) = match engine {
            Engine::Embedded => ("PRAGMA foreign_keys = off", "x'000000c0000040008000000000000001'"),
            _ => ("SET session_replication_role = replica", "'000000c0-0000-4000-8000-000000000001'"),
        };
        let rest = "--board board-2 --board board-1";
        let mut child = tail(&database, &format!("-v -n 0 {rest}")).start();
        super::wait_for_start(&mut child);
        database.sql(&format!("{before}; DELETE FROM boards WHERE id = {board}"));
        assert_eq!(child.end_within(SOON), 4);
        let (out, said) = child.rest();
        let unknown = tail(&database, &format!("--no-follow {rest}")).fails(4);
        assert!(out.is_empty() && said == unknown.stderr && said.contains("board 'board-1' is unknown"), "{said}");
    });
}
