//! Words and numbers of reports and charts: percentages, windows, dates of buckets, names of groups.

use super::ChartStyle;
use crate::model::{Bucket, Period, Tally, Timestamp};
use crate::output::Color;
use std::collections::HashMap;

/// What a piece of text is, to be coloured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Headings.
    Strong,
    /// What is bad.
    Alarm,
    /// What is beside the point.
    Quiet,
    /// Neither.
    Plain,
}

/// The text in its colour, or as it is where colours are not wanted.
pub fn paint(look: &ChartStyle<'_>, tone: Tone, text: &str) -> String {
    let color = match tone {
        Tone::Strong => Color::Bold,
        Tone::Alarm => Color::Red,
        Tone::Quiet => Color::Dim,
        Tone::Plain => Color::Plain,
    };
    if look.color { color.paint(text).into_owned() } else { text.to_owned() }
}

/// A percentage with two decimals; what is not nothing is not shown as nothing.
pub fn percent(pct: f64) -> String {
    if pct > 0.0 && pct < 0.005 { "<0.01 %".to_owned() } else { format!("{pct:.2} %") }
}

/// `12 of 340 events failed (3.53 %)`.
pub fn headline(tally: Tally) -> String {
    match tally.total {
        0 => "no events".to_owned(),
        1 => format!("{} of 1 event failed ({})", tally.errors, percent(tally.pct())),
        total => format!("{} of {total} events failed ({})", tally.errors, percent(tally.pct())),
    }
}

/// How the rate moved, in percentage points.
pub fn change(now: Tally, before: Tally) -> String {
    let points = now.pct() - before.pct();
    match points {
        _ if before.total == 0 || now.total == 0 => "nothing to compare with".to_owned(),
        _ if points >= 0.005 => format!("up {points:.2} points"),
        _ if points <= -0.005 => format!("down {:.2} points", -points),
        _ => "unchanged".to_owned(),
    }
}

/// A window in words: `last 24 h`, `last 30 days`, or from when to when.
pub fn window(range: Option<&str>, period: Period, show_time: &dyn Fn(Timestamp) -> String) -> String {
    match range {
        Some("24h") => "last 24 h".to_owned(),
        Some("1m") => "last 30 days".to_owned(),
        Some("3m") => "last 90 days".to_owned(),
        Some("6m") => "last 180 days".to_owned(),
        Some("1y") => "last 365 days".to_owned(),
        Some(days) => format!("last {} days", days.trim_end_matches('d')),
        None => format!("{} to {}", show_time(period.since), show_time(period.until)),
    }
}

