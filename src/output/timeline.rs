//! The answer of `timeline`: what happened, oldest first, for people, as Markdown and as JSON.

mod json;
mod markdown;

pub use json::{begin_json, end_json, item_json};
pub use markdown::write_markdown_footer;

use super::line_draft::LineDraft;
use super::message_groups::pattern;
use super::show_time::length;
use super::width::{truncate, width};
use super::{Color, Style, write_facts};
use crate::analysis::dwell::{History, StatusChange};
use crate::analysis::participants::{Participants, Person};
use crate::analysis::task_status::TaskStatus;
use crate::escape::escape_for_terminal;
use crate::model::{ActivityEvent, Cell, Deliveries, Timestamp};
use markdown::{code_span, fence, inline};
use std::io::{self, Write};
use uuid::Uuid;

const HEARTBEAT: &str = "agent.heartbeat";
const COMMENT: &str = "task.comment";
/// Names and types are aligned to the widest so far, up to this.
const WIDEST_NAME: usize = 20;
const WIDEST_TYPE: usize = 30;
const LEAST_NAME: usize = 6;
/// In fewer columns the time is short.
const NARROW: usize = 60;

/// The task that a timeline is about; texts are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineTask {
    pub id: Uuid,
    pub title: Option<String>,
    pub board_id: Option<Uuid>,
    pub board_name: Option<String>,
    /// What the table says, where it may be read.
    pub status: Option<String>,
    pub history: History,
}

impl TimelineTask {
    /// The title, or the id where the title may not be read.
    pub(super) fn name(&self) -> String {
        self.title.clone().unwrap_or_else(|| self.id.to_string())
    }
}

/// An event with its place in the story.
#[derive(Debug, Clone)]
pub struct Entry {
    pub event: ActivityEvent,
    /// Microseconds since the event before.
    pub elapsed: Option<i64>,
    pub change: StatusChange,
}

impl Entry {
    /// The values of the fields that `Columns::timeline` adds.
    #[allow(clippy::cast_precision_loss)]
    pub fn extra(&self) -> [Cell<'static>; 3] {
        let status = |status: Option<TaskStatus>| status.map(TaskStatus::name).into();
        let elapsed = self.elapsed.map_or(Cell::Null, |micros| Cell::Number(micros as f64 / 1e6));
        [elapsed, status(self.change.0), status(self.change.1)]
    }

    pub(super) fn elapsed(&self) -> String {
        match self.elapsed {
            Some(micros) => format!("+{}", length(micros)),
            None => String::new(),
        }
    }

    /// `inbox → review`, where the status changes.
    pub(super) fn moved(&self, arrow: &str) -> Option<String> {
        let name = |status: Option<TaskStatus>| status.map_or("?", TaskStatus::name);
        let (before, after) = self.change;
        (self.event.event_type == "task.status_changed").then(|| format!("{} {arrow} {}", name(before), name(after)))
    }

    fn agent(&self) -> String {
        let id = || self.event.agent_id.map_or_else(|| "-".to_owned(), |id| id.to_string());
        let name = self.event.agent_name.as_deref();
        name.map_or_else(id, |name| escape_for_terminal(name).into_owned())
    }
}

/// An event and those behind it that say the same.
struct FoldedRepeats {
    first: Entry,
    count: u64,
    last_at: Timestamp,
    last_message: Option<String>,
}

impl FoldedRepeats {
    /// Comments that differ in a number are no repeats: somebody wrote each of them.
    fn continues(&self, event: &ActivityEvent) -> bool {
        let known = &self.first.event;
        let same = (&known.event_type, known.agent_id, known.task_id, known.board_id)
            == (&event.event_type, event.agent_id, event.task_id, event.board_id);
        let texts = [&known.message, &event.message].map(|message| message.as_deref().unwrap_or_default());
        same && match known.event_type.as_str() {
            COMMENT => texts[0] == texts[1],
            "task.status_changed" => false,
            _ => pattern(texts[0]) == pattern(texts[1]),
        }
    }
}

