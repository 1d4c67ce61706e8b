//! The answer of `errors`: as JSON, and as a report for people.

use super::chart::grid::Grid;
use super::chart::label::{self, Tone};
use super::chart::{ChartStyle, sum, write_rate_chart};
use super::message_groups::{MessageGroup, MessageGroups};
use super::width::fill;
use crate::model::{ErrorRate, Group, Series};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Folded messages shown at most; the rest is summed up in a line.
const MESSAGES: usize = 10;
/// Columns of a terminal from which on each has its newest time.
const ROOM_FOR_TIMES: usize = 100;

/// The part of the JSON before the first item, for items that come one by one.
///
/// # Errors
/// Those of the writer.
pub fn begin_json<W: Write>(out: &mut W, rate: &ErrorRate) -> io::Result<()> {
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
pub fn end_json<W: Write>(out: &mut W, rate: &ErrorRate, by: bool) -> io::Result<()> {
    out.write_all(b"]")?;
    if by {
        let groups: Vec<Value> = rate.groups.iter().map(group).collect();
        write!(out, ",\"groups\":{}", Value::from(groups))?;
    }
    out.write_all(b"}\n")
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
    Value::Object(object)
}

/// Writes the report: what failed and how often, the rate over time against the window before, the groups of `--by` in
/// which something failed, the messages folded, the oldest and the newest failure. `write_items` writes the list of failures; its output ends the
/// report.
///
/// # Errors
/// Those of the writer.
pub fn write_report<W: Write>(
    out: &mut W,
    rate: &ErrorRate,
    fold: &MessageGroups,
    look: &ChartStyle<'_>,
    write_items: impl FnOnce(&mut W) -> io::Result<()>,
) -> io::Result<()> {
    write_headline(out, rate, look)?;
    if rate.primary.points.iter().chain(&rate.comparison.points).any(|point| point.tally.errors > 0) {
        writeln!(out)?;
        write_rate_chart(out, &rate.primary, &rate.comparison, look)?;
    }
    write_groups(out, &rate.groups, look)?;
    write_folded(out, fold, rate.tally.errors, look)?;
    if fold.total() > 0 {
        writeln!(out)?;
    }
    write_items(out)
}

fn write_headline<W: Write>(out: &mut W, rate: &ErrorRate, look: &ChartStyle<'_>) -> io::Result<()> {
    let tone = if rate.tally.errors > 0 { Tone::Alarm } else { Tone::Strong };
    let headline = label::paint(look, tone, &label::headline(rate.tally));
    let window = label::window(rate.range.as_deref(), rate.period, look.show_time);
    let plain = label::headline(rate.tally);
    let line = fill(&format!("{plain}, {window}, scope {}", rate.scale.name()), look.width);
    writeln!(out, "{}", line.replacen(&plain, &headline, 1))?;
    let before = sum(&rate.comparison.points);
    let line = if before.total == 0 {
        "before: no events".to_owned()
    } else {
        let share = format!("{} of {}", before.errors, before.total);
        format!("before: {} ({share}), {}", label::percent(before.pct()), label::change(rate.tally, before))
    };
    writeln!(out, "{}", label::paint(look, Tone::Quiet, &fill(&line, look.width)))
}

fn write_groups<W: Write>(out: &mut W, groups: &[Group], look: &ChartStyle<'_>) -> io::Result<()> {
    let groups: Vec<&Group> = groups.iter().filter(|group| group.tally.errors > 0).collect();
    let Some(first) = groups.first() else { return Ok(()) };
    let fields: Vec<&str> = first.keys.iter().map(|(field, _)| *field).collect();
    let keys: Vec<Vec<Option<String>>> =
        groups.iter().map(|group| group.keys.iter().map(|(_, value)| value.clone()).collect()).collect();
    let (heads, rows) = label::key_columns(&fields, &keys);
    let heads = heads.into_iter().map(|head| (head, false)).collect();
    let mut grid = Grid { heads, alarming: true, ..Grid::default() };
    grid.heads.extend(["failed", "events", "rate"].map(|head| (head.to_owned(), true)));
    for (row, group) in rows.iter().zip(&groups) {
        let keys = row.iter().map(|key| (look.escape_for_terminal)(key));
        let tally = group.tally;
        let counts = [tally.errors.to_string(), tally.total.to_string(), label::percent(tally.pct())];
        grid.rows.push(keys.chain(counts).collect());
        grid.bars.push(tally.pct());
    }
    writeln!(out)?;
    grid.write(out, look)
}

fn write_folded<W: Write>(out: &mut W, fold: &MessageGroups, failures: u64, look: &ChartStyle<'_>) -> io::Result<()> {
    let groups = fold.groups();
    let Some((first, last)) = fold.span() else { return Ok(()) };
    // In little room what was said counts more than when.
    let timed = look.width.is_none_or(|columns| columns >= ROOM_FOR_TIMES);
    let heads = [("failures", true), ("newest", true), ("event type", false), ("message pattern", false)];
    let row = |group: &&MessageGroup| {
        let [event_type, text] = [&group.event_type, group.text()].map(|text| (look.escape_for_terminal)(text));
        columns(timed, [group.count.to_string(), (look.show_time)(group.last), event_type, text])
    };
    let grid = Grid {
        heads: columns(timed, heads.map(|(head, right)| (head.to_owned(), right))),
        rows: groups.iter().take(MESSAGES).map(row).collect(),
        ..Grid::default()
    };
    writeln!(out)?;
    grid.write(out, look)?;
    let more = groups.iter().skip(MESSAGES).map(|group| group.count).sum::<u64>() + fold.others();
    if more > 0 {
        writeln!(out, "{}", label::paint(look, Tone::Quiet, &format!("and {more} more")))?;
    }
    let unread = failures.saturating_sub(fold.total());
    if unread > 0 {
        let said = format!("{unread} older failures were not looked at; --limit {failures} looks at all");
        writeln!(out, "{}", label::paint(look, Tone::Alarm, &said))?;
    }
    let of = if fold.total() < failures { format!(" (of the newest {})", fold.total()) } else { String::new() };
    let (first, last) = ((look.show_time)(first), (look.show_time)(last));
    writeln!(out, "\nfirst failure{of}: {first}\nlast failure: {last}")
}

fn columns<T>(timed: bool, [count, newest, event_type, text]: [T; 4]) -> Vec<T> {
    if timed { vec![count, newest, event_type, text] } else { vec![count, event_type, text] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bucket, Period, Point, RateScope, Tally, Timestamp};

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
        begin_json(&mut out, rate).unwrap();
        out.extend_from_slice(br#"{"id":"a"},{"id":"b"}"#);
        end_json(&mut out, rate, by).unwrap();
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
            r#""items":[{"id":"a"},{"id":"b"}]}"#,
            "\n"
        );
        assert_eq!(json(&rate(), false), expected);
    }

    #[test]
    fn groups_stand_behind_the_items_only_when_asked_for() {
        let mut rate = rate();
        assert!(json(&rate, true).ends_with("],\"groups\":[]}\n"));
        rate.range = None;
        rate.groups.push(Group {
            keys: vec![("board_id", Some("b".into())), ("board_name", Some("\"Ops\"\n".into())), ("agent_id", None)],
            tally: Tally { errors: 1, total: 4 },
        });
        let text = json(&rate, true);
        let group = r#"[{"board_id":"b","board_name":"\"Ops\"\n","agent_id":null,"error_count":1,"total_count":4,"error_rate_pct":25.0}]"#;
        assert!(text.ends_with(&format!(",\"groups\":{group}}}\n")), "{text}");
        assert!(text.contains(r#""range":null,"since""#));
        assert!(!json(&rate, false).contains("groups"));
    }

    fn report(rate: &ErrorRate, fold: &MessageGroups, width: Option<usize>, unicode: bool, color: bool) -> String {
        let show_time = |at: Timestamp| at.to_string().replace('T', " ");
        let escape_for_terminal = |text: &str| text.replace('\x1b', "\\e").replace('\n', "\\n");
        let look =
            ChartStyle { width, unicode, color, show_time: &show_time, escape_for_terminal: &escape_for_terminal };
        let mut out = Vec::new();
        write_report(&mut out, rate, fold, &look, |out| writeln!(out, "ITEMS")).unwrap();
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
                "1 of 7 events failed (14.29 %), last 24 h, scope all\nbefore: 0.00 % (0 of 3), up 14.29 points\n"
            ),
            "{report}"
        );
        assert!(report.contains("error rate per hour (UTC)"));
        assert!(report.contains("timeout \\e[2J after 3 s"));
        assert!(report.contains("first failure: 2026-03-05 11:30:00\nlast failure: 2026-03-05 11:30:00\n"));
        assert!(report.ends_with("\nITEMS\n"));
    }

    #[test]
    fn stored_text_cannot_drive_the_terminal() {
        let mut rate = rate();
        rate.groups.push(Group {
            keys: vec![("event_type", Some("evil\x1b]0;x".into()))],
            tally: Tally { errors: 1, total: 1 },
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
            "0 of 7 events failed (0.00 %), last 24 h, scope all\nbefore: 0.00 % (0 of 3), unchanged\nITEMS\n"
        );
    }
}
