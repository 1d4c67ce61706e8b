//! `verify`: what was changed in the database since an archive was made.

use crate::analysis::chain::{ChainReader, Fit, Link};
use crate::analysis::verify::{IdSet, verdict, verdict_of_unarchived};
use crate::cli::duration::parse_duration;
use crate::cli::filter::{FilterArgs, RangeArgs};
use crate::cli::format::{OutputArgs, offers};
use crate::db::{BoardRule, Feed, Order, PageRequest};
use crate::error::usage;
use crate::model::{ActivityEvent, ArchivedEvent, Filter, Finding, Scope, Timestamp, Verdict, Verification};
use crate::output::destination::Destination;
use crate::output::{self, Columns, Format, PageInfo, RowWriter};
use crate::session::chain_archive::ChainArchive;
use crate::session::progress::ProgressDisplay;
use crate::session::{Context, Session};
use anyhow::{Context as _, Result};
use chrono::NaiveDateTime;
use clap::{Args, ValueHint};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// Events looked up at a time, and bytes of their texts.
const BATCH: usize = 2_000;
const BATCH_BYTES: usize = 4 << 20;
/// Rows of a portion when the database is searched.
const SEARCHED_AT_ONCE: u64 = 20_000;
/// Findings that are listed of those that are explained, and of those that are not.
const LISTED: usize = 5_000;

/// Hold an archive made with --chain against the database
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::REPORT)), after_help = "\
An archive is the output of list --all --chain -o jsonl or of tail --events --chain -o jsonl. Give the filters and the range that \
it was made with: other events that are dated in its time count as inserted.

Explained is what Mission Control does itself: a deleted agent leaves its events without agent_id; a deleted task, board or \
organization takes its events along. Not explained is an event that is gone alone, rewritten or inserted.

Exit codes: 0 all is explained, 1 something is not, 2 the chain is broken.

Examples:
  mc-activity list --all --chain -o jsonl > archive.jsonl
  mc-activity verify archive.jsonl
  mc-activity verify monday.jsonl tuesday.jsonl --board payments -o json")]
pub struct VerifyArgs {
    /// The archive, or several in their order (- is stdin)
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// The head that was kept: hash of the last line
    #[arg(long, value_name = "HASH", value_parser = ChainArchive::hash)]
    head: Option<String>,
    /// How late an event may be committed
    ///
    /// An event that is not in the archive, and dated less than this before the archive was read, may have been committed
    /// afterwards. It does not count as inserted.
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = parse_duration)]
    lookback: Duration,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is read of a line.
#[derive(Deserialize)]
struct Line {
    id: Uuid,
    event_type: String,
    message: Option<String>,
    created_at: String,
    agent_id: Option<Uuid>,
    task_id: Option<Uuid>,
    board_id: Option<Uuid>,
    archived_at: String,
    previous_hash: String,
    hash: String,
}

/// What was found so far.
struct ArchiveCheck<'a> {
    files: &'a [PathBuf],
    scope: Scope,
    chain: ChainReader,
    answer: Verification,
    explained: Vec<Finding>,
    unexplained: Vec<Finding>,
    ids: IdSet,
    /// The oldest event, and the newest reading.
    oldest: Option<Timestamp>,
    read_until: Option<Timestamp>,
    batch: Vec<ArchivedEvent>,
    bytes: usize,
}

impl VerifyArgs {
    /// Answers; the number is the exit code.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let view = Columns::findings().choose(&self.output.fields)?;
        let mut session = context.session(true).await?;
        let filter = session.filter(&self.filter, &self.range).await?;
        session.store.commit().await?;
        let mut verifier = ArchiveCheck::new(&self.files, session.scope.clone());
        let progress = context.progress("events", None);
        for (number, path) in self.files.iter().enumerate() {
            verifier.read_file(&mut session, number, path, &progress).await?;
        }
        if verifier.answer.lines == 0 {
            return Err(usage("the archive has no line, so there is nothing to verify").into());
        }
        verifier.look_up(&mut session).await?;
        let micros = i64::try_from(self.lookback.as_micros()).unwrap_or(i64::MAX);
        verifier.search(&mut session, filter, micros, &progress).await?;
        drop(progress);
        let answer = verifier.finish(self.head.as_deref());
        let sink = self.print(context, &session, format, view, &answer)?;
        for line in session.store.damage() {
            context.say(&format!("warning: {line}"));
        }
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        Ok(match answer.verdict() {
            "explained" => 0,
            "unexplained" => 1,
            _ => 2,
        })
    }

    /// Writes it to a destination that is not finished yet.
    fn print(
        &self,
        context: &Context,
        session: &Session,
        format: Format,
        view: Columns,
        answer: &Verification,
    ) -> Result<Destination> {
        let style = context.style(session, &self.output)?;
        let show_time = style.show_time();
        let look = style.look(&show_time);
        let footer = context.footer(session, format!("{} lines held against the database", answer.lines));
        let mut sink = context.destination(&self.output, format)?;
        match format {
            Format::Json => output::verify::write_json(&mut sink, answer, &view)?,
            Format::Table if self.output.fields.is_empty() => {
                output::verify::write_report(&mut sink, answer, &look)?;
                output::write_footer(&mut sink, &footer, &style)?;
            }
            _ => {
                let mut writer = RowWriter::new(&mut sink, format, view, style);
                answer.findings.iter().try_for_each(|finding| writer.row(finding))?;
                writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
            }
        }
        Ok(sink)
    }
}

