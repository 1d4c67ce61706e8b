//! One poll, in one short read-only transaction.

use super::{Stream, options};
use crate::access::{Scope, identity};
use crate::command::session::Session;
use crate::event::{Cell, Key, Record, Timestamp};
use crate::follow::{Follow, Fresh, Moment, Snapshot, Start};
use crate::store::{self, Asked, Begin, Item, Order, Page};
use anyhow::Result;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Keys a page. Without an index on created_at the server sorts all that is left for each.
const PAGE: usize = 50_000;
/// Rows in memory at a time.
const BATCH: usize = 1_000;
/// Seconds that a glance reads.
const GLANCE: i64 = 5;
const DEFAULT_LINES: usize = 10;
/// An idle tail's state is saved no more often: an old one only means reading further back.
const SAVE_EVERY: Duration = Duration::from_secs(10);
/// How often to look whether there is a trigger to listen to.
const LISTEN_EVERY: Duration = Duration::from_secs(60);

impl<T: Item + Record> Stream<'_, T> {
    /// Says whether all that was asked for has been printed.
    pub(super) async fn poll(&mut self) -> Result<bool> {
        let begun = Instant::now();
        self.reach().await?;
        let instant = self.session.store.begin_poll().await?;
        self.clock = (instant.now, Instant::now());
        self.writer.set_now(instant.now);
        self.listen(&instant).await?;
        self.look_up_scope().await?;
        if self.follow.is_none() {
            let start = self.start().await?;
            self.follow = Some(Follow::new(start, options(&self.args)));
            // Where no cursor can be written, nothing is printed either.
            self.save()?;
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
        let glance = self.glances.then(|| follow.glance(instant.now.plus_seconds(-GLANCE))).flatten();
        let done = self.pages(glance.unwrap_or(from)).await?;
        // When the count is reached, pages may be left unread: then the poll counts as given up.
        if let Some(follow) = self.follow.as_mut().filter(|_| !done) {
            follow.end_poll();
        }
        self.session.store.commit().await?;
        for line in self.session.store.damage() {
            self.status.aside(|| self.context.say(&format!("warning: {line}")));
        }
        if glance.is_none() {
            self.whole = (Instant::now(), begun.elapsed());
        }
        if self.saved.is_none_or(|saved| saved.elapsed() >= SAVE_EVERY) {
            self.save()?;
        }
        self.describe(snapshot.is_some());
        Ok(done)
    }

    /// A connection, and what is asked outside the poll's transaction.
    async fn reach(&mut self) -> Result<()> {
        if !self.connected {
            let limits = self.context.limits(false);
            let store = self.context.open(&self.session.target, Begin::Read, limits).await?;
            self.session.store = store;
            self.session.store.begin(Begin::Read).await?;
            self.session.store.commit().await?;
            self.connected = true;
            self.listen_at = Some(Instant::now());
            self.oldest_writer = self.session.store.oldest_writer().await?;
        } else if self.follow.is_none() {
            self.oldest_writer = self.session.store.oldest_writer().await?;
        }
        if self.push.is_none() && !self.args.no_follow && self.listen_at.is_some_and(|at| at <= Instant::now()) {
            // Polling alone does as well, only later.
            self.push = self.session.store.listener().await.unwrap_or(None);
            self.listen_at = Some(Instant::now() + LISTEN_EVERY);
        }
        Ok(())
    }

    /// Begins to listen, unless the listening connection is a pooler's: then the server's end, which it shares with others,
    /// has just been handed to this poll.
    async fn listen(&mut self, instant: &store::Instant) -> Result<()> {
        let Some(push) = &mut self.push else { return Ok(()) };
        if push.is_at(instant.backend) {
            self.session.store.unlisten().await?;
            (self.push, self.listen_at) = (None, None);
        } else if !push.listen().await {
            self.push = None;
        }
        Ok(())
    }

    /// What the actor may see may have changed.
    async fn look_up_scope(&mut self) -> Result<()> {
        identity::refresh(&mut self.session.store, &mut self.session.actor).await?;
        let scope = self.session.actor.scope();
        if let (Scope::Boards(before), Scope::Boards(after)) = (&self.session.scope, &scope) {
            let (gone, new) =
                (before.iter().any(|id| !after.contains(id)), after.iter().any(|id| !before.contains(id)));
            if gone || new {
                let line = format!("access has changed: {} can be read now", boards(self.filter.narrow(after).len()));
                self.status.aside(|| self.context.say(&line));
            }
        }
        self.session.scope = scope;
        Ok(())
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
            let last = keys.len() < PAGE;
            drop(keys);
            for batch in fresh.chunks(BATCH) {
                if self.print(asked, batch).await? {
                    return Ok(true);
                }
            }
            if last {
                return Ok(false);
            }
        }
    }

    /// Prints fresh events in order; from the first byte to the cursor file nothing else can come in between.
    async fn print(&mut self, asked: Asked<'_>, fresh: &[Fresh]) -> Result<bool> {
        let left = self.args.until_count.map_or(u64::MAX, |count| count - self.status.events);
        let fresh = &fresh[..fresh.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
        let late: HashMap<Uuid, f64> = fresh.iter().filter_map(|f| f.late.map(|late| (f.key.id, late))).collect();
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
                let late = late.get(&row.key().id).copied();
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
        self.save()?;
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

    fn describe(&mut self, snapshots: bool) {
        let followed = match &self.session.scope {
            Scope::Boards(readable) => boards(self.filter.narrow(readable).len()),
            Scope::Agent(_) => "one agent".to_owned(),
        };
        let Some(follow) = &self.follow else { return };
        let note = match (follow.shortened(), snapshots) {
            (true, _) => ", shortened: too many events",
            (false, false) => ", fixed",
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

fn boards(number: usize) -> String {
    if number == 1 { "1 board".to_owned() } else { format!("{number} boards") }
}
