//! The loop: poll, print what is fresh, remember it, wait. What is fresh is decided by [`Follow`].

use super::status::Status;
use super::{FORMATS, TailArgs};
use crate::access::identity;
use crate::command::cursor;
use crate::command::session::{Context, Session};
use crate::command::sink::Sink;
use crate::error::{Failure, Kind, is_passing};
use crate::event::{Cell, Key, Record, Timestamp};
use crate::filter::Filter;
use crate::follow::cursor_file::{self, Binding};
use crate::follow::{Follow, Fresh, Moment, Options, Snapshot, Start, backoff};
use crate::output::{self, Ending, Format, RowWriter, View};
use crate::store::{Asked, Begin, Item, Order, Page, Rule};
use anyhow::Result;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;
use uuid::Uuid;

/// Keys a page.
const PAGE: usize = 5_000;
const DEFAULT_LINES: usize = 10;
/// As the API's stream.
const PING_EVERY: Duration = Duration::from_secs(15);

/// Why a tail ends.
enum End {
    /// All was printed: `--no-follow`, `--until-count`.
    Done,
    /// `--for`.
    TimeIsUp,
    /// Ctrl-C or SIGTERM.
    Asked,
}

/// A tail under way, of events or of comments.
pub(super) struct Stream<'a, T> {
    context: &'a Context,
    args: TailArgs,
    rule: Rule,
    filter: Filter,
    binding: Binding,
    session: Session,
    /// Connected; when not, the next poll connects first.
    connected: bool,
    /// Oldest open writer, told by the server after connecting.
    oldest_writer: Option<Timestamp>,
    follow: Option<Follow>,
    format: Format,
    writer: RowWriter<Sink>,
    status: Status,
    last_output: Instant,
    clock: (Timestamp, Instant),
    _item: PhantomData<T>,
}

impl<'a, T: Item + Record> Stream<'a, T> {
    pub(super) async fn run(args: TailArgs, context: &'a Context, rule: Rule, view: View) -> Result<u8> {
        let format: Format = args.output.format("text", &FORMATS)?.parse()?;
        let mut session = open(context, &args).await?;
        let mut filter = session.select(&args.select, &args.range()).await?;
        filter.types = crate::command::select::types(&args.types.types)?;
        filter.exclude_types = crate::command::select::types(&args.types.exclude_types)?;
        session.store.commit().await?;
        let digest = cursor::Binding::new(context.command, &session.actor, "", &filter, "");
        let binding = Binding {
            database: session.target.label(),
            actor: session.actor.id.to_string(),
            filter: digest.to_string(),
        };
        let options = Options { lookback: args.lookback, seen_max: args.seen_max, ..Options::default() };
        let saved = match &args.cursor_file {
            Some(path) => cursor_file::read(path, &binding)?,
            None => None,
        };
        if saved.is_some() {
            filter.since = None;
        }
        let style = context.style(&session, &args.output)?;
        let on_terminal = style.terminal.stderr && !context.global.quiet && !args.no_follow;
        let sink = Sink::open(args.output.out_file.as_deref())?;
        let view = view.also("late_seconds").choose(&args.output.fields)?;
        let mut stream = Self {
            writer: RowWriter::new(sink, format, view, style),
            clock: (session.now, Instant::now()),
            follow: saved.map(|state| Follow::resume(state, options)),
            context,
            args,
            rule,
            filter,
            binding,
            session,
            connected: true,
            oldest_writer: None,
            format,
            status: Status::new(on_terminal),
            last_output: Instant::now(),
            _item: PhantomData,
        };
        let end = stream.until_end().await;
        stream.finish(end).await
    }

