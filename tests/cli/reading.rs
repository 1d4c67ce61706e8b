//! What makes hours in front of it pleasant: whole messages, honest counts, times and names as people type them.

use crate::harness::{Database, Engine, Place, for_each_engine, with_demo};

const USER: [&str; 2] = ["--as-user", "000000b0-0000-4000-8000-000000000000"];
const TASK: &str = "000000f0-0000-4000-8000-000000000001";
const LONG: &str = "A first line that is long enough to be wrapped at eighty columns, since it goes on and on.\n\n- a point\n  deeper\nthe end\n";

/// A database with one comment of several lines, the newest event there is.
fn with_a_long_comment(engine: Engine) -> Database {
    let database = Database::recorded(engine);
    let args = ["log", "--type", "task.comment", "--task", TASK, "--message", "-"];
    database.mc(args).args(USER).stdin(LONG).ok();
    database
}

#[test]
fn a_comment_of_several_lines_is_read_whole_on_a_terminal_and_on_one_line_elsewhere() {
    for_each_engine(|engine| {
        let database = with_a_long_comment(engine);
        for line in [format!("comments --task {TASK}"), "tail --no-follow -n 1".to_owned()] {
            let output = database.mc(line.split(' ')).args(USER).args(["--color", "never"]).on_terminal(80, 24);
            output.expect(0);
            let rows: Vec<&str> = output.stdout.lines().collect();
            let from = rows.iter().position(|row| row.trim_start().starts_with("A first line")).expect(line.as_str());
            assert!(rows[from].starts_with("    A first") && rows[from + 1].starts_with("    "), "{output}");
            assert_eq!(rows[from + 2..from + 6], ["", "    - a point", "      deeper", "    the end"], "{output}");
            assert!(rows.iter().all(|row| row.chars().count() <= 80), "{output}");
        }
        for format in ["text", "wide", "table"] {
            let output = database.mc(["comments", "--limit", "1", "-o", format]).args(USER).ok();
            assert!(output.stdout.contains("on and on. ↵ - a point ↵ deeper ↵ the end"), "{output}");
            assert!(!output.stdout.contains("\\n"), "{output}");
        }
        let output = database.mc(["list", "-g", "A first line", "--width", "200"]).args(USER).ok();
        assert!(output.stdout.contains("lines)"), "{output}");
    });
}

#[test]
fn a_table_says_how_many_of_all_events_it_shows_and_how_to_get_the_next_ones() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let all: u64 = database.mc(["list", "--count"]).args(USER).ok().stdout.trim().parse().unwrap();
        let output = database.mc(["list", "-n", "3"]).args(USER).ok();
        assert!(output.stdout.contains("\nnewest 3 events, there are more, for user "), "{output}");
        let next = output.stdout.lines().find_map(|line| line.strip_prefix("next page: ")).expect("no next page");
        let words = shlex::split(next).unwrap();
        assert_eq!(words[..4], ["mc-activity", "list", "-n", "3"], "{output}");
        let second = database.mc(words[1..].iter().map(String::as_str)).ok();
        let both = database.mc(["list", "-n", "6", "--fields", "id", "-o", "tsv", "--no-header"]).args(USER).ok();
        let ids: Vec<&str> = both.stdout.lines().skip(3).collect();
        assert!(ids.iter().all(|id| second.stdout.contains(&id[..8])), "{second}");
        let output = database.mc(["list", "--all"]).args(USER).ok();
        assert!(output.stdout.contains(&format!("\n{all} events, for user ")), "{output}");
        assert!(!output.stdout.contains("next page"), "{output}");
    });
}

#[test]
fn a_summary_by_time_is_in_order_of_time_with_the_empty_periods() {
    let place = Place::new();
    place.mc(["demo", "--at", "2026-03-06T12:00:00Z", "-q"]).ok();
    for (by, periods) in [("minute", 90), ("hour", 2), ("day", 1)] {
        let line = format!("summary --by {by} -S 2026-03-06T09:10Z -U 2026-03-06T10:40Z -o json -q");
        let summary = place.mc(line.split(' ')).ok().json();
        let rows = summary["rows"].as_array().unwrap();
        assert_eq!(rows.len(), periods, "{by}");
        assert!(rows.windows(2).all(|pair| pair[0]["period"].as_str() < pair[1]["period"].as_str()), "{summary}");
        let total: u64 = rows.iter().map(|row| row["count"].as_u64().unwrap()).sum();
        assert_eq!(Some(total), summary["total"].as_u64(), "{by}");
    }
    let rows = |line: &str| place.mc(line.split(' ')).ok().json()["rows"].clone();
    let by_minute = rows("summary --by minute -S 2026-03-06T09:10Z -U 2026-03-06T10:40Z -o json -q");
    assert!(by_minute.as_array().unwrap().iter().any(|row| row["count"] == 0), "{by_minute}");
    place.mc(["summary", "--by", "minute,hour"]).fails(2);
}

