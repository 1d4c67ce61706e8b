//! The plugin protocol of Nagios, Icinga and Checkmk: a status line with performance data, lines of detail, and a status
//! as exit code (Monitoring Plugins Development Guidelines, sections 2 and 3).

use super::chart::label;
use super::report::ErrorsReport;
use crate::analysis::burn::{self, Alarm};
use crate::model::{ActivityEvent, RateScope, Tally, Timestamp};

/// Lines of detail at most, and characters of a message in them: Nagios keeps 4 KiB or 8 KiB of a plugin's output.
const LINES: usize = 10;
const LONGEST: usize = 200;

/// From where on it is a warning, and from where on critical: above, not at. Percentages.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Thresholds {
    /// `--warn`.
    pub warn: Option<f64>,
    /// `--crit`.
    pub crit: Option<f64>,
    /// `--min-events`: with fewer events the status is OK.
    pub min_events: u64,
}

impl Thresholds {
    /// 2 when the rate is above `crit`, 1 when it is above `warn`, else 0.
    pub fn status(&self, tally: Tally) -> u8 {
        let over = |limit: Option<f64>| limit.is_some_and(|limit| tally.pct() > limit);
        match () {
            () if tally.total < self.min_events => 0,
            () if over(self.crit) => 2,
            () if over(self.warn) => 1,
            () => 0,
        }
    }
}

/// The plugin's answer: its exit code, and the text for stdout with the newest failures as details, newest first. Nobody
/// shall take the demo database for production, so the status names it. Where the figures say nothing, it is UNKNOWN.
pub fn check(
    report: &ErrorsReport,
    limits: &Thresholds,
    newest: &[ActivityEvent],
    embedded: bool,
    show_time: &dyn Fn(Timestamp) -> String,
    escape_for_terminal: &dyn Fn(&str) -> String,
) -> (u8, String) {
    if let Some(why) = &report.unknown {
        return unknown(&escape_for_terminal(why));
    }
    let rate = &report.rate;
    let tally = report.tally();
    let range = label::span(rate.range.as_deref(), rate.period.since, rate.period.until);
    let store = if embedded { " of the demo database" } else { "" };
    let pct = decimals(tally.pct(), 2);
    let counted = if report.by_deliveries || rate.scale != RateScope::Deliveries {
        report.noun(tally.total)
    } else {
        "deliveries"
    };
    let mut message = format!("{pct}% of {} {counted}{store} failed in {range}", tally.total);
    if tally.total < limits.min_events {
        message.push_str(&format!(", fewer than the {} that count", limits.min_events));
    }
    let alarm = report.burn.map(|burn| burn.alarm());
    if let Some((alarm, Some([long, short]))) = alarm {
        message.push_str(&format!(", {}: the objective burns too fast over {long} and {short}", alarm.name()));
    }
    if report.by_deliveries {
        if let Some(since) = report.deliveries.failing_since {
            message.push_str(&format!(", {} in a row since {}", report.deliveries.in_a_row, show_time(since)));
        }
        let all = rate.tally;
        message.push_str(&format!("; all events: {}% of {}", decimals(all.pct(), 2), all.total));
    }
    if let Some(drowned) = report.drowned() {
        message.push_str(&format!("; {drowned}"));
    }
    let burning = match alarm.map(|(alarm, _)| alarm) {
        Some(Alarm::Page) => 2,
        Some(Alarm::Ticket) => 1,
        Some(Alarm::None) | None => 0,
    };
    let status = limits.status(tally).max(burning);
    let mut text = line(status, &message, Some(&data(report, limits)));
    for event in newest.iter().take(LINES) {
        let message = escape_for_terminal(event.message.as_deref().unwrap_or_default());
        let message: String = message.chars().take(LONGEST).collect();
        let detail = format!("{} {} {message}", show_time(event.created_at), escape_for_terminal(&event.event_type));
        text.push_str(clean(&detail).trim_end());
        text.push('\n');
    }
    (status, text)
}

/// The status line of another finding, with lines of detail.
pub(super) fn report(status: u8, message: &str, data: &str, details: impl Iterator<Item = String>) -> String {
    let mut text = line(status, message, Some(data));
    for detail in details.take(LINES) {
        let detail: String = clean(&detail).chars().take(LONGEST).collect();
        text.push_str(detail.trim_end());
        text.push('\n');
    }
    text
}

/// The performance data: what the thresholds go by with them, and the rate over all events beside deliveries.
fn data(report: &ErrorsReport, limits: &Thresholds) -> String {
    let series = |[rate, failed, all]: [&str; 3], tally: Tally, [warn, crit]: [String; 2]| {
        let pct = decimals(tally.pct(), 4);
        format!("{rate}={pct}%;{warn};{crit};0;100 {failed}={};;;0 {all}={};;;0", tally.errors, tally.total)
    };
    let thresholds = [limit(limits.warn), limit(limits.crit)];
    let events = ["error_rate", "errors", "total"];
    let mut data = if report.by_deliveries {
        let names = ["delivery_error_rate", "deliveries_failed", "deliveries"];
        let deliveries = series(names, report.deliveries.tally, thresholds);
        format!("{deliveries} {}", series(events, report.rate.tally, Default::default()))
    } else {
        series(events, report.rate.tally, thresholds)
    };
    if let Some(burn) = &report.burn {
        for (at, (window, _)) in burn::WINDOWS.iter().enumerate() {
            data.push_str(&format!(" burn_{window}={};;;0", decimals(burn.rate(at), 4)));
        }
    }
    data
}