/// The form of a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a terminal or a pipe.
    Text,
    /// For a post-mortem.
    Markdown,
}

/// Writes events for people, one by one. Repeats become one entry, and heartbeats are only counted.
pub struct Narrative {
    form: Form,
    style: Style,
    /// Board and task are named with each event.
    many_tasks: bool,
    /// Whether heartbeats are shown.
    heartbeats: bool,
    pending: Option<FoldedRepeats>,
    /// When the last event that is shown happened.
    shown_at: Option<Timestamp>,
    left_out: u64,
    agent: usize,
    kind: usize,
}

impl Narrative {
    pub fn new(form: Form, style: Style, many_tasks: bool, heartbeats: bool) -> Self {
        Self { form, style, many_tasks, heartbeats, pending: None, shown_at: None, left_out: 0, agent: 0, kind: 0 }
    }

    /// Heartbeats that were left out.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Writes an event, or keeps it until it is known whether it is repeated.
    pub fn add(&mut self, out: &mut impl Write, mut entry: Entry) -> io::Result<()> {
        if entry.event.event_type == HEARTBEAT && !self.heartbeats {
            self.left_out += 1;
            return Ok(());
        }
        // What was left out does not shorten the time since the line before.
        let at = entry.event.created_at;
        let before = self.shown_at.replace(at).filter(|before| before.is_finite() && at.is_finite());
        entry.elapsed = before.map(|before| at.micros_since(before));
        if let Some(pending) = self.pending.as_mut().filter(|pending| pending.continues(&entry.event)) {
            pending.count += 1;
            pending.last_at = entry.event.created_at;
            pending.last_message = entry.event.message;
            return Ok(());
        }
        self.finish(out)?;
        let (last_at, last_message) = (entry.event.created_at, entry.event.message.clone());
        self.pending = Some(FoldedRepeats { first: entry, count: 1, last_at, last_message });
        Ok(())
    }

