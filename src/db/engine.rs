//! What differs between databases, in one place. A [`Dialect`] says how an engine's SQL is written and read, an [`Engine`] is
//! an open connection. `postgres/` and `sqlite/` each have both; a further engine is a folder like them and a line in
//! [`open`]. Nothing else in this crate asks which engine it is.

use super::poll::PollSnapshot;
use super::postgres::{Listener, PostgresConnection};
use super::query::Query;
use super::row::Row;
use super::server_info::{Schema, SessionInfo};
use super::sqlite::SqliteConnection;
use super::url::Target;
use super::{Limits, TransactionMode};
use crate::model::{Filter, NewEvent, Timestamp};
use anyhow::Result;
use std::future::Future;
use std::pin::Pin;

/// Makes the queries that insert events, given their places and the clock.
type Inserts = fn(&mut [NewEvent], &[usize], Timestamp) -> Result<Vec<Query>>;

/// How an engine's SQL is written, and how its rows are read.
pub(super) struct Dialect {
    /// The names and texts of the files in the engine's folder of `queries/`. A query that an engine does not have is about
    /// something that it does not have either: see [`super::Database::fetch_if_supported`].
    pub(super) files: &'static [(&'static str, &'static str)],
    /// Before a query whose plan is wanted.
    pub(super) explain: &'static str,
    /// The statement before a query that is sent outside a transaction.
    pub(super) outside_transaction: &'static str,
    /// What helps where the tables are missing.
    pub(super) hint_without_tables: &'static str,
    pub(super) scan: Scan,
    /// A statement that fails leaves the transaction open; otherwise it takes a savepoint to go on.
    pub(super) survives_failure: bool,
    /// Binds what `parts/filters.sql` expects, but for boards and times.
    pub(super) bind_filter: fn(Query, &Filter) -> Query,
    /// The queries that insert events, each with its place: created_at is the clock and as many microseconds. A text may be
    /// moved out of its event; [`Query::take_texts`] gives it back.
    pub(super) inserts: Inserts,
    pub(super) read_session: fn(&Row<'_>) -> Result<SessionInfo>,
    pub(super) read_snapshot: fn(&Row<'_>, &Schema) -> Result<PollSnapshot>,
    /// Reads a line of a plan.
    pub(super) read_plan: fn(&Row<'_>) -> Result<Option<String>>,
}

impl Dialect {
    /// The text of a file.
    pub(super) fn file(&self, name: &str) -> Option<&'static str> {
        self.files.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }
}

/// How a list is read where there is no reason for another plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// In windows of time, since no index may have the order of the list.
    TimeWindows,
    /// Page by page along an index that has the order of the list.
    Pages,
}

/// The result of something that waits for the database.
pub(super) type Answer<'a, T = ()> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;
/// Takes each row of a result.
pub(super) type EachRow<'a> = &'a mut (dyn FnMut(&Row<'_>) -> Result<()> + 'a);

/// A connection to a database. The methods that have a body are for what not every engine has.
pub(super) trait Engine {
    fn dialect(&self) -> &'static Dialect;
    /// The statements that open a transaction whose first query is `first`.
    fn opening(&self, mode: TransactionMode, limits: Limits, first: &Query) -> String;
    /// Opens a transaction with [`Engine::opening`] and runs its first query, in one round trip if that can be.
    fn begin<'a>(&'a mut self, opening: &'a str, limits: Limits, first: &'a Query, each: EachRow<'a>) -> Answer<'a>;
    /// Runs statements that have no values and no rows.
    fn simple<'a>(&'a mut self, sql: &'a str) -> Answer<'a>;
    fn fetch<'a>(&'a mut self, query: &'a Query, each: EachRow<'a>) -> Answer<'a>;
    /// Names the database, whatever its address.
    fn identity<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> Answer<'a, String>;

    /// A transaction's first query, as this connection may send it.
    fn first_query(&self, query: &Query) -> Query {
        query.clone()
    }

    /// Takes in what the first transaction has found.
    fn start_session<'a>(&'a mut self, _session: &'a SessionInfo) -> Answer<'a> {
        Box::pin(async { Ok(()) })
    }

    /// SQL with the full names of its tables.
    fn qualify(&self, sql: &str) -> String {
        sql.to_owned()
    }

    /// Planner settings that a query needs.
    fn planning(&self, _query: &Query) -> Option<&'static str> {
        None
    }

    /// Whether a server can convert a text to its encoding: runs statements that fail where it cannot.
    fn converts<'a>(&'a mut self, _sql: &'a str) -> Answer<'a, bool> {
        Box::pin(async { Ok(true) })
    }

    /// Connects again; false where there is no server to lose.
    fn reconnect(&mut self) -> Answer<'_, bool> {
        Box::pin(async { Ok(false) })
    }

    /// A second connection that hears of commits, if the engine sends notifications.
    fn listener(&self) -> Answer<'_, Option<Listener>> {
        Box::pin(async { Ok(None) })
    }

    /// Whether `activity_events` has row numbers, by which a row is found again.
    fn has_row_numbers(&self) -> bool {
        false
    }

    /// Takes the messages about values that the database should not hold.
    fn damage(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn close(self: Box<Self>) -> Answer<'static> {
        Box::pin(async { Ok(()) })
    }
}

/// Connects; `application` is the name that the server lists.
pub(super) async fn open(
    target: &Target,
    mode: TransactionMode,
    limits: Limits,
    application: &str,
) -> Result<Box<dyn Engine>> {
    Ok(match target {
        Target::Postgres(target) => {
            let connected = PostgresConnection::connect(target, mode, application).await;
            Box::new(connected.map_err(|error| target.explain(error))?)
        }
        Target::Sqlite { path, read_only } => {
            Box::new(SqliteConnection::open_target(path, *read_only, mode, limits).await?)
        }
    })
}
