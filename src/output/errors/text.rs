//! The report of `errors` for people: the verdict first, then where, since when, and the messages.

use crate::model::{Group, Timestamp};
use crate::output::chart::grid::Grid;
use crate::output::chart::label::{self, Tone};
use crate::output::chart::{ChartStyle, RateChart};
use crate::output::message_groups::{MessageGroup, MessageGroups};
use crate::output::report::ErrorsReport;
use crate::output::width::{fill, width};
use std::io::{self, Write};

/// Rows of a table shown at most; the rest is summed up in a line.
const MOST_ROWS: usize = 10;
/// Columns of a terminal from which on there is room for times.
const ROOM_FOR_TIMES: usize = 100;
/// From this many lines on a terminal, nothing has to be left out.
const TALL: usize = 50;
/// Between the verdict and what it does not go by.
const GAP: usize = 4;

/// Writes the report without the list of failures. `lines` is the height of the terminal, for which it is shortened.
pub fn write_report<W: Write>(
    out: &mut W,
    report: &ErrorsReport,
    look: &ChartStyle<'_>,
    lines: Option<usize>,
) -> io::Result<()> {
    let is_short = lines.is_some_and(|lines| lines < TALL);
    write_verdict(out, report, look)?;
    let chart = report.chart();
    if chart.primary.points.iter().chain(&chart.comparison.points).any(|point| point.tally.errors > 0) {
        if !is_short {
            writeln!(out)?;
        }
        let chart = RateChart { height: if is_short { 2 } else { 5 }, has_before: !is_short, ..chart };
        chart.write(out, look)?;
    }
    // One screen: what is worst of each.
    let most = match lines {
        Some(lines) if lines < TALL => (lines.saturating_sub(17) / 3).clamp(1, MOST_ROWS),
        _ => MOST_ROWS,
    };
    let says_routes = report.by_deliveries || report.rate.scale == crate::model::RateScope::Deliveries;
    let by_route = report.rate.groups.first().is_some_and(|group| group.keys.iter().any(|(key, _)| *key == "route"));
    if says_routes && !by_route {
        write_groups(out, report, &report.routes, look, most, is_short)?;
    }
    write_groups(out, report, &report.rate.groups, look, most, is_short)?;
    write_patterns(out, report, look, most, is_short)
}

/// What is at the top: how bad, compared with before, since when, and whether it goes on.
fn write_verdict<W: Write>(out: &mut W, report: &ErrorsReport, look: &ChartStyle<'_>) -> io::Result<()> {
    let tone = if report.tally().errors > 0 { Tone::Alarm } else { Tone::Strong };
    let plain = report.headline();
    let rate = &report.rate;
    let window = label::window(rate.range.as_deref(), rate.period, look.show_time);
    let scope = if report.by_deliveries { String::new() } else { format!(", scope {}", rate.scale.name()) };
    let head = format!("{plain}, {window}{scope}");
    let beside = report.beside();
    let fits = look.width.is_none_or(|room| width(&head) + GAP + width(&beside) <= room);
    let line =
        if fits && !beside.is_empty() { format!("{head}{}{beside}", " ".repeat(GAP)) } else { fill(&head, look.width) };
    writeln!(out, "{}", line.replacen(&plain, &label::paint(look, tone, &plain), 1))?;
    let short = |at| report.short_time(at, look.show_time);
    let beside = (!fits).then_some(beside);
    let quiet = [beside, Some(report.before_words())].into_iter().flatten();
    for line in quiet {
        writeln!(out, "{}", label::paint(look, Tone::Quiet, &fill(&line, look.width)))?;
    }
    let sentences = [report.since_words(&short), report.now_words(&short), report.burn_words()];
    for line in sentences.into_iter().flatten() {
        writeln!(out, "{}", fill(&line, look.width))?;
    }
    if let Some(note) = report.unread_words().or_else(|| report.drowned()) {
        writeln!(out, "{}", label::paint(look, Tone::Alarm, &fill(&note, look.width)))?;
    }
    Ok(())
}

