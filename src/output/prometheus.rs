//! Prometheus' text exposition format (version 0.0.4), for node_exporter's textfile collector or a push gateway.
//!
//! All values are gauges: they count a sliding window, so they fall as well as rise, and none ends in `_total`.

use super::chart::label;
use super::report::ErrorsReport;
use super::summary::plain;
use crate::analysis::burn;
use crate::model::{Deliveries, Group, Summary, Timestamp};
use std::fmt;
use std::io::{self, Write};

/// Labels that every series of an export has: what tells it from other exports.
pub type SeriesLabels = Vec<(&'static str, String)>;

/// Seconds from the Unix epoch to 2000-01-01, in microseconds.
const UNIX_OFFSET_MICROS: i64 = 946_684_800_000_000;

const EVENTS: (&str, &str) = ("mc_activity_events", "Events of the activity log in the window.");
const ERRORS: (&str, &str) = ("mc_activity_errors", "Events of the window whose type ends in failed.");
const RATIO: (&str, &str) = ("mc_activity_error_ratio", "Failed events as a part of all events of the window, 0 to 1.");
const BURN: (&str, &str) =
    ("mc_activity_burn_rate", "How many times as fast as the objective allows deliveries or events fail, by window.");
const UNKNOWN: (&str, &str) =
    ("mc_activity_unknown", "1 where the figures say nothing, since no event can match or the database is the demo.");
/// Families of deliveries, each with its value; none where there is none.
#[allow(clippy::type_complexity)]
const DELIVERIES: [((&str, &str), fn(&Deliveries) -> Option<f64>); 5] = [
    (("mc_activity_deliveries", "Deliveries tried in the window; a retry is one, too."), |deliveries| {
        Some(exact(deliveries.tally.total))
    }),
    (("mc_activity_deliveries_failed", "Deliveries of the window that failed."), |deliveries| {
        Some(exact(deliveries.tally.errors))
    }),
    (
        ("mc_activity_consecutive_failures", "Deliveries that failed since the newest one that succeeded."),
        |deliveries| Some(exact(deliveries.in_a_row)),
    ),
    (
        (
            "mc_activity_last_success_timestamp_seconds",
            "The newest delivery of the window that succeeded, in Unix time.",
        ),
        |deliveries| deliveries.last_success.filter(|at| at.is_finite()).map(unix_seconds),
    ),
    (("mc_activity_failing_since_timestamp_seconds", "The first failure after that, in Unix time."), |deliveries| {
        deliveries.failing_since.filter(|at| at.is_finite()).map(unix_seconds)
    }),
];
const AT: (&str, &str) = ("mc_activity_evaluation_timestamp_seconds", "When the window was evaluated, in Unix time.");

/// Writes the error rate. Where it was counted by groups, each group is a series and the whole is their sum, so that
/// `sum()` over a family counts nothing twice; else there is one series a family. Labels are `scope`, `range` (the
/// range's name or the window's length), those of the export, and the fields of the group; a null one is the empty label.
///
/// `evaluated` is the database's now.
pub fn write_errors<W: Write>(
    out: &mut W,
    report: &ErrorsReport,
    export: &SeriesLabels,
    evaluated: Timestamp,
) -> io::Result<()> {
    let rate = &report.rate;
    let range = label::span(rate.range.as_deref(), rate.period.since, rate.period.until);
    let mut window = vec![("scope", rate.scale.name().to_owned()), ("range", range)];
    window.extend(export.iter().cloned());
    if report.is_demo {
        window.push(("demo_database", "true".to_owned()));
    }
    let whole = Group { tally: rate.tally, deliveries: report.deliveries, ..Group::default() };
    let groups = if report.group_fields.is_empty() || rate.groups.is_empty() {
        std::slice::from_ref(&whole)
    } else {
        &rate.groups
    };
    for family in [ERRORS, EVENTS, RATIO] {
        write_family(out, family)?;
        for Group { keys, tally, .. } in groups {
            let keys = keys.iter().map(|(field, value)| (*field, value.clone().unwrap_or_default()));
            let value = match family {
                ERRORS => exact(tally.errors),
                EVENTS => exact(tally.total),
                _ if tally.total == 0 => 0.0,
                _ => exact(tally.errors) / exact(tally.total),
            };
            write_sample(out, family.0, window.iter().cloned().chain(keys).collect(), value)?;
        }
    }
    for (family, value) in DELIVERIES {
        write_family(out, family)?;
        for Group { keys, deliveries, .. } in groups {
            let keys = keys.iter().map(|(field, value)| (*field, value.clone().unwrap_or_default()));
            // What never was has no time.
            if let Some(value) = value(deliveries) {
                write_sample(out, family.0, window.iter().cloned().chain(keys).collect(), value)?;
            }
        }
    }
    if let Some(burn) = &report.burn {
        write_family(out, BURN)?;
        for (at, (name, _)) in burn::WINDOWS.iter().enumerate() {
            let of_window = [("window", (*name).to_owned())];
            write_sample(out, BURN.0, window.iter().cloned().chain(of_window).collect(), burn.rate(at))?;
        }
    }
    write_family(out, UNKNOWN)?;
    let unknown = if report.unknown.is_some() { 1.0 } else { 0.0 };
    write_sample(out, UNKNOWN.0, window.clone(), unknown)?;
    write_evaluation(out, window, evaluated)
}

/// Writes the counts of the summary, one series a row; the labels are `range` (the window's length), those of the export,
/// and the row's keys.
pub fn write_summary<W: Write>(
    out: &mut W,
    summary: &Summary,
    export: &SeriesLabels,
    evaluated: Timestamp,
) -> io::Result<()> {
    let mut window = vec![("range", label::span(None, summary.since, summary.until))];
    window.extend(export.iter().cloned());
    write_family(out, EVENTS)?;
    for row in &summary.rows {
        let keys = summary.fields.iter().zip(&row.keys).map(|(field, key)| (*field, plain(key).unwrap_or_default()));
        write_sample(out, EVENTS.0, window.iter().cloned().chain(keys).collect(), exact(row.count))?;
    }
    write_evaluation(out, window, evaluated)
}

pub(super) fn write_evaluation<W: Write>(out: &mut W, window: Vec<(&str, String)>, at: Timestamp) -> io::Result<()> {
    write_family(out, AT)?;
    write_sample(out, AT.0, window, unix_seconds(at))
}

#[allow(clippy::cast_precision_loss)]
fn unix_seconds(at: Timestamp) -> f64 {
    at.micros().saturating_add(UNIX_OFFSET_MICROS) as f64 / 1e6
}

pub(super) fn write_family<W: Write>(out: &mut W, (name, help): (&str, &str)) -> io::Result<()> {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")
}

pub(super) fn write_sample<W: Write>(
    out: &mut W,
    name: &str,
    labels: Vec<(&str, String)>,
    value: f64,
) -> io::Result<()> {
    if value == f64::INFINITY {
        return writeln!(out, "{name}{} +Inf", Labels(labels));
    }
    writeln!(out, "{name}{} {value}", Labels(labels))
}

/// A sample is a double; counts are exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
fn exact(count: u64) -> f64 {
    count as f64
}

struct Labels<'a>(Vec<(&'a str, String)>);

