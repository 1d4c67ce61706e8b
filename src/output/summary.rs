//! The answer of `summary`: as JSON, and as a table for people.

use super::chart::grid::Grid;
use super::chart::label::{self, Tone};
use super::chart::{ChartStyle, per_column, sparkline};
use super::columns::Columns;
use super::width::fill;
use crate::model::{Bucket, Period, Summary, SummaryKey, SummaryRow};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the answer as one line of JSON: `{"since","until","by","total","rows"}`, the rows keyed by the summary's fields,
/// as far as they were requested.
pub fn write_json<W: Write>(out: &mut W, summary: &Summary, view: &Columns) -> io::Result<()> {
    let rows: Vec<Value> = summary.rows.iter().map(|row| row_json(view, row)).collect();
    let answer = json!({
        "since": summary.since.to_string(),
        "until": summary.until.to_string(),
        "by": summary.by,
        "total": summary.total,
        "rows": rows,
    });
    writeln!(out, "{answer}")
}

fn row_json(view: &Columns, row: &SummaryRow) -> Value {
    let value = |at| row.keys.get(at).map_or(json!(row.count), |key| json!(plain(key)));
    Value::Object(view.chosen().map(|(at, field)| (field.to_owned(), value(at))).collect::<Map<_, _>>())
}

/// A key as text; `None` for null. Times are naive UTC as in JSON.
pub(super) fn plain(key: &SummaryKey) -> Option<String> {
    match key {
        SummaryKey::Null => None,
        SummaryKey::Id(id) => Some(id.to_string()),
        SummaryKey::Time(at) => Some(at.to_string()),
        SummaryKey::Text(text) => Some(text.clone()),
    }
}

/// The rows' keys for people, as [`label::key_columns`] puts them: headings and rows.
pub(super) fn key_columns(summary: &Summary) -> (Vec<String>, Vec<Vec<String>>) {
    let bucket = bucket(summary).unwrap_or(Bucket::Hour);
    let keys: Vec<Vec<Option<String>>> = summary
        .rows
        .iter()
        .map(|row| {
            let key = |key: &SummaryKey| match key {
                SummaryKey::Time(at) => Some(label::bucket_start(bucket, *at, false)),
                other => plain(other),
            };
            row.keys.iter().map(key).collect()
        })
        .collect();
    let fields = summary.fields.iter().copied().filter(|field| *field != "count").collect::<Vec<_>>();
    label::key_columns(&fields, &keys)
}

/// The finest unit of time that the summary counts by.
pub(super) fn bucket(summary: &Summary) -> Option<Bucket> {
    let by = |dimension| summary.by.contains(&dimension);
    if by("minute") {
        Some(Bucket::Minute)
    } else if by("hour") {
        Some(Bucket::Hour)
    } else {
        by("day").then_some(Bucket::Day)
    }
}

/// More periods than this are not drawn: nobody could tell them apart.
const MOST_PERIODS: usize = 10_000;

/// Events in each period of the window, oldest first, empty periods included; empty if not counted by day or hour.
pub(super) fn over_time(summary: &Summary) -> Vec<(crate::model::Timestamp, u64)> {
    let Some(bucket) = bucket(summary) else { return Vec::new() };
    let mut counts = BTreeMap::new();
    for row in &summary.rows {
        let time = row.keys.iter().rev().find_map(|key| if let SummaryKey::Time(at) = key { Some(*at) } else { None });
        if let Some(start) = time.and_then(|at| bucket.start(at)) {
            *counts.entry(start).or_insert(0) += row.count;
        }
    }
    let (Some((first, _)), Some((last, _))) = (counts.first_key_value(), counts.last_key_value()) else {
        return Vec::new();
    };
    let hours = last.micros_since(*first) / 3_600_000_000;
    if usize::try_from(hours).is_ok_and(|hours| hours > MOST_PERIODS * 24) {
        return Vec::new();
    }
    // The window itself may begin at -infinity; what holds no event at its ends is left out only then.
    let near = |edge: crate::model::Timestamp, other: crate::model::Timestamp| {
        edge.is_finite() && (edge.micros_since(other) / 3_600_000_000).unsigned_abs() < 24 * 400
    };
    let since = if near(summary.since, *first) { summary.since } else { *first };
    let until = if near(summary.until, *last) { summary.until } else { last.plus_micros(1) };
    let starts = bucket.starts(Period { since, until, closed: false });
    starts.into_iter().map(|start| (start, counts.get(&start).copied().unwrap_or(0))).collect()
}

