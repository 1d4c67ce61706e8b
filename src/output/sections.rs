//! The parts of a report as rows, for CSV, TSV and JSON lines.

use super::Columns;
use super::report::Report;
use crate::analysis::burn::WINDOWS;
use crate::model::{Cell, Deliveries, Group, Record, Tally, Timestamp};

/// The part that is no table of figures: the failures themselves.
pub const ITEMS: &str = "items";
/// What `--section` takes.
pub const NAMES: [&str; 7] = [ITEMS, "groups", "patterns", "regimes", "routes", "burn", "summary"];

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(Option<String>),
    Time(Option<Timestamp>),
    Count(u64),
    Number(f64),
}

/// A row of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(Vec<Value>);

impl Record for Row {
    fn cell(&self, field: usize) -> Cell<'_> {
        match self.0.get(field) {
            None => Cell::Null,
            Some(Value::Text(text)) => text.as_deref().into(),
            Some(Value::Time(at)) => at.map_or(Cell::Null, Cell::Time),
            Some(Value::Count(count)) => Cell::Count(*count),
            Some(Value::Number(number)) => Cell::Number(*number),
        }
    }
}

const RATE: [&str; 3] = ["error_count", "total_count", "error_rate_pct"];
const DELIVERIES: [&str; 6] =
    ["tried", "failed", "failed_pct", "last_success_at", "failing_since", "consecutive_failures"];

fn rate(tally: Tally) -> Vec<Value> {
    vec![Value::Count(tally.errors), Value::Count(tally.total), Value::Number(tally.pct())]
}

fn deliveries(deliveries: &Deliveries) -> Vec<Value> {
    vec![
        Value::Count(deliveries.tally.total),
        Value::Count(deliveries.tally.errors),
        Value::Number(deliveries.tally.pct()),
        Value::Time(deliveries.last_success),
        Value::Time(deliveries.failing_since),
        Value::Count(deliveries.in_a_row),
    ]
}

/// The columns and rows of a section; none of one that does not exist.
pub fn section(report: &Report, name: &str) -> (Columns, Vec<Row>) {
    let (fields, rows) = match name {
        "groups" => groups(&report.group_fields, &report.rate.groups),
        "routes" => groups(&["route"], &report.routes),
        "patterns" => {
            let rows = report.patterns.groups().into_iter().map(|group| {
                Row(vec![
                    Value::Text(Some(group.event_type.clone())),
                    Value::Text(Some(group.pattern.clone())),
                    Value::Count(group.count),
                    Value::Time(Some(group.first)),
                    Value::Time(Some(group.last)),
                ])
            });
            (vec!["event_type", "pattern", "count", "first_at", "last_at"], rows.collect())
        }
        "regimes" => {
            let rows = report.regimes.iter().map(|regime| {
                let times = vec![Value::Time(Some(regime.since)), Value::Time(Some(regime.until))];
                Row([times, rate(regime.tally)].concat())
            });
            ([&["since", "until"][..], &RATE].concat(), rows.collect())
        }
        "burn" => {
            let rows = report.burn.iter().flat_map(|burn| {
                WINDOWS.iter().enumerate().map(|(at, (window, _))| {
                    let numbers = [burn.tallies[at].pct(), burn.rate(at)].map(Value::Number);
                    Row([Value::Text(Some((*window).to_owned()))].into_iter().chain(numbers).collect())
                })
            });
            (vec!["window", "rate_pct", "burn"], rows.collect())
        }
        _ => summary(report),
    };
    (Columns::section(&fields), rows)
}

fn groups(keys: &[&'static str], groups: &[Group]) -> (Vec<&'static str>, Vec<Row>) {
    let row = |group: &Group| {
        let keys: Vec<Value> = group.keys.iter().map(|(_, value)| Value::Text(value.clone())).collect();
        Row([keys, rate(group.tally), deliveries(&group.deliveries)].concat())
    };
    ([keys, &RATE, &DELIVERIES].concat(), groups.iter().map(row).collect())
}

/// One row with what stands at the head of a report.
fn summary(report: &Report) -> (Vec<&'static str>, Vec<Row>) {
    let window = report.rate.period;
    let (first, last) = report.failures.unzip();
    let row = [
        vec![Value::Text(Some(report.rate.scale.name().to_owned()))],
        [window.since, window.until].map(|at| Value::Time(Some(at))).to_vec(),
        rate(report.rate.tally),
        deliveries(&report.deliveries),
        vec![Value::Time(first), Value::Time(last)],
    ];
    let fields = [&["scope", "since", "until"][..], &RATE, &DELIVERIES, &["first_failure_at", "last_failure_at"]];
    (fields.concat(), vec![Row(row.concat())])
}