    async fn until_end(&mut self) -> Result<End> {
        let mut terminated = signal(SignalKind::terminate())?;
        let mut interrupted = signal(SignalKind::interrupt())?;
        let limit = self.args.run_for;
        let time_is_up = async {
            match limit {
                Some(limit) => sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = interrupted.recv() => Ok(End::Asked),
            _ = terminated.recv() => Ok(End::Asked),
            () = time_is_up => Ok(End::TimeIsUp),
            end = self.poll_for_ever() => end,
        }
    }

    async fn finish(mut self, end: Result<End>) -> Result<u8> {
        self.status.clear();
        let end = end?;
        self.save()?;
        if matches!(end, End::Asked) && self.connected {
            self.session.store.cancel().await;
        }
        self.writer.finish(&Ending::default())?;
        if !matches!(end, End::Done) {
            self.context.say(&self.status.summary());
        }
        if self.connected && matches!(end, End::Done) {
            self.session.store.close().await;
        }
        match (end, self.args.until_count) {
            (End::TimeIsUp, Some(count)) => {
                let message = format!("{} of {count} events within the time of --for", self.status.events);
                Err(Failure::new(Kind::TimedOut, message).into())
            }
            _ => Ok(0),
        }
    }

    async fn poll_for_ever(&mut self) -> Result<End> {
        let mut attempts = 0;
        loop {
            let begun = Instant::now();
            match self.poll().await {
                Ok(done) => {
                    if attempts > 0 {
                        self.status.reconnects += 1;
                        self.status.aside(|| self.context.say("the database is back"));
                        attempts = 0;
                    }
                    if done || self.args.no_follow {
                        return Ok(End::Done);
                    }
                    self.wait(self.args.poll.saturating_sub(begun.elapsed())).await?;
                }
                Err(error) if is_passing(&error) => {
                    self.connected = false;
                    if self.args.max_retries.is_some_and(|most| attempts >= most) {
                        return Err(error);
                    }
                    if attempts == 0 {
                        let text = crate::error::render(&error, false);
                        let line = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
                        self.status.aside(|| self.context.say(&format!("{line}; trying again")));
                    }
                    self.status.state = "disconnected, trying again".to_owned();
                    self.wait(backoff::delay(attempts, fastrand::f64())).await?;
                    attempts = attempts.saturating_add(1);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One poll in one short transaction; says whether all that was asked for has been printed.
    async fn poll(&mut self) -> Result<bool> {
        if !self.connected {
            let limits = self.context.limits(false);
            let store = self.context.open(&self.session.target, Begin::Read, limits).await?;
            self.session.store = store;
            self.session.store.begin(Begin::Read).await?;
            self.session.store.commit().await?;
            self.connected = true;
            self.oldest_writer = self.session.store.oldest_writer().await?;
        } else if self.follow.is_none() {
            self.oldest_writer = self.session.store.oldest_writer().await?;
        }
        let instant = self.session.store.begin_poll().await?;
        self.clock = (instant.now, Instant::now());
        self.writer.set_now(instant.now);
        identity::refresh(&mut self.session.store, &mut self.session.actor).await?;
        self.session.scope = self.session.actor.scope();
        if self.follow.is_none() {
            let start = self.start().await?;
            let options = Options { lookback: self.args.lookback, seen_max: self.args.seen_max, ..Options::default() };
            self.follow = Some(Follow::new(start, options));
        }
        let snapshot = instant.snapshot.as_ref().and_then(|(text, age)| Snapshot::parse(text, *age));
        let moment = Moment {
            now: instant.now,
            as_of: instant.as_of,
            server: &instant.server,
            snapshot,
            oldest_writer: self.oldest_writer.take(),
        };
        let Some(follow) = &mut self.follow else { return Ok(true) };
        let from = follow.begin_poll(&moment);
        let done = self.pages(from).await?;
        if let Some(follow) = &mut self.follow {
            follow.end_poll();
        }
        self.session.store.commit().await?;
        self.save()?;
        self.describe(snapshot.is_some());
        Ok(done)
    }

    async fn pages(&mut self, from: Timestamp) -> Result<bool> {
        let filter = self.filter.clone();
        let scope = self.session.scope.clone();
        let asked = Session::asked(&scope, &filter, self.rule);
        let types = self.session.store.poll_types(asked).await?;
        let mut after = None;
        loop {
            let keys = self.session.store.keys(asked, types.as_deref(), from, after, PAGE).await?;
            after = keys.last().copied();
            let fresh = self.follow.as_mut().map(|follow| follow.page(&keys)).unwrap_or_default();
            if self.print(asked, &fresh).await? {
                return Ok(true);
            }
            if keys.len() < PAGE {
                return Ok(false);
            }
        }
    }

    /// Prints fresh events in order; from the first byte to the cursor file nothing else can come in between.
    async fn print(&mut self, asked: Asked<'_>, fresh: &[Fresh]) -> Result<bool> {
        let left = self.args.until_count.map_or(u64::MAX, |count| count - self.status.events);
        let fresh = &fresh[..fresh.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        if fresh.is_empty() {
            return Ok(false);
        }
        let late: HashMap<Uuid, Option<f64>> = fresh.iter().map(|fresh| (fresh.key.id, fresh.late)).collect();
        let mut rows: Vec<T> = Vec::with_capacity(fresh.len());
        let keys: Vec<Key> = fresh.iter().map(|fresh| fresh.key).collect();
        self.session
            .store
            .by_keys::<T>(asked, &keys, &mut |row| {
                rows.push(row);
                Ok(())
            })
            .await?;
        let (writer, status) = (&mut self.writer, &self.status);
        let mut came_late = 0;
        status.aside(|| {
            for row in &rows {
                let late = late.get(&row.key().id).copied().flatten();
                came_late += u64::from(late.is_some());
                writer.row_with(row, &[late.map_or(Cell::Null, Cell::Number)])?;
            }
            writer.flush()
        })?;
        self.last_output = Instant::now();
        self.status.shown(rows.len() as u64, came_late);
        if let Some(follow) = &mut self.follow {
            keys.iter().for_each(|key| follow.delivered(*key));
        }
        if !self.args.no_follow {
            self.save()?;
        }
        Ok(self.args.until_count.is_some_and(|count| self.status.events >= count))
    }

    /// Where a tail without a cursor begins: behind the newest `-n`, or at `--since`.
    async fn start(&mut self) -> Result<Start> {
        let lines = match (self.args.lines, self.filter.since) {
            (None, Some(_)) => None,
            (lines, _) => Some(lines.unwrap_or(DEFAULT_LINES)),
        };
        let mut newest: Vec<Key> = Vec::new();
        if let Some(lines) = lines.filter(|lines| *lines > 0) {
            let (filter, scope) = (self.filter.clone(), self.session.scope.clone());
            let page = Page { limit: Some(lines as u64), order: Order::Newest, ..Page::default() };
            let asked = Session::asked(&scope, &filter, self.rule);
            self.session
                .store
                .feed::<T>(asked, page, &mut |row| {
                    newest.push(row.key());
                    Ok(())
                })
                .await?;
        }
        Ok(Start::newest(lines, self.filter.since, &newest))
    }

    /// Waits for the next poll, with pings and the status line.
    async fn wait(&mut self, duration: Duration) -> Result<()> {
        let until = Instant::now() + duration;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            self.status.draw();
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(Duration::from_secs(1))).await;
            self.writer_is_read()?;
            if self.format == Format::Sse && self.last_output.elapsed() >= PING_EVERY {
                let (at, since) = self.clock;
                let now = at.plus_micros(i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX));
                self.writer.raw(output::ping(now).as_bytes())?;
                self.writer.flush()?;
                self.last_output = Instant::now();
            }
        }
    }

    /// Whether anybody still reads: a pipe's end is noticed although nothing is written.
    fn writer_is_read(&self) -> Result<()> {
        if self.args.output.out_file.is_none() && output::stdout_is_closed() {
            return Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into());
        }
        Ok(())
    }

    fn save(&mut self) -> Result<()> {
        if let (Some(path), Some(follow)) = (&self.args.cursor_file, &mut self.follow) {
            cursor_file::write(path, &self.binding, follow.state())?;
        }
        Ok(())
    }

    fn describe(&mut self, snapshots: bool) {
        let boards = match self.filter.boards.as_ref() {
            Some(named) => named.len(),
            None => self.session.actor.boards.len(),
        };
        let Some(follow) = &self.follow else { return };
        let shortened = if follow.shortened() { " (shortened: too many events)" } else { "" };
        let fixed = if snapshots { "" } else { " (fixed)" };
        let reach = follow.reach().as_secs();
        self.status.state = format!("{boards} boards · look-back {reach} s{fixed}{shortened} · {}", self.session.place);
    }
}

/// Connects; with `--max-retries` the first connection is tried again too.
async fn open(context: &Context, args: &TailArgs) -> Result<Session> {
    let mut attempts = 0;
    loop {
        match context.session(false).await {
            Err(error) if is_passing(&error) && args.max_retries.is_some_and(|most| attempts < most) => {
                sleep(backoff::delay(attempts, fastrand::f64())).await;
                attempts += 1;
            }
            done => return done,
        }
    }
}
