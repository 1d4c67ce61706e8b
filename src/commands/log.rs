//! `log`: the one command that writes to Mission Control's table.

mod input;
mod lines;
mod writer;

use crate::cli::format::{OutputArgs, offers};
use crate::error::usage;
use crate::model::ActivityEvent;
use crate::output::destination::Destination;
use crate::output::{Columns, Format, PageInfo, RowWriter, Style};
use crate::session::Context;
use crate::session::progress::ProgressDisplay;
use anyhow::{Context as _, Result};
use clap::Args;
use input::InputEvent;
use lines::{IN_MEMORY, InputLines, no_room};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;
use writer::{Checked, EventWriter};

/// Events that are written with one statement.
const BATCH: usize = 2_000;
/// Bytes of their messages, roughly.
const BATCH_BYTES: usize = 2 << 20;

/// Write one event, or many from JSON lines in one transaction
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&[Format::Table, Format::Json, Format::Jsonl])), after_help = "\
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
    /// Message; - reads stdin
    #[arg(long, value_name = "TEXT", conflicts_with = "jsonl")]
    message: Option<String>,
    /// Action, if the schema has this column
    #[arg(long, conflicts_with = "jsonl")]
    action: Option<String>,
    /// Board: id, slug or name [default: the task's]
    #[arg(long, conflicts_with = "jsonl")]
    board: Option<String>,
    /// Task: id, start of the id, or part of the title
    #[arg(long, conflicts_with = "jsonl")]
    task: Option<String>,
    /// Agent: id or name [default: the writing agent]
    #[arg(long, conflicts_with = "jsonl")]
    agent: Option<String>,
    /// Writing user (only yourself), if the schema has it
    #[arg(long, conflicts_with = "jsonl")]
    user: Option<String>,
    /// Actor id, if the schema has this column
    #[arg(long, value_name = "ID", conflicts_with = "jsonl")]
    actor: Option<String>,
    /// Event id, which makes retries idempotent
    ///
    /// Writing the same event with the same id again is no error.
    #[arg(long, value_name = "ID", conflicts_with = "jsonl")]
    id: Option<String>,
    /// Write many events, one JSON object a line; - is stdin
    #[arg(long, value_name = "FILE")]
    jsonl: Option<String>,
    /// Check and print the events, but write nothing
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
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        if context.reads_token_from_stdin()
            && (self.jsonl.as_deref() == Some("-") || self.message.as_deref() == Some("-"))
        {
            return Err(usage("stdin cannot hold both the token and what is to be written").into());
        }
        let view = Columns::events().choose(&self.output.fields)?;
        // Read to the end before a transaction is open: a slow writer of lines must hold no locks meanwhile.
        let input = match self.entry()? {
            Some(entry) => Input::One(Box::new(entry)),
            None => Input::Many(self.lines(context)?),
        };
        // If the output cannot be written, no event is written.
        let mut sink = Destination::open_for(self.output.out_file.as_deref(), format)?;
        let mut session = context.session_to_write().await?;
        let style = context.style(&session, &self.output)?;
        let mut writer = EventWriter::new(&mut session).await?;
        // Kept until all is written for good.
        let mut answer = SpooledTempFile::new(IN_MEMORY);
        let mut printer = Printer::new(&mut answer, format, self.dry_run, view, style);
        let progress = context.progress("events written", input.events());
        match input {
            Input::One(entry) => {
                let checked = writer.check(None, *entry).await?;
                printer.items(&writer.write(vec![checked]).await?)?;
            }
            Input::Many(lines) => write_lines(lines, &mut writer, &mut printer, &progress).await?,
        }
        let EventWriter { done, warnings, .. } = writer;
        printer.finish(done)?;
        if self.dry_run {
            session.store.rollback().await?;
        } else {
            if session.embedded {
                session.store.mark_written().await?;
            }
            session.store.commit().await?;
        }
        drop(progress);
        for warning in warnings {
            context.say(&format!("warning: {warning}"));
        }
        answer
            .seek(SeekFrom::Start(0))
            .and_then(|_| io::copy(&mut answer, &mut sink))
            .map_err(anyhow::Error::from)
            .and_then(|_| sink.finish())
            .context(if self.dry_run { "nothing was written" } else { "the events are written, but" })?;
        session.store.close().await;
        Ok(0)
    }

    /// The one event of the flags, or none with `--jsonl`.
    fn entry(&self) -> Result<Option<InputEvent>> {
        let Some(event_type) = self.event_type.clone() else { return Ok(None) };
        let mut message = self.message.clone();
        if message.as_deref() == Some("-") {
            message = Some(lines::message(io::stdin().lock())?);
        }
        let entry = InputEvent {
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

    /// All lines of `--jsonl`.
    fn lines(&self, context: &Context) -> Result<InputLines> {
        let name = self.jsonl.as_deref().unwrap_or("-");
        let input: Box<dyn BufRead> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(name).with_context(|| usage(format!("cannot read {name}")))?))
        };
        let progress = context.progress("lines read", None);
        InputLines::read(input, name, || progress.inc())
    }
}