/// A window as a machine's label: the range's name, or the length in the greatest unit that divides it (`36h`, `7d`).
pub fn span(range: Option<&str>, since: Timestamp, until: Timestamp) -> String {
    if let Some(range) = range {
        return range.to_owned();
    }
    if !since.is_finite() || !until.is_finite() {
        return "all".to_owned();
    }
    let seconds = until.micros_since(since) / 1_000_000;
    match seconds {
        0 => "0s".to_owned(),
        _ if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        _ if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// Several buckets put together, in words: `hour`, `2 hours`, `10 minutes`.
pub fn buckets(bucket: Bucket, each: usize) -> String {
    match (bucket, each) {
        (_, 1) => bucket.name().to_owned(),
        (Bucket::FiveMinutes, each) => format!("{} minutes", 5 * each),
        (_, each) => format!("{each} {}s", bucket.name()),
    }
}

/// The start of a bucket, in UTC as buckets are cut there, no longer than it must be: `2026-03-05 14:00`, `2026-03-05`,
/// `2026-03`. Without its year where `short`.
pub fn bucket_start(bucket: Bucket, at: Timestamp, short: bool) -> String {
    let Some(at) = at.to_naive() else { return at.to_string() };
    let format = match (bucket, short) {
        (Bucket::Minute | Bucket::FiveMinutes, true) => "%H:%M",
        (Bucket::Minute | Bucket::FiveMinutes, false) => "%Y-%m-%d %H:%M",
        (Bucket::Hour, true) => "%m-%d %H:%M",
        (Bucket::Hour, false) => "%Y-%m-%d %H:%M",
        (Bucket::Day | Bucket::Week, true) => "%m-%d",
        (Bucket::Day | Bucket::Week, false) => "%Y-%m-%d",
        (Bucket::Month, _) => "%Y-%m",
    };
    at.format(format).to_string()
}

/// Group keys for people: an id and the name behind it become one column, which shows the name, the start of the id
/// where there is none or where two ids share the name, and `(none)` for null.
///
/// `fields` are names such as `event_type`, `board_id`, `board_name`, and each row has a value for each of them. Answers
/// the headings and the rows.
pub fn key_columns(fields: &[&str], rows: &[Vec<Option<String>>]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut heads = Vec::new();
    let mut columns: Vec<Vec<String>> = Vec::new();
    let mut fields_left = fields.iter().enumerate().peekable();
    while let Some((at, field)) = fields_left.next() {
        let stem = field.strip_suffix("_id");
        let name_of_stem = |next: &&str| stem.is_some_and(|stem| next.strip_prefix(stem).is_some_and(is_name));
        let name = fields_left.next_if(|(_, next)| name_of_stem(next)).map(|(at, _)| at);
        heads.push(stem.unwrap_or(field).replace('_', " "));
        columns.push(match name {
            Some(name) => named(rows, at, name),
            None => rows.iter().map(|row| value(row, at).unwrap_or("(none)").to_owned()).collect(),
        });
    }
    let turned = (0..rows.len()).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect();
    (heads, turned)
}

fn is_name(suffix: &str) -> bool {
    matches!(suffix, "_name" | "_title" | "_slug")
}

fn value(row: &[Option<String>], at: usize) -> Option<&str> {
    row.get(at).and_then(Option::as_deref)
}

fn named(rows: &[Vec<Option<String>>], id: usize, name: usize) -> Vec<String> {
    let mut first_owner = HashMap::new();
    let mut shared = HashMap::new();
    for row in rows {
        if let (Some(id), Some(name)) = (value(row, id), value(row, name)) {
            *shared.entry(name).or_insert(false) |= *first_owner.entry(name).or_insert(id) != id;
        }
    }
    let label = |row: &Vec<Option<String>>| {
        let short = value(row, id).map(|id| id.chars().take(8).collect::<String>());
        match (value(row, name), short) {
            (Some(name), Some(short)) if shared.get(name) == Some(&true) => format!("{name} ({short})"),
            (Some(name), _) => name.to_owned(),
            (None, Some(short)) => short,
            (None, None) => "(none)".to_owned(),
        }
    };
    rows.iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|v| (!v.is_empty()).then(|| (*v).to_owned())).collect()
    }

    fn day(text: &str) -> Timestamp {
        Timestamp::from_naive(format!("{text}T00:00:00").parse().unwrap())
    }

    #[test]
    fn a_rare_failure_is_not_called_none() {
        assert_eq!(percent(0.0), "0.00 %");
        assert_eq!(percent(0.0001), "<0.01 %");
        assert_eq!(percent(14.285_714_285_714_285), "14.29 %");
    }

    #[test]
    fn headline_counts_in_words() {
        assert_eq!(headline(Tally { errors: 12, total: 340 }), "12 of 340 events failed (3.53 %)");
        assert_eq!(headline(Tally { errors: 1, total: 1 }), "1 of 1 event failed (100.00 %)");
        assert_eq!(headline(Tally::default()), "no events");
    }

    #[test]
    fn change_is_in_points_and_silent_without_a_basis() {
        let of = |errors| Tally { errors, total: 100 };
        assert_eq!(change(of(5), of(2)), "up 3.00 points");
        assert_eq!(change(of(2), of(5)), "down 3.00 points");
        assert_eq!(change(of(2), of(2)), "unchanged");
        assert_eq!(change(of(2), Tally::default()), "nothing to compare with");
    }

    #[test]
    fn span_takes_the_greatest_unit_that_divides_the_window() {
        let since = day("2026-03-01");
        let of = |seconds| span(None, since, since.plus_seconds(seconds));
        assert_eq!([of(604_800), of(129_600), of(5_400), of(61)], ["7d", "36h", "90m", "61s"]);
        assert_eq!(span(Some("1m"), since, since), "1m");
        assert_eq!(span(None, Timestamp::NEG_INFINITY, since), "all");
    }

    #[test]
    fn id_and_name_become_one_column_and_namesakes_stay_apart() {
        let rows = [
            row(&["x.failed", "aaaaaaaa-1", "Ops"]),
            row(&["x.failed", "bbbbbbbb-1", "Ops"]),
            row(&["x.failed", "cccccccc-1", "Web"]),
            row(&["x.failed", "dddddddd-1", ""]),
            row(&["x.failed", "", ""]),
        ];
        let (heads, rows) = key_columns(&["event_type", "board_id", "board_name"], &rows);
        assert_eq!(heads, ["event type", "board"]);
        let boards: Vec<_> = rows.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(boards, ["Ops (aaaaaaaa)", "Ops (bbbbbbbb)", "Web", "dddddddd", "(none)"]);
    }
}