    /// Writes what was kept.
    pub fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        match (self.pending.take(), self.form) {
            (None, _) => Ok(()),
            (Some(repeats), Form::Text) => self.text(out, &repeats),
            (Some(repeats), Form::Markdown) => self.markdown(out, &repeats),
        }
    }

    fn text(&mut self, out: &mut impl Write, repeats: &FoldedRepeats) -> io::Result<()> {
        let (style, terminal, zone) = (&self.style, self.style.terminal, self.style.zone);
        let FoldedRepeats { first: entry, count, .. } = repeats;
        let event = &entry.event;
        let failed = event.event_type.ends_with("failed");
        let (agent, kind) = (entry.agent(), escape_for_terminal(&event.event_type).into_owned());
        // On a narrow terminal a name leaves the room to the type.
        let widest_name = terminal.width.map_or(WIDEST_NAME, |columns| (columns / 8).clamp(LEAST_NAME, WIDEST_NAME));
        self.agent = self.agent.max(width(&agent).min(widest_name));
        self.kind = self.kind.max(width(&kind).min(WIDEST_TYPE));
        let mut draft = LineDraft::default();
        let time = match terminal.width {
            Some(columns) if columns < NARROW => zone.show_short(event.created_at, style.now),
            _ => zone.show(event.created_at),
        };
        draft.push(style, &time, Color::Dim);
        draft.push(style, &format!("  {:>8}  ", entry.elapsed()), Color::Dim);
        let agent = match terminal.width {
            Some(_) => truncate(&agent, self.agent, terminal.ellipsis()).into_owned(),
            None => agent,
        };
        draft.push(style, &agent, Color::Green);
        draft.space(self.agent.saturating_sub(width(&agent)) + 2);
        let mark = if failed { terminal.failure_mark() } else { "" };
        draft.push(style, mark, Color::Failure);
        draft.space(2_usize.saturating_sub(width(mark)));
        draft
            .wrapped(&kind, terminal.width, &|row| terminal.paint(Color::of_type(&event.event_type), row).into_owned());
        draft.space(self.kind.saturating_sub(width(&kind)) + 2);
        let message = repeats.last_message.as_deref().unwrap_or_default();
        if self.many_tasks {
            // On a terminal a title is not repeated that the message holds already.
            let title =
                event.task_title.as_deref().filter(|title| terminal.width.is_none() || !message.contains(title));
            let named = [(event.board_name.as_deref(), Color::Blue), (title, Color::Cyan)];
            for (name, color) in named.into_iter().filter_map(|(name, color)| Some((name?, color))) {
                let name = format!("{}:", escape_for_terminal(name));
                draft.wrapped(&name, terminal.width, &|row| terminal.paint(color, row).into_owned());
                draft.space(1);
            }
        }
        if let Some(moved) = entry.moved(if terminal.unicode { "→" } else { "->" }) {
            draft.wrapped(&moved, terminal.width, &|row| terminal.paint(Color::Bold, row).into_owned());
            draft.space(2);
        }
        if *count > 1 {
            let times = if terminal.unicode { "×" } else { "x" };
            let repeated = format!("{count}{times} until {}", zone.show(repeats.last_at));
            draft.wrapped(&repeated, terminal.width, &|row| terminal.paint(Color::Yellow, row).into_owned());
            draft.space(2);
        }
        draft.message(message, terminal.width, &str::to_owned);
        writeln!(out, "{}", draft.text.trim_end())
    }

    fn markdown(&self, out: &mut impl Write, repeats: &FoldedRepeats) -> io::Result<()> {
        let zone = self.style.zone;
        let FoldedRepeats { first: entry, count, .. } = repeats;
        let event = &entry.event;
        write!(out, "- **{}**", zone.show(event.created_at))?;
        if entry.elapsed.is_some() {
            write!(out, " ({})", entry.elapsed())?;
        }
        write!(out, " {} {}", code_span(&event.event_type), inline(&entry.agent()))?;
        if self.many_tasks {
            let names = [event.board_name.as_deref(), event.task_title.as_deref()];
            for name in names.into_iter().flatten() {
                write!(out, ", {}", inline(name))?;
            }
        }
        if let Some(moved) = entry.moved("→") {
            write!(out, ", {}", inline(&moved))?;
        }
        if *count > 1 {
            write!(out, ", {count} times until {}", zone.show(repeats.last_at))?;
        }
        writeln!(out)?;
        let message = repeats.last_message.as_deref().unwrap_or_default().trim_matches(['\r', '\n']);
        if !message.is_empty() {
            fence(out, message, "  ")?;
        }
        Ok(())
    }
}

/// The summary of a task above its events: labels and texts, which are untrusted.
pub(super) fn facts(
    task: &TimelineTask,
    participants: &Participants,
    show: &dyn Fn(Timestamp) -> String,
) -> Vec<(&'static str, String)> {
    let History { dwells, since, until, done_at, silence, quality, reasons, .. } = &task.history;
    let named = |name: &Option<String>, id: Option<Uuid>| {
        name.clone().or_else(|| id.map(|id| id.to_string())).unwrap_or_else(|| "-".to_owned())
    };
    let mut facts = vec![
        ("task", format!("{} ({})", task.title.as_deref().unwrap_or("-"), task.id)),
        ("board", named(&task.board_name, task.board_id)),
    ];
    if let Some(status) = &task.status {
        facts.push(("status", status.clone()));
    }
    if let (Some(since), Some(until)) = (since, until) {
        let mut life = format!("from {} to {}: {}", show(*since), show(*until), length(until.micros_since(*since)));
        if let Some(done) = done_at {
            life.push_str(&format!("; done after {}", length(done.micros_since(*since))));
        }
        facts.push(("life", life));
    }
    let dwell = dwells.iter().map(|dwell| {
        let visits = if dwell.visits == 1 { "visit" } else { "visits" };
        format!("{} {} ({} {visits})", status_name(dwell.status), length(dwell.micros), dwell.visits)
    });
    let dwell = dwell.collect::<Vec<_>>().join(", ");
    if !dwell.is_empty() {
        facts.push(("statuses", dwell));
    }
    let people = participants.people.iter().map(person).collect::<Vec<_>>().join(", ");
    if !people.is_empty() {
        facts.push(("people", people));
    }
    facts.push(("deliveries", deliveries(&participants.deliveries, show)));
    if let Some((from, to)) = silence {
        let silence = format!("{}, from {} to {}", length(to.micros_since(*from)), show(*from), show(*to));
        facts.push(("longest silence", silence));
    }
    let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    facts.push(("history", format!("{}{why}", quality.name())));
    facts
}

