//! The page's tables.

use super::text::{EventType, HtmlText, Time};
use crate::model::{ActivityEvent, Deliveries, Group, Summary, Timestamp};
use crate::output::chart::label;
use crate::output::message_groups::MessageGroups;
use crate::output::summary;
use crate::output::timeline::Entry;
use std::io::{self, Write};

/// Longer messages are folded up, with their beginning in sight.
const LONG_MESSAGE: usize = 600;
const BEGINNING: usize = 160;
/// Kinds of message shown at most.
const MESSAGES: usize = 50;

/// The beginning of a table in a region that can be scrolled from the keyboard, which is why it has a name.
fn write_head<W: Write>(out: &mut W, name: &str, heads: &[(&str, &str)]) -> io::Result<()> {
    writeln!(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>", HtmlText(name))?;
    out.write_all(b"<thead><tr>")?;
    for (head, class) in heads {
        let mut letters = head.chars();
        let head: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
        // A drawing needs no heading for the eye.
        let (head, start, end) = match head.as_str() {
            "" => ("Bar", "<span class=\"unseen\">", "</span>"),
            head => (head, "", ""),
        };
        write!(out, "<th scope=\"col\" class=\"{class}\">{start}{}{end}</th>", HtmlText(head))?;
    }
    out.write_all(b"</tr></thead>\n<tbody>\n")
}

const FOOT: &[u8] = b"</tbody></table></div>\n";

fn write_keys<W: Write>(out: &mut W, heads: &[String], keys: &[String]) -> io::Result<()> {
    out.write_all(b"<tr>")?;
    for (head, key) in heads.iter().zip(keys) {
        match head.as_str() {
            "event type" => write!(out, "<td class=\"type\">{}</td>", EventType(key))?,
            "period" => write!(out, "<td class=\"when\">{}</td>", HtmlText(key))?,
            _ => write!(out, "<td class=\"key\">{}</td>", HtmlText(key))?,
        }
    }
    Ok(())
}

/// A bar whose number stands beside it, so that it says nothing to a screen reader.
fn write_bar<W: Write>(out: &mut W, pct_of_longest: f64, fill: &str) -> io::Result<()> {
    writeln!(
        out,
        "<td class=\"share\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
        <rect class=\"{fill}\" width=\"{pct_of_longest:.2}\" height=\"10\"/></svg></td></tr>"
    )
}

/// The routes of the deliveries; nothing without deliveries.
pub(super) fn write_routes<W: Write>(
    out: &mut W,
    routes: &[Group],
    show_time: &dyn Fn(Timestamp) -> String,
) -> io::Result<()> {
    if routes.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Deliveries by route</h2>")?;
    let numbers = [("failed", "number"), ("tried", "number"), ("rate", "number")];
    let times = [("last success", ""), ("failing since", ""), ("in a row", "number")];
    write_head(
        out,
        "Deliveries by route",
        &[("route", "type")].into_iter().chain(numbers).chain(times).collect::<Vec<_>>(),
    )?;
    for route in routes {
        let Deliveries { tally, last_success, failing_since, in_a_row, .. } = route.deliveries;
        let name = route.keys.first().and_then(|(_, name)| name.as_deref()).unwrap_or_default();
        write!(
            out,
            "<tr><td class=\"type\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
            <td class=\"number\">{}</td>",
            EventType(name),
            tally.errors,
            tally.total,
            HtmlText(&label::percent(tally.pct())),
        )?;
        for at in [last_success, failing_since] {
            match at {
                Some(at) => write!(out, "<td>{}</td>", Time(at, show_time))?,
                None => out.write_all(b"<td></td>")?,
            }
        }
        writeln!(out, "<td class=\"number\">{in_a_row}</td></tr>")?;
    }
    out.write_all(FOOT)
}

/// The groups of `--by` in which something failed; nothing without.
pub(super) fn write_groups<W: Write>(out: &mut W, groups: &[Group]) -> io::Result<()> {
    let groups: Vec<&Group> = groups.iter().filter(|group| group.tally.errors > 0).collect();
    let Some(first) = groups.first() else { return Ok(()) };
    let fields: Vec<&str> = first.keys.iter().map(|(field, _)| *field).collect();
    let keys: Vec<Vec<Option<String>>> =
        groups.iter().map(|group| group.keys.iter().map(|(_, value)| value.clone()).collect()).collect();
    let (heads, rows) = label::key_columns(&fields, &keys);
    writeln!(out, "<h2>Where it failed</h2>")?;
    let numbers = [("failed", "number"), ("events", "number"), ("rate", "number"), ("", "share")];
    write_head(
        out,
        "Where it failed",
        &heads.iter().map(|head| (head.as_str(), "")).chain(numbers).collect::<Vec<_>>(),
    )?;
    let longest = groups.iter().map(|group| group.tally.pct()).fold(0.0, f64::max);
    for (row, group) in rows.iter().zip(&groups) {
        write_keys(out, &heads, row)?;
        write!(
            out,
            "<td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>",
            group.tally.errors,
            group.tally.total,
            HtmlText(&label::percent(group.tally.pct()))
        )?;
        let part = if longest > 0.0 { group.tally.pct() / longest * 100.0 } else { 0.0 };
        write_bar(out, part, "alarm-fill")?;
    }
    out.write_all(FOOT)
}

/// The failures by what they say; nothing without failures.
pub(super) fn write_folded<W: Write>(
    out: &mut W,
    fold: &MessageGroups,
    failures: u64,
    show_time: &dyn Fn(Timestamp) -> String,
) -> io::Result<()> {
    let Some((first, last)) = fold.span() else { return Ok(()) };
    let groups = fold.groups();
    writeln!(out, "<h2>Message patterns of the failures</h2>")?;
    let heads = [("failures", "number"), ("first", ""), ("last", ""), ("event type", "type"), ("message", "message")];
    write_head(out, "Message patterns of the failures", &heads)?;
    for group in groups.iter().take(MESSAGES) {
        writeln!(
            out,
            "<tr><td class=\"number\">{}</td><td>{}</td><td>{}</td><td class=\"type\">{}</td>\
            <td class=\"message run-on\">{}</td></tr>",
            group.count,
            Time(group.first, show_time),
            Time(group.last, show_time),
            EventType(&group.event_type),
            HtmlText(group.text()),
        )?;
    }
    out.write_all(FOOT)?;
    let of = if fold.total() < failures { format!(" of the newest {}", fold.total()) } else { String::new() };
    let (first, last) = (Time(first, show_time), Time(last, show_time));
    write!(out, "<p class=\"none\">First failure{of}: {first}. Last failure: {last}.")?;
    let more = groups.iter().skip(MESSAGES).map(|group| group.count).sum::<u64>() + fold.others();
    if more > 0 {
        write!(out, " {more} more are not in the table.")?;
    }
    let unread = failures.saturating_sub(fold.total());
    if unread > 0 {
        write!(out, " {unread} older failures were not looked at.")?;
    }
    writeln!(out, "</p>")
}

/// The failures themselves.
pub(super) fn write_newest<W: Write>(
    out: &mut W,
    newest: &[ActivityEvent],
    show_time: &dyn Fn(Timestamp) -> String,
    further: impl FnOnce(&mut W) -> io::Result<()>,
) -> io::Result<()> {
    writeln!(out, "<h2>Newest failures</h2>")?;
    if newest.is_empty() {
        return writeln!(out, "<p class=\"none\">None.</p>");
    }
    let heads = [("time", ""), ("event type", "type"), ("board", "key"), ("agent", "key"), ("task", "key")];
    write_head(out, "Newest failures", &heads.into_iter().chain([("message", "message")]).collect::<Vec<_>>())?;
    newest.iter().try_for_each(|event| write_failure(out, event, show_time))?;
    further(out)?;
    out.write_all(FOOT)
}

pub(super) fn write_failure<W: Write>(
    out: &mut W,
    event: &ActivityEvent,
    show_time: &dyn Fn(Timestamp) -> String,
) -> io::Result<()> {
    let id = event.id;
    write!(
        out,
        "<tr title=\"{id}\"><td>{}</td><td class=\"type\">{}</td>",
        Time(event.created_at, show_time),
        EventType(&event.event_type)
    )?;
    let named =
        [(&event.board_name, event.board_id), (&event.agent_name, event.agent_id), (&event.task_title, event.task_id)];
    for (name, id) in named {
        let short = id.map(|id| id.to_string().chars().take(8).collect::<String>());
        let shown = name.clone().or(short).unwrap_or_default();
        write!(out, "<td class=\"key\">{}</td>", HtmlText(&shown))?;
    }
    write_message(out, event.message.as_deref().unwrap_or_default())?;
    writeln!(out, "</tr>")
}

fn write_message<W: Write>(out: &mut W, message: &str) -> io::Result<()> {
    if message.chars().nth(LONG_MESSAGE).is_none() {
        return write!(out, "<td class=\"message\">{}</td>", HtmlText(message));
    }
    let beginning: String = message.chars().take(BEGINNING).collect();
    write!(
        out,
        "<td class=\"message\"><details><summary>{}…</summary>{}</details></td>",
        HtmlText(beginning.trim_end()),
        HtmlText(message)
    )
}

/// Labels and their texts.
pub(super) fn write_facts<W: Write>(out: &mut W, facts: &[(&str, String)]) -> io::Result<()> {
    out.write_all(b"<h2>Task</h2>\n<dl class=\"asked\">\n")?;
    for (label, text) in facts {
        writeln!(out, "<dt>{}</dt><dd>{}</dd>", HtmlText(label), HtmlText(text))?;
    }
    out.write_all(b"</dl>\n")
}

/// The events of a timeline, oldest first.
pub(super) fn write_entries<W: Write>(
    out: &mut W,
    entries: &[Entry],
    many_tasks: bool,
    show_time: &dyn Fn(Timestamp) -> String,
) -> io::Result<()> {
    writeln!(out, "<h2>Events</h2>")?;
    if entries.is_empty() {
        return writeln!(out, "<p class=\"none\">None.</p>");
    }
    let mut heads = vec![("time", ""), ("after", "number"), ("agent", ""), ("event type", ""), ("status", "")];
    if many_tasks {
        heads.extend([("board", ""), ("task", "")]);
    }
    heads.push(("message", ""));
    write_head(out, "Events", &heads)?;
    for entry in entries {
        let event = &entry.event;
        write!(
            out,
            "<tr><td class=\"when\">{}</td><td class=\"number\">{}</td><td class=\"key\">{}</td><td class=\"type\">{}</td>\
             <td>{}</td>",
            Time(event.created_at, show_time),
            HtmlText(&entry.elapsed()),
            HtmlText(event.agent_name.as_deref().unwrap_or("–")),
            EventType(&event.event_type),
            HtmlText(&entry.moved("→").unwrap_or_default()),
        )?;
        if many_tasks {
            for name in [&event.board_name, &event.task_title] {
                write!(out, "<td class=\"key\">{}</td>", HtmlText(name.as_deref().unwrap_or("–")))?;
            }
        }
        write_message(out, event.message.as_deref().unwrap_or_default())?;
        writeln!(out, "</tr>")?;
    }
    out.write_all(FOOT)
}

/// The counts of a summary, each with its share of the whole.
pub(super) fn write_summary<W: Write>(out: &mut W, summary: &Summary) -> io::Result<()> {
    writeln!(out, "<h2>Events by {}</h2>", HtmlText(&summary.by.join(", ")))?;
    if summary.rows.is_empty() {
        return writeln!(out, "<p class=\"none\">None in this window.</p>");
    }
    let (heads, rows) = summary::key_columns(summary);
    let numbers = [("events", "number"), ("share", "number"), ("", "share")];
    write_head(out, "Events", &heads.iter().map(|head| (head.as_str(), "")).chain(numbers).collect::<Vec<_>>())?;
    let most = summary.rows.iter().map(|row| row.count).max().unwrap_or(0);
    for (keys, row) in rows.iter().zip(&summary.rows) {
        write_keys(out, &heads, keys)?;
        let share = label::percent(summary::share(row.count, summary.total));
        write!(out, "<td class=\"number\">{}</td><td class=\"number\">{}</td>", row.count, HtmlText(&share))?;
        let failed = heads.iter().zip(keys).any(|(head, key)| head == "event type" && key.ends_with("failed"));
        write_bar(out, summary::share(row.count, most), if failed { "alarm-fill" } else { "count-fill" })?;
    }
    out.write_all(FOOT)
}
