//! Where the rows of a feed lie, before they are read: the event types, the ends of time, how many can match.

use super::{Item, Order, PageRequest, within};
use crate::db::query::{Query, Value};
use crate::db::row::RowReader;
use crate::db::{Database, EventQuery};
use crate::model::Scope;
use crate::model::Timestamp;
use anyhow::Result;
use uuid::Uuid;

/// Beyond this many event types, going type by type costs more than it saves.
const MOST_TYPES: i64 = 1_000;
/// Up to this many rows, the entries of a selective index are worth reading for every window, so as to read no other rows.
pub(super) const SOME: u64 = 20_000;
/// What a bounded role may see is little up to this many rows.
const LITTLE: u64 = 5_000;
/// Of each type in the filter, this many events are read first: that is fast, and usually enough.
const ENOUGH: i64 = 500;
/// Up to this many, reading all that boards have and sorting it beats walking back in time, in SQLite.
const QUIET: i64 = 200;

/// Where the rows lie, and along which index they are found.
pub(super) struct EventBounds {
    /// Go type by type; without types, along an index that begins with created_at or, for comments, with event_type.
    pub(super) types: Option<Vec<String>>,
    pub(super) newest: Timestamp,
    pub(super) oldest: Timestamp,
    /// For the types in the filter: how far back one must look until the first of them has [`ENOUGH`] events, or to the end.
    pub(super) enough: Option<Timestamp>,
}

/// How many events can match, and on which tasks of the boards, if boards are what is selective.
pub(in crate::db) struct MatchEstimate {
    pub(super) count: u64,
    pub(in crate::db) board_tasks: Option<Vec<Uuid>>,
}

/// What [`Database::source`] found.
pub(super) enum ScanPlan {
    Nothing,
    Bounded(EventBounds),
    /// No index serves, none is worth the question, or there are too many types to go one by one.
    Unindexed,
}

/// Event types as they are listed.
#[derive(Default)]
struct EventTypes {
    seen: i64,
    asked: Vec<String>,
}

impl EventTypes {
    /// A type, and whether the filter lets it pass.
    fn read(&mut self, columns: &mut RowReader<'_>) -> Result<()> {
        let (event_type, asked) = (columns.text()?, columns.flag()?);
        self.seen += 1;
        self.asked.extend(event_type.filter(|_| asked == Some(true)));
        Ok(())
    }

    /// The types that pass the filter, unless the list is incomplete or a type is not valid UTF-8.
    fn all(self) -> Option<Vec<String>> {
        let garbled = self.asked.iter().any(|event_type| event_type.contains(char::REPLACEMENT_CHARACTER));
        (self.seen < MOST_TYPES && !garbled).then_some(self.asked)
    }
}