/// The answer where the rate could not be found out: 3, since 2 would page somebody.
pub fn unknown(message: &str) -> (u8, String) {
    (3, line(3, message, None))
}

fn line(status: u8, message: &str, data: Option<&str>) -> String {
    let word = match status {
        0 => "OK",
        1 => "WARNING",
        2 => "CRITICAL",
        _ => "UNKNOWN",
    };
    let data = data.map(|data| format!(" | {data}")).unwrap_or_default();
    format!("ACTIVITY {word} - {}{data}\n", clean(message))
}

/// On one line and without `|`, behind which performance data would begin.
fn clean(text: &str) -> String {
    text.replace('|', "/")
        .split(['\n', '\r', '\0'])
        .filter(|part| !part.trim().is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn limit(pct: Option<f64>) -> String {
    pct.map(|pct| pct.to_string()).unwrap_or_default()
}

/// At most `most` decimals, without zeros at the end.
fn decimals(value: f64, most: usize) -> String {
    let text = format!("{value:.most$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bucket, ErrorRate, Period, Series};

    fn rate(errors: u64, total: u64) -> ErrorsReport {
        let series = Series { range: None, bucket: Bucket::Hour, points: Vec::new() };
        let since = Timestamp::from_micros(0);
        ErrorsReport::of_rate(ErrorRate {
            scale: RateScope::All,
            range: Some("24h".into()),
            period: Period { since, until: since.plus_seconds(86_400), closed: true },
            tally: Tally { errors, total },
            primary: series.clone(),
            comparison: series,
            groups: Vec::new(),
        })
    }

    fn failure(message: &str) -> ActivityEvent {
        ActivityEvent {
            message: Some(message.into()),
            ..ActivityEvent::example("agent.nudge.failed", Timestamp::from_micros(0))
        }
    }

    fn checked(errors: u64, total: u64, limits: Thresholds, newest: &[ActivityEvent]) -> (u8, String) {
        check(&rate(errors, total), &limits, newest, false, &|at| at.to_string(), &str::to_owned)
    }

    #[test]
    fn the_embedded_store_is_named() {
        let (_, text) = check(&rate(0, 9), &LIMITS, &[], true, &|at| at.to_string(), &str::to_owned);
        assert!(text.starts_with("ACTIVITY OK - 0% of 9 events of the demo database failed in 24h | "), "{text}");
    }

    const LIMITS: Thresholds = Thresholds { warn: Some(5.0), crit: Some(10.0), min_events: 1 };

    #[test]
    fn status_line_carries_performance_data() {
        let expected = "ACTIVITY OK - 3.53% of 340 events failed in 24h \
            | error_rate=3.5294%;5;10;0;100 errors=12;;;0 total=340;;;0\n";
        assert_eq!(checked(12, 340, LIMITS, &[]), (0, expected.to_owned()));
    }

    #[test]
    fn a_threshold_is_crossed_above_it_not_at_it() {
        let status = |errors| checked(errors, 100, LIMITS, &[]).0;
        assert_eq!([5, 6, 10, 11].map(status), [0, 1, 1, 2]);
        assert!(checked(6, 100, LIMITS, &[]).1.starts_with("ACTIVITY WARNING - 6% of 100 "));
        assert!(checked(60, 100, LIMITS, &[]).1.starts_with("ACTIVITY CRITICAL - "));
    }

    #[test]
    fn too_few_events_are_ok_and_say_so() {
        let (status, text) = checked(3, 4, Thresholds { min_events: 5, ..LIMITS }, &[]);
        assert_eq!(status, 0);
        assert!(
            text.starts_with("ACTIVITY OK - 75% of 4 events failed in 24h, fewer than the 5 that count | "),
            "{text}"
        );
        assert_eq!(checked(3, 5, Thresholds { min_events: 5, ..LIMITS }, &[]).0, 2);
        assert_eq!(checked(0, 0, Thresholds { min_events: 0, ..LIMITS }, &[]).0, 0);
    }

    #[test]
    fn an_absent_threshold_is_never_crossed() {
        let (status, text) = checked(9, 9, Thresholds { warn: Some(0.5), ..Thresholds::default() }, &[]);
        assert_eq!(status, 1);
        assert!(text.contains("error_rate=100%;0.5;;0;100 "), "{text}");
    }

    #[test]
    fn details_stay_on_their_lines_and_free_of_bars() {
        let newest = [failure("a|b\nACTIVITY OK | error_rate=0%"), failure(&"x".repeat(5000))];
        let (_, text) = checked(2, 100, LIMITS, &newest);
        assert_eq!(text.lines().count(), 3);
        assert_eq!(text.matches('|').count(), 1);
        assert_eq!(text.lines().nth(1), Some("2000-01-01T00:00:00 agent.nudge.failed a/b ACTIVITY OK / error_rate=0%"));
        assert!(text.len() < 1000);
        assert!(checked(50, 100, LIMITS, &vec![failure("no"); 50]).1.lines().count() <= 11);
    }

    #[test]
    fn what_went_wrong_is_unknown_on_one_line() {
        let expected = (3, "ACTIVITY UNKNOWN - no database: a / b\n".to_owned());
        assert_eq!(unknown("no database:\na | b\n"), expected);
    }
}
