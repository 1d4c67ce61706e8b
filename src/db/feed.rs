//! Rows in the order of `(created_at, id)`, streamed: lists, the comment feed, failures.
//!
//! PostgreSQL has no index on created_at in the deployed schema, so the feed walks through time in windows, each read
//! per event type from the end of (event_type, created_at). The first window is an hour; what it yields tells how wide the
//! next must be. Where a window comes up short and few events can match at all (a rare board, a task), the index on that
//! column answers the rest, at once or window by window; where the windows would have to cover most of the table, one
//! plain query does.
//!
//! Rows that are written while they are read come in portions ([`Feed`], [`Database::portion`]): the reader of the
//! output may pause, and no transaction may be open meanwhile. A portion ends after a row, and the next starts after its key.

mod scan_plan;
mod time_windows;

use scan_plan::{EventBounds, MatchEstimate, SOME, ScanPlan};
pub use time_windows::Order;
use time_windows::TimeWindows;

use super::engine::Scan;
use super::query::{Query, Value};
use super::row::{RowReader, role_of};
use super::{Database, EventQuery};
use crate::model::Scope;
use crate::model::{ActivityEvent, Key, TaskComment, Timestamp};
use anyhow::{Context, Result, ensure};
use std::collections::HashSet;
use std::fmt;
use std::mem;
use std::ops::ControlFlow;
use uuid::Uuid;

/// Up to this many rows, sorting what an index yields beats walking back in time.
const FEW: u64 = 2_000;
/// Rows of a page of SQLite's when all are wanted: so few are sorted in memory.
const BATCH: u64 = 2_000;
/// Rows that a window should yield when all are wanted: so few are sorted while they are fresh in the caches.
const HANDFUL: u64 = 10_000;
/// Windows read by one query then: the server reads the next while we take in the last.
const AT_ONCE: usize = 4;

/// Which stretch of the feed.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageRequest {
    /// Rows at most; all if none.
    pub limit: Option<u64>,
    /// Rows passed over first.
    pub offset: u64,
    /// From which end.
    pub order: Order,
    /// Begin behind this key.
    pub after: Option<Key>,
    /// How many rows match, where that is known already: it tells how far the first window must reach.
    pub matches: Option<u64>,
}

/// A feed that is read in portions, each in a transaction of its own.
///
/// What this means for what is read: each portion is one snapshot. The end of the feed is fixed by the first portion: rows
/// that are newer than its newest are never read. A row that is committed between two portions is read if its place is
/// still to come, and one that is deleted is not. No row is read twice.
pub struct Feed {
    place: Position,
    way: Strategy,
    /// Rows of one portion, roughly.
    rows: u64,
}

/// How far a feed was read.
struct Position {
    page: PageRequest,
    /// Rows still to be passed over.
    skip: u64,
    /// Rows still to come, those passed over included.
    left: u64,
    /// Unreadable rows behind the last key, which are met again when a query goes on there.
    unreadable: u64,
    /// Oldest first, a feed ends here, however many events are written meanwhile.
    end: Option<Timestamp>,
}

/// Along what a feed is read.
enum Strategy {
    /// That is still to be found out.
    Unknown,
    /// Page by page; `sparse` where boards have next to nothing.
    Pages { sparse: bool },
    /// What an index on a selective column yields, sorted: on boards, that of the events of some tasks too.
    Sparse { board_tasks: Option<Vec<Uuid>> },
    /// Whatever the planner finds.
    Plain,
    /// Window by window.
    Windows(Box<Windows>),
}

/// A walk under way.
struct Windows {
    walk: TimeWindows,
    types: Option<Vec<String>>,
    /// What was counted before the walk, to be looked at first.
    reach: Option<MatchEstimate>,
    probed: bool,
    /// Few enough to read through the index on their column, window by window.
    sparse: Option<MatchEstimate>,
    yielded: u64,
}

/// What one query yielded.
struct Taken {
    rows: u64,
    /// The reader has to write before it takes more.
    paused: bool,
}

/// Stops a query behind a row.
#[derive(Debug)]
struct Paused;

impl fmt::Display for Paused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reader takes no more rows for now")
    }
}

impl std::error::Error for Paused {}

impl Feed {
    /// A page, read in portions of about `rows` rows.
    pub fn new(page: PageRequest, rows: u64) -> Self {
        let left = wanted(page);
        let place = Position { page, skip: page.offset, left, unreadable: 0, end: None };
        Self { place, way: Strategy::Unknown, rows: rows.max(1) }
    }

    /// Sets the approximate number of rows of the next portions.
    pub fn expect(&mut self, rows: u64) {
        self.rows = rows.max(1);
    }
}

