//! The database, whichever it is: one [`Database`], opened from a [`Target`], that answers questions with plain values. The
//! only module that knows sqlx and rusqlite; the SQL itself is in `queries/`.

mod agents;
mod aggregates;
mod damage;
mod deliveries;
mod diagnostics;
mod encoding;
mod feed;
mod identity;
mod listen;
mod lookups;
mod poll;
mod postgres;
mod query;
mod row;
mod server_info;
mod sqlite;
mod trace;
pub mod url;
mod write;

pub use agents::AgentNow;
pub use aggregates::{Dimension, GroupCount, Rates};
pub use deliveries::DeliveryEvent;
pub use diagnostics::{Cost, IndexFacts, PathSchema, TableFacts};
pub use feed::{Feed, Item, Order, PageRequest};
pub use listen::Listener;
pub use lookups::{AgentName, AgentRow, BoardsOf, UserName, UserRow};
pub use poll::PollSnapshot;
pub use server_info::Schema;
pub use sqlite::{demo_store, interrupt};
pub use trace::{SqlTrace, SqlTraceSink};
pub use url::Target;

use crate::error::{denied, is_transient};
use crate::model::Scope;
use crate::model::Timestamp;
use crate::model::{Filter, patterns};
use anyhow::Result;
use query::{Dialect, Query, Value};
use row::Row;
use server_info::{ANY_BYTES, Connected};
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

enum Engine {
    Postgres(Box<postgres::PostgresConnection>),
    Sqlite(Box<sqlite::SqliteConnection>),
}

/// An open database.
pub struct Database {
    engine: Engine,
    limits: Limits,
    schema: Schema,
    repertoire: encoding::Repertoire,
    /// What the open transaction is for, or the last one was.
    begun: TransactionMode,
    /// The role may read PostgreSQL's system identifier, as far as is known.
    tells_system: bool,
    trace: Option<trace::Trace>,
    /// What could not be read.
    damage: damage::Damage,
}

impl Database {
    /// Connects; `application` is what the server calls us.
    ///
    /// # Errors
    /// Exit 5 where the database cannot be reached or opened.
    pub async fn open(target: &Target, begin: TransactionMode, limits: Limits, application: &str) -> Result<Self> {
        let engine = match target {
            Target::Postgres(target) => {
                let connected = postgres::PostgresConnection::connect(target, begin, application).await;
                Engine::Postgres(Box::new(connected.map_err(|error| target.explain(error))?))
            }
            Target::Sqlite { read_only: true, .. } if begin == TransactionMode::Write => {
                let refused = denied("the database is opened for reading alone: its URL says mode=ro");
                return Err(refused.hint("leave mode=ro out of the URL to write").into());
            }
            Target::Sqlite { path, .. } => {
                Engine::Sqlite(Box::new(sqlite::SqliteConnection::open(path, begin, limits, false).await?))
            }
        };
        Ok(Self {
            engine,
            limits,
            schema: Schema::default(),
            repertoire: encoding::Repertoire::default(),
            begun: begin,
            tells_system: true,
            trace: None,
            damage: damage::Damage::default(),
        })
    }

    /// Opens a transaction and looks at what is there.
    ///
    /// # Errors
    /// Exit 5 where a table or column that we need is missing.
    pub async fn begin(&mut self, begin: TransactionMode) -> Result<()> {
        let dialect = self.dialect();
        let mut found = Connected::default();
        self.open_transaction(begin, &Query::simple_protocol("session_info"), &mut |row| {
            found = Connected::read(row, dialect)?;
            Ok(())
        })
        .await?;
        match &mut self.engine {
            Engine::Postgres(pg) => {
                pg.tables = found.tables.clone();
                if found.encoding == ANY_BYTES {
                    pg.take_any_bytes().await?;
                }
            }
            Engine::Sqlite(_) => {}
        }
        found.check(dialect)?;
        if found.partitioned {
            self.fetch(&Query::simple_protocol("has_foreign_partitions"), &mut |row| {
                found.schema.sharded = row.columns().flag()?.unwrap_or_default();
                Ok(())
            })
            .await?;
        }
        self.schema = found.schema;
        self.repertoire = encoding::Repertoire::new(found.encoding);
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
        match self.engine {
            Engine::Postgres(pg) => pg.close().await,
            // Nothing is left to write.
            Engine::Sqlite(_) => {}
        }
    }

    /// What could not be read since it was last asked, each in a sentence.
    pub fn damage(&mut self) -> Vec<String> {
        let mut told = match &mut self.engine {
            Engine::Postgres(_) => Vec::new(),
            Engine::Sqlite(lite) => lite.damage(),
        };
        told.extend(self.damage.take());
        told
    }