#[test]
fn the_minutes_of_both_engines_are_the_same() {
    let line = ["summary", "--by", "minute,type", "-S", "2000-01-01", "-o", "json"];
    let answers: Vec<_> = Engine::ALL
        .iter()
        .map(|engine| Database::shared(*engine).mc(line).args(USER).ok().json()["rows"].clone())
        .collect();
    assert!(answers[0].as_array().is_some_and(|rows| !rows.is_empty()), "{answers:?}");
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn habits_of_other_tools_are_understood_or_answered_with_a_hint() {
    let place = with_demo();
    let list = place.mc(["list", "-n", "2", "-o", "jsonl", "-q"]).ok().stdout;
    assert_eq!(list.lines().count(), 2);
    for alias in ["events", "logs"] {
        assert_eq!(place.mc([alias, "-n", "2", "-o", "jsonl", "-q"]).ok().stdout, list, "{alias}");
    }
    assert_eq!(place.mc(["comments", "-n", "1", "-o", "jsonl", "-q"]).ok().stdout.lines().count(), 1);
    place.mc(["summary", "--range", "24h"]).ok();
    place.mc(["tail", "-f", "--for", "100ms", "-q"]).ok();
    let output = place.mc(["list", "payments"]).fails(2);
    assert!(output.stderr.contains("did you mean `--board payments`?"), "{output}");
    let output = place.mc(["list", "task.*"]).fails(2);
    assert!(output.stderr.contains("did you mean `--type 'task.*'`?"), "{output}");
    for mistyped in ["loggs", "logg", "lgos", "lis", "logss", "lo"] {
        let output = place.mc([mistyped]).fails(2);
        assert!(!output.stderr.contains("'log'"), "log writes: {output}");
    }
    let output = place.mc(["logs", "-f"]).fails(2);
    assert!(output.stderr.contains("mc-activity tail --events"), "{output}");
}

#[test]
fn names_are_found_in_any_letter_case_and_tasks_by_a_part_of_their_title() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let named = |sql: &str| {
            let answer = database.mc(["list", "-n", "1", "-o", "json"]).args(USER).args(sql.split('|')).ok();
            answer.json()["total"].as_u64().unwrap()
        };
        let item = database.mc(["comments", "-n", "1", "-o", "json"]).args(USER).ok().json()["items"][0].clone();
        let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
        let (board, title, task) = (text("board_name"), text("task_title"), text("task_id"));
        assert_eq!(named(&format!("--board|{}", board.to_uppercase())), named(&format!("--board|{board}")));
        let by_id = named(&format!("--task|{task}"));
        assert!(by_id > 0);
        assert_eq!(named(&format!("--task|{}", title.to_uppercase())), by_id, "{title}");
        let agents = database.mc(["summary", "--by", "agent", "-S", "2000-01-01", "-o", "json"]).args(USER).ok().json();
        let name = agents["rows"].as_array().unwrap().iter().find_map(|row| row["agent_name"].as_str()).unwrap();
        let exact = named(&format!("--agent|{name}"));
        assert_eq!(named(&format!("--agent|{}", name.to_uppercase())), exact, "{name}");
        let output = database.mc(["list", "--task", "no such title anywhere"]).args(USER).fails(3);
        assert!(output.stderr.contains("a part of its title"), "{output}");
    });
}

#[test]
fn times_of_day_mean_the_last_ones_and_a_range_ends_after_its_start() {
    let place = with_demo();
    let range = |since: &str, until: &str| {
        let summary = place.mc(["summary", "-S", since, "-U", until, "-o", "json", "-q"]).ok().json();
        let at = |key: &str| summary[key].as_str().unwrap().parse::<chrono::NaiveDateTime>().unwrap();
        (at("since"), at("until"))
    };
    let (since, until) = range("13:00", "14:30");
    assert_eq!((until - since).num_minutes(), 90);
    assert!(since <= chrono::Utc::now().naive_utc());
    let (since, until) = range("-3h", "1 hour ago");
    assert_eq!((until - since).num_minutes(), 120);
    let (since, until) = range("yesterday 14:00", "@32503680000");
    assert_eq!(since.time(), chrono::NaiveTime::from_hms_opt(14, 0, 0).unwrap());
    assert_eq!(until.to_string(), "3000-01-01 00:00:00");
    place.mc(["list", "-S", "2pm"]).fails(2);
}

#[test]
fn tail_folds_repeats_and_marks_what_is_looked_for() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let written: String = (1..=4)
            .map(|n| format!("{{\"type\":\"task.comment\",\"task\":\"{TASK}\",\"message\":\"attempt {n} goes on\"}}\n"))
            .collect();
        database.mc(["log", "--jsonl", "-"]).args(USER).stdin(written).ok();
        let folded = |more: [&str; 2]| {
            let line = "tail --events --no-follow -n 4 -g attempt --fold 1h";
            database.mc(line.split(' ')).args(USER).args(more).ok()
        };
        let output = folded(["--color", "never"]);
        let rows: Vec<&str> = output.stdout.lines().collect();
        assert_eq!(rows.len(), 2, "{output}");
        assert!(rows[0].contains("attempt 1") && !rows[0].contains('×'), "{output}");
        assert!(rows[1].contains("×3") && rows[1].contains("attempt 4"), "{output}");
        let output =
            database.mc(["tail", "--no-follow", "-n", "4", "-g", "goes", "-H", "attempt", "--color", "always"]);
        let output = output.args(USER).ok();
        assert_eq!(output.stdout.matches("\u{1b}[7mattempt\u{1b}[0m").count(), 4, "{output}");
        assert_eq!(output.stdout.matches("\u{1b}[7mgoes\u{1b}[0m").count(), 4, "{output}");
        database.mc(["tail", "--no-follow", "--fold", "1h", "-o", "jsonl"]).args(USER).fails(2);
    });
}

#[test]
fn a_narrow_table_says_what_it_has_no_room_for() {
    let place = with_demo();
    let output = place.mc(["list", "-n", "5", "-q", "--width", "80"]).ok();
    let header = output.stdout.lines().next().unwrap();
    assert!(header.contains("BOARD") && header.contains("TYPE") && header.contains("MESSAGE"), "{output}");
    assert!(output.stdout.contains("no room for "), "{output}");
    let rows = output.stdout.lines().take_while(|line| !line.is_empty());
    assert!(rows.map(|line| line.chars().count()).max() <= Some(80), "{output}");
    let columns = place.mc(["list", "-n", "5", "-q"]).env("COLUMNS", "80").ok();
    assert_eq!(columns.stdout.lines().next(), Some(header));
}