impl Position {
    /// Rows that the next query should yield at most. What is passed over fills no memory.
    fn most(&self, rows: u64) -> u64 {
        self.left.min(self.skip.saturating_add(rows))
    }
}

/// The queries that read the rows of a feed, each by another plan.
pub(super) struct ListFiles {
    in_order: &'static str,
    by_type: &'static str,
    by_selective_index: &'static str,
    windows: &'static str,
    by_id: &'static str,
}

const LISTS: ListFiles = ListFiles {
    in_order: "list",
    by_type: "list_by_type",
    by_selective_index: "list_by_selective_index",
    windows: "list_windows",
    by_id: "list_by_id",
};

/// Comments have one type.
const COMMENTS: ListFiles = ListFiles {
    in_order: "comments",
    by_type: "comments",
    by_selective_index: "comments_by_selective_index",
    windows: "comments_windows",
    by_id: "comments_by_id",
};

/// A row that a feed is made of.
pub trait Item: Sized {
    #[doc(hidden)]
    const COMMENTS: bool;
    #[doc(hidden)]
    #[allow(private_interfaces)]
    const FILES: &'static ListFiles;
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn read(columns: &mut RowReader<'_>) -> Result<Self>;
    /// Where the row stands.
    fn key(&self) -> Key;
}

impl Item for ActivityEvent {
    const COMMENTS: bool = false;
    #[allow(private_interfaces)]
    const FILES: &'static ListFiles = &LISTS;

    #[allow(private_interfaces)]
    fn read(columns: &mut RowReader<'_>) -> Result<Self> {
        Ok(Self {
            id: columns.id()?.context("an event without id")?,
            event_type: columns.text()?.context("an event without type")?,
            message: columns.text()?,
            agent_id: columns.id()?,
            task_id: columns.id()?,
            board_id: columns.id()?,
            created_at: columns.time()?.context("an event without created_at")?,
            action: columns.text()?,
            user_id: columns.id()?,
            actor_id: columns.id()?,
            agent_name: columns.text()?,
            task_title: columns.text()?,
            board_name: columns.text()?,
        })
    }

    fn key(&self) -> Key {
        Key { created_at: self.created_at, id: self.id }
    }
}

impl Item for TaskComment {
    const COMMENTS: bool = true;
    #[allow(private_interfaces)]
    const FILES: &'static ListFiles = &COMMENTS;

    #[allow(private_interfaces)]
    fn read(columns: &mut RowReader<'_>) -> Result<Self> {
        Ok(Self {
            id: columns.id()?.context("a comment without id")?,
            created_at: columns.time()?.context("a comment without created_at")?,
            message: columns.text()?.unwrap_or_default(),
            agent_id: columns.id()?,
            agent_name: columns.text()?,
            agent_role: role_of(columns.text()?.as_deref()),
            task_id: columns.id()?.context("a comment without task")?,
            task_title: columns.text()?.unwrap_or_default(),
            board_id: columns.id()?.context("a task without board")?,
            board_name: columns.text()?.unwrap_or_default(),
        })
    }

    fn key(&self) -> Key {
        Key { created_at: self.created_at, id: self.id }
    }
}

impl Database {
    /// Streams rows in order, each to `each`, all in the open transaction. For answers of few rows.
    pub async fn feed<T: Item>(
        &mut self,
        asked: EventQuery<'_>,
        page: PageRequest,
        each: &mut dyn FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let mut feed = Feed::new(page, u64::MAX);
        while !self.portion(asked, &mut feed, &mut |item| each(item).map(ControlFlow::Continue)).await? {}
        Ok(())
    }

    /// Reads the next portion of a feed, each row to `each`, which may break it off behind a row. Says whether that was the
    /// last. Between two portions the caller ends the transaction and calls [`Database::begin_poll`].
    pub async fn portion<T: Item>(
        &mut self,
        asked: EventQuery<'_>,
        feed: &mut Feed,
        each: &mut dyn FnMut(T) -> Result<ControlFlow<()>>,
    ) -> Result<bool> {
        let Feed { place, way, rows } = feed;
        if asked.scope.is_empty() || place.page.limit == Some(0) {
            return Ok(true);
        }
        let is_first = matches!(way, Strategy::Unknown);
        if is_first {
            match self.way::<T>(&asked, place.page).await? {
                Some(found) => *way = found,
                None => return Ok(true),
            }
        }
        let done = match way {
            Strategy::Windows(windows) => return self.walk(asked, place, windows, *rows, each).await,
            Strategy::Pages { sparse } => self.pages(asked, place, *sparse, *rows, each).await?,
            Strategy::Sparse { board_tasks } => {
                let most = place.most(*rows);
                let query = self.window(T::FILES.by_selective_index, &asked, place, Some(most)).forbid_seqscan(true);
                let query = query.bind_some("board_tasks", board_tasks.clone().map(Value::Ids));
                let taken = self.rows(&query, place, each).await?;
                !taken.paused && taken.rows < most || place.left == 0
            }
            Strategy::Unknown | Strategy::Plain => {
                let most = place.most(*rows);
                let query = self.window(T::FILES.in_order, &asked, place, Some(most));
                let taken = self.rows(&query, place, each).await?;
                !taken.paused && taken.rows < most || place.left == 0
            }
        };
        if is_first && !done && place.page.order == Order::Oldest {
            place.end = self.newest(&asked).await?;
        }
        Ok(done)
    }