/// What is to be written.
enum Input {
    One(Box<InputEvent>),
    Many(InputLines),
}

impl Input {
    fn events(&self) -> Option<u64> {
        match self {
            Self::One(_) => Some(1),
            Self::Many(lines) => Some(lines.events),
        }
    }
}

/// Checks all lines before any is written, then writes them batch by batch.
async fn write_lines<W: Write>(
    mut lines: InputLines,
    writer: &mut EventWriter<'_>,
    printer: &mut Printer<W>,
    progress: &ProgressDisplay,
) -> Result<()> {
    for line in lines.events()? {
        let (number, entry) = line?;
        writer.check(Some(number), entry).await?;
    }
    let (mut batch, mut bytes) = (Vec::new(), 0);
    for line in lines.events()? {
        let (number, entry) = line?;
        let checked = writer.check(Some(number), entry).await?;
        bytes += checked.length();
        batch.push(checked);
        if batch.len() >= BATCH || bytes >= BATCH_BYTES {
            (batch, bytes) = (write(batch, writer, printer, progress).await?, 0);
        }
    }
    write(batch, writer, printer, progress).await.map(drop)
}

/// Writes a batch; what is left is empty.
async fn write<W: Write>(
    batch: Vec<Checked>,
    writer: &mut EventWriter<'_>,
    printer: &mut Printer<W>,
    progress: &ProgressDisplay,
) -> Result<Vec<Checked>> {
    let items = writer.write(batch).await?;
    printer.items(&items)?;
    items.iter().for_each(|_| progress.inc());
    Ok(Vec::new())
}

/// What was written, or would be: ids alone, or the items.
enum Printer<W: Write> {
    Ids(W),
    Items(Box<RowWriter<W>>),
}

impl<W: Write> Printer<W> {
    fn new(out: W, format: Format, dry_run: bool, view: Columns, style: Style) -> Self {
        match format {
            Format::Table if !dry_run => Self::Ids(out),
            Format::Json => Self::Items(Box::new(RowWriter::new(out, Format::Jsonl, view, style))),
            format => Self::Items(Box::new(RowWriter::new(out, format, view, style))),
        }
    }

    fn items(&mut self, items: &[ActivityEvent]) -> Result<()> {
        let done = match self {
            Self::Ids(out) => items.iter().try_for_each(|item| writeln!(out, "{}", item.id)),
            Self::Items(rows) => items.iter().try_for_each(|item| rows.row(item)),
        };
        done.with_context(no_room)
    }

    fn finish(self, count: usize) -> Result<()> {
        let footer = vec![format!("{count} would be written, nothing was")];
        match self {
            Self::Ids(_) => Ok(()),
            Self::Items(rows) => rows.finish(&PageInfo { footer, ..PageInfo::default() }).with_context(no_room),
        }
    }
}
