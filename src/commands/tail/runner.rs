//! The loop: poll, print what is fresh, remember it, wait. What is fresh is decided by [`TailState`].

mod poll;
mod wait;

use super::TailArgs;
use super::binding;
use super::status::Status;
use super::stop::{End, Ends};
use crate::db::{BoardRule, Item, Listener};
use crate::error::{Failure, Kind, is_transient, usage};
use crate::model::Filter;
use crate::model::{Record, Timestamp};
use crate::output::destination::Destination;
use crate::output::highlight::Highlights;
use crate::output::{Columns, Format, PageInfo, RowWriter};
use crate::session::chain_archive::ChainArchive;
use crate::session::{Context, Session};
use crate::tail::cursor_file::{CursorFile, CursorOwner};
use crate::tail::repeats::Repeats;
use crate::tail::{Options, SavedState, TailState, backoff};
use anyhow::Result;
use std::marker::PhantomData;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// A tail under way, of events or of comments.
pub(super) struct TailRunner<'a, T> {
    context: &'a Context,
    args: TailArgs,
    rule: BoardRule,
    filter: Filter,
    binding: CursorOwner,
    cursor_file: Option<CursorFile>,
    session: Session,
    /// Connected; when not, the next poll connects first.
    connected: bool,
    /// Start of the oldest open write transaction, read after connecting.
    oldest_writer: Option<Timestamp>,
    /// Each poll can find that out, and there are no snapshots.
    knows_writers: bool,
    follow: Option<TailState>,
    /// When the cursor file was last written.
    saved: Option<Instant>,
    /// What is in it is a state from which nothing is lost any more; before, nothing is printed.
    saved_start: bool,
    /// Rows read at a time: fewer where they are large.
    batch: usize,
    /// When the clock of the poll under way was read, at the latest.
    noted: Instant,
    format: Format,
    writer: RowWriter<Destination>,
    chain: Option<ChainArchive>,
    status: Status,
    /// With `--fold`, the repeats that wait.
    repeats: Option<Repeats<(String, String), T>>,
    last_ping: Instant,
    clock: (Timestamp, Instant),
    /// Hears of commits where the operator has installed the trigger.
    push: Option<Listener>,
    /// When to try next whether there is something to listen to; never again behind a pooler.
    listen_at: Option<Instant>,
    /// The next poll, brought forward by a notice, looks at the newest alone.
    glances: bool,
    /// When the last whole poll ended, and how long it took.
    whole: (Instant, Duration),
    /// The first poll has ended: whatever is committed from now on will be shown.
    polled: bool,
    _item: PhantomData<T>,
}

impl<'a, T: Item + Record + Clone> TailRunner<'a, T> {
    pub(super) async fn run(args: TailArgs, context: &'a Context, rule: BoardRule, view: Columns) -> Result<u8> {
        let mut ends = Ends::new(args.run_for)?;
        let until_count = args.until_count;
        let opened = tokio::select! {
            biased;
            end = ends.ended() => Err(end),
            opened = Self::open(args, context, rule, view) => Ok(opened?),
        };
        let mut stream = match opened {
            Ok(stream) => stream,
            Err(end) => return conclude(context, &Status::new(false, ""), end, until_count),
        };
        let end = tokio::select! {
            biased;
            end = ends.ended() => Ok(end),
            end = stream.poll_for_ever() => end,
        };
        stream.finish(end).await
    }

    async fn open(args: TailArgs, context: &'a Context, rule: BoardRule, view: Columns) -> Result<Self> {
        let format = args.output.format()?;
        if args.output.out_file.is_some() {
            let failure = usage("--out-file is not for tail: that file would be there only at the end");
            return Err(failure.hint("redirect stdout, which is written event by event").into());
        }
        if args.fold.is_some() && !matches!(format, Format::Text | Format::Table | Format::Wide) {
            return Err(usage(format!("--fold is for people, and -o {format} is for programs")).into());
        }
        let mut cursor_file = args.cursor_file.as_deref().map(CursorFile::hold).transpose()?;
        if let (Some(path), Some(false)) = (&args.cursor_file, cursor_file.as_ref().map(CursorFile::is_locked)) {
            let path = path.display();
            context.say(&format!("warning: the file system of {path} has no locks: use it for one tail at a time"));
        }
        let mut session = connect(context, &args).await?;
        let mut filter = session.select(&args.select, &args.range()).await?;
        filter.types = session.types(&args.types.types).await?;
        filter.exclude_types = session.types(&args.types.exclude_types).await?;
        context.warn_of_types(&mut session, &filter).await?;
        let binding = binding::binding(&session, rule, &filter).await?;
        session.store.commit().await?;
        let saved = match &mut cursor_file {
            Some(file) => file.read(&binding, &binding::earlier(&session.actor, rule, &filter))?,
            None => None,
        };
        if let (Some(file), Some(state)) = (&mut cursor_file, &saved) {
            filter.since = None;
            // Where it cannot be written, nothing is printed either.
            file.write(&binding, state)?;
        }
        context.warn_of_future(&session, &args.range(), filter.since);
        let style = context.style(&session, &args.output)?;
        let on_terminal = context.is_watched() && !args.no_follow;
        let sink = Destination::open_for(None, format)?;
        let head = saved.as_ref().and_then(SavedState::chain).or(args.chain.as_deref());
        let head = head.filter(|_| args.chain.is_some());
        let chain = head.map(|head| ChainArchive::start(head, &args.output)).transpose()?;
        let view = view.also("late_seconds");
        let view = if args.fold.is_some() { view.also("repeats") } else { view };
        let view = if chain.is_some() { ChainArchive::columns(view) } else { view };
        let view = view.choose(&args.output.fields)?;
        let mode = if rule == BoardRule::Comments { "comments only; --events for everything" } else { "all events" };
        let mut status = Status::new(on_terminal, if filter.types.is_empty() { mode } else { "events by type" });
        status.set_clock(session.now);
        status.set_state(format!("connected · {}", session.target.label()));
        let mut writer = RowWriter::new(sink, format, view, style);
        let marked = args.highlight.iter().chain(&args.select.grep).cloned();
        writer.highlight(Highlights::new(marked, args.select.ignore_case));
        let micros = |length: Duration| i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        Ok(Self {
            writer,
            chain,
            repeats: args.fold.map(|length| Repeats::new(micros(length))),
            clock: (session.now, Instant::now()),
            saved_start: saved.as_ref().is_some_and(SavedState::is_started),
            follow: saved.map(|state| TailState::resume(state, options(&args))),
            context,
            args,
            rule,
            filter,
            binding,
            cursor_file,
            session,
            connected: true,
            oldest_writer: None,
            knows_writers: false,
            saved: None,
            batch: poll::BATCH,
            noted: Instant::now(),
            format,
            status,
            last_ping: Instant::now(),
            push: None,
            listen_at: Some(Instant::now()),
            glances: false,
            whole: (Instant::now(), Duration::ZERO),
            polled: false,
            _item: PhantomData,
        })
    }

