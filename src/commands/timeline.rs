//! `timeline`: what happened, oldest first: to a task, with its time in each status, or in a range.

use crate::analysis::dwell::StatusChange;
use crate::analysis::participants::Participants;
use crate::analysis::task_status::TaskStatus;
use crate::cli::filter::{FilterArgs, RangeArgs, SelectArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::time::TimeSpec;
use crate::db::{BoardRule, EventQuery, Feed, Order, PageRequest};
use crate::error::{Kind, kind_of, not_found};
use crate::model::{ActivityEvent, Filter, Timestamp};
use crate::output::held::Held;
use crate::output::html::Body;
use crate::output::timeline::{self, Entry, Form, Narrative};
use crate::output::{self, Columns, Coverage, Format, PageInfo, RowWriter, Style};
use crate::session::find_event::event_prefix;
use crate::session::story::Story;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::collections::HashMap;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use uuid::Uuid;

const FORMATS: [Format; 8] = [
    Format::Table,
    Format::Wide,
    Format::Json,
    Format::Jsonl,
    Format::Csv,
    Format::Tsv,
    Format::Text,
    Format::Markdown,
];
const DAY: i64 = 86_400;
/// Events of one portion of a range.
const PORTION: u64 = 10_000;

/// Tell what happened in order: of a task with its time in each status, of a board, or of everything in a range
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&FORMATS)), after_help = "\
--task takes a task's id, the first characters of it, a part of its title, or the id of one of its events. Without --task \
the last 24 hours are told, or the range of -S and -U. For people, repeats of one message are one entry, and heartbeats \
are left out unless --type asks for types; the other formats have every event.

Examples:
  mc-activity timeline --task 30d4
  mc-activity timeline --board payments -S 1h
  mc-activity timeline -S 2026-03-05T14:00 -U 2026-03-05T14:10
  mc-activity timeline --task iDEAL -o markdown > post-mortem.md
  mc-activity timeline --task 30d4 --html incident.html")]
pub struct TimelineArgs {
    /// Tell it as of this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "until")]
    at: Option<TimeSpec>,
    /// Also write one self-contained page
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl TimelineArgs {
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let view = Columns::timeline().choose(&self.output.fields)?;
        let mut session = context.session(true).await?;
        let mut filter = self.resolve(&mut session).await?;
        context.warn_of_future(&session, &self.range, filter.since);
        let now = match (&self.at, filter.until) {
            (Some(at), _) => at.resolve(session.now, session.zone)?,
            (None, Some(until)) => until.previous().min(session.now),
            (None, None) => session.now,
        };
        let through = (self.at.is_some() || filter.until.is_some()).then_some(now);
        let story = match &filter.tasks[..] {
            [task] => Some(Story::of(&mut session, *task, now, through).await?),
            _ => None,
        };
        if story.is_none() && filter.since.is_none() && filter.tasks.is_empty() {
            filter.since = Some(now.plus_seconds(-DAY));
            in_order(now.plus_seconds(-DAY), filter.until.unwrap_or(now))?;
        }
        let style = Style { now, ..context.style(&session, &self.output)? };
        let teller =
            Teller { format, view, style, heartbeats: !self.filter.types.types.is_empty(), keep: self.html.is_some() };
        self.tell(context, session, &filter, through, story, teller).await?;
        Ok(0)
    }

    /// The filters; a single task may also be named by one of its events.
    async fn resolve(&self, session: &mut Session) -> Result<Filter> {
        let error = match session.filter(&self.filter, &self.range).await {
            Ok(filter) => return Ok(filter),
            Err(error) => error,
        };
        let [text] = &self.filter.select.task[..] else { return Err(error) };
        let Some(prefix) = event_prefix(text).filter(|_| kind_of(&error) == Kind::NotFound) else { return Err(error) };
        let Ok(event) = session.find_event(text, prefix).await else { return Err(error) };
        let select = SelectArgs { task: Vec::new(), ..self.filter.select.clone() };
        let mut filter = session.filter(&FilterArgs { select, ..self.filter.clone() }, &self.range).await?;
        let Some(task) = event.task_id else {
            let failure = not_found(format!("the event '{text}' has no task"));
            return Err(failure.hint("`mc-activity list --around EVENT` shows what happened around it").into());
        };
        filter.tasks = vec![task];
        Ok(filter)
    }

    async fn tell(
        &self,
        context: &Context,
        mut session: Session,
        filter: &Filter,
        through: Option<Timestamp>,
        mut story: Option<Story>,
        teller: Teller,
    ) -> Result<()> {
        let held = Held::default();
        let (format, style) = (teller.format, teller.style);
        let mut printer = TimelinePrinter::new(teller, held.clone(), story.as_ref())?;
        let mut sink = None;
        let whole = Filter { tasks: filter.tasks.clone(), ..Filter::default() };
        if *filter == whole
            && let Some(story) = &mut story
        {
            for event in std::mem::take(&mut story.events) {
                printer.add(event, Some(story))?;
            }
            session.store.commit().await?;
        } else {
            let page = PageRequest { order: Order::Oldest, ..PageRequest::default() };
            let mut feed = Feed::new(page, PORTION);
            loop {
                let asked = EventQuery { through, ..Session::asked(&session.scope, filter, BoardRule::EventBoard) };
                let done = session
                    .store
                    .portion::<ActivityEvent>(asked, &mut feed, &mut |event| {
                        printer.add(event, story.as_ref())?;
                        Ok(if held.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                    })
                    .await?;
                session.store.commit().await?;
                if done {
                    break;
                }
                let sink = match &mut sink {
                    Some(sink) => sink,
                    none => none.insert(context.destination(&self.output, format)?),
                };
                held.pass_on(sink)?;
                // The HTML report is complete all the same.
                if sink.is_left() && self.html.is_none() {
                    break;
                }
                session.go_on(filter).await?;
            }
        }
        for line in session.store.damage() {
            context.say(&format!("warning: {line}"));
        }
        if let Some(path) = &self.html {
            let task = story.as_ref().map(|story| &story.task);
            let participants = story.as_ref().map_or(&printer.participants, |story| &story.participants);
            let body = Body::Timeline { task, participants, entries: &printer.kept };
            context.write_page(path, &session, body, &style.show_time())?;
        }
        let events = if printer.shown == 1 { "event" } else { "events" };
        let mut footer = context.footer(&session, format!("{} {events}", printer.shown));
        if let Some(range) = range(filter, &style) {
            footer.insert(1, range);
        }
        printer.finish(footer, &session.coverage, story.as_ref())?;
        let mut sink = match sink {
            Some(sink) => sink,
            None => context.destination(&self.output, format)?,
        };
        held.pass_on(&mut sink)?;
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        Ok(())
    }
}

fn range(filter: &Filter, style: &Style) -> Option<String> {
    let show = |at: Timestamp| style.zone.show(at);
    match (filter.since, filter.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("since {}", show(since))),
        (None, Some(until)) => Some(format!("until {}", show(until))),
        (Some(since), Some(until)) => Some(format!("from {} until {}", show(since), show(until))),
    }
}

