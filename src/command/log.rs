//! `log`: the one command that writes to Mission Control's table.

mod entry;
mod writer;

use super::session::Context;
use super::sink::Sink;
use crate::cli::format::OutputArgs;
use crate::error::{failed, usage};
use crate::event::ActivityEvent;
use crate::output::{Ending, Format, RowWriter, View};
use anyhow::{Context as _, Result};
use clap::Args;
use entry::Entry;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use writer::Writer;

/// Write one event, or many from JSON lines: all of them or none
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
JSON lines have the keys event_type, message, action, board_id, task_id, agent_id, user_id, actor_id, id; boards and \
agents may be names. id and created_at are made here; with an id given, writing the same event again is no error.

Examples:
  mc-activity log --type task.comment --task 30d4 --message 'Looked at it: the cache was cold'
  mc-activity log --type deploy.finished --board payments --message 'v2.4.1' --dry-run
  generate | mc-activity log --jsonl -")]
pub struct LogArgs {
    /// Event type, such as task.comment
    #[arg(long = "type", value_name = "TYPE", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    event_type: Option<String>,
    /// Text; - reads stdin
    #[arg(long, value_name = "TEXT", conflicts_with = "jsonl")]
    message: Option<String>,
    /// Action, where the schema has it
    #[arg(long, conflicts_with = "jsonl")]
    action: Option<String>,
    /// Board: id, slug or name (default: the task's)
    #[arg(long, conflicts_with = "jsonl")]
    board: Option<String>,
    /// Task: id or the first characters of it
    #[arg(long, conflicts_with = "jsonl")]
    task: Option<String>,
    /// Agent: id or name (default: the writing agent, or none)
    #[arg(long, conflicts_with = "jsonl")]
    agent: Option<String>,
    /// The writing user, where the schema has it: only yourself
    #[arg(long, conflicts_with = "jsonl")]
    user: Option<String>,
    /// Actor id, where the schema has it
    #[arg(long, value_name = "ID", conflicts_with = "jsonl")]
    actor: Option<String>,
    /// The event's id; the same event again is then no error
    #[arg(long, value_name = "ID", conflicts_with = "jsonl")]
    id: Option<String>,
    /// Many events, one JSON object a line; - reads stdin
    #[arg(long, value_name = "FILE")]
    jsonl: Option<String>,
    /// Check everything, write nothing, show what would be written
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputArgs,
}

impl LogArgs {
    /// Writes.
    ///
    /// # Errors
    /// Exit 2 for what cannot be understood, 3 and 4 for what is unknown or not allowed, 5 where the schema cannot hold
    /// it; nothing is written then.
    pub async fn run(self, context: &Context) -> Result<()> {
        let format: Format = self.output.format("table", &["table", "json", "jsonl"])?.parse()?;
        if context.reads_token_from_stdin()
            && (self.jsonl.as_deref() == Some("-") || self.message.as_deref() == Some("-"))
        {
            return Err(usage("stdin cannot hold both the token and what is to be written").into());
        }
        let view = View::events().choose(&self.output.fields)?;
        // Read to the end before a transaction is open: a slow writer of lines must hold no locks meanwhile.
        let entries = match self.entry()? {
            Some(entry) => vec![(None, entry)],
            None => self.lines(context)?,
        };
        // Where the answer cannot go nothing is written.
        let mut sink = Sink::open(self.output.out_file.as_deref())?;
        let mut session = context.session_to_write().await?;
        let style = context.style(&session, &self.output)?;
        let mut writer = Writer::new(&mut session).await?;
        let progress = context.progress("events checked", Some(entries.len() as u64));
        let mut checked = Vec::with_capacity(entries.len());
        for (line, entry) in entries {
            checked.push((line, at(line, writer.check(entry).await)?));
            progress.inc();
        }
        drop(progress);
        let progress = context.progress("events written", Some(checked.len() as u64));
        for (line, event) in checked {
            at(line, writer.write(event).await)?;
            progress.inc();
        }
        drop(progress);
        let Writer { items, warnings, .. } = writer;
        for warning in warnings {
            context.say(&format!("warning: {warning}"));
        }
        if self.dry_run {
            session.store.rollback().await?;
        } else {
            if session.embedded {
                session.store.mark_written().await?;
            }
            session.store.commit().await?;
        }
        print(&items, format, self.dry_run, &mut sink, view, style)
            .and_then(|()| sink.finish())
            .context(if self.dry_run { "nothing was written" } else { "the events are written, but" })?;
        session.store.close().await;
        Ok(())
    }

    /// The one event of the flags, or none with `--jsonl`.
    fn entry(&self) -> Result<Option<Entry>> {
        let Some(event_type) = self.event_type.clone() else { return Ok(None) };
        let mut message = self.message.clone();
        if message.as_deref() == Some("-") {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).context(usage("the message on stdin cannot be read"))?;
            message = Some(text.strip_suffix('\n').unwrap_or(&text).to_owned());
        }
        let entry = Entry {
            event_type,
            message,
            action: self.action.clone(),
            board: self.board.clone(),
            task: self.task.clone(),
            agent: self.agent.clone(),
            user: self.user.clone(),
            actor: self.actor.clone(),
            id: self.id.clone(),
            created_at: None,
        };
        entry.check()?;
        Ok(Some(entry))
    }

    /// All events of `--jsonl`, with their lines.
    fn lines(&self, context: &Context) -> Result<Vec<(Option<u64>, Entry)>> {
        let name = self.jsonl.as_deref().unwrap_or("-");
        let mut input: Box<dyn BufRead> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(name).with_context(|| usage(format!("cannot read {name}")))?))
        };
        let progress = context.progress("lines read", None);
        let mut entries = Vec::new();
        let mut text = Vec::new();
        for number in 1_u64.. {
            text.clear();
            if input.read_until(b'\n', &mut text).with_context(|| failed(format!("cannot read {name}")))? == 0 {
                break;
            }
            let line = Some(number);
            entries.extend(at(line, Entry::parse(&text))?.map(|entry| (line, entry)));
            progress.inc();
        }
        Ok(entries)
    }
}

/// What was done, or an error that names the line, of many.
fn at<T>(line: Option<u64>, done: Result<T>) -> Result<T> {
    match line {
        Some(number) => done.with_context(|| format!("line {number}")),
        None => done,
    }
}

fn print(
    items: &[ActivityEvent],
    format: Format,
    dry_run: bool,
    sink: &mut Sink,
    view: View,
    style: crate::output::Style,
) -> Result<()> {
    if format == Format::Table && !dry_run {
        return Ok(items.iter().try_for_each(|item| writeln!(sink, "{}", item.id))?);
    }
    let format = if format == Format::Json { Format::Jsonl } else { format };
    let mut rows = RowWriter::new(sink, format, view, style);
    items.iter().try_for_each(|item| rows.row(item))?;
    let footer = vec![format!("{} would be written, nothing was", items.len())];
    Ok(rows.finish(&Ending { footer, ..Ending::default() })?)
}