impl<'a> ArchiveCheck<'a> {
    fn new(files: &'a [PathBuf], scope: Scope) -> Self {
        Self {
            files,
            scope,
            chain: ChainReader::default(),
            answer: Verification {
                lines: 0,
                counts: [0; 9],
                first: None,
                head: None,
                is_kept_head: None,
                repeated: 0,
                searched: None,
                findings: Vec::new(),
                not_listed: 0,
            },
            explained: Vec::new(),
            unexplained: Vec::new(),
            ids: IdSet::default(),
            oldest: None,
            read_until: None,
            batch: Vec::new(),
            bytes: 0,
        }
    }

    /// Reads the lines of a file. No transaction is open while the file is read, which may be a pipe.
    async fn read_file(
        &mut self,
        session: &mut Session,
        file: usize,
        path: &Path,
        progress: &ProgressDisplay,
    ) -> Result<()> {
        let unreadable = || usage(format!("cannot read {}", path.display()));
        let mut input: Box<dyn BufRead> = match path == Path::new("-") {
            true => Box::new(BufReader::new(io::stdin())),
            false => Box::new(BufReader::new(File::open(path).with_context(unreadable)?)),
        };
        let mut text = Vec::new();
        let mut line = 0;
        loop {
            text.clear();
            if input.read_until(b'\n', &mut text).with_context(unreadable)? == 0 {
                return Ok(());
            }
            line += 1;
            progress.inc();
            self.read_line(file, line, &text)?;
            if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES {
                self.look_up(session).await?;
            }
        }
    }

    fn read_line(&mut self, file: usize, line: u64, text: &[u8]) -> Result<()> {
        self.answer.lines += 1;
        let read: Line = match serde_json::from_slice(text) {
            Ok(read) => read,
            Err(_) if self.answer.lines == 1 => {
                let failure = usage(format!("{} is no archive made with --chain", self.files[file].display()));
                return Err(failure.hint("make one with `mc-activity list --all --chain -o jsonl`").into());
            }
            Err(_) => {
                self.broken(file, line, None, "the line cannot be read");
                return Ok(());
            }
        };
        let id = read.id.to_string();
        let link = Link {
            id: &id,
            event_type: &read.event_type,
            message: read.message.as_deref(),
            created_at: &read.created_at,
            archived_at: &read.archived_at,
        };
        let fit = self.chain.read(&link, &read.previous_hash, &read.hash);
        self.oldest = self.oldest.into_iter().chain(instant(&read.created_at)).min();
        self.read_until = self.read_until.into_iter().chain(instant(&read.archived_at)).max();
        self.ids.add(read.id);
        self.bytes += text.len();
        let event = ArchivedEvent {
            file,
            line,
            id: read.id,
            event_type: read.event_type,
            message: read.message,
            created_at: read.created_at,
            agent_id: read.agent_id,
            task_id: read.task_id,
            board_id: read.board_id,
        };
        match fit {
            Fit::Whole => {}
            Fit::Repeated(lines) => self.answer.repeated += lines,
            Fit::Changed => self.broken(file, line, Some(&event), "the line was changed: its hash is another"),
            Fit::Parted => self.broken(file, line, Some(&event), "the line does not follow the one before it"),
        }
        self.batch.push(event);
        Ok(())
    }

    fn broken(&mut self, file: usize, line: u64, event: Option<&ArchivedEvent>, why: &str) {
        let verdict = Verdict::ChainBroken(why.to_owned());
        let finding = Finding {
            file: Some(self.files[file].display().to_string()),
            line: Some(line),
            id: event.map(|event| event.id),
            event_type: event.map(|event| event.event_type.clone()),
            created_at: event.map(|event| event.created_at.clone()),
            ..finding(&verdict)
        };
        self.note(&verdict, finding);
    }

