//! One poll: what is new is looked up and read in short read-only transactions, and printed between them. While stdout's
//! reader takes its time, no transaction is open.

use super::{ChainArchive, TailRunner, options};
use crate::auth::identity;
use crate::db::{self, EventQuery, Item, Order, PageRequest, TransactionMode};
use crate::error::usage;
use crate::model::Scope;
use crate::model::{Cell, Key, Record, Timestamp};
use crate::output;
use crate::output::message_groups::pattern;
use crate::session::Session;
use crate::tail::{PollContext, SetBack, Snapshot, Start, TailState, UnseenEvent};
use anyhow::Result;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Keys a page. Without an index on created_at the server sorts all that is left for each.
const PAGE: usize = 50_000;
/// Rows in memory at a time.
pub(super) const BATCH: usize = 1_000;
/// Bytes of messages in memory at a time, if it is more than one message.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// The field that holds the message, of events and of comments.
const MESSAGE: usize = 2;
/// Seconds that a glance reads.
const GLANCE: i64 = 5;
const DEFAULT_LINES: usize = 10;
/// An idle tail's state is saved no more often: an old one only means reading further back.
const SAVE_EVERY: Duration = Duration::from_secs(10);
/// How often to look whether there is a trigger to listen to.
const LISTEN_EVERY: Duration = Duration::from_secs(60);

/// How a poll went.
enum PollEnd {
    /// All was read and printed.
    Whole,
    /// What the actor may see has changed meanwhile: the rest is for the next poll.
    GivenUp,
    /// The count of --until-count is reached.
    Counted,
}