fn status_name(status: Option<TaskStatus>) -> &'static str {
    status.map_or("unknown", TaskStatus::name)
}

fn person(person: &Person) -> String {
    let name = match (&person.agent_name, person.agent_id) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => id.to_string(),
        (None, None) => "people or deleted agents".to_owned(),
    };
    let events = if person.acted == 1 { "event" } else { "events" };
    let times = if person.notified == 1 { "once".to_owned() } else { format!("{} times", person.notified) };
    match (person.acted, person.notified) {
        (acted, 0) => format!("{name} ({acted} {events})"),
        (0, _) => format!("{name} (notified {times})"),
        (acted, _) => format!("{name} ({acted} {events}, notified {times})"),
    }
}

fn deliveries(
    Deliveries { tally, failing_since, in_a_row, .. }: &Deliveries,
    show: &dyn Fn(Timestamp) -> String,
) -> String {
    let failing = failing_since.map(|since| format!(", {in_a_row} in a row since {}", show(since)));
    format!("{} of {} failed{}", tally.errors, tally.total, failing.unwrap_or_default())
}

/// Writes the summary of a task above its events.
pub fn write_head(
    out: &mut impl Write,
    form: Form,
    task: Option<&TimelineTask>,
    participants: &Participants,
    style: &Style,
) -> io::Result<()> {
    let facts = task.map(|task| facts(task, participants, &style.show_time())).unwrap_or_default();
    match (form, task) {
        (Form::Text, None) => Ok(()),
        (Form::Text, Some(_)) => {
            let rows =
                facts.into_iter().map(|(label, text)| vec![label.to_owned(), escape_for_terminal(&text).into_owned()]);
            write_facts(out, &rows.collect::<Vec<_>>(), style)?;
            writeln!(out)
        }
        (Form::Markdown, None) => writeln!(out, "# Timeline\n"),
        (Form::Markdown, Some(task)) => {
            writeln!(out, "# Timeline: {}\n", inline(&task.name()))?;
            for (label, text) in facts.iter().filter(|(label, _)| *label != "statuses") {
                writeln!(out, "- {label}: {}", inline(text))?;
            }
            writeln!(out, "\n| status | time | visits |\n|---|---|---|")?;
            for dwell in &task.history.dwells {
                let status = inline(status_name(dwell.status));
                writeln!(out, "| {status} | {} | {} |", length(dwell.micros), dwell.visits)?;
            }
            writeln!(out, "\n## Events\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_any_run_of_backticks_in_the_text() {
        let mut out = Vec::new();
        fence(&mut out, "a\n```\nrm -rf\n````\n", "  ").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("\n  `````text\n  a\n  ```\n"), "{text}");
        assert!(text.ends_with("\n  `````\n\n"), "{text}");
    }

    #[test]
    fn names_in_a_line_are_no_markup() {
        assert_eq!(inline("<b>*a* [x](y) | `c`\n# d"), "\\<b\\>\\*a\\* \\[x\\](y) \\| \\`c\\`\\\\n\\# d");
        assert_eq!(code_span("a`b``"), "``` a`b`` ```");
    }
}
