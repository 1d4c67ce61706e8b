//! Aggregates of many events: totals, error rates, summaries, last activity.

use super::feed::PageRequest;
use super::query::{Query, Value};
use super::{BoardRule, Database, EventQuery};
use crate::analysis::liveness::HEARTBEAT;
use crate::analysis::slots::{self, Slot, Slots};
use crate::model::Filter;
use crate::model::Scope;
use crate::model::{ActivityEvent, Bucket, Period, Point, Tally, Timestamp, TypeInUse};
use anyhow::Result;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Event type.
    Type,
    /// Board, by the board rule of the query.
    Board,
    /// Agent.
    Agent,
    /// Task.
    Task,
    /// Day, in UTC.
    Day,
    /// Hour, in UTC.
    Hour,
    /// Minute, in UTC.
    Minute,
}

impl Dimension {
    /// Every dimension, in the order of the help.
    pub const ALL: [Self; 7] = [Self::Type, Self::Board, Self::Agent, Self::Task, Self::Day, Self::Hour, Self::Minute];

    /// As in `--by` and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Board => "board",
            Self::Agent => "agent",
            Self::Task => "task",
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Minute => "minute",
        }
    }

    /// For one that is a period: how it is cut.
    pub fn bucket(self) -> Option<Bucket> {
        match self {
            Self::Day => Some(Bucket::Day),
            Self::Hour => Some(Bucket::Hour),
            Self::Minute => Some(Bucket::Minute),
            Self::Type | Self::Board | Self::Agent | Self::Task => None,
        }
    }
}

/// One combination of what was counted by; the fields of other dimensions are null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCount {
    /// Event type.
    pub event_type: Option<String>,
    /// Board and its name.
    pub board: (Option<Uuid>, Option<String>),
    /// Agent and its name.
    pub agent: (Option<Uuid>, Option<String>),
    /// Task and its title.
    pub task: (Option<Uuid>, Option<String>),
    /// Start of the day or hour.
    pub period: Option<Timestamp>,
    /// Failures and all events.
    pub tally: Tally,
}

/// The window and the window before it, bucket by bucket, with empty buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// Failures and all events of the window.
    pub tally: Tally,
    /// The window.
    pub primary: Vec<Point>,
    /// The window of the same length before it.
    pub comparison: Vec<Point>,
    /// The window in slots, oldest first.
    pub slots: Vec<Slot>,
    /// The window's first and last failure.
    pub failures: Option<(Timestamp, Timestamp)>,
    /// How many of the window's events are heartbeats.
    pub heartbeats: u64,
}

/// What the database counts by: slots and buckets are put together from it.
fn counting_bucket(window: Period, bucket: Bucket) -> Bucket {
    const DAY: i64 = 86_400_000_000;
    match window.until.micros_since(window.since) {
        _ if bucket == Bucket::Minute => bucket,
        length if length <= 2 * DAY => Bucket::FiveMinutes,
        length if length <= 366 * DAY => Bucket::Hour,
        length if length <= 3_660 * DAY => Bucket::Day,
        _ => bucket,
    }
}

impl Database {
    /// How many events the actor may see and asks for, exactly.
    pub async fn count(&mut self, asked: EventQuery<'_>) -> Result<u64> {
        if asked.scope.is_empty() {
            return Ok(0);
        }
        let filter = asked.filter;
        let bare = asked.rule == BoardRule::EventBoard
            && !asked.failures
            && asked.through.is_none()
            && matches!(asked.scope, Scope::Boards(_))
            && *filter
                == crate::model::Filter {
                    boards: filter.boards.clone(),
                    exclude_boards: filter.exclude_boards.clone(),
                    ..Default::default()
                };
        let stem = if bare && self.has_query("count_on_boards") { "count_on_boards" } else { "count" };
        let query = self.with_filters(Query::new(stem), &asked).when("hash_readable_tasks", true);
        let mut count = 0;
        self.fetch(&query, &mut |row| {
            count = row.columns().count()?;
            Ok(())
        })
        .await?;
        Ok(count.unsigned_abs())
    }

