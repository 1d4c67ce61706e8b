//! The answer of `errors`: as JSON, and as a report for people.

mod text;

pub use text::write_report;

use super::message_groups::MessageGroup;
use super::report::Report;
use crate::analysis::burn;
use crate::analysis::regimes::Regime;
use crate::model::{Deliveries, Group, Series, Timestamp};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The part of the JSON before the first item, for items that come one by one.
///
/// # Errors
/// Those of the writer.
pub fn begin_json<W: Write>(out: &mut W, report: &Report) -> io::Result<()> {
    let rate = &report.rate;
    let head = json!({
        "scope": rate.scale.name(),
        "range": rate.range,
        "since": rate.period.since.to_string(),
        "until": rate.period.until.to_string(),
        "error_count": rate.tally.errors,
        "total_count": rate.tally.total,
        "error_rate_pct": rate.tally.pct(),
        "error_rate": {"primary": series(&rate.primary), "comparison": series(&rate.comparison)},
    });
    let head = head.to_string();
    write!(out, "{},\"items\":[", head.strip_suffix('}').unwrap_or(&head))
}

/// The part of the JSON behind the last item.
///
/// # Errors
/// Those of the writer.
pub fn end_json<W: Write>(out: &mut W, report: &Report) -> io::Result<()> {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let mut tail = Map::new();
    if !report.group_fields.is_empty() {
        tail.insert("groups".to_owned(), report.rate.groups.iter().map(group).collect());
    }
    tail.insert("deliveries".to_owned(), Value::Object(deliveries(&report.deliveries)));
    tail.insert("first_failure_at".to_owned(), json!(time(report.failures.map(|(first, _)| first))));
    tail.insert("last_failure_at".to_owned(), json!(time(report.failures.map(|(_, last)| last))));
    let regime = |regime: &Regime| {
        json!({
            "since": regime.since.to_string(),
            "until": regime.until.to_string(),
            "error_count": regime.tally.errors,
            "total_count": regime.tally.total,
            "error_rate_pct": regime.tally.pct(),
        })
    };
    tail.insert("regimes".to_owned(), report.regimes.iter().map(regime).collect());
    if let Some(burn) = &report.burn {
        let window = |(at, (window, _)): (usize, &(&str, i64))| json!({"window": window, "rate_pct": burn.tallies[at].pct(), "burn": burn.rate(at)});
        tail.insert("burn".to_owned(), burn::WINDOWS.iter().enumerate().map(window).collect());
        tail.insert("alarm".to_owned(), json!(burn.alarm().0.name()));
    }
    let pattern = |group: &&MessageGroup| {
        json!({
            "event_type": group.event_type,
            "pattern": group.pattern,
            "count": group.count,
            "first_at": group.first.to_string(),
            "last_at": group.last.to_string(),
        })
    };
    tail.insert("patterns".to_owned(), report.patterns.groups().iter().map(pattern).collect());
    tail.insert("trend".to_owned(), json!(report.stretches.trend().name()));
    tail.insert("database".to_owned(), json!(report.database));
    tail.insert("is_demo_database".to_owned(), json!(report.is_demo));
    tail.insert("warnings".to_owned(), json!(report.warnings));
    let tail = Value::Object(tail).to_string();
    writeln!(out, "],{}", tail.strip_prefix('{').unwrap_or(&tail))
}

/// The keys of deliveries, in a group and by themselves.
fn deliveries(deliveries: &Deliveries) -> Map<String, Value> {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    [
        ("tried", json!(deliveries.tally.total)),
        ("failed", json!(deliveries.tally.errors)),
        ("failed_pct", json!(deliveries.tally.pct())),
        ("last_success_at", json!(time(deliveries.last_success))),
        ("failing_since", json!(time(deliveries.failing_since))),
        ("consecutive_failures", json!(deliveries.in_a_row)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

fn series(series: &Series) -> Value {
    let point = |point: &crate::model::Point| json!({"period": point.period.to_string(), "value": point.tally.pct()});
    let points: Vec<Value> = series.points.iter().map(point).collect();
    json!({"range": series.range, "bucket": series.bucket.name(), "points": points})
}

fn group(group: &Group) -> Value {
    let mut object: Map<String, Value> =
        group.keys.iter().map(|(field, value)| ((*field).to_owned(), json!(value))).collect();
    object.insert("error_count".to_owned(), group.tally.errors.into());
    object.insert("total_count".to_owned(), group.tally.total.into());
    object.insert("error_rate_pct".to_owned(), group.tally.pct().into());
    object.extend(deliveries(&group.deliveries));
    Value::Object(object)
}