    /// Whatever the end: what was printed reaches stdout, and only then the cursor file.
    async fn finish(mut self, end: Result<End>) -> Result<u8> {
        self.status.clear();
        let end = match end {
            Ok(end) => end,
            Err(error) => {
                // What is not flushed was not reported as delivered.
                if let Err(unsaved) = self.save()
                    && unsaved.to_string() != error.to_string()
                {
                    let unsaved = crate::error::render(&unsaved, false);
                    self.context.say(&format!("warning: {}", unsaved.trim_start_matches("error: ").trim_end()));
                }
                return Err(error);
            }
        };
        let flushed = self.print_repeats(None).and_then(|()| Ok(self.writer.flush()?));
        self.save()?;
        flushed?;
        self.writer.finish(&PageInfo::default())?;
        if let Some(chain) = &self.chain {
            chain.report(self.context);
        }
        if self.connected && matches!(end, End::Done) {
            self.session.store.close().await;
        }
        conclude(self.context, &self.status, end, self.args.until_count)
    }

    async fn poll_for_ever(&mut self) -> Result<End> {
        let mut attempts = 0;
        loop {
            let begun = Instant::now();
            match self.poll().await {
                Ok(done) => {
                    let now = self.now();
                    self.print_repeats(Some(now))?;
                    if attempts > 0 {
                        self.status.reconnects += 1;
                        let at = self.session.zone.show(now);
                        self.status.aside(|| self.context.say(&format!("the database is back ({at})")));
                        attempts = 0;
                    }
                    if done || self.args.no_follow {
                        return Ok(End::Done);
                    }
                    self.wait_for_events(begun).await?;
                }
                Err(error) if is_transient(&error) => {
                    self.connected = false;
                    self.push = None;
                    let most = self.args.max_retries.or(self.args.no_follow.then_some(0));
                    if most.is_some_and(|most| attempts >= most) {
                        return Err(error);
                    }
                    if attempts == 0 {
                        let text = crate::error::render(&error, false);
                        let line = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
                        let at = self.session.zone.show(self.now());
                        self.status.aside(|| self.context.say(&format!("{line}; trying again ({at})")));
                        let (at, label) = (self.session.zone.show_time_of_day(self.now()), self.session.target.label());
                        self.status.set_state(format!("disconnected, trying again · {label} · since {at}"));
                    }
                    self.wait(Instant::now() + backoff::delay(attempts, fastrand::f64()), None).await?;
                    attempts = attempts.saturating_add(1);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What the database's clock shows about now.
    fn now(&self) -> Timestamp {
        let (at, since) = self.clock;
        at.plus_micros(i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn save(&mut self) -> Result<()> {
        if let (Some(file), Some(follow)) = (&mut self.cursor_file, &mut self.follow) {
            file.write(&self.binding, follow.state())?;
            self.saved = Some(Instant::now());
            self.saved_start = follow.is_started();
        }
        Ok(())
    }
}

fn options(args: &TailArgs) -> Options {
    Options { lookback: args.lookback, seen_max: args.seen_max, ..Options::default() }
}

/// The summary and the exit code.
fn conclude(context: &Context, status: &Status, end: End, until_count: Option<u64>) -> Result<u8> {
    if !matches!(end, End::Done) {
        context.say(&status.summary());
    }
    match (end, until_count) {
        (End::TimeIsUp, Some(count)) => {
            let message = format!("{} of {count} events within the time of --for", status.events);
            Err(Failure::new(Kind::TimedOut, message).into())
        }
        _ => Ok(0),
    }
}

/// Connects; with `--max-retries` the first connection is tried again too.
async fn connect(context: &Context, args: &TailArgs) -> Result<Session> {
    let mut attempts = 0;
    loop {
        match context.session(false).await {
            Err(error) if is_transient(&error) && args.max_retries.is_some_and(|most| attempts < most) => {
                sleep(backoff::delay(attempts, fastrand::f64())).await;
                attempts += 1;
            }
            done => return done,
        }
    }
}