    fn note(&mut self, verdict: &Verdict, finding: Finding) {
        self.answer.counts[verdict.number()] += 1;
        let list = if verdict.is_explained() { &mut self.explained } else { &mut self.unexplained };
        if *verdict == Verdict::Unchanged {
        } else if list.len() < LISTED {
            list.push(finding);
        } else {
            self.answer.not_listed += 1;
        }
    }

    /// Holds the events read so far against the database.
    async fn look_up(&mut self, session: &mut Session) -> Result<()> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        session.store.begin_portion().await?;
        let ids = batch.iter().map(|event| event.id).collect();
        let stored = session.store.archived(&self.scope, ids).await?;
        let stored: HashMap<Uuid, _> = stored.into_iter().map(|event| (event.id, event)).collect();
        let [mut boards, mut tasks, mut agents, mut lost]: [HashSet<Uuid>; 4] = Default::default();
        for event in &batch {
            match stored.get(&event.id) {
                None => {
                    boards.extend(event.board_id);
                    tasks.extend(event.task_id);
                    lost.insert(event.id);
                }
                Some(stored) if stored.agent_id.is_none() => agents.extend(event.agent_id),
                Some(_) => {}
            }
        }
        let mut existing = HashSet::new();
        if !(lost.is_empty() && agents.is_empty()) {
            let named = [boards, tasks, agents, lost].map(|ids| ids.into_iter().collect());
            existing = session.store.still_there(&self.scope, named).await?;
        }
        session.store.commit().await?;
        for event in batch {
            let verdict = verdict(&self.scope, &event, stored.get(&event.id), &existing);
            let finding = Finding {
                file: Some(self.files[event.file].display().to_string()),
                line: Some(event.line),
                id: Some(event.id),
                event_type: Some(event.event_type),
                created_at: Some(event.created_at),
                ..finding(&verdict)
            };
            self.note(&verdict, finding);
        }
        Ok(())
    }

    /// Looks for events of the archive's time that are not in it.
    async fn search(
        &mut self,
        session: &mut Session,
        mut filter: Filter,
        lookback: i64,
        progress: &ProgressDisplay,
    ) -> Result<()> {
        let (Some(since), Some(read_until)) = (filter.since.or(self.oldest), self.read_until) else { return Ok(()) };
        let until = filter.until.map_or(read_until, |until| until.min(read_until));
        self.ids.settle();
        self.answer.searched = Some((since, until));
        (filter.since, filter.until) = (Some(since), Some(until));
        let page = PageRequest { order: Order::Oldest, ..PageRequest::default() };
        let mut feed = Feed::new(page, SEARCHED_AT_ONCE);
        let scope = self.scope.clone();
        session.store.begin_portion().await?;
        loop {
            let asked = Session::asked(&scope, &filter, BoardRule::EventBoard);
            let done = session
                .store
                .portion::<ActivityEvent>(asked, &mut feed, &mut |event| {
                    progress.inc();
                    if !self.ids.contains(event.id) {
                        let verdict = verdict_of_unarchived(event.created_at, read_until, lookback);
                        let finding = Finding {
                            id: Some(event.id),
                            event_type: Some(event.event_type),
                            created_at: Some(event.created_at.to_string()),
                            ..finding(&verdict)
                        };
                        self.note(&verdict, finding);
                    }
                    Ok(ControlFlow::Continue(()))
                })
                .await?;
            session.store.commit().await?;
            if done {
                return Ok(());
            }
            session.store.begin_portion().await?;
        }
    }

    fn finish(self, kept_head: Option<&str>) -> Verification {
        let (head, first) = (self.chain.head(), self.chain.first());
        Verification {
            first: first.map(str::to_owned),
            head: head.map(str::to_owned),
            is_kept_head: kept_head.map(|kept| head == Some(kept)),
            findings: self.unexplained.into_iter().chain(self.explained).collect(),
            ..self.answer
        }
    }
}

/// A finding of that verdict, about nothing yet.
fn finding(verdict: &Verdict) -> Finding {
    Finding {
        verdict: verdict.name(),
        detail: verdict.detail(),
        file: None,
        line: None,
        id: None,
        event_type: None,
        created_at: None,
    }
}

/// An instant in the form of JSON; none for those that are centuries away from any that Mission Control writes.
fn instant(text: &str) -> Option<Timestamp> {
    match text {
        "-infinity" => Some(Timestamp::NEG_INFINITY),
        "infinity" => Some(Timestamp::INFINITY),
        _ => text.parse::<NaiveDateTime>().ok().map(Timestamp::from_naive),
    }
}