/// Writes the table: the total, the counts over time where counted by day or hour, then each row with its share and a bar.
pub fn write_report<W: Write>(out: &mut W, summary: &Summary, look: &ChartStyle<'_>) -> io::Result<()> {
    let events = if summary.total == 1 { "event" } else { "events" };
    let (since, until) = ((look.show_time)(summary.since), (look.show_time)(summary.until));
    let total = format!("{} {events}", summary.total);
    let line = fill(&format!("{total}, {since} to {until}"), look.width);
    writeln!(out, "{}", line.replacen(&total, &label::paint(look, Tone::Strong, &total), 1))?;
    write_over_time(out, summary, look)?;
    if summary.rows.is_empty() {
        return Ok(());
    }
    let (heads, rows) = key_columns(summary);
    // What failed is seen even where the end of its name is cut off.
    let types = heads.iter().position(|head| head == "event type");
    let mark = |keys: &[String]| match types {
        Some(at) if keys[at].ends_with("failed") => Some(look.failure_mark().to_owned()),
        Some(_) => Some(String::new()),
        None => None,
    };
    let in_utc = |head: String| if head == "period" { "period (UTC)".to_owned() } else { head };
    let marks = types.map(|_| String::new());
    let heads = marks.into_iter().chain(heads.into_iter().map(in_utc)).map(|head| (head, false)).collect();
    let mut grid = Grid { heads, ..Grid::default() };
    grid.heads.extend(["events", "share"].map(|head| (head.to_owned(), true)));
    for (keys, row) in rows.iter().zip(&summary.rows) {
        let keys = mark(keys).into_iter().chain(keys.iter().map(|key| (look.escape_for_terminal)(key)));
        let counts = [row.count.to_string(), label::percent(share(row.count, summary.total))];
        grid.rows.push(keys.chain(counts).collect());
        grid.bars.push(share(row.count, summary.total));
    }
    writeln!(out)?;
    grid.write(out, look)
}

/// Part of a whole in percent.
#[allow(clippy::cast_precision_loss)]
pub(super) fn share(count: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { count as f64 / total as f64 * 100.0 }
}