    /// Opens the transaction of the next portion of a feed. While the rows of the one before were written nothing was said on
    /// the connection, perhaps for long: where the server or something on the way has given it up, there is a new one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin_portion(&mut self) -> Result<()> {
        match (self.begin_poll().await, &mut self.engine) {
            (Err(error), Engine::Postgres(pg)) if is_transient(&error) => {
                pg.reconnect().await?;
                self.begin_poll().await.map(drop)
            }
            (begun, _) => begun.map(drop),
        }
    }

    /// After a query that was broken off. A server goes on sending what was asked for, so its transaction ends with the
    /// connection; there is a new one then.
    async fn leave_query(&mut self) -> Result<()> {
        match &mut self.engine {
            Engine::Postgres(pg) => {
                pg.reconnect().await?;
                self.begin_poll().await.map(drop)
            }
            Engine::Sqlite(_) => Ok(()),
        }
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

    fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Postgres(_) => Dialect::Postgres,
            Engine::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Opens a transaction with its first question, one about the server.
    async fn open_transaction(
        &mut self,
        begin: TransactionMode,
        first: &Query,
        each: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        self.begun = begin;
        let first = &first.clone().when("system", self.tells_system);
        let sql = match &self.engine {
            Engine::Postgres(pg) => pg.opening(begin, self.limits, first),
            Engine::Sqlite(_) => sqlite::begin(begin).to_owned(),
        };
        self.tell(SqlTrace::Statement(&format!("{sql};")));
        self.tell_statement(first).await?;
        match &mut self.engine {
            Engine::Postgres(pg) => match pg.begin(&sql, self.limits, first, each).await {
                Err(error) if self.tells_system && identity::is_withheld(&error) => {
                    self.tells_system = false;
                    pg.simple("ROLLBACK").await?;
                    let first = first.clone().without("system");
                    pg.begin(&sql, self.limits, &first, each).await?;
                }
                done => done?,
            },
            Engine::Sqlite(lite) => {
                lite.simple(&sql).await?;
                lite.fetch(first, each).await?;
            }
        }
        if self.is_traced_closely() {
            self.tell(SqlTrace::Done(1));
        }
        Ok(())
    }

    async fn simple(&mut self, sql: &str) -> Result<()> {
        self.tell(SqlTrace::Statement(&format!("{sql};")));
        match &mut self.engine {
            Engine::Postgres(pg) => pg.simple(sql).await,
            Engine::Sqlite(lite) => lite.simple(sql).await,
        }
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
        match &mut self.engine {
            Engine::Postgres(pg) => pg.fetch(query, each).await?,
            Engine::Sqlite(lite) => lite.fetch(query, each).await?,
        }
        if self.is_traced_closely() {
            self.tell(SqlTrace::Done(rows));
        }
        Ok(())
    }

    /// Names the columns that exist, so that an absent one reads as null.
    fn with_columns(&self, query: Query) -> Query {
        query
            .when("has_action", self.schema.has("action"))
            .when("has_user_id", self.schema.has("user_id"))
            .when("has_actor_id", self.schema.has("actor_id"))
    }

    /// The conditions of `filters.sql`: what the actor may see and asks for.
    fn with_filters(&self, mut query: Query, asked: &EventQuery<'_>) -> Query {
        let EventQuery { scope, filter, rule, through, failures } = *asked;
        let globs = |patterns: &[String]| {
            let to = if self.dialect() == Dialect::Postgres { patterns::to_like } else { patterns::to_sqlite_glob };
            (!patterns.is_empty()).then(|| Value::Texts(patterns.iter().map(|p| to(p)).collect()))
        };
        let ids = |ids: &[uuid::Uuid]| (!ids.is_empty()).then(|| Value::Ids(ids.to_vec()));
        query = match scope {
            Scope::Boards(readable) => query
                .bind("boards", Value::Ids(filter.readable_boards(readable)))
                .bind("readable", Value::Ids(readable.clone())),
            Scope::Agent(agent) => query
                .bind("agent", Value::Id(*agent))
                .bind_some("boards", filter.boards.clone().map(Value::Ids))
                .bind_some("exclude_boards", ids(&filter.exclude_boards)),
        };
        let fold =
            if self.dialect() == Dialect::Postgres { patterns::insensitive_regex } else { patterns::insensitive_glob };
        let exact = |text: &String| match self.dialect() {
            Dialect::Postgres => patterns::to_like_anywhere(text),
            Dialect::Sqlite => text.clone(),
        };
        query = match &filter.grep[..] {
            [] => query,
            texts if filter.ignore_case => {
                query.bind("grep_folded", Value::Regexes(texts.iter().map(|text| fold(text)).collect()))
            }
            [text] => query.bind("grep_text", Value::Text(text.clone())),
            texts => query.bind("grep", Value::Texts(texts.iter().map(exact).collect())),
        };
        // One type by its name is one stretch of an index, and one pattern needs no list to be read for each row;
        // PostgreSQL's queries have the list of types.
        query = match &filter.types[..] {
            [name] if self.dialect() == Dialect::Sqlite && !patterns::is_pattern(name) => {
                query.bind("event_type", Value::Text(name.clone()))
            }
            [pattern] if self.dialect() == Dialect::Sqlite => {
                query.bind("type_pattern", Value::Text(patterns::to_sqlite_glob(pattern)))
            }
            types => query.bind_some("type_patterns", globs(types)),
        };
        let some = |one, many, wanted: &[uuid::Uuid]| match wanted {
            [id] if self.dialect() == Dialect::Sqlite => (one, Some(Value::Id(*id))),
            wanted => (many, ids(wanted)),
        };
        let (agents, of_agents) = some("one_agent", "agents", &filter.agents);
        let (tasks, of_tasks) = some("one_task", "tasks", &filter.tasks);
        query
            .when("by_event_board", rule == BoardRule::EventBoard)
            .when("by_task_board", rule != BoardRule::EventBoard)
            .when("comments", rule == BoardRule::Comments)
            .when("failures", failures)
            .when("bounded_in_time", filter.since.is_some())
            .bind_some(agents, of_agents)
            .bind_some("exclude_agents", ids(&filter.exclude_agents))
            .bind_some(tasks, of_tasks)
            .bind_some("exclude_types", globs(&filter.exclude_types))
            .bind_some("since", filter.since.map(Value::Time))
            .bind_some("until", filter.until.map(Value::Time))
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