/// `{name="value",…}` with backslash, quote and line feed escaped; a NUL, at which some readers stop, is replaced.
impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{name}=\"", if at == 0 { '{' } else { ',' })?;
            for c in value.chars() {
                match c {
                    '\\' => f.write_str("\\\\")?,
                    '"' => f.write_str("\\\"")?,
                    '\n' => f.write_str("\\n")?,
                    '\0' => f.write_str("\u{fffd}")?,
                    c => write!(f, "{c}")?,
                }
            }
            f.write_str("\"")?;
        }
        if self.0.is_empty() { Ok(()) } else { f.write_str("}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bucket, ErrorRate, Period, RateScope, Series, SummaryKey, SummaryRow, Tally};

    fn at(text: &str) -> Timestamp {
        Timestamp::from_naive(text.parse().unwrap())
    }

    fn rate(groups: Vec<Group>) -> ErrorRate {
        let series = Series { range: None, bucket: Bucket::Hour, points: Vec::new() };
        ErrorRate {
            scale: RateScope::Dashboard,
            range: Some("24h".into()),
            period: Period { since: at("2026-03-04T12:00:00"), until: at("2026-03-05T12:00:00"), closed: true },
            tally: Tally { errors: 17, total: 340 },
            primary: series.clone(),
            comparison: series,
            groups,
        }
    }

    fn errors(rate: &ErrorRate) -> String {
        let mut out = Vec::new();
        write_errors(&mut out, &ErrorsReport::of_rate(rate.clone()), &Vec::new(), at("2026-03-05T12:00:00.25"))
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn families_have_help_type_and_base_units() {
        let expected = "\
# HELP mc_activity_errors Events of the window whose type ends in failed.
# TYPE mc_activity_errors gauge
mc_activity_errors{scope=\"dashboard\",range=\"24h\"} 17
# HELP mc_activity_events Events of the activity log in the window.
# TYPE mc_activity_events gauge
mc_activity_events{scope=\"dashboard\",range=\"24h\"} 340
# HELP mc_activity_error_ratio Failed events as a part of all events of the window, 0 to 1.
# TYPE mc_activity_error_ratio gauge
mc_activity_error_ratio{scope=\"dashboard\",range=\"24h\"} 0.05
# HELP mc_activity_deliveries Deliveries tried in the window; a retry is one, too.
# TYPE mc_activity_deliveries gauge
mc_activity_deliveries{scope=\"dashboard\",range=\"24h\"} 0
# HELP mc_activity_deliveries_failed Deliveries of the window that failed.
# TYPE mc_activity_deliveries_failed gauge
mc_activity_deliveries_failed{scope=\"dashboard\",range=\"24h\"} 0
# HELP mc_activity_consecutive_failures Deliveries that failed since the newest one that succeeded.
# TYPE mc_activity_consecutive_failures gauge
mc_activity_consecutive_failures{scope=\"dashboard\",range=\"24h\"} 0
# HELP mc_activity_last_success_timestamp_seconds The newest delivery of the window that succeeded, in Unix time.
# TYPE mc_activity_last_success_timestamp_seconds gauge
# HELP mc_activity_failing_since_timestamp_seconds The first failure after that, in Unix time.
# TYPE mc_activity_failing_since_timestamp_seconds gauge
# HELP mc_activity_unknown 1 where the figures say nothing, since no event can match or the database is the demo.
# TYPE mc_activity_unknown gauge
mc_activity_unknown{scope=\"dashboard\",range=\"24h\"} 0
# HELP mc_activity_evaluation_timestamp_seconds When the window was evaluated, in Unix time.
# TYPE mc_activity_evaluation_timestamp_seconds gauge
mc_activity_evaluation_timestamp_seconds{scope=\"dashboard\",range=\"24h\"} 1772712000.25
";
        assert_eq!(errors(&rate(Vec::new())), expected);
    }

    #[test]
    fn groups_replace_the_whole_and_their_labels_are_escaped() {
        let group = |name: Option<&str>, errors| Group {
            keys: vec![("board_id", None), ("board_name", name.map(str::to_owned))],
            tally: Tally { errors, total: 20 },
            ..Group::default()
        };
        let text = errors(&rate(vec![group(Some("a\"b\\c\nd\0"), 5), group(None, 0)]));
        assert!(
            text.contains(
                "mc_activity_errors{scope=\"dashboard\",range=\"24h\",board_id=\"\",board_name=\"a\\\"b\\\\c\\nd\u{fffd}\"} 5\n"
            ),
            "{text}"
        );
        assert!(
            text.contains(
                "mc_activity_error_ratio{scope=\"dashboard\",range=\"24h\",board_id=\"\",board_name=\"\"} 0\n"
            )
        );
        assert!(!text.contains("range=\"24h\"} 17\n"), "the sum would count twice");
        assert!(text.lines().all(|line| line.starts_with("# ") || line.starts_with("mc_activity_")));
    }

    #[test]
    fn no_events_are_a_ratio_of_zero_not_nan() {
        let mut rate = rate(Vec::new());
        rate.tally = Tally::default();
        assert!(errors(&rate).contains("mc_activity_error_ratio{scope=\"dashboard\",range=\"24h\"} 0\n"));
    }

    #[test]
    fn summary_has_a_series_a_row_with_its_keys_as_labels() {
        let summary = Summary {
            since: at("2026-03-01T00:00:00"),
            until: at("2026-03-08T00:00:00"),
            by: vec!["type", "day"],
            fields: vec!["event_type", "period", "count"],
            total: 3,
            rows: vec![SummaryRow {
                keys: vec![SummaryKey::Text("task.comment".into()), SummaryKey::Time(at("2026-03-02T00:00:00"))],
                count: 3,
            }],
        };
        let mut out = Vec::new();
        write_summary(&mut out, &summary, &vec![("by", "type,day".to_owned())], summary.until).unwrap();
        let text = String::from_utf8(out).unwrap();
        let series =
            r#"mc_activity_events{range="7d",by="type,day",event_type="task.comment",period="2026-03-02T00:00:00"} 3"#;
        assert!(text.contains(series), "{text}");
        assert!(text.ends_with("{range=\"7d\",by=\"type,day\"} 1772928000\n"), "{text}");
    }
}