fn write_over_time<W: Write>(out: &mut W, summary: &Summary, look: &ChartStyle<'_>) -> io::Result<()> {
    let counts = over_time(summary);
    let (Some(bucket), Some((first, _)), Some((last, _))) = (bucket(summary), counts.first(), counts.last()) else {
        return Ok(());
    };
    let [first, last] = [first, last].map(|at| label::bucket_start(bucket, *at, true));
    let room = look.columns().saturating_sub(first.len() + last.len() + 2).max(8);
    let each = per_column(counts.len(), room);
    let sums: Vec<u64> = counts.chunks(each).map(|some| some.iter().map(|(_, count)| count).sum()).collect();
    #[allow(clippy::cast_precision_loss)]
    let values: Vec<Option<f64>> = sums.iter().map(|count| Some(*count as f64)).collect();
    let max = values.iter().flatten().copied().fold(0.0, f64::max);
    let name = if each == 1 { bucket.name().to_owned() } else { format!("{each} {}s", bucket.name()) };
    let most = sums.iter().max().copied().unwrap_or(0);
    writeln!(out, "\n{}", label::paint(look, Tone::Quiet, &format!("events per {name} (UTC), {most} at most")))?;
    writeln!(out, "{first} {} {last}", sparkline(&values, max, room, look.unicode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_naive(text.parse().unwrap())
    }

    fn text(text: &str) -> SummaryKey {
        SummaryKey::Text(text.to_owned())
    }

    fn summary(by: &[&'static str], fields: &[&'static str], rows: Vec<(Vec<SummaryKey>, u64)>) -> Summary {
        Summary {
            since: at("2026-03-01T00:00:00"),
            until: at("2026-03-08T00:00:00"),
            by: by.to_vec(),
            fields: fields.to_vec(),
            total: rows.iter().map(|(_, count)| count).sum(),
            rows: rows.into_iter().map(|(keys, count)| SummaryRow { keys, count }).collect(),
        }
    }

    fn by_type() -> Summary {
        let rows = vec![(vec![text("task.comment")], 30), (vec![text("agent.\x1b[31m.failed")], 10)];
        summary(&["type"], &["event_type", "count"], rows)
    }

    fn json(summary: &Summary) -> String {
        let mut out = Vec::new();
        write_json(&mut out, summary, &Columns::summary(summary)).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn report(summary: &Summary, width: Option<usize>, unicode: bool) -> String {
        let show_time = |at: Timestamp| at.to_string();
        let escape_for_terminal = |text: &str| text.replace('\x1b', "\\e");
        let mut out = Vec::new();
        let look = ChartStyle {
            width,
            unicode,
            color: false,
            show_time: &show_time,
            escape_for_terminal: &escape_for_terminal,
        };
        write_report(&mut out, summary, &look).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_names_the_dimensions_and_keys_the_rows_by_them() {
        let expected = concat!(
            r#"{"since":"2026-03-01T00:00:00","until":"2026-03-08T00:00:00","by":["type"],"total":40,"rows":["#,
            r#"{"event_type":"task.comment","count":30},{"event_type":"agent.\u001b[31m.failed","count":10}]}"#,
            "\n"
        );
        assert_eq!(json(&by_type()), expected);
    }

    #[test]
    fn json_has_null_for_no_board_and_times_as_in_the_api() {
        let keys = vec![SummaryKey::Null, SummaryKey::Null, SummaryKey::Time(at("2026-03-02T00:00:00"))];
        let fields = ["board_id", "board_name", "period", "count"];
        let text = json(&summary(&["board", "day"], &fields, vec![(keys, 1)]));
        assert!(
            text.contains(r#"[{"board_id":null,"board_name":null,"period":"2026-03-02T00:00:00","count":1}]"#),
            "{text}"
        );
    }

    #[test]
    fn table_has_shares_and_bars_and_shows_escapes() {
        let report = report(&by_type(), Some(60), true);
        assert!(report.starts_with("40 events, 2026-03-01T00:00:00 to 2026-03-08T00:00:00\n"), "{report}");
        assert!(report.contains("75.00 %  ██"));
        assert!(report.contains("agent.\\e[31m.failed"));
        assert!(!report.contains('\x1b'));
    }

    #[test]
    fn table_fits_the_terminal() {
        for width in 40..100 {
            let report = report(&by_type(), Some(width), false);
            assert!(report.is_ascii() && report.lines().skip(1).all(|line| line.len() <= width), "{report}");
        }
    }

    #[test]
    fn counts_by_day_are_drawn_in_order_of_time_with_gaps() {
        let day = |day: &str| vec![SummaryKey::Time(at(&format!("2026-03-{day}T00:00:00")))];
        let by_day = summary(&["day"], &["period", "count"], vec![(day("04"), 8), (day("02"), 1)]);
        let report = report(&by_day, Some(60), true);
        assert!(report.contains("events per day (UTC), 8 at most\n03-01 ·▁·█··· 03-07\n"), "{report}");
        assert!(report.contains("2026-03-04         8  88.89 %"), "{report}");
    }

    #[test]
    fn a_window_from_the_beginning_of_time_is_drawn_from_its_first_event() {
        let mut endless = summary(
            &["hour"],
            &["period", "count"],
            vec![
                (vec![SummaryKey::Time(at("2026-03-02T05:00:00"))], 2),
                (vec![SummaryKey::Time(at("2026-03-02T07:00:00"))], 1),
                (vec![SummaryKey::Time(Timestamp::INFINITY)], 1),
            ],
        );
        endless.since = Timestamp::NEG_INFINITY;
        endless.until = Timestamp::INFINITY;
        assert_eq!(over_time(&endless).iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 0, 1]);
        assert!(report(&endless, Some(80), true).contains("infinity"));
    }

    #[test]
    fn an_empty_window_is_one_line() {
        let empty = summary(&["type"], &["event_type", "count"], vec![]);
        assert_eq!(report(&empty, None, true), "0 events, 2026-03-01T00:00:00 to 2026-03-08T00:00:00\n");
    }
}