/// The groups in which something failed.
fn write_groups<W: Write>(
    out: &mut W,
    report: &ErrorsReport,
    groups: &[Group],
    look: &ChartStyle<'_>,
    most: usize,
    is_short: bool,
) -> io::Result<()> {
    let is_route = |group: &Group| group.keys.iter().any(|(key, _)| *key == "route");
    let by_deliveries = report.by_deliveries || groups.first().is_some_and(is_route);
    let tally = |group: &Group| if by_deliveries { group.deliveries.tally } else { group.tally };
    let mut groups: Vec<&Group> = groups.iter().filter(|group| tally(group).errors > 0).collect();
    groups.sort_by_key(|group| (u64::MAX - tally(group).errors, u64::MAX - tally(group).total));
    let more = groups.len().saturating_sub(most);
    groups.truncate(most);
    let Some(first) = groups.first() else { return Ok(()) };
    let fields: Vec<&str> = first.keys.iter().map(|(field, _)| *field).collect();
    let keys: Vec<Vec<Option<String>>> =
        groups.iter().map(|group| group.keys.iter().map(|(_, value)| value.clone()).collect()).collect();
    let (heads, rows) = label::key_columns(&fields, &keys);
    let heads = heads.into_iter().map(|head| (head, false)).collect();
    // Where there are times, there is no room for bars.
    let timed = by_deliveries && look.width.is_none_or(|columns| columns >= 80);
    let mut grid = Grid { heads, alarming: true, ..Grid::default() };
    let counted = if by_deliveries { "tried" } else { "events" };
    grid.heads.extend(["failed", counted, "rate"].map(|head| (head.to_owned(), true)));
    if timed {
        grid.heads.extend(["last success", "failing since", "in a row"].map(|head| (head.to_owned(), true)));
    }
    for (row, group) in rows.iter().zip(&groups) {
        let keys = row.iter().map(|key| (look.escape_for_terminal)(key));
        let tally = tally(group);
        let counts = [tally.errors.to_string(), tally.total.to_string(), label::percent(tally.pct())];
        let mut cells: Vec<String> = keys.chain(counts).collect();
        if timed {
            let time = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| report.short_time(at, look.show_time));
            let deliveries = group.deliveries;
            cells.extend([time(deliveries.last_success), time(deliveries.failing_since)]);
            cells.push(deliveries.in_a_row.to_string());
        } else {
            grid.bars.push(tally.pct());
        }
        grid.rows.push(cells);
    }
    if !is_short {
        writeln!(out)?;
    }
    grid.write(out, look)?;
    write_more(out, more as u64, look, is_short)
}

fn write_more<W: Write>(out: &mut W, more: u64, look: &ChartStyle<'_>, is_short: bool) -> io::Result<()> {
    if more == 0 || is_short {
        return Ok(());
    }
    writeln!(out, "{}", label::paint(look, Tone::Quiet, &format!("and {more} more")))
}

fn write_patterns<W: Write>(
    out: &mut W,
    report: &ErrorsReport,
    look: &ChartStyle<'_>,
    most: usize,
    is_short: bool,
) -> io::Result<()> {
    let patterns = &report.patterns;
    let failures = report.rate.tally.errors;
    let groups = patterns.groups();
    let Some((first, last)) = patterns.span() else { return Ok(()) };
    // In a narrow terminal the message counts more than the time.
    let timed = look.width.is_none_or(|columns| columns >= ROOM_FOR_TIMES);
    let heads = [("failures", true), ("newest", true), ("event type", false), ("message pattern", false)];
    let row = |group: &&MessageGroup| {
        let [event_type, text] = [&group.event_type, group.text()].map(|text| (look.escape_for_terminal)(text));
        columns(timed, [group.count.to_string(), (look.show_time)(group.last), event_type, text])
    };
    let grid = Grid {
        heads: columns(timed, heads.map(|(head, right)| (head.to_owned(), right))),
        rows: groups.iter().take(most).map(row).collect(),
        ..Grid::default()
    };
    if !is_short {
        writeln!(out)?;
    }
    grid.write(out, look)?;
    write_more(out, hidden(patterns, &groups, most), look, is_short)?;
    let unread = failures.saturating_sub(patterns.total());
    if unread > 0 {
        let note = format!("{unread} older failures were not looked at; --limit {failures} looks at all");
        writeln!(out, "{}", label::paint(look, Tone::Alarm, &fill(&note, look.width)))?;
    }
    if is_short {
        return Ok(());
    }
    let of = if patterns.total() < failures { format!(" (of the newest {})", patterns.total()) } else { String::new() };
    let (first, last) = ((look.show_time)(first), (look.show_time)(last));
    writeln!(out, "\nfirst failure{of}: {first}\nlast failure: {last}")
}

/// Failures whose pattern is not shown.
fn hidden(patterns: &MessageGroups, groups: &[&MessageGroup], shown: usize) -> u64 {
    groups.iter().skip(shown).map(|group| group.count).sum::<u64>() + patterns.others()
}

fn columns<T>(timed: bool, [count, newest, event_type, text]: [T; 4]) -> Vec<T> {
    if timed { vec![count, newest, event_type, text] } else { vec![count, event_type, text] }
}
