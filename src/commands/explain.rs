//! `explain`: what an event type means, or what happened in one event.

use crate::cli::format::{OutputArgs, offers};
use crate::db::BoardRule;
use crate::escape::escape_for_terminal;
use crate::model::Filter;
use crate::model::catalogue::{self, Explanation};
use crate::model::names::IdPrefix;
use crate::model::{ActivityEvent, Timestamp};
use crate::output::{self, Color, Columns, Format, PageInfo, RowWriter, Style};
use crate::redact::mask;
use crate::session::find_event::event_prefix;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::io::Write;

/// Explain an event type or a single event
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::FACTS)), after_help = "\
A type is explained from a catalogue, without a database. An event is looked up as the actor may see it. Without either, \
the types of the events that the actor may see are listed, with their number and when each was last used.

Examples:
  mc-activity explain
  mc-activity explain task.assignee_wake_failed
  mc-activity explain approval.approved       # never stored: names what is
  mc-activity explain 447dfac7                # the event whose id begins so")]
pub struct ExplainArgs {
    /// Event type, or event id (at least its first 4 characters)
    ///
    /// Without it, the event types of this database are listed.
    #[arg(value_name = "TYPE|EVENT-ID")]
    what: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl ExplainArgs {
    /// Whether types are to be listed or an event is to be explained: a type is in the catalogue.
    pub fn needs_database(&self) -> bool {
        self.what.is_none() || self.prefix().is_some()
    }

    fn prefix(&self) -> Option<IdPrefix> {
        event_prefix(self.what.as_deref()?)
    }

    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let Some(what) = self.what.as_deref() else { return self.list_types(context, format).await };
        self.output.without_fields()?;
        let (event, style) = match self.prefix() {
            // No times are shown of a type.
            None => (None, context.style_at(Timestamp::NEG_INFINITY, &self.output)?),
            Some(prefix) => {
                let mut session = context.session(false).await?;
                let event = session.find_event(what, prefix).await?;
                let style = context.style(&session, &self.output)?;
                session.store.close().await;
                (Some(event), style)
            }
        };
        let told = catalogue::explain(event.as_ref().map_or(&*mask(what), |event| &event.event_type));
        let mut sink = context.destination(&self.output, format)?;
        match format {
            Format::Json => write_json(&mut sink, event.as_ref(), &told)?,
            _ => write_text(&mut sink, event.as_ref(), &told, &style)?,
        }
        sink.finish()?;
        Ok(0)
    }

    /// The types of the events that the actor may see, most frequent first.
    async fn list_types(&self, context: &Context, format: Format) -> Result<u8> {
        let mut session = context.session(false).await?;
        let (scope, filter) = (session.scope.clone(), Filter::default());
        let mut types = session.store.types_in_use(Session::asked(&scope, &filter, BoardRule::EventBoard)).await?;
        session.store.commit().await?;
        types.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.event_type.cmp(&b.event_type)));
        let style = context.style(&session, &self.output)?;
        let mut sink = context.destination(&self.output, format)?;
        let mut writer = RowWriter::new(&mut sink, format, Columns::types().choose(&self.output.fields)?, style);
        types.iter().try_for_each(|row| writer.row(row))?;
        let footer = context.footer(&session, format!("{} types", types.len()));
        writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        Ok(0)
    }
}

fn write_json(out: &mut impl Write, event: Option<&ActivityEvent>, told: &Explanation) -> Result<()> {
    out.write_all(b"{\"event\":")?;
    match event {
        Some(event) => output::json::record(out, &Columns::events(), event)?,
        None => out.write_all(b"null")?,
    }
    out.write_all(b",\"explanation\":")?;
    output::json::value(out, told)?;
    out.write_all(b"}\n")?;
    Ok(())
}

fn write_text(out: &mut impl Write, event: Option<&ActivityEvent>, told: &Explanation, style: &Style) -> Result<()> {
    let row = |label: &str, text: String| vec![format!("  {label}"), text];
    if let Some(event) = event {
        writeln!(out, "{}", style.terminal.paint(Color::Bold, &event.id.to_string()))?;
        let named = |name: Option<&str>, id: Option<uuid::Uuid>| {
            let id = id.map(|id| id.to_string());
            match (name.map(escape_for_terminal), id) {
                (Some(name), Some(id)) => format!("{name} ({id})"),
                (None, Some(id)) => id,
                _ => "-".to_owned(),
            }
        };
        let age = output::age(event.created_at, style.now);
        let rows = [
            row("time", format!("{} ({age})", style.zone.show_full(event.created_at))),
            row("board", named(event.board_name.as_deref(), event.board_id)),
            row("agent", named(event.agent_name.as_deref(), event.agent_id)),
            row("task", named(event.task_title.as_deref(), event.task_id)),
            row(
                "message",
                event.message.as_deref().map_or_else(|| "-".to_owned(), |text| escape_for_terminal(text).into_owned()),
            ),
        ];
        output::write_facts(out, &rows, style)?;
        writeln!(out)?;
    }
    writeln!(out, "{}", style.terminal.paint(Color::Bold, &escape_for_terminal(&told.event_type)))?;
    let rows: Vec<Vec<String>> = catalogue::facts(told).into_iter().map(|(label, text)| row(label, text)).collect();
    output::write_facts(out, &rows, style)?;
    Ok(())
}
