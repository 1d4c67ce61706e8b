//! The database work: the feed by tail's state machine, and between two polls whatever else is due, on one connection.

use super::panels::Schedule;
use crate::auth::identity;
use crate::cli::filter::{RangeArgs, SelectArgs};
use crate::db::{self, BoardRule, EventQuery, Listener, Order, PageRequest, PollSnapshot, TransactionMode};
use crate::error::{denied, is_transient};
use crate::model::{ActivityEvent, Filter, Key, Scope, Timestamp};
use crate::session::{Context, Session};
use crate::tail::{Options, PollContext, Snapshot, Start, TailState, UnseenEvent, backoff};
use crate::watch::{FeedConnection, FeedEvent, Request, Update};
use anyhow::Result;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Sender, UnboundedReceiver};
use tokio::time::{sleep, sleep_until};
use uuid::Uuid;

/// Events of the past with which the feed begins.
const BEGIN_WITH: usize = 200;
const POLL: Duration = Duration::from_secs(2);
/// After a notice, so that what is committed meanwhile comes together.
const BREATH: Duration = Duration::from_millis(50);
/// Seconds that a poll after a notice reads.
const GLANCE: i64 = 5;
const PAGE: usize = 50_000;
const BATCH: usize = 1_000;
const LISTEN_EVERY: Duration = Duration::from_secs(60);

/// The database work of a watch.
pub(super) struct Watcher<'a> {
    context: &'a Context,
    pub(super) session: Session,
    /// As typed.
    boards: Vec<String>,
    /// By board.
    pub(super) filter: Filter,
    updates: Sender<Update>,
    pub(super) schedule: Schedule,
    connected: bool,
    follow: Option<TailState>,
    oldest_writer: Option<Timestamp>,
    knows_writers: bool,
    noted: Instant,
    push: Option<Listener>,
    listen_at: Option<Instant>,
    /// The boards that the screen knows of.
    sent_boards: Option<Option<Vec<Uuid>>>,
    /// The next poll looks at the newest alone.
    glances: bool,
    /// When the last whole poll ended, and how long it took.
    whole: (Instant, Duration),
}