    /// Along what to read the feed; none where it has no rows.
    async fn way<T: Item>(&mut self, asked: &EventQuery<'_>, page: PageRequest) -> Result<Option<Strategy>> {
        if self.dialect().scan == Scan::Pages {
            return Ok(Some(Strategy::Pages { sparse: self.is_quiet(asked).await? }));
        }
        // An agent's or a task's events are cheap to count, and found by one index alone.
        let of_one =
            matches!(asked.scope, Scope::Agent(_)) || !asked.filter.agents.is_empty() || !asked.filter.tasks.is_empty();
        let mut reach = None;
        if of_one && !self.schema.small {
            let found = self.reach(asked).await?;
            if found.count <= FEW {
                return Ok(Some(Strategy::Sparse { board_tasks: None }));
            }
            reach = Some(found);
        } else if let Some(found) = self.little(asked).await? {
            return Ok(Some(Strategy::Sparse { board_tasks: found.board_tasks }));
        }
        Ok(match self.source::<T>(asked, page, None).await? {
            ScanPlan::Nothing => None,
            ScanPlan::Unindexed => Some(Strategy::Plain),
            ScanPlan::Bounded(EventBounds { types, newest, oldest, enough }) => {
                let mut walk = TimeWindows::new(page.order, newest, oldest);
                if let Some(matches) = page.matches {
                    walk.expect(matches, wanted(page));
                } else if let Some(far) = enough {
                    walk.reach_to(far);
                }
                let windows = Windows { walk, types, reach, probed: false, sparse: None, yielded: 0 };
                Some(Strategy::Windows(Box::new(windows)))
            }
        })
    }

    /// Rows by their keys, oldest first. Answers with the number of keys that have no row.
    pub async fn by_keys<T: Item>(
        &mut self,
        asked: EventQuery<'_>,
        keys: &[Key],
        each: &mut dyn FnMut(T) -> Result<()>,
    ) -> Result<usize> {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(0) };
        let page = PageRequest { order: Order::Oldest, ..PageRequest::default() };
        let mut place = Feed::new(page, u64::MAX).place;
        // In a partitioned table an id may occur again at another time, so there may be more rows than keys.
        let query = self.window(T::FILES.by_id, &asked, &place, Some(u64::MAX));
        // The instants let partitions be pruned. SQLite can hold a fraction of a microsecond, which a key does not have.
        let query = within(query, (first.created_at, last.created_at.next())).forbid_seqscan(true);
        let query = query.bind("ids", Value::Ids(keys.iter().map(|key| key.id).collect()));
        let wanted: HashSet<&Key> = keys.iter().collect();
        let mut others = 0;
        let taken = self
            .rows(&query, &mut place, &mut |item: T| {
                if wanted.contains(&item.key()) {
                    each(item)?;
                } else {
                    others += 1;
                }
                Ok(ControlFlow::Continue(()))
            })
            .await?;
        let found = usize::try_from(taken.rows - others).unwrap_or(usize::MAX);
        Ok(keys.len().saturating_sub(found))
    }

    /// Events with ids in a range, newest first, up to a limit: to find an event by the first characters of its id.
    pub async fn by_ids(&mut self, asked: EventQuery<'_>, ids: (Uuid, Uuid), limit: u64) -> Result<Vec<ActivityEvent>> {
        let mut events = Vec::new();
        if asked.scope.is_empty() {
            return Ok(events);
        }
        let mut place = Feed::new(PageRequest::default(), u64::MAX).place;
        let query = self.window(LISTS.by_id, &asked, &place, Some(limit)).forbid_seqscan(true);
        let query = query.bind("first_id", Value::Id(ids.0)).bind("last_id", Value::Id(ids.1));
        self.rows(&query, &mut place, &mut |event| {
            events.push(event);
            Ok(ControlFlow::Continue(()))
        })
        .await?;
        Ok(events)
    }