impl Database {
    /// Where the events that may match lie, in all or in a stretch of time.
    pub(super) async fn source<T: Item>(
        &mut self,
        asked: &EventQuery<'_>,
        page: PageRequest,
        stretch: Option<(Timestamp, Timestamp)>,
    ) -> Result<ScanPlan> {
        let narrowed = asked.failures || !asked.filter.types.is_empty();
        // Of a few types, each has its events in order of time; along created_at one would read the others too.
        // Where many tables hold the rows, the types of each are asked for, which takes longer than an index on created_at.
        let narrowed_by_type = narrowed && self.schema.indexed_by_type && !self.schema.inherited;
        let by_type = !T::COMMENTS && (!self.schema.indexed_by_time || narrowed_by_type);
        if self.schema.small || !self.schema.indexed_by_type && (by_type || T::COMMENTS) {
            return Ok(ScanPlan::Unindexed);
        }
        let query = self.with_filters(Query::new(if by_type { "event_type_bounds" } else { "time_bounds" }), asked);
        let query = match (stretch, page.after, page.order) {
            (Some(stretch), ..) => within(query, stretch),
            (None, Some(after), Order::Newest) => query.bind("upto", Value::Time(after.created_at)),
            (None, Some(after), Order::Oldest) => query.bind("from", Value::Time(after.created_at)),
            (None, None, _) => query,
        };
        let mut kinds = EventTypes::default();
        let mut extent: Option<(Timestamp, Timestamp)> = None;
        let counted = by_type && narrowed && page.matches.is_none();
        let mut enough = None;
        let query = query.bind("most", Value::Count(MOST_TYPES)).forbid_seqscan(true);
        let query = query.when("oldest", page.order == Order::Oldest);
        let query = query.bind_some("enough", counted.then_some(Value::Count(ENOUGH)));
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let known = kinds.asked.len();
            if by_type {
                kinds.read(&mut columns)?;
            }
            if let (Some(newest), Some(oldest)) = (columns.time()?, columns.time()?) {
                let (last, first) = extent.unwrap_or((newest, oldest));
                extent = Some((last.max(newest), first.min(oldest)));
            } else {
                kinds.asked.truncate(known);
            }
            if by_type && let Some(far) = columns.time()? {
                enough = Some(match page.order {
                    Order::Newest => enough.map_or(far, |nearest: Timestamp| nearest.max(far)),
                    Order::Oldest => enough.map_or(far, |nearest: Timestamp| nearest.min(far)),
                });
            }
            Ok(())
        })
        .await?;
        let Some(types) = kinds.all() else { return Ok(ScanPlan::Unindexed) };
        Ok(extent.map_or(ScanPlan::Nothing, |(newest, oldest)| {
            let end = if page.order == Order::Newest { oldest } else { newest };
            let enough = counted.then(|| enough.unwrap_or(end));
            ScanPlan::Bounded(EventBounds { types: by_type.then_some(types), newest, oldest, enough })
        }))
    }

    /// The instant of the newest event that may match.
    pub(super) async fn newest(&mut self, asked: &EventQuery<'_>) -> Result<Option<Timestamp>> {
        let query = self.with_filters(Query::new("time_bounds"), asked);
        let mut newest = None;
        self.fetch(&query, &mut |row| {
            newest = row.columns().time()?;
            Ok(())
        })
        .await?;
        Ok(newest)
    }

    /// The event types that may match, or none where there are too many to go one by one.
    pub(in crate::db) async fn types(&mut self, asked: &EventQuery<'_>) -> Result<Option<Vec<String>>> {
        let query = self.with_filters(Query::new("event_types"), asked);
        let query = query.bind("most", Value::Count(MOST_TYPES)).forbid_seqscan(true);
        let mut kinds = EventTypes::default();
        self.fetch(&query, &mut |row| kinds.read(&mut row.columns())).await?;
        Ok(kinds.all())
    }

    /// Whether SQLite had better read all that the boards have: next to nothing.
    pub(super) async fn is_quiet(&mut self, asked: &EventQuery<'_>) -> Result<bool> {
        let Scope::Boards(readable) = asked.scope else { return Ok(false) };
        if !asked.filter.tasks.is_empty() || !asked.filter.agents.is_empty() {
            return Ok(false);
        }
        let query = Query::new("is_sparse").bind("boards", Value::Ids(asked.filter.readable_boards(readable)));
        let mut count = i64::MAX;
        self.fetch(&query.bind("most", Value::Count(QUIET + 1)), &mut |row| {
            count = row.columns().count()?;
            Ok(())
        })
        .await?;
        Ok(count <= QUIET)
    }

    /// How many events can match at most, as the index on a selective column tells, counted a little beyond [`SOME`].
    pub(super) async fn reach(&mut self, asked: &EventQuery<'_>) -> Result<MatchEstimate> {
        self.reach_up_to(asked, SOME).await
    }

    /// What a bounded role may see of what is asked for, where it is little: then the policies, which hide most rows that a
    /// walk through the types would meet, are cheapest to satisfy along the indexes on the columns that they go by.
    pub(in crate::db) async fn little(&mut self, asked: &EventQuery<'_>) -> Result<Option<MatchEstimate>> {
        if !self.schema.bounded || self.schema.small || asked.scope.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.reach_up_to(asked, LITTLE).await?).filter(|found| found.count <= LITTLE))
    }

    async fn reach_up_to(&mut self, asked: &EventQuery<'_>, some: u64) -> Result<MatchEstimate> {
        let most = i64::try_from(some + 1).unwrap_or(i64::MAX);
        let EventQuery { scope, filter, .. } = asked;
        let agents = |agents: Vec<Uuid>| Query::new("match_estimate_by_agent").bind("agents", Value::Ids(agents));
        let query = match scope {
            _ if !filter.tasks.is_empty() => {
                Query::new("match_estimate_by_task").bind("tasks", Value::Ids(filter.tasks.clone()))
            }
            Scope::Agent(agent) => agents(vec![*agent]),
            Scope::Boards(_) if !filter.agents.is_empty() => agents(filter.agents.clone()),
            Scope::Boards(readable) => {
                Query::new("match_estimate_by_board").bind("boards", Value::Ids(filter.readable_boards(readable)))
            }
        };
        let query = query.bind("most", Value::Count(most)).forbid_seqscan(true);
        let by_board = query.has("boards");
        let mut reach = MatchEstimate { count: u64::MAX, board_tasks: None };
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            reach.count = columns.count()?.unsigned_abs();
            let tasks = columns.ids()?;
            // Behind the last of a list that was cut off there may be any number of events.
            if tasks.len() as u64 > some {
                reach.count = u64::MAX;
            }
            reach.board_tasks = by_board.then_some(tasks);
            Ok(())
        })
        .await?;
        Ok(reach)
    }
}
