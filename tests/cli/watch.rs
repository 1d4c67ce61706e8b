//! `watch` on a terminal: what it shows, what its keys do, and what it leaves behind.

use crate::auth::user;
use crate::harness::{Data, Database, Engine, Place, Screen, Server, for_each_engine};
use crate::tail::{SOON, USER, insert_all, quiet, write};
use std::process::Command;
use std::thread;
use std::time::Duration;
use uuid::Uuid;

const START: &str = "connected · ";

fn board(n: u32) -> String {
    format!("000000c0-0000-4000-8000-{n:012x}")
}

fn watching(database: &Database, more: &str) -> Screen {
    let line = format!("watch --as-user {USER} {more}");
    let screen = database.mc(line.split_whitespace()).start_on_terminal(100, 30);
    screen.shows(START);
    screen.shows("boards: ");
    screen
}

/// Writes a comment with a text of its own and waits until it is shown.
#[track_caller]
fn shows_new_events(database: &Database, screen: &Screen, text: &str) {
    write_text(database, text);
    screen.shows(text);
}

fn write_text(database: &Database, text: &str) {
    database.sql(&insert_all(database, &[Uuid::new_v4()], 0.0).replace("as agreed", text));
}

/// What the shell's user gets back: the main screen, its cursor, a terminal in cooked mode.
fn state_of(screen: &Screen) -> (bool, bool) {
    screen.with_screen(|screen| (screen.alternate_screen(), screen.hide_cursor()))
}

#[track_caller]
fn is_sane(screen: &Screen) {
    assert_eq!(state_of(screen), (false, false), "(alternate screen, hidden cursor)\n{}", screen.rows().join("\n"));
    assert!(screen.with_screen(|screen| screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None));
}

#[test]
fn the_feed_and_the_lists_are_shown_and_q_leaves_a_sane_terminal() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let mut screen = watching(&database, "");
        for text in ["deliveries 1 h:", "tasks that wait: ", "silent agents: ", "feed, without heartbeats", "? help"] {
            screen.shows(text);
        }
        assert_eq!(state_of(&screen), (true, true));
        shows_new_events(&database, &screen, "hello from the test");
        screen.press("q");
        assert_eq!(screen.end_within(SOON), 0);
        is_sane(&screen);
    });
}

#[test]
fn it_narrows_to_a_board_and_to_a_timeline_and_back() {
    let database = quiet(Engine::Deployed);
    write_text(&database, "something to tell");
    let screen = watching(&database, "");
    screen.shows("something to tell");
    // The newest event, then its task's timeline.
    screen.press("\x1b[A\r");
    screen.shows("timeline of the task ");
    screen.shows("history");
    screen.press("y");
    screen.shows("copied: mc-activity --as-user");
    screen.shows("000000f0-0000-4000-8000-000000000001");
    screen.press("\x1b");
    screen.shows("boards: ");
    screen.press("\t\r");
    screen.shows("boards: 1");
    screen.shows("feed of ");
    screen.press("\x1b");
    screen.shows("feed, ");
}

#[test]
fn search_pause_failures_and_help() {
    let database = quiet(Engine::Deployed);
    let screen = watching(&database, "");
    shows_new_events(&database, &screen, "a needle");
    shows_new_events(&database, &screen, "only hay");
    screen.press("/NEEDLE\r");
    screen.wait_for("the needle alone", |rows| {
        let text = rows.join("\n");
        text.contains("/NEEDLE") && text.contains("a needle") && !text.contains("only hay")
    });
    screen.press("\x1b");
    screen.shows("only hay");
    screen.press("p");
    write_text(&database, "written meanwhile");
    screen.shows("PAUSED, 1 wait");
    assert!(!screen.rows().concat().contains("written meanwhile"));
    screen.press("p");
    screen.shows("written meanwhile");
    screen.press("e");
    screen.wait_for("no failures", |rows| {
        rows.concat().contains("failures only, 0 events") && !rows.concat().contains("written")
    });
    screen.press("?");
    screen.shows("help; any key closes it");
}

#[test]
fn a_window_that_changes_its_size_is_drawn_again() {
    let database = quiet(Engine::Deployed);
    let screen = watching(&database, "");
    screen.resize(60, 10);
    screen.shows("watch needs 80x24; this terminal has 60x10");
    screen.resize(140, 40);
    screen.shows("silent agents: ");
    screen.wait_for("the whole width", |rows| rows.iter().any(|row| row.chars().count() > 130));
}

#[test]
fn a_burst_of_10_000_events_leaves_the_newest_and_the_keys_work() {
    let database = quiet(Engine::Deployed);
    let mut screen = watching(&database, "");
    let ids: Vec<Uuid> = (0..10_000).map(|_| Uuid::new_v4()).collect();
    ids.chunks(1_000).for_each(|ids| database.sql(&insert_all(&database, ids, 0.0)));
    shows_new_events(&database, &screen, "the last of all");
    screen.shows("2000 of the newest 2000");
    screen.press("?");
    screen.shows("help; any key closes it");
    screen.press("qq");
    assert_eq!(screen.end_within(SOON), 0);
}

