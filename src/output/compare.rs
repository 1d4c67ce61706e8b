//! The answer of `compare`: as JSON, and as a report for people.

use super::chart::ChartStyle;
use super::chart::grid::Grid;
use super::chart::label::{self, Tone};
use super::columns::Columns;
use super::json;
use super::width::fill;
use crate::model::{ChangeKey, ChangeKind, Comparison, Period, WindowChange};
use serde_json::json;
use std::io::{self, Write};
use uuid::Uuid;

/// In fewer columns it is left out when something was first seen.
const ROOM_FOR_TIMES: usize = 60;
/// Characters of an id that stands for a name.
const SHORT_ID: usize = 8;

/// Writes the answer as one line of JSON: `{"before","after","changes"}`.
pub fn write_json<W: Write>(out: &mut W, comparison: &Comparison, view: &Columns) -> io::Result<()> {
    let window = |period: Period, total: u64| json!({"since": period.since.to_string(), "until": period.until.to_string(), "total": total});
    let before = window(comparison.before, comparison.totals.before);
    let after = window(comparison.after, comparison.totals.after);
    write!(out, "{{\"before\":{before},\"after\":{after},\"changes\":[")?;
    json::list(out, view, &comparison.changes)?;
    out.write_all(b"]}\n")
}

/// Writes the report: both windows, then the changes.
pub fn write_report<W: Write>(out: &mut W, comparison: &Comparison, look: &ChartStyle<'_>) -> io::Result<()> {
    let window = |period: Period| format!("{} to {}", (look.show_time)(period.since), (look.show_time)(period.until));
    let headline = match comparison.changes.len() {
        0 => "no change beyond chance".to_owned(),
        1 => "1 change".to_owned(),
        count => format!("{count} changes"),
    };
    let tone = if comparison.changes.is_empty() { Tone::Strong } else { Tone::Alarm };
    writeln!(out, "{}", label::paint(look, tone, &headline))?;
    for (name, period, total, heartbeats) in [
        ("after", comparison.after, comparison.totals.after, comparison.heartbeats.after),
        ("before", comparison.before, comparison.totals.before, comparison.heartbeats.before),
    ] {
        let beats = if heartbeats == 0 { String::new() } else { format!(" ({heartbeats} of them heartbeats)") };
        let events = if total == 1 { "event" } else { "events" };
        let line = format!("{name}: {total} {events}{beats}, {}", window(period));
        writeln!(out, "{}", fill(&line, look.width))?;
    }
    if comparison.changes.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let texts = ["change", "of", "which"].map(|head| (head.to_owned(), false));
    let numbers = ["before", "after", "ratio"].map(|head| (head.to_owned(), true));
    let mut heads: Vec<_> = texts.into_iter().chain(numbers).collect();
    let has_room = look.width.is_none_or(|columns| columns >= ROOM_FOR_TIMES);
    let seen = has_room && comparison.changes.iter().any(|change| change.first_seen_at.is_some());
    if seen {
        heads.push(("first seen".to_owned(), true));
    }
    let row = |change: &WindowChange| {
        let mut row = vec![
            change.kind.name().to_owned(),
            dimension(&change.key).to_owned(),
            (look.escape_for_terminal)(&which(change)),
            change.counts.before.to_string(),
            change.counts.after.to_string(),
            ratio(change),
        ];
        if seen {
            let at = change.first_seen_at.map(|at| match at >= comparison.after.since {
                true => "first ever".to_owned(),
                false => (look.show_time)(at),
            });
            row.push(at.unwrap_or_default());
        }
        row
    };
    Grid { heads, rows: comparison.changes.iter().map(row).collect(), ..Grid::default() }.write(out, look)
}

fn dimension(key: &ChangeKey) -> &'static str {
    match key {
        ChangeKey::Type(_) => "type",
        ChangeKey::Pattern(..) => "message",
        ChangeKey::Board(_) => "board",
        ChangeKey::Agent(_) => "agent",
        ChangeKey::TypeOnBoard(..) => "type on board",
        ChangeKey::TypeOfAgent(..) => "type of agent",
    }
}

