//! Rows in the order of `(created_at, id)`, streamed: lists, the comment feed, failures.
//!
//! PostgreSQL has no index on created_at in the deployed schema, so the feed walks through time in windows, each read
//! per event type from the end of (event_type, created_at). The first window is an hour; what it yields tells how wide the
//! next must be. Where a window comes up short and few events can match at all (a rare board, a task), the index on that
//! column answers the rest, at once or window by window; where the windows would have to cover most of the table, one
//! plain query does.

mod source;
mod walk;

use source::{Found, Reach, SOME, Source};
pub use walk::Order;
use walk::Walk;

use super::query::{Dialect, Query, Value};
use super::row::{Columns, role_of};
use super::{Asked, Store};
use crate::access::Scope;
use crate::event::{ActivityEvent, Key, TaskComment, Timestamp};
use anyhow::{Context, Result, ensure};
use uuid::Uuid;

/// Up to this many rows, sorting what an index yields beats walking back in time.
const FEW: u64 = 2_000;
/// Rows of a page of SQLite's when all are wanted: so few are sorted in memory.
const BATCH: u64 = 2_000;
/// Rows that a window should yield when all are wanted: so few are sorted while they are fresh in the caches.
const HANDFUL: u64 = 10_000;
/// Windows read by one query then: the server reads the next while we take in the last.
const AT_ONCE: usize = 32;

/// Which stretch of the feed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Page {
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

/// A row that a feed is made of.
pub trait Item: Sized {
    #[doc(hidden)]
    const COMMENTS: bool;
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn read(columns: &mut Columns<'_>) -> Result<Self>;
    /// Where the row stands.
    fn key(&self) -> Key;
}

impl Item for ActivityEvent {
    const COMMENTS: bool = false;

    #[allow(private_interfaces)]
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
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
    fn read(columns: &mut Columns<'_>) -> Result<Self> {
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

impl Store {
    /// Streams rows in order, each to `each`. Nothing is collected: memory does not grow with the answer.
    ///
    /// # Errors
    /// Those of the database and of `each`.
    pub async fn feed<T: Item>(
        &mut self,
        asked: Asked<'_>,
        page: Page,
        each: &mut dyn FnMut(T) -> Result<()>,
    ) -> Result<()> {
        if matches!(asked.scope, Scope::Boards(boards) if boards.is_empty()) || page.limit == Some(0) {
            return Ok(());
        }
        let mut skip = page.offset;
        let mut left = page.limit.map_or(u64::MAX, |limit| limit.saturating_add(page.offset));
        let mut each = |item: T| {
            left -= 1;
            if skip > 0 {
                skip -= 1;
                return Ok(left);
            }
            each(item).map(|()| left)
        };
        if self.dialect() == Dialect::Sqlite {
            return self.pages(asked, page, &mut each).await;
        }
        // An agent's or a task's events are cheap to count, and found by one index alone.
        let of_one =
            matches!(asked.scope, Scope::Agent(_)) || !asked.filter.agents.is_empty() || !asked.filter.tasks.is_empty();
        let mut reach = None;
        if of_one && !self.schema.small {
            let found = self.reach(&asked).await?;
            if found.count <= FEW {
                let query = self.window::<T>(&asked, page, Some(wanted(page))).when("sparse", true).indexed(true);
                return self.rows(&query, &mut each).await.map(|_| ());
            }
            reach = Some(found);
        }
        match self.source::<T>(&asked, page, None).await? {
            Found::Nothing => Ok(()),
            Found::Source(source) => self.walk(asked, page, source, reach, &mut each).await,
            Found::Unindexed => {
                let query = self.window::<T>(&asked, page, Some(wanted(page)));
                self.rows(&query, &mut each).await.map(|_| ())
            }
        }
    }

    /// Rows by their keys, which ascend, in that order.
    ///
    /// # Errors
    /// Those of the database and of `each`.
    pub async fn by_keys<T: Item>(
        &mut self,
        asked: Asked<'_>,
        keys: &[Key],
        each: &mut dyn FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(()) };
        let page = Page { order: Order::Oldest, ..Page::default() };
        let query = self.window::<T>(&asked, page, Some(keys.len() as u64));
        // The instants let partitions be pruned.
        let query = within(query, (first.created_at, last.created_at)).indexed(true);
        let query = query.bind("ids", Value::Ids(keys.iter().map(|key| key.id).collect()));
        self.rows(&query, &mut |item| each(item).map(|()| u64::MAX)).await.map(|_| ())
    }

    /// Events with ids in a range, newest first, at most so many: one that is named by the first characters of its id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_ids(&mut self, asked: Asked<'_>, ids: (Uuid, Uuid), limit: u64) -> Result<Vec<ActivityEvent>> {
        let mut events = Vec::new();
        if matches!(asked.scope, Scope::Boards(boards) if boards.is_empty()) {
            return Ok(events);
        }
        let query = self.window::<ActivityEvent>(&asked, Page::default(), Some(limit)).indexed(true);
        let query = query.bind("first_id", Value::Id(ids.0)).bind("last_id", Value::Id(ids.1));
        self.rows(&query, &mut |event| {
            events.push(event);
            Ok(u64::MAX)
        })
        .await?;
        Ok(events)
    }