    /// SQLite has an index on (created_at, id) and stops at the limit, unless boards have hardly an event: then theirs are
    /// found by their own index. Pages keep what it sorts in memory small.
    async fn pages<T: Item>(
        &mut self,
        asked: EventQuery<'_>,
        place: &mut Position,
        sparse: bool,
        rows: u64,
        each: &mut dyn FnMut(T) -> Result<ControlFlow<()>>,
    ) -> Result<bool> {
        let mut yielded: u64 = 0;
        while yielded < rows {
            let size = place.left.min(BATCH).saturating_add(place.unreadable);
            let file = if sparse { T::FILES.by_selective_index } else { T::FILES.in_order };
            let query = self.window(file, &asked, place, Some(size));
            let skip = place.skip;
            let taken = self.rows(&query, place, each).await?;
            yielded += taken.rows - (skip - place.skip);
            if !taken.paused && taken.rows < size || place.left == 0 {
                return Ok(true);
            }
            if taken.paused {
                break;
            }
        }
        Ok(false)
    }

    async fn walk<T: Item>(
        &mut self,
        asked: EventQuery<'_>,
        place: &mut Position,
        windows: &mut Windows,
        rows: u64,
        each: &mut dyn FnMut(T) -> Result<ControlFlow<()>>,
    ) -> Result<bool> {
        let page = place.page;
        let Windows { walk, types, reach, probed, sparse, yielded } = windows;
        let mut so_far: u64 = 0;
        loop {
            if reach.is_none() && !*probed && walk.is_begun() && *yielded < place.left / 8 {
                *reach = Some(self.reach(&asked).await?);
            }
            let most = place.most(rows - so_far);
            if let Some(found) = reach.take() {
                *probed = true;
                if found.count <= FEW {
                    let query = self.window(T::FILES.by_selective_index, &asked, place, Some(most));
                    let query = within(query.forbid_seqscan(true), walk.rest())
                        .bind_some("board_tasks", found.board_tasks.clone().map(Value::Ids));
                    let taken = self.rows(&query, place, each).await?;
                    let done = !taken.paused && taken.rows < most || place.left == 0;
                    *reach = Some(found);
                    return Ok(done);
                }
                if found.count <= SOME && page.limit.is_some() {
                    walk.expect(found.count, place.left);
                    *sparse = Some(found);
                }
            }
            let plain = page.limit.is_some() && sparse.is_none() && walk.is_nearly_all();
            // All are wanted, and the first window showed how wide the next must be to yield many rows.
            let many = page.limit.is_none() && walk.is_begun();
            // One plain query is for what is rare: an index on created_at would be walked to its end, by one process.
            let few = plain || sparse.is_some();
            let file = match types {
                _ if few => T::FILES.by_selective_index,
                _ if many => T::FILES.windows,
                Some(_) => T::FILES.by_type,
                None => T::FILES.in_order,
            };
            let mut query = self.window(file, &asked, place, (!many).then_some(most)).forbid_seqscan(!plain);
            // Few rows so far: the many to come are cheaper to tell by one hash of the readable tasks.
            query = query
                .when("hash_readable_tasks", plain || many || T::COMMENTS && walk.is_begun())
                .when("bounded_in_time", true);
            // The windows should yield a portion; where they yield far more than the last ones did, it is cut.
            let most = if many { most.saturating_add(rows / 4) } else { most };
            let windows = walk.windows(if many { AT_ONCE } else { 1 });
            query = match windows[..] {
                // What lies beyond the other end is not there; a comparison a row is.
                _ if plain => match (walk.rest(), page.order) {
                    ((_, upto), Order::Newest) => query.bind("upto", Value::Time(upto)),
                    ((from, _), Order::Oldest) => query.bind("from", Value::Time(from)),
                },
                _ if many => {
                    let (froms, uptos) = windows.iter().copied().unzip();
                    let query =
                        query.bind("window_starts", Value::Times(froms)).bind("window_ends", Value::Times(uptos));
                    query.bind("portion", Value::Count(i64::try_from(most).unwrap_or(i64::MAX)))
                }
                _ => within(query, windows[0]),
            };
            let board_tasks = sparse.as_ref().and_then(|reach| reach.board_tasks.clone());
            query = query.bind_some("board_tasks", board_tasks.map(Value::Ids));
            if let Some(types) = types {
                let narrowed = asked.failures || !asked.filter.types.is_empty();
                query = query.bind_some("types", (!plain || narrowed).then(|| Value::Texts(types.clone())));
            }
            let skip = place.skip;
            let taken = self.rows(&query, place, each).await?;
            so_far += taken.rows - (skip - place.skip);
            *yielded += taken.rows;
            if place.left == 0 {
                return Ok(true);
            }
            let wanted = if page.limit.is_some() { place.left } else { HANDFUL.min(rows / AT_ONCE as u64).max(1) };
            if taken.paused || taken.rows >= most {
                // The rest of the windows is still to be read.
                if let Some(key) = place.page.after {
                    walk.go_on_at(key.created_at, taken.rows, wanted);
                }
            } else {
                walk.advance(&windows, taken.rows, wanted);
                if plain || walk.is_over() {
                    return Ok(true);
                }
            }
            // Windows yield a portion roughly; an answer of few rows is one.
            if taken.paused || so_far >= if many { rows - rows / 4 } else { rows } {
                return Ok(false);
            }
            // What was not probed is first.
            if taken.rows == 0 && *probed && sparse.is_none() {
                match self.source::<T>(&asked, place.page, Some(walk.rest())).await? {
                    ScanPlan::Bounded(rest) => walk.skip_to(rest.newest, rest.oldest),
                    ScanPlan::Nothing | ScanPlan::Unindexed => return Ok(true),
                }
            }
        }
    }

