//! The recorded screens: what a terminal shows.

use crate::harness::{Database, Engine, Mc, Output, Place};
use crate::harness::{root, update};
use std::collections::HashSet;
use std::num::NonZero;

/// So long ago that ages keep their width for decades; the test puts dots for their digits.
const LONG_AGO: &str = "2006-03-06T12:00:00Z";
/// More lines than any screen here has.
const ROWS: NonZero<u16> = NonZero::new(400).unwrap();

/// On the store of demo; names of the recorded screens.
const SCREENS: [(&str, &str); 25] = [
    ("help", "--help"),
    ("list", "list --exclude-type agent.heartbeat --limit 12"),
    ("list-failed", "list --type *failed --limit 6"),
    ("comments", "comments --limit 8"),
    ("thread", "comments --task 30d4"),
    ("tail", "tail --events --exclude-type agent.heartbeat --no-follow -n 5"),
    ("errors", "errors --at 2006-03-06T12:00:00Z --limit 4"),
    ("errors-by", "errors -S 2006-02-25 -U 2006-03-06 --by board,type --limit 2"),
    ("errors-none", "errors -S 2006-03-06 -U 2006-03-06T12:00 --board docs"),
    ("summary", "summary -S 2006-02-27 -U 2006-03-06"),
    ("summary-by-day", "summary -S 2006-02-27 -U 2006-03-06 --by day,board --board docs"),
    ("tasks", "tasks --at 2006-03-06T12:00:00Z --board payments"),
    ("timeline", "timeline --task iDEAL --at 2006-03-06T12:00:00Z"),
    ("timeline-board", "timeline --board payments -S 2006-03-06T11:00 -U 2006-03-06T11:30"),
    ("list-around", "list --around 2006-03-06T11:45:00Z --within 1m"),
    ("compare", "compare --at 2006-03-06T12:00:00Z --span 2h"),
    ("agents", "agents --at 2006-03-06T12:00:00Z"),
    ("boards", "boards --at 2006-03-06T12:00:00Z"),
    ("whoami", "whoami"),
    ("doctor", "doctor"),
    ("explain", "explain task.assignee_wake_failed"),
    ("explain-event", "explain 447dfac7"),
    (
        "log",
        "log --type deploy.finished --board payments --message v2.4.1 --dry-run --fields event_type,board_name,message",
    ),
    ("mistyped", "list --board paymnets"),
    ("unknown-flag", "list --bord payments"),
];

/// On the recorded data, in which everything is nasty.
const NASTY: [(&str, &str); 4] = [
    ("nasty-list", "list --limit 90"),
    ("nasty-comments", "comments --limit 40"),
    ("nasty-errors", "errors -S 2005-12-01 -U 2006-03-16 --by board,agent --limit 5"),
    ("nasty-boards", "boards --at 2006-03-16T12:00:00Z"),
];

fn demo() -> Place {
    let place = Place::new();
    place.mc(["demo", "--at", LONG_AGO, "-q"]).ok();
    place
}

fn on_demo(place: &Place, line: &str) -> Mc {
    let mc = place.mc(shlex::split(line).unwrap()).env("DATABASE_URL", "sqlite:../data/mc-activity/activity.db");
    if line == "--help" { mc } else { mc.args(["--as-user", "local-auth-user"]) }
}

fn nasty() -> Database {
    let database = Database::recorded(Engine::Deployed);
    database.sql("UPDATE activity_events SET created_at = created_at - interval '20 years' WHERE isfinite(created_at)");
    database
}

/// What the terminal shows, line by line, and which lines it had to break.
fn shown(output: &Output, columns: u16) -> Vec<(String, bool)> {
    let mut terminal = vt100::Parser::new(ROWS, NonZero::new(columns).unwrap(), 0);
    terminal.process(output.stdout.replace('\n', "\r\n").as_bytes());
    let screen = terminal.screen();
    let rows = screen.rows(0, columns).enumerate();
    let mut lines: Vec<(String, bool)> =
        rows.map(|(at, row)| (row.trim_end().to_owned(), screen.row_wrapped(u16::try_from(at).unwrap()))).collect();
    let last = lines.iter().rposition(|(line, _)| !line.is_empty()).map_or(0, |at| at + 1);
    lines.truncate(last);
    lines
}

/// Without what differs from run to run: the digits of ages, the clock, the server's address, cursors.
fn settled(line: &str) -> String {
    if line.starts_with("next page: ") {
        return "next page: COMMAND".to_owned();
    }
    if line.starts_with("clock") {
        return "clock             …".to_owned();
    }
    if let Some((_, rest)) = line.split_once(" (DATABASE_URL").filter(|_| line.starts_with("127.0.0.1")) {
        return format!("HOST:PORT/DATABASE (DATABASE_URL{rest}");
    }
    let mut settled: Vec<char> = line.chars().collect();
    for at in 0..settled.len() {
        let age = settled[at..].starts_with(&['y', ' ', 'a', 'g', 'o']) || settled[at..].starts_with(&['y', ' ', ' ']);
        for back in settled[..at].iter_mut().rev().take_while(|c| age && c.is_ascii_digit()) {
            *back = '.';
        }
    }
    settled.into_iter().collect()
}

/// Only a word that is longer than the terminal is wide may be broken, such as a cursor.
fn complain_of_breaks(output: &Output, lines: &[(String, bool)]) {
    let mut command = false;
    for (line, broken) in lines {
        command = line.starts_with("next page: ") || command && *broken;
        // A command is broken by the terminal, so that it is pasted whole.
        assert!(!broken || !line.contains(' ') || command, "the terminal has broken this line: {line}\n{output}");
    }
}

