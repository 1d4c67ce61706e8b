//! The parts of a report as rows, for CSV, TSV and JSON lines.

use super::Columns;
use super::report::ErrorsReport;
use crate::analysis::burn::WINDOWS;
use crate::model::{Cell, Deliveries, Group, Record, Tally, Timestamp};

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The failures themselves.
    Items,
    /// The groups of `--by`.
    Groups,
    /// The messages of failures, as patterns.
    Patterns,
    /// The stretches of time with a rate of their own.
    Regimes,
    /// The pairs of success and failure.
    Routes,
    /// How fast the error budget burns.
    Burn,
    /// What stands at the head of the report.
    Summary,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
enum SectionValue {
    Text(Option<String>),
    Time(Option<Timestamp>),
    Count(u64),
    Number(f64),
}

/// A row of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionRow(Vec<SectionValue>);

impl Record for SectionRow {
    fn cell(&self, field: usize) -> Cell<'_> {
        match self.0.get(field) {
            None => Cell::Null,
            Some(SectionValue::Text(text)) => text.as_deref().into(),
            Some(SectionValue::Time(at)) => at.map_or(Cell::Null, Cell::Time),
            Some(SectionValue::Count(count)) => Cell::Count(*count),
            Some(SectionValue::Number(number)) => Cell::Number(*number),
        }
    }
}

const RATE: [&str; 3] = ["error_count", "total_count", "error_rate_pct"];
const DELIVERIES: [&str; 6] =
    ["tried", "failed", "failed_pct", "last_success_at", "failing_since", "consecutive_failures"];

fn rate(tally: Tally) -> Vec<SectionValue> {
    vec![SectionValue::Count(tally.errors), SectionValue::Count(tally.total), SectionValue::Number(tally.pct())]
}

fn deliveries(deliveries: &Deliveries) -> Vec<SectionValue> {
    vec![
        SectionValue::Count(deliveries.tally.total),
        SectionValue::Count(deliveries.tally.errors),
        SectionValue::Number(deliveries.tally.pct()),
        SectionValue::Time(deliveries.last_success),
        SectionValue::Time(deliveries.failing_since),
        SectionValue::Count(deliveries.in_a_row),
    ]
}

impl Section {
    /// Every section, in the order of the help.
    pub const ALL: [Self; 7] =
        [Self::Items, Self::Groups, Self::Patterns, Self::Regimes, Self::Routes, Self::Burn, Self::Summary];

    /// As in `--section`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Groups => "groups",
            Self::Patterns => "patterns",
            Self::Regimes => "regimes",
            Self::Routes => "routes",
            Self::Burn => "burn",
            Self::Summary => "summary",
        }
    }

    /// The columns and the rows. None for the failures, which are written as events are.
    pub fn rows(self, report: &ErrorsReport) -> Option<(Columns, Vec<SectionRow>)> {
        let (fields, rows) = match self {
            Self::Items => return None,
            Self::Groups => groups(&report.group_fields, &report.rate.groups),
            Self::Routes => groups(&["route"], &report.routes),
            Self::Patterns => {
                let rows = report.patterns.groups().into_iter().map(|group| {
                    SectionRow(vec![
                        SectionValue::Text(Some(group.event_type.clone())),
                        SectionValue::Text(Some(group.pattern.clone())),
                        SectionValue::Count(group.count),
                        SectionValue::Time(Some(group.first)),
                        SectionValue::Time(Some(group.last)),
                    ])
                });
                (vec!["event_type", "pattern", "count", "first_at", "last_at"], rows.collect())
            }
            Self::Regimes => {
                let rows = report.regimes.iter().map(|regime| {
                    let times = vec![SectionValue::Time(Some(regime.since)), SectionValue::Time(Some(regime.until))];
                    SectionRow([times, rate(regime.tally)].concat())
                });
                ([&["since", "until"][..], &RATE].concat(), rows.collect())
            }
            Self::Burn => {
                let rows = report.burn.iter().flat_map(|burn| {
                    WINDOWS.iter().enumerate().map(|(at, (window, _))| {
                        let numbers = [burn.tallies[at].pct(), burn.rate(at)].map(SectionValue::Number);
                        SectionRow(
                            [SectionValue::Text(Some((*window).to_owned()))].into_iter().chain(numbers).collect(),
                        )
                    })
                });
                (vec!["window", "rate_pct", "burn"], rows.collect())
            }
            Self::Summary => summary(report),
        };
        Some((Columns::section(&fields), rows))
    }
}

fn groups(keys: &[&'static str], groups: &[Group]) -> (Vec<&'static str>, Vec<SectionRow>) {
    let row = |group: &Group| {
        let keys: Vec<SectionValue> = group.keys.iter().map(|(_, value)| SectionValue::Text(value.clone())).collect();
        SectionRow([keys, rate(group.tally), deliveries(&group.deliveries)].concat())
    };
    ([keys, &RATE, &DELIVERIES].concat(), groups.iter().map(row).collect())
}

/// One row with what stands at the head of a report.
fn summary(report: &ErrorsReport) -> (Vec<&'static str>, Vec<SectionRow>) {
    let window = report.rate.period;
    let (first, last) = report.failures.unzip();
    let row = [
        vec![SectionValue::Text(Some(report.rate.scale.name().to_owned()))],
        [window.since, window.until].map(|at| SectionValue::Time(Some(at))).to_vec(),
        rate(report.rate.tally),
        deliveries(&report.deliveries),
        vec![SectionValue::Time(first), SectionValue::Time(last)],
    ];
    let fields = [&["scope", "since", "until"][..], &RATE, &DELIVERIES, &["first_failure_at", "last_failure_at"]];
    (fields.concat(), vec![SectionRow(row.concat())])
}