#[test]
fn keys_work_while_the_database_is_slow() {
    let database = quiet(Engine::Deployed);
    let mut screen = watching(&database, "");
    let lock = crate::tail::Lock::on(&database);
    database.wait_for_lock_wait();
    // Other commands say after a second what they wait for.
    thread::sleep(Duration::from_millis(1500));
    let rows = screen.rows();
    assert!(!rows.iter().any(|row| row.contains("reading ")), "{rows:?}");
    screen.press("?");
    screen.shows("help; any key closes it");
    screen.press("q");
    screen.shows("boards: ");
    screen.press("q");
    assert_eq!(screen.end_within(SOON), 0);
    drop(lock);
}

#[test]
fn a_server_that_restarts_is_waited_for_and_nothing_is_missed() {
    let server = Server::start(&[], None, None);
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events");
    Database::on(&server, &data);
    let database = Database::at(&server.url("postgres"));
    let mut screen = watching(&database, "");
    server.restart("immediate");
    write_text(&database, "written after the restart");
    screen.shows("the database is back");
    screen.shows("written after the restart");
    screen.shows(START);
    screen.press("q");
    assert_eq!(screen.end_within(SOON), 0);
}

#[test]
fn a_board_that_may_not_be_read_any_more_leaves_the_screen_or_ends_it_where_it_was_named() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        // User 10 reads boards 1, 2 and 4, one by one.
        let start = |more: &[&str]| {
            let screen = database.mc(["watch", "--as-user", &user(10)]).args(more).start_on_terminal(100, 30);
            screen.shows("boards: ");
            screen
        };
        let mut all = start(&[]);
        let mut named = start(&["--board", &board(1)]);
        all.shows("boards: 3");
        let id = board(1);
        let value = if engine == Engine::Embedded { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") };
        database.sql(&format!("DELETE FROM organization_board_access WHERE board_id = {value}"));
        all.shows("access has changed: 2 boards can be read now");
        all.shows("boards: 2");
        all.press("q");
        assert_eq!(all.end_within(SOON), 0);
        assert_eq!(named.end_within(SOON), 4);
        is_sane(&named);
        named.shows("is unknown or not readable by");
    });
}

#[test]
fn sigterm_hangup_ctrl_c_and_a_panic_leave_a_sane_terminal() {
    let database = quiet(Engine::Deployed);
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut screen = watching(&database, "");
        assert!(Command::new("kill").args([signal, &screen.id().to_string()]).status().unwrap().success());
        assert_eq!(screen.end_within(SOON), 0, "{signal}");
        is_sane(&screen);
    }
    let mut screen = watching(&database, "");
    screen.press("\x03");
    assert_eq!(screen.end_within(SOON), 0);
    is_sane(&screen);
    let mut screen = watching(&database, "");
    // F12, in debug builds.
    screen.press("\x1b[24~");
    assert_eq!(screen.end_within(SOON), 1);
    is_sane(&screen);
    screen.shows("F12 was pressed");
    screen.shows("error: the screen failed");
}

#[test]
fn ctrl_z_suspends_it_with_a_sane_terminal_and_fg_draws_it_again() {
    let database = quiet(Engine::Deployed);
    let line = "set -m; \"$0\" \"$@\"; echo stopped; read -r line; fg >/dev/null; echo ended with $?";
    let place = Place::new();
    let args = ["watch", "--as-user", USER, "--database-url", &database.url];
    let mut screen = place.sh(line, args).start_on_terminal(100, 30);
    screen.shows("boards: ");
    screen.press("\x1a");
    screen.shows("stopped");
    is_sane(&screen);
    screen.press("\r");
    screen.shows("boards: ");
    assert_eq!(state_of(&screen), (true, true));
    screen.press("q");
    screen.shows("ended with 0");
    assert_eq!(screen.end_within(SOON), 0);
    is_sane(&screen);
}

#[test]
fn without_a_terminal_or_on_a_dumb_one_it_names_tail() {
    let database = quiet(Engine::Embedded);
    let mc = || database.mc(["watch", "--as-user", USER]);
    let output = mc().fails(2);
    assert!(output.stderr.contains("watch needs a terminal") && output.stderr.contains("tail --events"), "{output}");
    let place = Place::new();
    let args = ["watch", "--as-user", USER, "--database-url", &database.url];
    let dumb = place.sh("TERM=dumb exec \"$0\" \"$@\"", args).on_terminal(100, 30);
    dumb.expect(2);
    assert!(dumb.stdout.contains("mc-activity tail --events"), "{dumb}");
    let piped = place.sh("\"$0\" \"$@\" | cat; echo done", args).on_terminal(100, 30);
    assert!(piped.stdout.contains("mc-activity tail --events"), "{piped}");
}

#[test]
fn no_colour_means_no_colour() {
    let database = quiet(Engine::Deployed);
    write(&database, -1.0);
    let mut screen = watching(&database, "--color never");
    screen.press("q");
    assert_eq!(screen.end_within(Duration::from_secs(20)), 0);
    let bytes = screen.bytes();
    for sequence in ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[38;5;"] {
        assert!(!bytes.contains(sequence), "{sequence:?}");
    }
}
