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
const TALL: usize = 45;
/// Between the verdict and what it does not go by.
const GAP: usize = 4;

/// Writes the report without the list of failures. `room` is how many lines a terminal has for it, if it is for one screen.
pub fn write_report<W: Write>(
    out: &mut W,
    report: &ErrorsReport,
    look: &ChartStyle<'_>,
    room: Option<usize>,
) -> io::Result<()> {
    let is_short = room.is_some_and(|room| room < TALL);
    let mut top = Vec::new();
    write_verdict(&mut top, report, look)?;
    let chart = report.chart();
    if chart.primary.points.iter().chain(&chart.comparison.points).any(|point| point.tally.errors > 0) {
        if !is_short {
            writeln!(top)?;
        }
        let chart = RateChart { height: if is_short { 2 } else { 5 }, has_before: !is_short, ..chart };
        chart.write(&mut top, look)?;
    }
    out.write_all(&top)?;
    let says_routes = report.by_deliveries || report.rate.scale == crate::model::RateScope::Deliveries;
    let by_route = report.rate.groups.first().is_some_and(|group| group.keys.iter().any(|(key, _)| *key == "route"));
    let says_routes = says_routes && !by_route;
    let routes = if says_routes { failing(report, &report.routes) } else { Vec::new() };
    let groups = failing(report, &report.rate.groups);
    // One screen: what is worst of each table, below its heading.
    let used = top.iter().filter(|byte| **byte == b'\n').count();
    let tables = [routes.len(), groups.len(), report.patterns.groups().len()];
    let fits = |most: &usize, room: usize| {
        used + tables.iter().filter(|rows| **rows > 0).map(|rows| 1 + rows.min(most)).sum::<usize>() <= room
    };
    let most = match room.filter(|_| is_short) {
        Some(room) => (1..=MOST_ROWS).rev().find(|most| fits(most, room)).unwrap_or(1),
        None => MOST_ROWS,
    };
    write_groups(out, report, routes, look, most, is_short)?;
    write_groups(out, report, groups, look, most, is_short)?;
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

/// What is counted in the groups: deliveries or all events.
fn counts_deliveries(report: &ErrorsReport, first: Option<&Group>) -> bool {
    report.by_deliveries || first.is_some_and(|group| group.keys.iter().any(|(key, _)| *key == "route"))
}

/// The groups in which something failed, most failures first.
fn failing<'a>(report: &ErrorsReport, groups: &'a [Group]) -> Vec<&'a Group> {
    let by_deliveries = counts_deliveries(report, groups.first());
    let tally = |group: &Group| if by_deliveries { group.deliveries.tally } else { group.tally };
    let mut groups: Vec<&Group> = groups.iter().filter(|group| tally(group).errors > 0).collect();
    groups.sort_by_key(|group| (u64::MAX - tally(group).errors, u64::MAX - tally(group).total));
    groups
}

fn write_groups<W: Write>(
    out: &mut W,
    report: &ErrorsReport,
    mut groups: Vec<&Group>,
    look: &ChartStyle<'_>,
    most: usize,
    is_short: bool,
) -> io::Result<()> {
    let by_deliveries = counts_deliveries(report, groups.first().copied());
    let tally = |group: &Group| if by_deliveries { group.deliveries.tally } else { group.tally };
    let more = groups.len().saturating_sub(most);
    groups.truncate(most);
    let Some(first) = groups.first() else { return Ok(()) };
    let fields: Vec<&str> = first.keys.iter().map(|(field, _)| *field).collect();
    let keys: Vec<Vec<Option<String>>> =
        groups.iter().map(|group| group.keys.iter().map(|(_, value)| value.clone()).collect()).collect();
    let (heads, rows) = label::key_columns(&fields, &keys);
    let mut heads: Vec<(String, bool)> = heads.into_iter().map(|head| (head, false)).collect();
    if let Some((head, _)) = heads.first_mut().filter(|_| is_short && more > 0) {
        // The heading has room for it, the screen has no further line.
        *head = format!("{head} ({most} of {})", most + more);
    }
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
    let hidden = hidden(patterns, &groups, most);
    let shown = if is_short && hidden > 0 {
        format!(" ({} of {failures} failures)", failures - hidden.min(failures))
    } else {
        String::new()
    };
    let text_head = format!("message pattern{shown}");
    let heads = [("failures", true), ("newest", true), ("event type", false), (&*text_head, false)];
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
    write_more(out, hidden, look, is_short)?;
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
