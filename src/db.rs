//! The database, whichever it is: one [`Database`], opened from a [`Target`], that answers questions with plain values. The
//! only module that knows sqlx and rusqlite; the SQL itself is in `queries/`.

mod agents;
mod aggregates;
mod archived;
mod compare;
mod damage;
mod deliveries;
mod diagnostics;
mod engine;
mod feed;
mod lookups;
mod poll;
mod postgres;
mod query;
mod row;
mod server_info;
mod sqlite;
mod tasks;
mod trace;
pub mod url;
mod write;

pub use agents::AgentNow;
pub use aggregates::{Dimension, GroupCount, Rates};
pub use deliveries::DeliveryEvent;
pub use diagnostics::{Cost, IndexFacts, Layout, PathSchema, TableFacts};
pub use feed::{Feed, Item, Order, PageRequest};
pub use lookups::{AgentName, AgentRow, BoardsOf, UserName, UserRow};
pub use poll::{PollSnapshot, without_row};
pub use postgres::Listener;
pub use server_info::Schema;
pub use sqlite::{demo_store, interrupt};
pub use tasks::{TaskColumns, TaskNow};
pub use trace::{SqlTrace, SqlTraceSink};
pub use url::Target;

use crate::error::{is_transient, unavailable};
use crate::model::Filter;
use crate::model::Scope;
use crate::model::Timestamp;
use anyhow::Result;
use engine::{Dialect, Engine};
use postgres::Repertoire;
use query::{Query, Value};
use row::Row;
use std::time::Duration;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionMode {
    /// One consistent, read-only view.
    Read,
    /// Writing events.
    Write,
}

/// How long to wait for a lock; in SQLite, for another writer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the database may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A statement; zero is without limit.
    pub statement: Duration,
    /// A lock.
    pub lock: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { statement: Duration::from_secs(30), lock: PATIENCE }
    }
}

/// An open database.
pub struct Database {
    engine: Box<dyn Engine>,
    limits: Limits,
    schema: Schema,
    repertoire: Repertoire,
    /// What the open transaction is for, or the last one was.
    begun: TransactionMode,
    trace: Option<trace::Trace>,
    announce: Option<fn(&str)>,
    /// What could not be read.
    damage: damage::Damage,
}

impl Database {
    /// Connects; `application` is what the server calls us.
    ///
    /// # Errors
    /// Exit 5 where the database cannot be reached or opened.
    pub async fn open(target: &Target, begin: TransactionMode, limits: Limits, application: &str) -> Result<Self> {
        let engine = engine::open(target, begin, limits, application).await?;
        Ok(Self {
            engine,
            limits,
            schema: Schema::default(),
            repertoire: Repertoire::default(),
            begun: begin,
            trace: None,
            announce: None,
            damage: damage::Damage::default(),
        })
    }

    /// Opens a transaction and looks at what is there.
    ///
    /// # Errors
    /// Exit 5 where a table or column that we need is missing.
    pub async fn begin(&mut self, begin: TransactionMode) -> Result<()> {
        let dialect = self.dialect();
        let mut found = None;
        self.open_transaction(begin, &Query::simple_protocol("session_info"), &mut |row| {
            found = Some((dialect.read_session)(row)?);
            Ok(())
        })
        .await?;
        let mut found = found.ok_or_else(|| {
            unavailable("the database did not answer the first query")
                .hint("is there a pooler that reaches no primary server?")
                .transient(true)
        })?;
        self.engine.start_session(&found).await?;
        found.check(dialect.hint_without_tables)?;
        if begin == TransactionMode::Write && found.schema.subscribed {
            return Err(unavailable(
                "activity_events is filled from another server here, which would not get the event",
            )
            .hint("write to the server that publishes it; where this one has replaced it, DROP SUBSCRIPTION first")
            .into());
        }
        if found.partitioned {
            self.fetch(&Query::simple_protocol("has_foreign_partitions"), &mut |row| {
                found.schema.sharded = row.columns().flag()?.unwrap_or_default();
                Ok(())
            })
            .await?;
        }
        self.schema = found.schema;
        self.repertoire = Repertoire::new(found.encoding);
        Ok(())
    }

    /// Ends a transaction; what was written is now there.
    ///
    /// # Errors
    /// Exit 1 or 5 where the database could not make it last.
    pub async fn commit(&mut self) -> Result<()> {
        self.simple("COMMIT").await
    }