/// The key in words; untrusted.
fn which(change: &WindowChange) -> String {
    let named = |id: Option<Uuid>, name: &Option<String>, none: &str| match (id, name) {
        (None, _) => none.to_owned(),
        (Some(_), Some(name)) => name.clone(),
        (Some(id), None) => id.to_string().chars().take(SHORT_ID).collect(),
    };
    let board = |id| named(id, &change.board_name, "(no board)");
    let agent = |id| named(id, &change.agent_name, "(no agent)");
    match &change.key {
        ChangeKey::Type(name) => name.clone(),
        ChangeKey::Pattern(name, pattern) => format!("{name}: {pattern}"),
        ChangeKey::Board(id) => board(*id),
        ChangeKey::Agent(id) => agent(*id),
        ChangeKey::TypeOnBoard(name, id) => format!("{name} on {}", board(*id)),
        ChangeKey::TypeOfAgent(name, id) => format!("{name} of {}", agent(*id)),
    }
}

/// How many times as many; nothing for what is new or gone.
fn ratio(change: &WindowChange) -> String {
    match change.kind {
        ChangeKind::New | ChangeKind::Gone => String::new(),
        ChangeKind::More | ChangeKind::Fewer => {
            change.counts.ratio().map_or_else(String::new, |ratio| format!("{ratio:.2}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BeforeAfter, Timestamp};

    fn at(text: &str) -> Timestamp {
        Timestamp::from_naive(text.parse().unwrap())
    }

    fn comparison() -> Comparison {
        let period = |since: &str, until: &str| Period { since: at(since), until: at(until), closed: false };
        let change = |key, before, after| {
            let counts = BeforeAfter { before, after };
            WindowChange {
                kind: counts.kind().unwrap(),
                key,
                counts,
                board_name: None,
                agent_name: None,
                first_seen_at: None,
            }
        };
        let mut new = change(ChangeKey::Type("x.\x1b[31mfailed".to_owned()), 0, 57);
        new.first_seen_at = Some(at("2026-03-01T10:05:00"));
        let mut more = change(ChangeKey::TypeOnBoard("task.updated".to_owned(), Some(Uuid::nil())), 10, 45);
        more.board_name = Some("Payments".to_owned());
        let fewer = change(ChangeKey::TypeOfAgent("task.comment".to_owned(), Some(Uuid::nil())), 80, 10);
        Comparison {
            before: period("2026-03-01T09:00:00", "2026-03-01T10:00:00"),
            after: period("2026-03-01T10:00:00", "2026-03-01T11:00:00"),
            totals: BeforeAfter { before: 190, after: 212 },
            heartbeats: BeforeAfter { before: 100, after: 100 },
            other_messages: 0,
            changes: vec![new, change(ChangeKey::Agent(None), 30, 0), more, fewer],
        }
    }

    fn report(comparison: &Comparison, width: Option<usize>) -> String {
        let look = ChartStyle {
            width,
            unicode: true,
            color: false,
            show_time: &|at| at.to_string(),
            escape_for_terminal: &|text| text.replace('\x1b', "\\e"),
        };
        let mut out = Vec::new();
        write_report(&mut out, comparison, &look).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_report_names_both_windows_and_each_change() {
        let report = report(&comparison(), None);
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines[0], "4 changes");
        assert_eq!(lines[1], "after: 212 events (100 of them heartbeats), 2026-03-01T10:00:00 to 2026-03-01T11:00:00");
        assert_eq!(lines[2], "before: 190 events (100 of them heartbeats), 2026-03-01T09:00:00 to 2026-03-01T10:00:00");
        assert!(lines[5].starts_with("new     type           x.\\e[31mfailed"), "{report}");
        assert!(lines[5].ends_with("first ever"), "{report}");
        assert!(lines[6].contains("(no agent)"), "{report}");
        assert!(lines[7].contains("task.updated on Payments") && lines[7].contains("4.50"), "{report}");
        assert!(lines[8].contains("task.comment of 00000000 "), "{report}");
    }

    #[test]
    fn no_line_of_the_table_is_wider_than_the_terminal() {
        for width in 60..120 {
            let report = report(&comparison(), Some(width));
            assert!(report.lines().all(|line| super::super::width(line) <= width), "{report}");
        }
    }

    #[test]
    fn json_has_every_key_in_every_change() {
        let mut out = Vec::new();
        write_json(&mut out, &comparison(), &Columns::changes()).unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(answer["before"]["total"], 190);
        assert_eq!(answer["after"]["since"], "2026-03-01T10:00:00");
        for change in answer["changes"].as_array().unwrap() {
            let keys: Vec<&str> = change.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, WindowChange::FIELDS);
        }
        assert_eq!(answer["changes"][0]["ratio"], serde_json::Value::Null);
        assert_eq!(answer["changes"][1]["ratio"], 0.0);
    }
}