    /// The error rate of a window and the window before it.
    pub async fn rates(&mut self, asked: EventQuery<'_>, window: Period, bucket: Bucket) -> Result<Rates> {
        let before = window.before();
        let mut filter = asked.filter.clone();
        filter.since = Some(before.since);
        filter.until = (!window.closed).then_some(window.until);
        let asked = EventQuery { filter: &filter, through: window.closed.then_some(window.until), ..asked };
        let mut query = self.with_filters(Query::new("error_rate"), &asked).when("hash_readable_tasks", true);
        query = query.bind("middle", Value::Time(window.since));
        let counted_by = counting_bucket(window, bucket);
        query = with_bucket(query, counted_by);
        if !matches!(counted_by, Bucket::Minute | Bucket::FiveMinutes) {
            let mut starts = counted_by.starts(before);
            starts.extend(counted_by.starts(window));
            starts.dedup();
            // The window before may begin earlier than the server's calendar does.
            starts.retain(|start| (Timestamp::FIRST..=Timestamp::LAST).contains(start));
            query = query.bind("starts", Value::Times(starts));
        }
        query = self.among_types(query, &asked).await?;
        let mut sides: [BTreeMap<Timestamp, Tally>; 2] = Default::default();
        let mut slots = Slots::new(slots::width(window));
        let mut failures: Option<(Timestamp, Timestamp)> = None;
        let mut heartbeats = 0;
        if !asked.scope.is_empty() {
            self.fetch(&query, &mut |row| {
                let mut columns = row.columns();
                let side = columns.small()?;
                // Years that the calendar does not have are in no bucket; they count all the same.
                let start = columns.time()?.unwrap_or(Timestamp::FIRST);
                let at = bucket.start(start).unwrap_or(start);
                let tally = Tally { errors: columns.count()?.unsigned_abs(), total: columns.count()?.unsigned_abs() };
                let on = [side == 0 || (side == 1 && window.closed), side != 0];
                for (side, _) in sides.iter_mut().zip(on).filter(|(_, on)| *on) {
                    *side.entry(at).or_default() += tally;
                }
                let (first, last) = (columns.time()?, columns.time()?);
                if on[1] {
                    slots.add_counted(start, tally, first);
                    heartbeats += columns.count()?.unsigned_abs();
                    failures = match (failures, first.zip(last)) {
                        (Some(known), Some(found)) => Some((known.0.min(found.0), known.1.max(found.1))),
                        (known, found) => known.or(found),
                    };
                }
                Ok(())
            })
            .await?;
        }
        let [earlier, inside] = sides;
        let mut tally = Tally::default();
        inside.values().for_each(|counted| tally += *counted);
        let points = |counted: BTreeMap<Timestamp, Tally>, period: Period| {
            let tally = |start| counted.get(&start).copied().unwrap_or_default();
            bucket.starts(period).into_iter().map(|start| Point { period: start, tally: tally(start) }).collect()
        };
        let (primary, comparison) = (points(inside, window), points(earlier, before));
        Ok(Rates { tally, primary, comparison, slots: slots.slots(), failures, heartbeats })
    }

