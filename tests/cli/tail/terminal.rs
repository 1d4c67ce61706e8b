//! The status line on a terminal.

use super::{Lock, SOON, quiet, tail, write};
use crate::harness::{Database, Engine, Screen, for_each_engine};
use std::time::Duration;

/// The status line is the only one that holds this.
const STATUS: &str = "/min · ";

fn on_screen(database: &Database, columns: u16, more: &str) -> Screen {
    let screen = tail(database, &format!("--lookback 7s {more}")).start_on_terminal(columns, 20);
    screen.shows(STATUS);
    screen
}

fn status(screen: &Screen) -> Vec<String> {
    screen.rows().into_iter().filter(|row| row.contains(STATUS)).collect()
}

#[test]
fn ctrl_c_leaves_the_events_and_the_summary_and_nothing_of_the_status_line() {
    let database = quiet(Engine::Deployed);
    let first = write(&database, -1.0);
    // In the second the status line is cut.
    for columns in [120, 40] {
        let mut screen = on_screen(&database, columns, "-o csv --fields id");
        screen.shows(&first);
        screen.press("\x03");
        assert_eq!(screen.end_within(SOON), 0);
        assert_eq!(screen.rows(), ["id", first.as_str(), "1 event, 0 late, 0 reconnects"]);
    }
}

#[test]
fn the_status_line_is_one_whatever_becomes_of_the_window() {
    let database = quiet(Engine::Deployed);
    let mut screen = on_screen(&database, 120, "-o csv --fields id");
    let mut ids = vec!["id".to_owned()];
    for columns in [50, 200, 30, 90] {
        screen.resize(columns, 20);
        ids.push(write(&database, 0.0));
        let columns = usize::from(columns);
        // An id that was printed in a narrower window was cut there, and stays so.
        screen.wait_for("one status line that fits", |rows| {
            let last = rows.last().is_some_and(|row| row.contains("last") && row.chars().count() < columns);
            last && rows.iter().filter(|row| row.contains("min")).count() == 1 && rows.len() > ids.len()
        });
        if columns > 60 {
            screen.shows("look-back 7 s · connected · 127.0.0.1");
        }
    }
    screen.press("\x03");
    assert_eq!(screen.end_within(SOON), 0);
    assert!(status(&screen).is_empty() && !screen.rows().concat().contains("last"), "{:?}", screen.rows());
}

#[test]
fn enter_leaves_nothing_of_the_status_line_behind() {
    let database = quiet(Engine::Deployed);
    let screen = on_screen(&database, 120, "-o csv --fields id");
    screen.press("\r\r");
    screen.wait_for("one status line", |rows| rows.iter().filter(|row| row.contains(STATUS)).count() == 1);
    let first = write(&database, 0.0);
    screen.shows(&first);
    screen.press("\r");
    let second = write(&database, 0.0);
    screen.shows(&second);
    screen.wait_for("one status line", |rows| rows.iter().filter(|row| row.contains(STATUS)).count() == 1);
    let rows = screen.rows();
    assert!(rows.contains(&first) && rows.contains(&second), "{rows:?}");
}

#[test]
fn the_status_line_tells_silence_rate_boards_look_back_and_connection() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let screen = on_screen(&database, 150, "");
        let fixed = if engine == Engine::Embedded { ", fixed" } else { "" };
        screen.shows("all events · ");
        screen.shows(&format!("nothing yet · 0/min · 3 boards · look-back 7 s{fixed} · connected · "));
        (0..3).for_each(|_| drop(write(&database, 0.0)));
        screen.shows("last 0 s ago · 3/min · ");
        screen.shows("last 2 s ago · 3/min · ");
    });
}

#[test]
fn the_status_line_is_updated_while_the_database_is_silent_and_shows_when_it_is_gone() {
    let database = quiet(Engine::Deployed);
    let screen = on_screen(&database, 150, "");
    write(&database, 0.0);
    screen.shows("last 0 s ago");
    let lock = Lock::on(&database);
    let silent = |rows: &[String]| -> Option<u32> {
        rows.iter().find_map(|row| row.split_once("last ")?.1.split_once(" s ago")?.0.parse().ok())
    };
    let before = silent(&screen.rows()).expect("no status line");
    screen.wait_for("seconds that go on", |rows| silent(rows).is_some_and(|now| now > before));
    screen.shows("disconnected, trying again · 127.0.0.1");
    drop(lock);
    screen.shows("the database is back");
    screen.shows("look-back 7 s · connected");
}

/// A shell with job control on a terminal, in which `$MC` is the binary. Its prompt is `ready>`.
fn shell(database: &Database) -> Screen {
    let line = "export MC=\"$0\" PS1='ready> '; exec bash --norc --noprofile -i";
    let screen = database.place.sh(line, [""; 0]).env("DATABASE_URL", &database.url).start_on_terminal(100, 24);
    screen.shows("ready>");
    screen
}