    /// SQLite has an index on (created_at, id) and stops at the limit, unless boards have hardly an event: then theirs are
    /// found by their own index. Without a limit, pages keep the memory constant.
    async fn pages<T: Item>(
        &mut self,
        asked: Asked<'_>,
        mut page: Page,
        each: &mut dyn FnMut(T) -> Result<u64>,
    ) -> Result<()> {
        let mut left = wanted(page);
        let quiet = self.is_quiet(&asked).await?;
        loop {
            let size = left.min(BATCH);
            let query = self.window::<T>(&asked, page, Some(size)).when("sparse", quiet);
            let mut last = None;
            let found = self
                .rows(&query, &mut |item: T| {
                    last = Some(item.key());
                    each(item)
                })
                .await?;
            left -= found;
            if found < size || left == 0 {
                return Ok(());
            }
            page.after = last;
        }
    }

    async fn walk<T: Item>(
        &mut self,
        asked: Asked<'_>,
        page: Page,
        source: Source,
        mut reach: Option<Reach>,
        each: &mut dyn FnMut(T) -> Result<u64>,
    ) -> Result<()> {
        let mut walk = Walk::new(page.order, source.newest, source.oldest);
        let mut left = wanted(page);
        if let Some(matches) = page.matches {
            walk.expect(matches, left);
        } else if let Some(far) = source.enough {
            walk.reach_to(far);
        }
        let mut probed = false;
        let mut sparse = None;
        let mut yielded = 0;
        loop {
            if reach.is_none() && !probed && walk.is_begun() && yielded < left / 8 {
                reach = Some(self.reach(&asked).await?);
            }
            if let Some(reach) = reach.take() {
                probed = true;
                if reach.count <= FEW {
                    let query = self.window::<T>(&asked, page, Some(left)).when("sparse", true);
                    let query = within(query.indexed(true), walk.rest())
                        .bind_some("board_tasks", reach.board_tasks.map(Value::Ids));
                    return self.rows(&query, each).await.map(|_| ());
                }
                if reach.count <= SOME && page.limit.is_some() {
                    walk.expect(reach.count, left);
                    sparse = Some(reach);
                }
            }
            let plain = page.limit.is_some() && sparse.is_none() && walk.is_nearly_all();
            // All are wanted, and the first window has told how wide the next must be to yield many.
            let many = page.limit.is_none() && walk.is_begun();
            let most = (!many).then_some(left);
            // One plain query is for what is rare: an index on created_at would be walked to its end, by one process.
            let few = plain || sparse.is_some();
            let mut query = self.window::<T>(&asked, page, most).indexed(!plain).when("sparse", few);
            // Few rows so far: the many to come are cheaper to tell by one hash of the readable tasks.
            query = query.when("mass", plain || many || T::COMMENTS && walk.is_begun()).when("stretch", true);
            let windows = walk.windows(if many { AT_ONCE } else { 1 });
            query = match windows[..] {
                // What lies beyond the other end is not there; a comparison a row is.
                _ if plain => match (walk.rest(), page.order) {
                    ((_, upto), Order::Newest) => query.bind("upto", Value::Time(upto)),
                    ((from, _), Order::Oldest) => query.bind("from", Value::Time(from)),
                },
                _ if many => {
                    let (froms, uptos) = windows.iter().copied().unzip();
                    query.bind("froms", Value::Times(froms)).bind("uptos", Value::Times(uptos))
                }
                _ => within(query, windows[0]),
            };
            let board_tasks = sparse.as_ref().and_then(|reach| reach.board_tasks.clone());
            query = query.bind_some("board_tasks", board_tasks.map(Value::Ids));
            if let Some(types) = &source.types {
                let narrowed = asked.failures || !asked.filter.types.is_empty();
                query = query.when("by_type", !plain && !many && sparse.is_none());
                query = query.bind_some("types", (!plain || narrowed).then(|| Value::Texts(types.clone())));
            }
            let mut last: Option<Key> = None;
            let found = self
                .rows(&query, &mut |item: T| {
                    // Of several windows only the plan tells which comes first; see list.sql.
                    let key = item.key();
                    ensure!(last.is_none_or(|last| page.order.allows(last, key)), "the database answered out of order");
                    last = Some(key);
                    each(item)
                })
                .await?;
            left -= found;
            yielded += found;
            walk.advance(&windows, found, if page.limit.is_some() { left } else { HANDFUL });
            if left == 0 || plain || walk.is_over() {
                return Ok(());
            }
            // What was not probed is first.
            if found == 0 && probed && sparse.is_none() {
                match self.source::<T>(&asked, page, Some(walk.rest())).await? {
                    Found::Source(rest) => walk.skip_to(rest.newest, rest.oldest),
                    Found::Nothing | Found::Unindexed => return Ok(()),
                }
            }
        }
    }

    /// The question for one stretch, before it is told where to look.
    fn window<T: Item>(&self, asked: &Asked<'_>, page: Page, limit: Option<u64>) -> Query {
        let query = Query::new(if T::COMMENTS { "comments" } else { "list" });
        let query = self.with_columns(self.matching(query, asked));
        let query = query.when("oldest", page.order == Order::Oldest);
        let query = query.bind_some("limit", limit.map(|limit| Value::Count(i64::try_from(limit).unwrap_or(i64::MAX))));
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

    async fn rows<T: Item>(&mut self, query: &Query, each: &mut dyn FnMut(T) -> Result<u64>) -> Result<u64> {
        let mut found = 0;
        self.fetch(query, &mut |row| {
            found += 1;
            each(T::read(&mut row.columns())?).map(|_| ())
        })
        .await?;
        Ok(found)
    }
}

fn wanted(page: Page) -> u64 {
    page.limit.map_or(i64::MAX.unsigned_abs(), |limit| limit.saturating_add(page.offset))
}

fn within(query: Query, (from, upto): (Timestamp, Timestamp)) -> Query {
    query.bind("from", Value::Time(from)).bind("upto", Value::Time(upto))
}