/// The form of the output.
struct Teller {
    format: Format,
    view: Columns,
    style: Style,
    /// Whether heartbeats are shown to people.
    heartbeats: bool,
    /// The entries are needed for a page.
    keep: bool,
}

/// Writes the entries as they come.
struct TimelinePrinter {
    held: Held,
    form: PrinterForm,
    keep: bool,
    kept: Vec<Entry>,
    participants: Participants,
    /// The last known status of each task of a range.
    statuses: HashMap<Uuid, TaskStatus>,
    last_at: Option<Timestamp>,
    shown: u64,
    style: Style,
}

enum PrinterForm {
    Rows(RowWriter<Held>),
    Json(Columns),
    Narrative(Narrative, Form),
}

impl TimelinePrinter {
    fn new(teller: Teller, held: Held, story: Option<&Story>) -> io::Result<Self> {
        let Teller { format, view, style, heartbeats, keep } = teller;
        let nobody = Participants::default();
        let (task, participants) = match story {
            Some(story) => (Some(&story.task), &story.participants),
            None => (None, &nobody),
        };
        let explicit = view.is_explicit();
        let form = match format {
            Format::Json => {
                timeline::begin_json(&mut held.clone(), task, participants)?;
                PrinterForm::Json(view)
            }
            Format::Table | Format::Text | Format::Markdown if !explicit => {
                let form = if format == Format::Markdown { Form::Markdown } else { Form::Text };
                timeline::write_head(&mut held.clone(), form, task, participants, &style)?;
                PrinterForm::Narrative(Narrative::new(form, style, story.is_none(), heartbeats), form)
            }
            format => PrinterForm::Rows(RowWriter::new(held.clone(), format, view, style)),
        };
        let (statuses, participants) = (HashMap::new(), Participants::default());
        Ok(Self { held, form, keep, kept: Vec::new(), participants, statuses, last_at: None, shown: 0, style })
    }

    fn add(&mut self, event: ActivityEvent, story: Option<&Story>) -> io::Result<()> {
        let change = match story {
            Some(story) => story.changes.get(&event.id).copied().unwrap_or_default(),
            None => {
                self.participants.add(&event);
                self.change(&event)
            }
        };
        let at = event.created_at;
        let elapsed = self.last_at.filter(|last| last.is_finite() && at.is_finite()).map(|last| at.micros_since(last));
        self.last_at = Some(at);
        self.shown += 1;
        let entry = Entry { event, elapsed, change };
        if self.keep {
            self.kept.push(entry.clone());
        }
        match &mut self.form {
            PrinterForm::Rows(writer) => writer.row_with(&entry.event, &entry.extra()),
            PrinterForm::Json(view) => timeline::item_json(&mut self.held, view, &entry, self.shown == 1),
            PrinterForm::Narrative(narrative, _) => narrative.add(&mut self.held, entry),
        }
    }

    /// The status before and after an event of a range, as far as the events of the range tell it.
    fn change(&mut self, event: &ActivityEvent) -> StatusChange {
        let Some(task) = event.task_id else { return (None, None) };
        let before = self.statuses.get(&task).copied();
        let after = match event.event_type.as_str() {
            "task.status_changed" => TaskStatus::from_message(event.message.as_deref().unwrap_or_default()),
            _ => before,
        };
        match after {
            Some(after) => self.statuses.insert(task, after),
            None => self.statuses.remove(&task),
        };
        (before, after)
    }

    fn finish(mut self, mut footer: Vec<String>, coverage: &Coverage, story: Option<&Story>) -> io::Result<()> {
        let task = story.map(|story| &story.task);
        match self.form {
            PrinterForm::Rows(writer) => writer.finish(&PageInfo { footer, ..PageInfo::default() }),
            PrinterForm::Json(_) => {
                coverage.close(&mut self.held, |out| timeline::end_json(out, task, &self.participants))
            }
            PrinterForm::Narrative(mut narrative, form) => {
                narrative.finish(&mut self.held)?;
                if narrative.left_out() > 0 {
                    footer.insert(1, format!("{} heartbeats left out; --type '*' shows them", narrative.left_out()));
                }
                match form {
                    Form::Text => output::write_footer(&mut self.held, &footer, &self.style),
                    Form::Markdown => timeline::write_markdown_footer(&mut self.held, &footer),
                }
            }
        }
    }
}