    /// Events and failures counted by some dimensions.
    pub async fn counted(&mut self, asked: EventQuery<'_>, by: &[Dimension]) -> Result<Vec<GroupCount>> {
        if asked.scope.is_empty() {
            return Ok(Vec::new());
        }
        // Of few events the task's board is looked up one by one.
        let of_few = !asked.filter.agents.is_empty() || !asked.filter.tasks.is_empty();
        let has = |dimension| by.contains(&dimension);
        let mut query = self
            .with_filters(Query::new("summary"), &asked)
            .when("hash_readable_tasks", !of_few)
            .when("by_type", has(Dimension::Type))
            .when("by_board", has(Dimension::Board))
            .when("by_agent", has(Dimension::Agent))
            .when("by_task", has(Dimension::Task))
            .when("by_period", by.iter().any(|dimension| dimension.bucket().is_some()));
        query = with_bucket(query, by.iter().find_map(|dimension| dimension.bucket()).unwrap_or(Bucket::Day));
        query = self.among_types(query, &asked).await?;
        let mut rows = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            rows.push(GroupCount {
                event_type: columns.text()?,
                board: (columns.id()?, columns.text()?),
                agent: (columns.id()?, columns.text()?),
                task: (columns.id()?, columns.text()?),
                period: columns.time()?,
                tally: Tally { errors: columns.count()?.unsigned_abs(), total: columns.count()?.unsigned_abs() },
            });
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The types of the events that pass the filter.
    pub async fn types_in_use(&mut self, asked: EventQuery<'_>) -> Result<Vec<TypeInUse>> {
        let mut types = Vec::new();
        if matches!(asked.scope, Scope::Boards(boards) if boards.is_empty()) {
            return Ok(types);
        }
        let query = self.with_filters(Query::new("types_in_use"), &asked).when("hash_readable_tasks", true);
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let (event_type, count, last_at) = (columns.text()?, columns.count()?, columns.time()?);
            types.extend(event_type.map(|event_type| TypeInUse::new(event_type, count.unsigned_abs(), last_at)));
            Ok(())
        })
        .await?;
        Ok(types)
    }

    /// When something last happened on each board, as far as the actor may see it and up to an instant; boards where nothing
    /// did are absent. Heartbeats say that an agent runs, and not that something happens.
    pub async fn last_activity(
        &mut self,
        scope: &Scope,
        through: Option<Timestamp>,
        with_heartbeats: bool,
    ) -> Result<HashMap<Uuid, Timestamp>> {
        let heartbeats = (!with_heartbeats).then(|| HEARTBEAT.to_owned());
        let everything = Filter { exclude_types: heartbeats.into_iter().collect(), ..Filter::default() };
        let asked = EventQuery { scope, filter: &everything, rule: BoardRule::EventBoard, through, failures: false };
        let Scope::Boards(boards) = scope else {
            let query = self.with_filters(Query::new("last_activity"), &asked);
            return self.instants(&query).await;
        };
        let mut newest = None;
        let page = PageRequest { limit: Some(1), ..PageRequest::default() };
        self.feed::<ActivityEvent>(asked, page, &mut |event| {
            newest = Some(event.created_at);
            Ok(())
        })
        .await?;
        let Some(newest) = newest else { return Ok(HashMap::new()) };
        let mut last = HashMap::new();
        let mut quiet = boards.clone();
        // Most boards are found within the last day or week; the history of the others is read board by board.
        for days in [1, 7] {
            let since = Some(newest.min(self.now()).plus_seconds(-days * 24 * 3_600));
            let recent = Filter { since, boards: Some(quiet.clone()), ..everything.clone() };
            let recent = EventQuery { filter: &recent, ..asked };
            let query = self.with_filters(Query::new("last_activity"), &recent).when("hash_readable_tasks", true);
            let query = self.among_types(query, &recent).await?;
            last.extend(self.instants(&query).await?);
            quiet.retain(|board| !last.contains_key(board));
            if quiet.is_empty() {
                return Ok(last);
            }
        }
        let query = Query::new("last_activity_by_board").bind("boards", Value::Ids(quiet)).forbid_seqscan(true);
        let query = query.when("without_heartbeats", !with_heartbeats).bind_some("through", through.map(Value::Time));
        last.extend(self.instants(&query).await?);
        Ok(last)
    }

    /// Boards and instants.
    async fn instants(&mut self, query: &Query) -> Result<HashMap<Uuid, Timestamp>> {
        let mut found = HashMap::new();
        self.fetch(query, &mut |row| {
            let mut columns = row.columns();
            if let (Some(board), Some(at)) = (columns.id()?, columns.time()?) {
                found.insert(board, at);
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Names the event types, so that the planner may go through (event_type, created_at).
    pub(super) async fn among_types(&mut self, query: Query, asked: &EventQuery<'_>) -> Result<Query> {
        let schema = &self.schema;
        if schema.small || schema.indexed_by_time || !schema.indexed_by_type {
            return Ok(query);
        }
        if let Some(found) = self.little(asked).await? {
            return Ok(with_little(query, found.board_tasks.as_deref()));
        }
        Ok(query.bind_some("types", self.types(asked).await?.map(Value::Texts)))
    }
}

/// Along the indexes on the columns that a bounded role's policies go by.
pub(super) fn with_little(query: Query, board_tasks: Option<&[Uuid]>) -> Query {
    query.bind_some("little_tasks", board_tasks.map(|tasks| Value::Ids(tasks.to_vec()))).forbid_seqscan(true)
}

/// The name of a bucket, which five minutes do not have, and its width in microseconds for an engine that has no such names:
/// it counts weeks and months by days, which are put together afterwards.
fn with_bucket(query: Query, bucket: Bucket) -> Query {
    const MINUTE: i64 = 60_000_000;
    let width = match bucket {
        Bucket::Minute => MINUTE,
        Bucket::FiveMinutes => 5 * MINUTE,
        Bucket::Hour => 60 * MINUTE,
        Bucket::Day | Bucket::Week | Bucket::Month => 24 * 60 * MINUTE,
    };
    let name = (bucket != Bucket::FiveMinutes).then(|| Value::Text(bucket.name().to_owned()));
    query.bind_some("bucket", name).bind("width", Value::Count(width))
}