    /// Leaves a transaction.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn rollback(&mut self) -> Result<()> {
        self.simple("ROLLBACK").await
    }

    /// Says goodbye to the server.
    pub async fn close(self) {
        // The result is complete: a connection that cannot be closed properly is closed all the same.
        let _ = self.engine.close().await;
    }

    /// What could not be read since the last call, each in a sentence.
    pub fn damage(&mut self) -> Vec<String> {
        let mut told = self.engine.damage();
        told.extend(self.damage.take());
        told
    }

    /// Opens the transaction of the next portion of a feed. While the rows of the one before were written the connection
    /// was idle, perhaps for long: where the server or something on the way has given it up, there is a new one.
    pub async fn begin_portion(&mut self) -> Result<()> {
        match self.begin_poll().await {
            Err(error) if is_transient(&error) => {
                if !self.engine.reconnect().await? {
                    return Err(error);
                }
                self.begin_poll().await.map(drop)
            }
            begun => begun.map(drop),
        }
    }

    /// After a query that was broken off. A server goes on sending the rows, so its transaction ends with the
    /// connection; there is a new one then.
    async fn leave_query(&mut self) -> Result<()> {
        if self.engine.reconnect().await? { self.begin_poll().await.map(drop) } else { Ok(()) }
    }

    /// What is connected.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The database's clock, naive UTC, at the start of the transaction.
    pub fn now(&self) -> Timestamp {
        self.schema.now.unwrap_or(Timestamp::NEG_INFINITY)
    }

    /// What the open transaction is for.
    pub fn begun(&self) -> TransactionMode {
        self.begun
    }

    fn dialect(&self) -> &'static Dialect {
        self.engine.dialect()
    }

    /// Opens a transaction with its first question, one about the server.
    async fn open_transaction(
        &mut self,
        begin: TransactionMode,
        first: &Query,
        each: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        self.begun = begin;
        let first = &self.engine.first_query(first);
        let sql = self.engine.opening(begin, self.limits, first);
        self.tell(SqlTrace::Statement(&format!("{sql};")));
        self.tell_statement(first).await?;
        self.engine.begin(&sql, self.limits, first, each).await?;
        if self.is_traced_closely() {
            self.tell(SqlTrace::Done(1));
        }
        Ok(())
    }

    async fn simple(&mut self, sql: &str) -> Result<()> {
        self.tell(SqlTrace::Statement(&format!("{sql};")));
        self.engine.simple(sql).await
    }

    async fn fetch(&mut self, query: &Query, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        let encodable = self.encodable(query).await?;
        let query = encodable.as_ref().unwrap_or(query);
        self.tell_statement(query).await?;
        let mut rows = 0;
        let each = &mut |row: &Row| {
            rows += 1;
            each(row)
        };
        self.engine.fetch(query, each).await?;
        if self.is_traced_closely() {
            self.tell(SqlTrace::Done(rows));
        }
        Ok(())
    }

    /// Fetches the rows of a query about something that not every engine has; no rows where this one does not have it.
    async fn fetch_if_supported(&mut self, query: &Query, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        if self.has_query(query.stem()) { self.fetch(query, each).await } else { Ok(()) }
    }

    /// Whether the engine has a query.
    fn has_query(&self, file: &str) -> bool {
        self.dialect().file(file).is_some()
    }

    /// Names the database, in a transaction; the same by whatever address it is reached. A cursor is bound to that name.
    ///
    /// # Errors
    /// Exit 5 where an SQLite file cannot be identified.
    pub async fn identity(&self, target: &Target) -> Result<String> {
        self.engine.identity(target, &self.schema).await
    }

    /// Names the columns that exist, so that an absent one reads as null.
    fn with_columns(&self, query: Query) -> Query {
        query
            .when("has_action", self.schema.has("action"))
            .when("has_user_id", self.schema.has("user_id"))
            .when("has_actor_id", self.schema.has("actor_id"))
    }

    /// The conditions of `filters.sql`: what the actor may see, and the filter.
    fn with_filters(&self, mut query: Query, asked: &EventQuery<'_>) -> Query {
        let EventQuery { scope, filter, rule, through, failures } = *asked;
        // Every field is named, so that none is forgotten: a filter that is not bound does not filter.
        let Filter {
            boards,
            exclude_boards,
            exclude_agents,
            since,
            until,
            // The dialect binds these.
            agents: _,
            tasks: _,
            types: _,
            exclude_types: _,
            grep: _,
            ignore_case: _,
        } = filter;
        let ids = |ids: &[uuid::Uuid]| (!ids.is_empty()).then(|| Value::Ids(ids.to_vec()));
        query = match scope {
            Scope::Boards(readable) => query
                .bind("boards", Value::Ids(filter.readable_boards(readable)))
                .bind("readable", Value::Ids(readable.clone())),
            Scope::Agent(agent) => query
                .bind("agent", Value::Id(*agent))
                .bind_some("boards", boards.clone().map(Value::Ids))
                .bind_some("exclude_boards", ids(exclude_boards)),
        };
        (self.dialect().bind_filter)(query, filter)
            .when("distributed", self.schema.distributed)
            .when("by_task_board", rule != BoardRule::EventBoard)
            .when("comments", rule == BoardRule::Comments)
            .when("failures", failures)
            .when("bounded_in_time", since.is_some())
            .bind_some("exclude_agents", ids(exclude_agents))
            .bind_some("since", since.map(Value::Time))
            .bind_some("until", until.map(Value::Time))
            .bind_some("through", through.map(Value::Time))
    }
}

/// Which board decides whether an event is visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardRule {
    /// The event's own board, or else its task's: `GET /api/v1/activity`.
    EventBoard,
    /// The task's alone, whatever the type: the dashboard.
    TaskBoard,
    /// The task's alone, and comments that are not blank: the comment feed.
    Comments,
}

/// Who asks for what.
#[derive(Clone, Copy)]
pub struct EventQuery<'a> {
    /// What the actor may see.
    pub scope: &'a Scope,
    /// What the actor wants to see.
    pub filter: &'a Filter,
    /// By which board.
    pub rule: BoardRule,
    /// End, included: the backend's ranges.
    pub through: Option<Timestamp>,
    /// Failures alone.
    pub failures: bool,
}
