//! The answer of `errors`: as JSON, and as a report for people.

mod text;

pub use text::write_report;

use super::message_groups::MessageGroup;
use super::report::ErrorsReport;
use crate::analysis::burn;
use crate::analysis::regimes::Regime;
use crate::model::{Deliveries, Group, Series, Timestamp};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The part of the JSON before the first item, for items that come one by one.
pub fn begin_json<W: Write>(out: &mut W, report: &ErrorsReport) -> io::Result<()> {
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
pub fn end_json<W: Write>(out: &mut W, report: &ErrorsReport) -> io::Result<()> {
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
    tail.insert("trend".to_owned(), json!(report.trend().name()));
    tail.insert("demo_database".to_owned(), json!(report.is_demo.then_some(&report.database)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bucket, ErrorRate, Period, Point, RateScope, Tally};
    use crate::output::chart::ChartStyle;
    use crate::output::message_groups::MessageGroups;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_naive(text.parse().unwrap())
    }

    fn rate() -> ErrorRate {
        let point = |period, errors, total| Point { period: at(period), tally: Tally { errors, total } };
        ErrorRate {
            scale: RateScope::All,
            range: Some("24h".into()),
            period: Period { since: at("2026-03-04T12:00:00.5"), until: at("2026-03-05T12:00:00.5"), closed: true },
            tally: Tally { errors: 1, total: 7 },
            primary: Series {
                range: Some("24h".into()),
                bucket: Bucket::Hour,
                points: vec![point("2026-03-05T11:00:00", 1, 7), point("2026-03-05T12:00:00", 0, 0)],
            },
            comparison: Series {
                range: Some("24h".into()),
                bucket: Bucket::Hour,
                points: vec![point("2026-03-04T11:00:00", 0, 3)],
            },
            groups: Vec::new(),
        }
    }

    fn json(rate: &ErrorRate, by: bool) -> String {
        let mut out = Vec::new();
        let mut report = ErrorsReport::of_rate(rate.clone());
        if by {
            report.group_fields.push("board_id");
        } else {
            report.group_fields.clear();
        }
        begin_json(&mut out, &report).unwrap();
        out.extend_from_slice(br#"{"id":"a"},{"id":"b"}"#);
        end_json(&mut out, &report).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_is_the_dashboards_with_the_items_behind() {
        let expected = concat!(
            r#"{"scope":"all","range":"24h","since":"2026-03-04T12:00:00.500000","until":"2026-03-05T12:00:00.500000","#,
            r#""error_count":1,"total_count":7,"error_rate_pct":14.285714285714285,"#,
            r#""error_rate":{"primary":{"range":"24h","bucket":"hour","points":["#,
            r#"{"period":"2026-03-05T11:00:00","value":14.285714285714285},{"period":"2026-03-05T12:00:00","value":0.0}]},"#,
            r#""comparison":{"range":"24h","bucket":"hour","points":[{"period":"2026-03-04T11:00:00","value":0.0}]}},"#,
            r#""items":[{"id":"a"},{"id":"b"}],"#,
            r#""deliveries":{"tried":0,"failed":0,"failed_pct":0.0,"last_success_at":null,"failing_since":null,"#,
            r#""consecutive_failures":0},"first_failure_at":null,"last_failure_at":null,"regimes":[],"patterns":[],"#,
            r#""trend":"unknown","demo_database":null,"warnings":[]}"#,
            "\n"
        );
        assert_eq!(json(&rate(), false), expected);
    }

    #[test]
    fn groups_stand_behind_the_items_only_when_asked_for() {
        let mut rate = rate();
        assert!(json(&rate, true).contains("],\"groups\":[],\"deliveries\":"));
        rate.range = None;
        rate.groups.push(Group {
            keys: vec![("board_id", Some("b".into())), ("board_name", Some("\"Ops\"\n".into())), ("agent_id", None)],
            tally: Tally { errors: 1, total: 4 },
            ..Group::default()
        });
        let text = json(&rate, true);
        let group = r#"[{"board_id":"b","board_name":"\"Ops\"\n","agent_id":null,"error_count":1,"total_count":4,"error_rate_pct":25.0,"tried":0,"#;
        assert!(text.contains(&format!("],\"groups\":{group}")), "{text}");
        assert!(text.contains(r#""range":null,"since""#));
        assert!(!json(&rate, false).contains("groups"));
    }

    fn report(rate: &ErrorRate, fold: &MessageGroups, width: Option<usize>, unicode: bool, color: bool) -> String {
        let show_time = |at: Timestamp| at.to_string().replace('T', " ");
        let escape_for_terminal = |text: &str| text.replace('\x1b', "\\e").replace('\n', "\\n");
        let look =
            ChartStyle { width, unicode, color, show_time: &show_time, escape_for_terminal: &escape_for_terminal };
        let mut out = Vec::new();
        let report = ErrorsReport { patterns: fold.clone(), ..ErrorsReport::of_rate(rate.clone()) };
        write_report(&mut out, &report, &look, None).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn fold() -> MessageGroups {
        let mut fold = MessageGroups::default();
        fold.add("agent.nudge.failed", "timeout \x1b[2J after 3 s", at("2026-03-05T11:30:00"));
        fold
    }

    #[test]
    fn report_begins_with_the_numbers_and_ends_with_the_items() {
        let report = report(&rate(), &fold(), Some(80), true, false);
        assert!(
            report.starts_with(
                "1 of 7 events failed (14.29 %), last 24 h, scope all    no deliveries\nbefore: 0.00 % (0 of 3), up 14.29 points\n"
            ),
            "{report}"
        );
        assert!(report.contains("error rate per hour (UTC)"));
        assert!(report.contains("timeout \\e[2J after 3 s"));
        assert!(report.contains("first failure: 2026-03-05 11:30:00\nlast failure: 2026-03-05 11:30:00\n"));
    }

    #[test]
    fn stored_text_cannot_drive_the_terminal() {
        let mut rate = rate();
        rate.groups.push(Group {
            keys: vec![("event_type", Some("evil\x1b]0;x".into()))],
            tally: Tally { errors: 1, total: 1 },
            ..Group::default()
        });
        assert!(!report(&rate, &fold(), Some(80), true, false).contains('\x1b'));
    }

    #[test]
    fn report_fits_the_terminal_in_ascii_too() {
        let mut fold = fold();
        fold.add("gateway.lead.ask_user.failed", &"no route ".repeat(100), at("2026-03-05T11:31:00"));
        for width in [60, 80, 120] {
            let report = report(&rate(), &fold, Some(width), false, false);
            assert!(report.is_ascii());
            assert!(report.lines().all(|line| line.len() <= width), "{width}:\n{report}");
        }
        assert!(report(&rate(), &fold, None, true, false).lines().any(|line| line.len() > 200), "a pipe is not cut");
    }

    #[test]
    fn a_report_of_the_newest_failures_only_says_so() {
        let mut rate = rate();
        rate.tally.errors = 5;
        let report = report(&rate, &fold(), None, true, false);
        assert!(report.contains("first failure (of the newest 1): "));
        assert!(report.contains(&format!("{} older failures were not looked at", rate.tally.errors - 1)), "{report}");
    }

    #[test]
    fn without_failures_there_is_no_chart() {
        let mut rate = rate();
        rate.tally.errors = 0;
        rate.primary.points.clear();
        let report = report(&rate, &MessageGroups::default(), Some(80), true, false);
        assert_eq!(
            report,
            "0 of 7 events failed (0.00 %), last 24 h, scope all    no deliveries\nbefore: 0.00 % (0 of 3), unchanged\n"
        );
    }
}