impl<T: Item + Record + Clone> TailRunner<'_, T> {
    /// Returns whether the count of --until-count has been printed.
    pub(super) async fn poll(&mut self) -> Result<bool> {
        loop {
            match self.poll_once().await? {
                PollEnd::Whole => return Ok(false),
                PollEnd::Counted => return Ok(true),
                PollEnd::GivenUp => {}
            }
        }
    }

    async fn poll_once(&mut self) -> Result<PollEnd> {
        let begun = Instant::now();
        self.reach().await?;
        let sent = Instant::now();
        let (instant, changed) = self.open_transaction().await?;
        if self.follow.is_none() {
            let start = self.start().await?;
            self.follow = Some(TailState::new(start, options(&self.args)));
            // From now on the tail's own state says from when on events are shown.
            self.filter.since = None;
        }
        let snapshot = instant.snapshot.as_ref().and_then(|(text, age)| Snapshot::parse(text, *age));
        let moment = PollContext {
            now: instant.now,
            as_of: instant.as_of,
            server: &instant.server,
            snapshot,
            oldest_writer: self.oldest_writer.take(),
            mark: snapshot.filter(|_| self.session.store.schema().numbered).map(|s| s.oldest).or(instant.row_number),
            elapsed: sent.saturating_duration_since(self.noted),
        };
        self.noted = Instant::now();
        let Some(follow) = &mut self.follow else { return Ok(PollEnd::Whole) };
        let from = follow.begin_poll(&moment);
        let set_back = follow.set_back().map(|step| clock_set_back(step, follow.recheck().is_some()));
        let glance = self.glances.then(|| follow.glance(instant.now.plus_seconds(-GLANCE))).flatten();
        let next = snapshot.map_or(0, |snapshot| snapshot.next);
        let progress = self.pages(glance.unwrap_or(from), next, [changed, set_back]).await?;
        // When the count is reached, pages may be left unread: then the poll counts as given up too.
        if !matches!(progress, PollEnd::Whole) {
            return Ok(progress);
        }
        if let Some(follow) = &mut self.follow {
            follow.end_poll();
        }
        for line in self.session.store.damage() {
            self.status.aside(|| self.context.say(&format!("warning: {line}")));
        }
        if glance.is_none() {
            self.whole = (Instant::now(), begun.elapsed());
        }
        if !self.saved_start || self.saved.is_none_or(|saved| saved.elapsed() >= SAVE_EVERY) {
            self.save()?;
        }
        self.describe(snapshot.is_some());
        Ok(PollEnd::Whole)
    }

    /// Opens a transaction and looks up what the actor may see; messages about it are printed after the transaction.
    async fn open_transaction(&mut self) -> Result<(db::PollSnapshot, Option<String>)> {
        let instant = self.session.store.begin_poll().await?;
        self.clock = (instant.now, Instant::now());
        self.status.set_clock(instant.now);
        self.writer.set_now(instant.now);
        self.listen(&instant).await?;
        let changed = self.look_up_scope().await?;
        Ok((instant, changed))
    }

    /// Connects, and reads what belongs outside the poll's transaction.
    async fn reach(&mut self) -> Result<()> {
        if !self.connected {
            let limits = self.context.limits(false);
            let store = self.context.open(&self.session.target, TransactionMode::Read, limits).await?;
            self.session.store = store;
            self.session.store.begin(TransactionMode::Read).await?;
            self.check_database().await?;
            self.session.store.commit().await?;
            self.connected = true;
            self.listen_at = Some(Instant::now());
            self.look_for_writers().await?;
        } else if self.follow.is_none() || self.knows_writers {
            self.look_for_writers().await?;
        }
        if self.push.is_none() && !self.args.no_follow && self.listen_at.is_some_and(|at| at <= Instant::now()) {
            // Polling alone does as well, only later.
            self.push = self.session.store.listener().await.unwrap_or(None);
            self.listen_at = Some(Instant::now() + LISTEN_EVERY);
        }
        Ok(())
    }

    /// Finds out when the oldest open transaction began. Where that takes the place of snapshots, each poll has to know it.
    async fn look_for_writers(&mut self) -> Result<()> {
        self.oldest_writer = self.session.store.oldest_writer().await?;
        self.knows_writers = self.session.store.schema().distributed && self.oldest_writer.is_some();
        Ok(())
    }

    /// A cursor is worth nothing at another database, to which the address may lead meanwhile.
    async fn check_database(&self) -> Result<()> {
        let found = self.session.store.identity(&self.session.target).await?;
        if self.cursor_file.is_none() || found == self.binding.database {
            return Ok(());
        }
        let place = &self.binding.place;
        let failure =
            usage(format!("another database answers at {place} now, to which the cursor file does not belong"));
        Err(failure.hint("begin again with the address of the database that the cursor file belongs to").into())
    }

    /// Begins to listen, unless the listening connection is a pooler's: then the server's end, which it shares with others,
    /// has just been handed to this poll.
    async fn listen(&mut self, instant: &db::PollSnapshot) -> Result<()> {
        let Some(push) = &mut self.push else { return Ok(()) };
        if push.is_at(instant.backend) {
            self.session.store.unlisten().await?;
            (self.push, self.listen_at) = (None, None);
        } else if !push.listen().await {
            self.push = None;
        }
        Ok(())
    }

    /// What the actor may see may have changed; if so, what to say of it.
    async fn look_up_scope(&mut self) -> Result<Option<String>> {
        identity::refresh(&mut self.session.store, &mut self.session.actor).await?;
        self.check_boards().await?;
        let scope = self.session.actor.scope();
        let mut changed = None;
        if let (Scope::Boards(before), Scope::Boards(after)) = (&self.session.scope, &scope) {
            let (gone, new) =
                (before.iter().any(|id| !after.contains(id)), after.iter().any(|id| !before.contains(id)));
            if gone || new {
                let boards = boards(self.filter.readable_boards(after).len());
                changed = Some(format!("access has changed: {boards} can be read now"));
            }
        }
        self.session.scope = scope;
        Ok(changed)
    }

    /// A board that `--board` names and that is gone, or out of reach, is what it would be at the start: an error.
    async fn check_boards(&mut self) -> Result<()> {
        let Some(named) = self.filter.boards.clone() else { return Ok(()) };
        let boards = identity::boards(&mut self.session.store, &self.session.actor).await?;
        let Some(gone) = named.iter().find(|id| !boards.iter().any(|board| board.id == **id)) else { return Ok(()) };
        // In the words in which it was named, unless they name another board by now.
        self.session.named_boards(&self.args.select.board, &boards)?;
        Err(self.session.unknown_board(&gone.to_string()).into())
    }

    /// Reads keys from an instant on, page by page, and prints what is new. `news` is printed once no transaction is open.
    async fn pages(&mut self, from: Timestamp, next: u64, news: [Option<String>; 2]) -> Result<PollEnd> {
        let (filter, scope) = (self.filter.clone(), self.session.scope.clone());
        let asked = Session::asked(&scope, &filter, self.rule);
        let path = self.session.store.poll_path(asked).await?;
        if let Some(recheck) = self.follow.as_ref().and_then(TailState::recheck) {
            let range = (recheck.from, recheck.before);
            let unseen = self.session.store.keys_since(asked, &path, range, (recheck.mark, next)).await?;
            if let Some(follow) = &mut self.follow {
                follow.unseen(unseen);
            }
        }
        let mut news = news.into_iter().flatten().peekable();
        let mut open = true;
        let mut after = None;
        loop {
            if !open && !self.reopen(&scope).await? {
                return Ok(PollEnd::GivenUp);
            }
            open = true;
            let keys = self.session.store.keys(asked, &path, from, after, PAGE).await?;
            // Whether the transaction that found the keys is still open.
            let mut same_view = true;
            after = keys.last().copied();
            let fresh = self.follow.as_mut().map(|follow| follow.page(&keys)).unwrap_or_default();
            let last = keys.len() < PAGE;
            drop(keys);
            let mut fresh = &fresh[..];
            while !fresh.is_empty() {
                if !open && !self.reopen(&scope).await? {
                    return Ok(PollEnd::GivenUp);
                }
                same_view &= open;
                let (rows, read, missing) = self.rows(asked, fresh).await?;
                if missing > 0 && same_view {
                    return Err(db::without_row(missing).into());
                }
                self.session.store.commit().await?;
                if missing > 0 {
                    // They may have been deleted since: the next poll looks for their keys again.
                    return Ok(PollEnd::GivenUp);
                }
                open = false;
                self.say(&mut news);
                if self.print(&rows, &fresh[..read])? {
                    return Ok(PollEnd::Counted);
                }
                fresh = &fresh[read..];
            }
            if last {
                break;
            }
        }
        if open {
            self.session.store.commit().await?;
            self.say(&mut news);
        }
        Ok(PollEnd::Whole)
    }

    fn say(&self, news: &mut dyn Iterator<Item = String>) {
        for line in news {
            self.status.aside(|| self.context.say(&line));
        }
    }

    /// Opens the next transaction of a poll; false if what the actor may see has changed, when the poll is given up.
    async fn reopen(&mut self, scope: &Scope) -> Result<bool> {
        let (_, changed) = self.open_transaction().await?;
        if self.session.scope == *scope {
            return Ok(true);
        }
        self.session.store.commit().await?;
        self.say(&mut changed.into_iter());
        Ok(false)
    }

    /// Rows of the first of these events, as many as memory should hold, how many events that is, and how many events have
    /// no row.
    async fn rows(&mut self, asked: EventQuery<'_>, fresh: &[UnseenEvent]) -> Result<(Vec<T>, usize, usize)> {
        let left = self.args.until_count.map_or(u64::MAX, |count| count - self.status.events);
        let most = self.batch.min(fresh.len()).min(usize::try_from(left).unwrap_or(usize::MAX));
        let keys: Vec<Key> = fresh[..most].iter().map(|fresh| fresh.key).collect();
        let (mut rows, mut bytes, mut over) = (Vec::with_capacity(most), 0, None);
        let missing = self
            .session
            .store
            .by_keys::<T>(asked, &keys, &mut |row| {
                if let Cell::Text(message) = row.cell(MESSAGE) {
                    bytes += message.len();
                }
                if bytes <= MOST_BYTES || rows.is_empty() {
                    rows.push(row);
                } else if over.is_none() {
                    over = Some(row.key());
                }
                Ok(())
            })
            .await?;
        let read = over.and_then(|over| keys.iter().position(|key| *key == over));
        self.batch = read.map_or((self.batch * 2).min(BATCH), |read| read.max(1));
        Ok((rows, read.unwrap_or(most), missing))
    }

    /// Prints rows of fresh events in order, outside any transaction. From the first byte to the cursor file nothing else
    /// can come in between.
    fn print(&mut self, rows: &[T], fresh: &[UnseenEvent]) -> Result<bool> {
        if !self.saved_start {
            // Killed right after the first line, it goes on from here.
            self.save()?;
        }
        let late: HashMap<Uuid, f64> = fresh.iter().filter_map(|f| f.late.map(|late| (f.key.id, late))).collect();
        let (writer, status, repeats) = (&mut self.writer, &self.status, &mut self.repeats);
        writer.follow_resize();
        // What is not flushed is not in the chain.
        let mut chain = self.chain.clone();
        let archived_at = self.clock.0;
        let mut came_late = 0;
        let mut rings = false;
        status.aside(|| {
            for row in rows {
                let late = late.get(&row.key().id).copied();
                came_late += u64::from(late.is_some());
                let late = late.map_or(Cell::Null, Cell::Number);
                let Some(repeats) = repeats else {
                    rings |= writer.is_failure(row);
                    match chain.as_mut().map(|chain| chain.add(row, archived_at)) {
                        None => writer.row_with(row, &[late])?,
                        Some([at, previous, hash]) => {
                            let [at, previous, hash] = [&at, &previous, &hash].map(|text| Cell::Text(text));
                            writer.row_with(row, &[late, at, previous, hash])?;
                        }
                    }
                    continue;
                };
                for held in repeats.due(row.key().created_at) {
                    writer.row_with(&held.newest, &[Cell::Null, Cell::Count(held.count)])?;
                }
                // What the repeats have in common.
                let key = (writer.text_of(row, "event_type"), pattern(&writer.text_of(row, "message")));
                if let Some(row) = repeats.add(key, row.key().created_at, row.clone()) {
                    rings |= writer.is_failure(&row);
                    writer.row_with(&row, &[late])?;
                }
            }
            writer.flush()
        })?;
        if self.args.bell && rings && self.polled && self.context.is_watched() {
            self.status.aside(output::ring);
        }
        self.status.shown(rows.iter().map(|row| row.key().created_at), came_late);
        if let Some(follow) = &mut self.follow {
            fresh.iter().for_each(|fresh| follow.delivered(fresh.key));
            if let Some(head) = chain.as_ref().and_then(ChainArchive::head) {
                follow.set_chain(head);
            }
        }
        self.chain = chain;
        self.save()?;
        self.ping()?;
        Ok(self.args.until_count.is_some_and(|count| self.status.events >= count))
    }

    /// Prints the repeats that are due, or all that wait.
    pub(super) fn print_repeats(&mut self, now: Option<Timestamp>) -> Result<()> {
        let Some(repeats) = &mut self.repeats else { return Ok(()) };
        let held = match now {
            Some(now) => repeats.due(now),
            None => repeats.finish(),
        };
        if held.is_empty() {
            return Ok(());
        }
        let writer = &mut self.writer;
        self.status.aside(|| {
            for held in held {
                writer.row_with(&held.newest, &[Cell::Null, Cell::Count(held.count)])?;
            }
            writer.flush()
        })?;
        Ok(())
    }

    /// Where a tail without a cursor begins: behind the newest `-n`, or at `--since`.
    async fn start(&mut self) -> Result<Start> {
        let lines = match (self.args.lines, self.filter.since) {
            (None, Some(_)) => None,
            (lines, _) => Some(lines.map_or(DEFAULT_LINES, |lines| usize::try_from(lines).unwrap_or(usize::MAX))),
        };
        let mut newest: Vec<Key> = Vec::new();
        if let Some(lines) = lines.filter(|lines| *lines > 0) {
            let (filter, scope) = (self.filter.clone(), self.session.scope.clone());
            let page = PageRequest { limit: Some(lines as u64), order: Order::Newest, ..PageRequest::default() };
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

    fn describe(&mut self, snapshots: bool) {
        let followed = match &self.session.scope {
            Scope::Boards(readable) => boards(self.filter.readable_boards(readable).len()),
            Scope::Agent(_) => "one agent".to_owned(),
        };
        let Some(follow) = &self.follow else { return };
        let note = match (follow.shortened(), snapshots || self.knows_writers) {
            (true, _) => ", shortened: too many events",
            (false, false) => ", fixed",
            (false, true) if self.session.store.schema().subscribed => ", fixed: it counts until the replication",
            (false, true) => "",
        };
        let how = if self.push.is_some() { "push" } else { "connected" };
        let reach = follow.reach().as_secs();
        let label = self.session.target.label();
        let state = format!("{followed} · look-back {reach} s{note} · {how} · {label}");
        if self.context.global.verbose > 0 && !self.polled {
            self.status.aside(|| self.context.say(&format!("following {state}")));
        }
        self.polled = true;
        self.status.set_state(state);
    }
}

/// What to say of a clock that was set back.
fn clock_set_back(step: SetBack, told_apart: bool) -> String {
    let by = step.by.as_secs();
    let from = step.from;
    let line = format!("the database's clock was set back by {by} s; events from {from} UTC on are read again");
    if told_apart { line } else { format!("{line}, but what was committed just then may be missing") }
}

fn boards(number: usize) -> String {
    if number == 1 { "1 board".to_owned() } else { format!("{number} boards") }
}
