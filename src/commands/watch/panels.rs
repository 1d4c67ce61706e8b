//! What the panels and the timelines show: the results of `errors`, `agents`, `tasks` and `timeline`.

use super::feed::Watcher;
use crate::analysis::delivery_window::DeliveryWindow;
use crate::analysis::liveness::GRACE_MICROS;
use crate::analysis::participants::Participants;
use crate::analysis::regimes;
use crate::analysis::waiting::Patience;
use crate::auth::identity;
use crate::db::{BoardRule, EventQuery, Order, PageRequest};
use crate::model::{ActivityEvent, Bucket, Filter, Period, Timestamp};
use crate::output::chart::rates;
use crate::output::timeline::Entry;
use crate::session::Session;
use crate::session::agent_states::AgentQuery;
use crate::session::story::Story;
use crate::session::waiting_tasks::{LOOKED_AT_DAYS, TaskQuery};
use crate::watch::{BoardRow, DeliveryFigures, MOST_ENTRIES, Panels, Subject, TimelineData, Update};
use anyhow::Result;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// At most this often.
const EVERY: Duration = Duration::from_secs(10);
/// The share of the time that the panels' queries may take is one in this.
const SHARE: u32 = 50;

/// When the panels are due.
pub(super) struct Schedule {
    next: Instant,
}

impl Schedule {
    pub(super) fn new() -> Self {
        Self { next: Instant::now() }
    }

    pub(super) fn is_due(&self) -> bool {
        self.next <= Instant::now()
    }

    /// They are due now.
    pub(super) fn hurry(&mut self) {
        self.next = Instant::now();
    }

    /// What takes long is done less often.
    pub(super) fn done(&mut self, took: Duration) {
        self.next = Instant::now() + EVERY.max(took * SHARE);
    }
}

/// Counts deliveries.
struct Counter {
    hour: DeliveryWindow<()>,
    day: DeliveryWindow<()>,
    period: Period,
}

impl Counter {
    fn new(now: Timestamp) -> Self {
        let period = |seconds: i64| Period { since: now.plus_seconds(-seconds), until: now, closed: true };
        let window = |period: Period, bucket| DeliveryWindow::new(period, bucket, None, None, now);
        Self { hour: window(period(HOUR), Bucket::Minute), day: window(period(DAY), Bucket::Hour), period: period(DAY) }
    }

    fn add(&mut self, event_type: &str, message: Option<&str>, at: Timestamp) {
        self.hour.add(event_type, message, at, ());
        self.day.add(event_type, message, at, ());
    }

    fn figures(&self) -> DeliveryFigures {
        let [points, _] = self.day.points();
        DeliveryFigures {
            hour: self.hour.routes.whole.tally,
            day: self.day.routes.whole,
            regimes: regimes::of_slots(&self.day.slots.slots(), self.period),
            rates: rates(&points),
        }
    }
}

impl Watcher<'_> {
    /// Queries the panels, each in a transaction of its own.
    pub(super) async fn panels(&mut self) -> Result<()> {
        let begun = Instant::now();
        self.begin().await?;
        let at = self.session.now;
        let filter = self.filter.clone();
        let (whole, boards) = self.deliveries(&filter, at).await?;
        self.session.store.commit().await?;
        self.begin().await?;
        let query = AgentQuery { filter: &filter, at, since: Some(at.plus_seconds(-DAY)), grace_micros: GRACE_MICROS };
        let agents = self.session.agent_states(&query).await?.agents;
        self.session.store.commit().await?;
        self.begin().await?;
        let query = TaskQuery {
            filter: &filter,
            now: at,
            since: at.plus_seconds(-LOOKED_AT_DAYS * DAY),
            in_the_past: false,
            patience: Patience::Usual,
            all: false,
        };
        let tasks = self.session.waiting_tasks(&query).await?.rows;
        self.session.store.commit().await?;
        self.schedule.done(begun.elapsed());
        self.tell(Update::Panels(Box::new(Panels { at, whole, boards, tasks, agents }))).await;
        Ok(())
    }

    async fn deliveries(&mut self, filter: &Filter, at: Timestamp) -> Result<(DeliveryFigures, Vec<BoardRow>)> {
        let mut whole = Counter::new(at);
        let boards = identity::boards(&mut self.session.store, &self.session.actor).await?;
        let named = |id: &Uuid| filter.boards.as_ref().is_none_or(|named| named.contains(id));
        let mut counters: HashMap<Uuid, Counter> =
            boards.iter().filter(|board| named(&board.id)).map(|board| (board.id, Counter::new(at))).collect();
        let scope = self.session.scope.clone();
        let window = Filter { since: Some(whole.period.since), ..filter.clone() };
        let asked = EventQuery { through: Some(at), ..Session::asked(&scope, &window, BoardRule::EventBoard) };
        self.session
            .store
            .deliveries(asked, true, &mut |event| {
                let message = event.message.as_deref();
                whole.add(&event.event_type, message, event.created_at);
                if let Some(counter) = event.board.and_then(|board| counters.get_mut(&board)) {
                    counter.add(&event.event_type, message, event.created_at);
                }
            })
            .await?;
        let row = |board: crate::model::Board| {
            let figures = counters.get(&board.id)?.figures();
            Some(BoardRow { board, figures })
        };
        Ok((whole.figures(), boards.into_iter().filter_map(row).collect()))
    }

    /// What `timeline` tells of a subject; the inner error is for the reader.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn timeline(&mut self, subject: Subject) -> Result<Result<Box<TimelineData>, String>> {
        self.begin().await?;
        let now = self.session.now;
        let data = match subject {
            Subject::Task(task) => {
                let story = Story::of(&mut self.session, task, now, None).await?;
                let Story { task, participants, events, changes } = story;
                let entries =
                    events.into_iter().map(|event| (changes.get(&event.id).copied().unwrap_or_default(), event));
                let mut data = TimelineData { task: Some(task), participants, entries: Vec::new(), left_out: 0 };
                let mut last: Option<Timestamp> = None;
                for (change, event) in entries {
                    let elapsed = last.map(|last| event.created_at.micros_since(last));
                    last = Some(event.created_at);
                    data.entries.push(Entry { event, elapsed, change });
                }
                data
            }
            Subject::Agent(agent) => {
                let filter = Filter { agents: vec![agent], since: Some(now.plus_seconds(-DAY)), ..Filter::default() };
                let scope = self.session.scope.clone();
                let asked = Session::asked(&scope, &filter, BoardRule::EventBoard);
                let limit = Some(MOST_ENTRIES as u64 + 1);
                let page = PageRequest { limit, order: Order::Newest, ..PageRequest::default() };
                let mut events: Vec<ActivityEvent> = Vec::new();
                let each = &mut |event| {
                    events.push(event);
                    Ok(())
                };
                self.session.store.feed(asked, page, each).await?;
                let mut last: Option<Timestamp> = None;
                let entries = events.into_iter().rev().map(|event| {
                    let elapsed = last.map(|last| event.created_at.micros_since(last));
                    last = Some(event.created_at);
                    Entry { event, elapsed, change: (None, None) }
                });
                let entries = entries.collect();
                TimelineData { task: None, participants: Participants::default(), entries, left_out: 0 }
            }
        };
        self.session.store.commit().await?;
        Ok(Ok(Box::new(shortened(data))))
    }
}

fn shortened(mut data: TimelineData) -> TimelineData {
    data.left_out = data.entries.len().saturating_sub(MOST_ENTRIES);
    data.entries.drain(..data.left_out);
    data
}