impl<'a> Watcher<'a> {
    pub(super) async fn open(context: &'a Context, boards: &[String], updates: Sender<Update>) -> Result<Self> {
        let mut session = context.session(false).await?;
        let select = SelectArgs { board: boards.to_vec(), ..SelectArgs::default() };
        let filter = session.select(&select, &RangeArgs::default()).await?;
        session.store.commit().await?;
        Ok(Self {
            context,
            session,
            boards: boards.to_vec(),
            filter,
            updates,
            schedule: Schedule::new(),
            connected: true,
            follow: None,
            oldest_writer: None,
            knows_writers: false,
            noted: Instant::now(),
            push: None,
            listen_at: Some(Instant::now()),
            sent_boards: None,
            glances: false,
            whole: (Instant::now(), Duration::ZERO),
        })
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Tells the screen; nobody listens where it is closed, and then the work ends anyway.
    pub(super) async fn tell(&self, update: Update) {
        let _ = self.updates.send(update).await;
    }

    /// Works until it is dropped.
    ///
    /// # Errors
    /// Those that will not pass: an identity or a board that is gone, a database that lacks what is needed.
    pub(super) async fn work(&mut self, mut requests: UnboundedReceiver<Request>) -> Result<()> {
        let mut attempts = 0;
        let mut wanted = Vec::new();
        loop {
            let begun = Instant::now();
            match self.round(&mut wanted).await {
                Ok(()) => {
                    attempts = 0;
                    self.wait(begun, &mut requests, &mut wanted).await;
                }
                Err(error) if is_transient(&error) => {
                    (self.connected, self.push) = (false, None);
                    if attempts == 0 {
                        let cause = first_line(&error);
                        let since = self.session.store.now().plus_micros(micros(self.noted.elapsed()));
                        self.tell(Update::Connection(FeedConnection::Lost { since, cause })).await;
                    }
                    sleep(backoff::delay(attempts, fastrand::f64())).await;
                    attempts = attempts.saturating_add(1);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One poll, and what is due or asked for.
    async fn round(&mut self, wanted: &mut Vec<Request>) -> Result<()> {
        while !self.poll().await? {}
        let connection = if self.push.is_some() { FeedConnection::Push } else { FeedConnection::Polling };
        self.tell(Update::Connection(connection)).await;
        let asks_for_panels = wanted.contains(&Request::Panels);
        wanted.retain(|request| *request != Request::Panels);
        while let Some(Request::Timeline(subject)) = wanted.first() {
            let found = self.timeline(*subject).await?;
            self.tell(Update::Timeline(*subject, found)).await;
            wanted.remove(0);
        }
        if asks_for_panels || self.schedule.is_due() {
            let begun = Instant::now();
            match self.panels().await {
                // The feed goes on, on a new connection, while the panels are too slow or the database is gone.
                Err(error) if is_transient(&error) => {
                    self.schedule.done(begun.elapsed());
                    self.connected = false;
                    self.tell(Update::Note(format!("the lists are not current: {}", first_line(&error)))).await;
                    return Ok(());
                }
                done => done?,
            }
        }
        let damage = self.session.store.damage();
        for line in damage {
            self.tell(Update::Note(format!("warning: {line}"))).await;
        }
        Ok(())
    }

    /// Waits for the next poll, which a notice or a request brings forward.
    async fn wait(&mut self, begun: Instant, requests: &mut UnboundedReceiver<Request>, wanted: &mut Vec<Request>) {
        let (ended, took) = self.whole;
        let until = ended + POLL.saturating_sub(took);
        let early = Instant::now() + begun.elapsed().max(BREATH);
        self.glances = false;
        let heard = async {
            match &mut self.push {
                Some(push) => push.heard().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep_until(until.into()) => {}
            request = requests.recv() => wanted.extend(request),
            heard = heard => {
                if heard {
                    sleep_until(early.min(until).into()).await;
                    self.glances = ended.elapsed() < took * 10;
                } else {
                    self.push = None;
                }
            }
        }
        while let Ok(request) = requests.try_recv() {
            if !wanted.contains(&request) {
                wanted.push(request);
            }
        }
    }

    async fn connect(&mut self) -> Result<()> {
        if !self.connected {
            let limits = self.context.limits(false);
            self.session.store = self.context.open(&self.session.target, TransactionMode::Read, limits).await?;
            self.session.store.begin(TransactionMode::Read).await?;
            self.session.store.commit().await?;
            self.connected = true;
            self.listen_at = Some(Instant::now());
            self.look_for_writers().await?;
        } else if self.follow.is_none() || self.knows_writers {
            self.look_for_writers().await?;
        }
        if self.push.is_none() && self.listen_at.is_some_and(|at| at <= Instant::now()) {
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

    /// Opens a transaction and looks up what the actor may see.
    pub(super) async fn begin(&mut self) -> Result<PollSnapshot> {
        let moment = self.session.store.begin_poll().await?;
        self.session.now = moment.now;
        if let Some(push) = &mut self.push {
            if push.is_at(moment.backend) {
                // A pooler's: this server process has just been handed to the poll.
                self.session.store.unlisten().await?;
                (self.push, self.listen_at) = (None, None);
            } else if !push.listen().await {
                self.push = None;
            }
        }
        identity::refresh(&mut self.session.store, &mut self.session.actor).await?;
        if let Some(named) = self.filter.boards.clone() {
            let boards = identity::boards(&mut self.session.store, &self.session.actor).await?;
            if let Some(gone) = named.iter().find(|id| !boards.iter().any(|board| board.id == **id)) {
                self.session.named_boards(&self.boards, &boards)?;
                let who = crate::escape::escape_for_terminal(&self.session.actor.name);
                return Err(denied(format!("board '{gone}' is unknown or not readable by {who}")).into());
            }
        }
        self.session.scope = self.session.actor.scope();
        Ok(moment)
    }

    /// Tells the screen which boards the actor may read, if that is new to it. No transaction may be open.
    async fn tell_boards(&mut self) {
        let boards = match &self.session.scope {
            Scope::Boards(readable) => Some(self.filter.readable_boards(readable)),
            Scope::Agent(_) => None,
        };
        if self.sent_boards.as_ref() != Some(&boards) {
            self.sent_boards = Some(boards.clone());
            self.tell(Update::Boards(boards)).await;
            self.schedule.hurry();
        }
    }

    /// One poll of the feed; false if it was given up, because what the actor may see has changed meanwhile.
    async fn poll(&mut self) -> Result<bool> {
        let begun = Instant::now();
        self.connect().await?;
        let sent = Instant::now();
        let moment = self.begin().await?;
        if self.follow.is_none() {
            let start = self.start().await?;
            self.follow = Some(TailState::new(start, Options::default()));
        }
        let snapshot = moment.snapshot.as_ref().and_then(|(text, age)| Snapshot::parse(text, *age));
        let numbered = self.session.store.schema().numbered;
        let context = PollContext {
            now: moment.now,
            as_of: moment.as_of,
            server: &moment.server,
            snapshot,
            oldest_writer: self.oldest_writer.take(),
            mark: snapshot.filter(|_| numbered).map(|snapshot| snapshot.oldest).or(moment.row_number),
            elapsed: sent.saturating_duration_since(self.noted),
        };
        self.noted = Instant::now();
        let (filter, scope) = (self.filter.clone(), self.session.scope.clone());
        let asked = Session::asked(&scope, &filter, BoardRule::EventBoard);
        let Some(mut follow) = self.follow.take() else { return Ok(true) };
        let from = follow.begin_poll(&context);
        let glance = if self.glances { follow.glance(moment.now.plus_seconds(-GLANCE)) } else { None };
        let read = self.pages(&mut follow, asked, glance.unwrap_or(from), snapshot).await;
        self.follow = Some(follow);
        if !read? {
            return Ok(false);
        }
        self.tell(Update::Clock(moment.now)).await;
        if let Some(follow) = &mut self.follow {
            follow.end_poll();
        }
        if glance.is_none() {
            self.whole = (Instant::now(), begun.elapsed());
        }
        Ok(true)
    }

    /// Reads keys page by page and passes on the events that are new, outside a transaction.
    async fn pages(
        &mut self,
        follow: &mut TailState,
        asked: EventQuery<'_>,
        from: Timestamp,
        snapshot: Option<Snapshot>,
    ) -> Result<bool> {
        let path = self.session.store.poll_path(asked).await?;
        if let Some(recheck) = follow.recheck() {
            let (range, next) = ((recheck.from, recheck.before), snapshot.map_or(0, |snapshot| snapshot.next));
            let unseen = self.session.store.keys_since(asked, &path, range, (recheck.mark, next)).await?;
            follow.unseen(unseen);
        }
        let mut open = true;
        let mut after = None;
        loop {
            if !open && !self.reopen(asked.scope).await? {
                return Ok(false);
            }
            open = true;
            let keys = self.session.store.keys(asked, &path, from, after, PAGE).await?;
            // Whether the transaction that found the keys is still open.
            let mut same_view = true;
            after = keys.last().copied();
            let fresh = follow.page(&keys);
            for batch in fresh.chunks(BATCH) {
                if !open && !self.reopen(asked.scope).await? {
                    return Ok(false);
                }
                same_view &= open;
                let (events, missing) = self.events(asked, batch).await?;
                if missing > 0 && same_view {
                    return Err(db::without_row(missing).into());
                }
                self.session.store.commit().await?;
                if missing > 0 {
                    // They may have been deleted since: the next poll looks for their keys again.
                    return Ok(false);
                }
                open = false;
                self.tell_boards().await;
                self.tell(Update::Events(events)).await;
                batch.iter().for_each(|fresh| follow.delivered(fresh.key));
            }
            if keys.len() < PAGE {
                break;
            }
        }
        if open {
            self.session.store.commit().await?;
        }
        self.tell_boards().await;
        Ok(true)
    }

    /// Opens the next transaction of a poll; false if what the actor may see has changed.
    async fn reopen(&mut self, scope: &Scope) -> Result<bool> {
        self.begin().await?;
        if self.session.scope == *scope {
            return Ok(true);
        }
        self.session.store.commit().await?;
        self.tell_boards().await;
        Ok(false)
    }

    /// The events of these keys, and how many have no row.
    async fn events(&mut self, asked: EventQuery<'_>, fresh: &[UnseenEvent]) -> Result<(Vec<FeedEvent>, usize)> {
        let keys: Vec<Key> = fresh.iter().map(|fresh| fresh.key).collect();
        let late: HashMap<Uuid, f64> = fresh.iter().filter_map(|f| f.late.map(|late| (f.key.id, late))).collect();
        let mut events = Vec::with_capacity(keys.len());
        let missing = self
            .session
            .store
            .by_keys::<ActivityEvent>(asked, &keys, &mut |event| {
                let late = late.get(&event.id).copied();
                events.push(FeedEvent { event, late });
                Ok(())
            })
            .await?;
        Ok((events, missing))
    }

    async fn start(&mut self) -> Result<Start> {
        let mut newest: Vec<Key> = Vec::new();
        let (filter, scope) = (self.filter.clone(), self.session.scope.clone());
        let page = PageRequest { limit: Some(BEGIN_WITH as u64), order: Order::Newest, ..PageRequest::default() };
        let asked = Session::asked(&scope, &filter, BoardRule::EventBoard);
        let each = &mut |event: ActivityEvent| {
            newest.push(Key { created_at: event.created_at, id: event.id });
            Ok(())
        };
        self.session.store.feed(asked, page, each).await?;
        Ok(Start::newest(Some(BEGIN_WITH), None, &newest))
    }
}

fn first_line(error: &anyhow::Error) -> String {
    let text = crate::error::render(error, false);
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