fn compare(name: &str, line: &str, columns: u16, output: &Output) {
    let lines = shown(output, columns);
    complain_of_breaks(output, &lines);
    let mut is_rest = false;
    let screen = lines.iter().filter(|(line, broken)| {
        // The rest of a command that the terminal has broken.
        let dropped = is_rest;
        is_rest = *broken && (is_rest || line.starts_with("next page: "));
        !dropped
    });
    let screen: String = screen.map(|(line, _)| settled(line) + "\n").collect();
    let screen = format!("$ mc-activity {line}\n{screen}");
    let path = root().join(format!("tests/fixtures/screens/{name}-{columns}.txt"));
    if update() {
        std::fs::write(&path, &screen).unwrap();
    }
    let recorded = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(screen == recorded, "{name} on {columns} columns: UPDATE=1 cargo test --test cli screens\n{screen}");
}

#[test]
fn every_command_looks_as_recorded_on_80_and_on_140_columns() {
    let place = demo();
    for (name, line) in SCREENS {
        for columns in [80, 140] {
            compare(name, line, columns, &on_demo(&place, line).on_terminal(columns, 60));
        }
    }
}

#[test]
fn nasty_data_looks_as_recorded_on_80_and_on_140_columns() {
    let database = nasty();
    for (name, line) in NASTY {
        for columns in [80, 140] {
            let mc = database.mc(line.split(' ')).args(["--as-user", "local-auth-user"]);
            compare(name, line, columns, &mc.on_terminal(columns, 60));
        }
    }
}

#[test]
fn a_terminal_of_40_columns_breaks_no_line_but_words_that_it_cannot_hold() {
    let place = demo();
    for (_, line) in SCREENS {
        let output = on_demo(&place, line).on_terminal(40, 60);
        complain_of_breaks(&output, &shown(&output, 40));
    }
}

#[test]
fn no_line_of_text_is_wider_than_the_terminal_and_every_type_is_named() {
    let database = nasty();
    database.sql(
        "UPDATE boards SET name = 'A board whose name is long' WHERE id = '000000c0-0000-4000-8000-000000000001';
         UPDATE agents SET name = 'An agent whose name is long';",
    );
    for columns in [40, 60, 80] {
        let output = database.mc(["list", "-o", "text", "--as-user", "local-auth-user"]).on_terminal(columns, 60);
        let rows = shown(&output, columns).into_iter().take_while(|(row, _)| !row.starts_with("next page: "));
        let wide = rows.into_iter().find(|(_, broken)| *broken);
        assert_eq!(wide, None, "{columns}: {:?}", output.stdout);
        if columns >= 60 {
            assert!(
                output.stdout.lines().any(|line| line.contains("A board") && line.contains("task.com")),
                "{output}"
            );
        }
    }
}

#[test]
fn in_the_c_locale_all_decoration_is_ascii() {
    let place = demo();
    // Names, titles and messages are data, and shown as they are; none of them contains a character of the decoration.
    let stored: HashSet<char> = ["list --all -o jsonl", "comments --all -o jsonl"]
        .iter()
        .flat_map(|line| on_demo(&place, line).ok().stdout.chars().collect::<Vec<_>>())
        .collect();
    assert!("…✗→│┤·─█▇▌".chars().all(|decoration| !stored.contains(&decoration)));
    for (_, line) in SCREENS {
        let output = on_demo(&place, line).env("LANG", "C").on_terminal(100, 60);
        let decoration: String = output.stdout.chars().filter(|c| !c.is_ascii() && !stored.contains(c)).collect();
        assert_eq!(decoration, "", "{output}");
    }
}

#[test]
fn a_dumb_terminal_gets_no_escapes_and_the_same_screen() {
    let place = demo();
    for (_, line) in SCREENS.iter().filter(|(_, line)| !line.starts_with("doctor")) {
        let plain = |term: &str| place.sh(&format!("TERM={term} \"$0\" \"$@\""), shlex::split(line).unwrap());
        let url = "sqlite:../data/mc-activity/activity.db";
        let user = if *line == "--help" { &[][..] } else { &["--as-user", "local-auth-user"] };
        let dumb = plain("dumb").args(user).env("DATABASE_URL", url).on_terminal(80, 60);
        assert!(!dumb.stdout.contains('\u{1b}'), "{dumb}");
        let smart = plain("xterm").args(user).env("DATABASE_URL", url).on_terminal(80, 60);
        assert_eq!(shown(&dumb, 80), shown(&smart, 80), "{line}");
    }
}

#[test]
fn an_export_to_a_file_tells_the_terminal_how_far_it_is() {
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    let lines = (0..40_000).fold(String::new(), |text, n| {
        text + &format!("{{\"event_type\":\"deploy.finished\",\"board_id\":\"docs\",\"message\":\"{n}\"}}\n")
    });
    place.mc(["log", "--jsonl", "-", "-q", "--out-file", "ids"]).stdin(lines).ok();
    // A reader that takes its time: after a second there is something to tell.
    let line = "\"$0\" \"$@\" | { sleep 2; cat; } > all.csv";
    let told = place.sh(line, ["list", "--all", "-o", "csv"]).on_terminal(80, 24).stdout;
    assert!(told.contains(" events, ") && told.contains("/s, ") && told.contains(" left"), "{told:?}");
    let quiet = place.sh(line, ["list", "--all", "-o", "csv", "-q"]).on_terminal(80, 24).stdout;
    assert_eq!(quiet, "");
    let rows = place.read("work/all.csv").lines().count();
    assert!(rows > 40_000, "{rows}");
}