fn background(screen: &Screen, redirected: &str) {
    screen.press(&format!(
        "\"$MC\" tail --events -n 0 --poll 100ms --for 90s --as-user {} {redirected} &\n",
        super::USER
    ));
    screen.wait_for("a prompt behind the job's number", |rows| {
        rows.iter().any(|row| row.starts_with("[1] ")) && rows.last().is_some_and(|row| row == "ready>")
    });
}

/// Waits until the job in the background has printed an event that is written now. Before its first poll it misses some.
fn wait_for_event(database: &Database) {
    let start = std::time::Instant::now();
    let printed =
        || std::fs::read_to_string(database.place.path().join("work/out")).unwrap_or_default().lines().count();
    let before = printed();
    while printed() == before {
        assert!(start.elapsed() < SOON, "the job in the background prints nothing");
        write(database, 0.0);
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn the_status_line_of_a_background_job_leaves_alone_what_is_typed_and_appears_in_the_foreground() {
    let database = quiet(Engine::Deployed);
    for tostop in ["stty -tostop", "stty tostop"] {
        let mut screen = shell(&database);
        screen.press(&format!("{tostop}; clear\n"));
        background(&screen, "-o jsonl --lookback 7s >out");
        screen.press("echo typed by a person");
        screen.shows("ready> echo typed by a person");
        // The line is drawn with every event, and every second.
        let before = std::time::Instant::now();
        while before.elapsed() < Duration::from_millis(2500) {
            wait_for_event(&database);
        }
        let rows = screen.rows();
        assert_eq!(rows.last().map(String::as_str), Some("ready> echo typed by a person"), "{tostop}: {rows:?}");
        assert!(status(&screen).is_empty(), "{tostop}: {rows:?}");
        screen.press("; jobs\n");
        screen.shows("Running");
        screen.press("clear; fg\n");
        screen.shows(STATUS);
        // Stopped and sent to the background, it falls silent again.
        screen.press("\x1a");
        screen.shows("Stopped");
        screen.press("clear; bg\n");
        screen.wait_for("a prompt", |rows| rows.last().is_some_and(|row| row == "ready>"));
        wait_for_event(&database);
        screen.press("jobs\n");
        screen.shows("Running");
        screen.press("clear; kill %1; wait %1; echo ended with $?; exit\n");
        screen.shows("ended with 0");
        screen.end_within(SOON);
    }
}

#[test]
fn the_status_line_shows_push_if_a_trigger_notifies() {
    let database = quiet(Engine::Deployed);
    database.sql(include_str!("../../../queries/postgres/install_notify_trigger.sql"));
    on_screen(&database, 150, "").shows(" s · push · ");
}

#[test]
fn the_status_line_shows_a_fixed_lookback_for_a_table_with_foreign_partitions() {
    let database = quiet(Engine::Deployed);
    database.sql(
        "CREATE EXTENSION postgres_fdw;
         ALTER TABLE activity_events RENAME TO here;
         CREATE TABLE activity_events (LIKE here) PARTITION BY RANGE (created_at);
         CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
         CREATE FOREIGN TABLE old PARTITION OF activity_events FOR VALUES FROM (MINVALUE) TO ('2001-01-01')
           SERVER elsewhere;
         CREATE TABLE new PARTITION OF activity_events FOR VALUES FROM ('2001-01-01') TO (MAXVALUE);
         GRANT SELECT ON activity_events TO mc_activity_reader",
    );
    let screen = on_screen(&database, 150, "-n 0");
    screen.shows("look-back 7 s, fixed · connected");
    write(&database, 0.0);
    screen.shows("as agreed");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(status(&screen).len(), 1);
}

#[test]
fn the_status_line_shows_a_fixed_lookback_for_a_foreign_table() {
    let database = quiet(Engine::Deployed);
    database.sql(
        "CREATE EXTENSION postgres_fdw;
         ALTER TABLE activity_events RENAME TO here;
         DO $$ BEGIN EXECUTE format('CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw
           OPTIONS (host ''127.0.0.1'', port %L, dbname %L)', current_setting('port'), current_database()); END $$;
         CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'postgres', password_required 'false');
         CREATE FOREIGN TABLE activity_events (id uuid, event_type varchar, message varchar, agent_id uuid, task_id uuid,
           created_at timestamp, board_id uuid) SERVER elsewhere OPTIONS (table_name 'here');
         GRANT SELECT ON activity_events TO mc_activity_reader",
    );
    let screen = on_screen(&database, 150, "-n 0");
    screen.shows("look-back 7 s, fixed · connected");
    write(&database, 0.0);
    screen.shows("as agreed");
}