    /// The query for one window, without its bounds.
    fn window(&self, file: &'static str, asked: &EventQuery<'_>, place: &Position, limit: Option<u64>) -> Query {
        let page = place.page;
        let query = self.with_columns(self.with_filters(Query::new(file), asked));
        let query = query.when("numbered", self.engine.has_row_numbers());
        let query = query.when("oldest", page.order == Order::Oldest);
        let query = query.bind_some("limit", limit.map(|limit| Value::Count(i64::try_from(limit).unwrap_or(i64::MAX))));
        let query = query.bind_some("upto", place.end.map(Value::Time));
        match (page.after, page.order) {
            (None, _) => query,
            (Some(key), Order::Newest) => {
                query.bind("before_at", Value::Time(key.created_at)).bind("before_id", Value::Id(key.id))
            }
            (Some(key), Order::Oldest) => {
                query.bind("after_at", Value::Time(key.created_at)).bind("after_id", Value::Id(key.id))
            }
        }
    }

    /// Reads rows and notes how far that is. Those of SQLite that cannot be read are counted instead.
    async fn rows<T: Item>(
        &mut self,
        query: &Query,
        place: &mut Position,
        each: &mut dyn FnMut(T) -> Result<ControlFlow<()>>,
    ) -> Result<Taken> {
        let order = place.page.order;
        let mut rows = 0;
        let mut met = mem::take(&mut place.unreadable);
        let mut damage = mem::take(&mut self.damage);
        let mut last: Option<Key> = None;
        let done = self
            .fetch(query, &mut |row| {
                rows += 1;
                let mut columns = row.columns();
                let item = match T::read(&mut columns) {
                    Ok(item) => item,
                    Err(_) if row.is_loosely_typed() => {
                        place.unreadable += 1;
                        match met {
                            0 => damage.row(row, 0),
                            _ => met -= 1,
                        }
                        return Ok(());
                    }
                    Err(error) => return Err(error),
                };
                let key = item.key();
                damage.values(&columns, key.id);
                // Only the plan tells which of several windows comes first, and in SQLite which row; see list.sql.
                // Of SQLite's instants a fraction of a microsecond is cut off, so that two may seem one.
                let follows = |last: Key| match row.is_loosely_typed() && last.created_at == key.created_at {
                    true => true,
                    false => order.allows(last, key),
                };
                ensure!(last.is_none_or(follows), "the database answered out of order");
                last = Some(key);
                place.page.after = last;
                (place.unreadable, met) = (0, 0);
                place.left -= 1;
                if place.skip > 0 {
                    place.skip -= 1;
                    return Ok(());
                }
                match each(item)? {
                    ControlFlow::Continue(()) => Ok(()),
                    ControlFlow::Break(()) => Err(Paused.into()),
                }
            })
            .await;
        self.damage = damage;
        match done {
            Ok(()) => Ok(Taken { rows, paused: false }),
            Err(error) if error.is::<Paused>() => {
                self.leave_query().await?;
                Ok(Taken { rows, paused: true })
            }
            Err(error) => Err(error),
        }
    }
}

fn wanted(page: PageRequest) -> u64 {
    page.limit.map_or(i64::MAX.unsigned_abs(), |limit| limit.saturating_add(page.offset))
}

fn within(query: Query, (from, upto): (Timestamp, Timestamp)) -> Query {
    query.bind("from", Value::Time(from)).bind("upto", Value::Time(upto))
}
