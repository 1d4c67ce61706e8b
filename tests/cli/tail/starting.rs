//! Where tail starts, and in which format.

use super::{A_WHILE, following, id, item, quiet, tail, wait_for_start, write};
use crate::harness::{Engine, for_each_engine};

#[test]
fn tail_starts_with_the_newest_ten_or_n_events_oldest_first() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let written: Vec<String> = (0..12).map(|n| write(&database, f64::from(n) - 100.0)).collect();
        for (more, expected) in [
            ("", &written[2..]),
            ("-n 3", &written[9..]),
            ("-n 0", &[]),
            ("-n 500", &written[..]),
            ("--since 1h", &written[..]),
            ("--since 1h -n 2", &written[10..]),
            ("--since 1s", &[]),
            ("--since 1s -n 5", &[]),
        ] {
            let output = tail(&database, &format!("--no-follow {more}")).ok();
            let ids: Vec<String> = output.stdout.lines().map(id).collect();
            assert_eq!(ids, expected, "{more}\n{output}");
            assert!(output.jsonl().iter().all(|item| item["late_seconds"].is_null()), "{output}");
        }
    });
}

#[test]
fn since_is_a_filter_also_for_what_comes() {
    let database = quiet(Engine::Deployed);
    let mut child = tail(&database, "--since 10s -v").start();
    wait_for_start(&mut child);
    write(&database, -60.0);
    let new = write(&database, -1.0);
    assert_eq!(super::next(&mut child), new);
    child.is_silent(A_WHILE);
}

#[test]
fn every_format_is_flushed_as_events_come() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        for (format, lines) in [("text", 1), ("jsonl", 1), ("sse", 3), ("csv", 2), ("tsv", 2)] {
            let mut child = tail(&database, &format!("-v -n 0 -o {format} --until-count 2")).start();
            wait_for_start(&mut child);
            write(&database, 0.0);
            let shown: Vec<String> = (0..lines).map(|_| child.line(super::SOON)).collect();
            assert!(shown.concat().contains("as agreed"), "{format}: {shown:?}");
            child.is_silent(A_WHILE);
            write(&database, 0.0);
            assert_eq!(child.end_within(super::SOON), 0);
        }
    });
}

#[test]
fn an_event_behind_newer_ones_is_marked_late_except_in_sse() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let mut json = following(&database, "");
        let mut text = tail(&database, "-n 1 -o text").start();
        let mut sse = tail(&database, "-n 1 -o sse").start();
        text.line(super::SOON);
        (0..3).for_each(|_| drop(sse.line(super::SOON)));
        let late = write(&database, -30.0);
        let line = item(&json.line(super::SOON));
        assert_eq!(line["id"], late.as_str());
        assert!((29.0..60.0).contains(&line["late_seconds"].as_f64().unwrap()), "{line}");
        let line = text.line(super::SOON);
        assert!(line.contains("late 3"), "{line}");
        let frame: Vec<String> = (0..3).map(|_| sse.line(super::SOON)).collect();
        assert!(frame[1].contains(&late) && !frame[1].contains("late_seconds"), "{frame:?}");
    });
}

#[test]
fn only_comments_are_followed_without_events_or_type() {
    let database = quiet(Engine::Deployed);
    let comment = write(&database, -2.0);
    let other = write(&database, -1.0);
    database.sql(&format!("UPDATE activity_events SET event_type = 'task.updated' WHERE id = '{other}'"));
    let ids = |more: &str| -> Vec<String> {
        let line = format!("tail --as-user {} -o jsonl --no-follow {more}", super::USER);
        database.mc(line.split_whitespace()).ok().stdout.lines().map(id).collect()
    };
    assert_eq!(ids(""), std::slice::from_ref(&comment));
    assert_eq!(ids("--type task.up*"), std::slice::from_ref(&other));
    assert_eq!(ids("--events"), [comment, other]);
}
