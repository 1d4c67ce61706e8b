//! PostgreSQL, in short read-only transactions and without named statements, so that a pooler in transaction mode serves
//! as well as the server itself.

mod dialect;
mod encoding;
mod errors;
mod listen;
mod row;
mod sqlstate;
pub(super) mod tables;
pub(super) mod wire;

use super::engine::{Answer, Dialect, EachRow, Engine};
use super::query::{Prepared, Query, Value};
use super::row::Row;
use super::server_info::{Schema, SessionInfo};
use super::url::Target;
use super::url::{Host, PostgresTarget, SessionAttrs};
use super::{Limits, TransactionMode};
use crate::error::unavailable;
use anyhow::{Context, Result};
use errors::Attempt;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::encode::IsNull;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnection, PgHasArrayType, PgRow, PgTypeInfo};
use sqlx::{Arguments, Connection, Encode, Executor, Postgres, Row as _, Type};
use std::future::Future;
use std::time::Duration;
use tables::{SAFE_PATH, Tables, keep_path};
use wire::{Relay, Route};

pub(super) use dialect::POSTGRES;
pub(super) use encoding::Repertoire;
pub use listen::Listener;

pub(super) struct PostgresConnection {
    conn: PgConnection,
    /// Whether the planner may not scan whole tables now: `enable_seqscan` is off.
    forbid_seqscan: bool,
    /// The database's encoding is SQL_ASCII: it may hold bytes that are no UTF-8, which the server refuses to send as such.
    any_bytes: bool,
    /// To connect once more, to listen.
    route: Route,
    relay: Relay,
    /// The server can notice that we are gone while it works for us, and stop.
    notices: bool,
    /// Where Mission Control's tables are; no schema is known before the first transaction.
    tables: Tables,
    /// The role may read the server's system identifier, as far as is known.
    may_read_system: bool,
    /// How long a row may take to arrive, where statements are limited; a connection that is half open says nothing.
    patience: Option<Duration>,
}

/// Beyond the statement's own limit.
const GRACE: Duration = Duration::from_secs(5);
/// PostgreSQL's `client_connection_check_interval` came with this version.
const NOTICES_SINCE: u32 = 14_00_00;
/// Its SQLSTATE on a system that cannot look.
const INVALID_VALUE: &str = "22023";
const NOTICE: &str = "; SET LOCAL client_connection_check_interval = 250";

struct Micros(i64);

impl Type<Postgres> for Micros {
    fn type_info() -> PgTypeInfo {
        row::TIMESTAMP
    }
}

impl PgHasArrayType for Micros {
    fn array_type_info() -> PgTypeInfo {
        // timestamp[], by number as its elements.
        PgTypeInfo::with_oid(Oid(1115))
    }
}

impl Encode<'_, Postgres> for Micros {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, sqlx::error::BoxDynError> {
        buffer.extend_from_slice(&self.0.to_be_bytes());
        Ok(IsNull::No)
    }
}

/// Begins each text that is sent within a transaction. pgpool-II does not see that a message of several statements opens one, and
/// would send what follows to a standby, which may be behind; it leaves a text that begins so to the primary.
const TO_PRIMARY: &str = "/*NO LOAD BALANCE*/ ";
const ANY_BYTES: &str = "SET LOCAL client_encoding = 'SQL_ASCII'";

impl PostgresConnection {
    /// Connects to the first host that answers and is of the kind that the URL asks for; writing needs one that can.
    pub(super) async fn connect(target: &PostgresTarget, begin: TransactionMode, application: &str) -> Result<Self> {
        let wanted = match target.session {
            SessionAttrs::Any if begin == TransactionMode::Write && target.hosts.len() > 1 => SessionAttrs::ReadWrite,
            asked => asked,
        };
        let passes: &[SessionAttrs] = match wanted {
            SessionAttrs::PreferStandby => &[SessionAttrs::Standby, SessionAttrs::Any],
            ref other => std::slice::from_ref(other),
        };
        let mut hosts: Vec<&Host> = target.hosts.iter().collect();
        if target.shuffled {
            fastrand::shuffle(&mut hosts);
        }
        let mut attempts = Vec::new();
        for pass in passes {
            for host in &hosts {
                let mut pg = match Self::connect_to(host, target, application, &mut attempts).await {
                    Ok(Some(pg)) => pg,
                    Ok(None) => continue,
                    Err(error) => {
                        attempts.push(Attempt::after(host.label.clone(), &error));
                        continue;
                    }
                };
                match in_time(pg.patience, pg.suits(*pass)).await.and_then(|answer| answer) {
                    Ok(true) => {
                        pg.patience = None;
                        return Ok(pg);
                    }
                    Ok(false) => {
                        attempts.push(Attempt::unsuited(host.label.clone(), pass.name()));
                        pg.disconnect().await;
                    }
                    Err(error) => attempts.push(Attempt::after(host.label.clone(), &error)),
                }
            }
        }
        let none = format!("none of {} is a server that will do ({})", target.label(), wanted.name());
        Err(errors::connecting(&attempts, &none))
    }

    /// Why it failed is added to `attempts`.
    async fn connect_to(
        host: &Host,
        target: &PostgresTarget,
        application: &str,
        attempts: &mut Vec<Attempt>,
    ) -> Result<Option<Self>> {
        let timeout = target.connect_timeout;
        let Some((route, options, relay)) = wire::connect(host, application, timeout, target.shuffled, attempts).await
        else {
            return Ok(None);
        };
        let conn = PgConnection::connect_with(&options).await.map_err(errors::running)?;
        let notices = conn.server_version_num().is_some_and(|version| version >= NOTICES_SINCE);
        Ok(Some(Self {
            conn,
            forbid_seqscan: false,
            any_bytes: false,
            route,
            relay,
            notices,
            tables: Tables::default(),
            may_read_system: true,
            patience: Some(timeout),
        }))
    }

    /// Whether the server is of a kind, as libpq's `target_session_attrs` tells them apart.
    async fn suits(&mut self, wanted: SessionAttrs) -> Result<bool> {
        if wanted == SessionAttrs::Any {
            return Ok(true);
        }
        // Outside a transaction the search path is the role's own.
        let sql = format!(
            "{TO_PRIMARY}SELECT pg_catalog.pg_is_in_recovery(), \
             pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool"
        );
        let row = sqlx::raw_sql(&sql).fetch_one(&mut self.conn).await.map_err(|error| self.fault(error))?;
        let (standby, read_only): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
        Ok(match wanted {
            SessionAttrs::ReadWrite => !standby && !read_only,
            SessionAttrs::ReadOnly => standby || read_only,
            SessionAttrs::Primary => !standby,
            SessionAttrs::Standby => standby,
            SessionAttrs::Any | SessionAttrs::PreferStandby => true,
        })
    }

    /// What opens a transaction. JIT and small `work_mem` cost more than these queries take; both are set for it alone.
    ///
    /// However we end, a signal or a closed pipe included, the server stops what it does for us a quarter of a second later; a
    /// pooler passes that on.
    ///
    /// A `first` question that looks for the tables needs the role's own search path, which is kept for it.
    fn opening(&self, begin: TransactionMode, limits: Limits, first: &Query) -> String {
        let mode = match begin {
            TransactionMode::Read => "ISOLATION LEVEL REPEATABLE READ READ ONLY",
            TransactionMode::Write => "ISOLATION LEVEL READ COMMITTED READ WRITE",
        };
        let statement = limits.statement.as_millis().min(i32::MAX as u128);
        let lock = limits.lock.as_millis().min(i32::MAX as u128);
        let notice = if self.notices { NOTICE } else { "" };
        let bytes = if self.any_bytes { format!("; {ANY_BYTES}") } else { String::new() };
        let keep = if looks_for_tables(first) { format!("; {}", keep_path()) } else { String::new() };
        format!(
            "BEGIN {mode}; SET LOCAL statement_timeout = {statement}; SET LOCAL lock_timeout = {lock}; \
             SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; SET LOCAL enable_seqscan = off{notice}{bytes}{keep}; \
             {SAFE_PATH}"
        )
    }

    /// Opens a transaction with [`PostgresConnection::opening`] and asks its first question, one about the server, in one round trip.
    async fn begin(
        &mut self,
        opening: &str,
        limits: Limits,
        first: &Query,
        each: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        self.forbid_seqscan = true;
        self.patience = (!limits.statement.is_zero()).then(|| limits.statement + GRACE);
        let question = self.tables.qualify(&first.prepare(&POSTGRES)?.sql);
        let sql = format!("{opening};\n{question}");
        // The result of keep_path comes first.
        let skipped = u8::from(looks_for_tables(first));
        let mut rows = 0;
        let mut each = |row: &Row| {
            rows += 1;
            if rows > skipped { each(row) } else { Ok(()) }
        };
        match for_each_row(self.patience, sqlx::raw_sql(&sql).fetch(&mut self.conn), &mut each).await? {
            Err(sqlx::Error::Database(told)) if self.notices && told.code().as_deref() == Some(INVALID_VALUE) => {
                self.notices = false;
                self.simple("ROLLBACK").await?;
                let sql = sql.replace(NOTICE, "");
                let again = for_each_row(self.patience, sqlx::raw_sql(&sql).fetch(&mut self.conn), &mut each).await?;
                again.map_err(|error| self.fault(error))
            }
            done => done.map_err(|error| self.fault(error)),
        }
    }

    async fn simple(&mut self, sql: &str) -> Result<()> {
        let sql = format!("{TO_PRIMARY}{sql}");
        in_time(self.patience, self.conn.execute(&*sql)).await?.map_err(|error| self.fault(error))?;
        Ok(())
    }

    /// Runs statements that fail where a text cannot be converted to the server's encoding; false if one did.
    async fn converts(&mut self, sql: &str) -> Result<bool> {
        match in_time(self.patience, self.conn.execute(sql)).await? {
            Ok(_) => Ok(true),
            Err(error) if errors::is_unencodable(&error) => Ok(false),
            Err(error) => Err(errors::running(error)),
        }
    }

    async fn fetch(&mut self, query: &Query, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        if let Some(sql) = self.planning(query) {
            self.simple(sql).await?;
            self.forbid_seqscan = !self.forbid_seqscan;
        }
        let Prepared { sql, values, .. } = query.prepare(&POSTGRES)?;
        let sql = format!("{TO_PRIMARY}{}", self.tables.qualify(&sql));
        let mut arguments = PgArguments::default();
        for value in values {
            add(&mut arguments, value).map_err(anyhow::Error::from_boxed).context("cannot bind a value")?;
        }
        let rows = if query.is_simple_protocol() {
            sqlx::raw_sql(&sql).fetch(&mut self.conn)
        } else {
            sqlx::query_with(&sql, arguments).persistent(false).fetch(&mut self.conn)
        };
        let Err(error) = for_each_row(self.patience, rows, each).await? else { return Ok(()) };
        if errors::is_forbidden(&error)
            && let Some(lacking) = self.lacking(query).await
        {
            return Err(errors::forbidden(&error, &lacking));
        }
        Err(self.fault(error))
    }

    /// The planner settings that a query needs.
    fn planning(&self, query: &Query) -> Option<&'static str> {
        let wanted = query.forbid_seqscan.filter(|wanted| *wanted != self.forbid_seqscan)?;
        Some(if wanted { "SET LOCAL enable_seqscan = off" } else { "SET LOCAL enable_seqscan = on" })
    }

    /// The role and what it may not do although the tool or, beyond it, the question needs it; the server itself names
    /// but a table. None if that cannot be found out.
    async fn lacking(&mut self, query: &Query) -> Option<String> {
        self.simple("ROLLBACK").await.ok()?;
        let asked = Query::alone("missing_privileges").when("hashes", query.stem() == "token_hashes");
        let sql = asked.when("write", query.stem() == "insert_event").prepare(&POSTGRES).ok()?.sql;
        let sql = self.tables.qualify(&sql);
        let row = sqlx::raw_sql(&sql).fetch_one(&mut self.conn).await.ok()?;
        let (role, lacking): (String, Option<String>) = (row.try_get(0).ok()?, row.try_get(1).ok()?);
        lacking.map(|lacking| format!("the role {role} lacks {lacking}"))
    }

    /// Reconnects to the same server as the same role. The old connection is not waited for: the server gives up what it
    /// does for it as soon as it notices that nobody is there.
    async fn reconnect(&mut self) -> Result<()> {
        let (options, relay) = match self.route.connect().await {
            Ok(connected) => connected,
            Err(cause) => return Err(errors::connecting(&[Attempt::new(self.route.label(), cause)], "")),
        };
        self.conn = PgConnection::connect_with(&options).await.map_err(errors::running)?;
        (self.relay, self.forbid_seqscan) = (relay, false);
        Ok(())
    }

    async fn disconnect(self) {
        // The result is complete: a connection that cannot be closed properly is closed all the same.
        let _ = self.conn.close().await;
        self.relay.finish().await;
    }

    /// A statement failed. sqlx speaks to the relay, which knows what became of the server.
    fn fault(&self, error: sqlx::Error) -> anyhow::Error {
        errors::running(real(error, &self.relay))
    }
}

fn real(error: sqlx::Error, relay: &Relay) -> sqlx::Error {
    match error {
        sqlx::Error::Io(seen) => sqlx::Error::Io(relay.cause().unwrap_or(seen)),
        other => other,
    }
}

/// Whether the server withholds its system identifier: the role may not read it, or there is no such function.
fn is_withheld(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.to_string().contains("pg_control_system"))
}

impl Engine for PostgresConnection {
    fn dialect(&self) -> &'static Dialect {
        &POSTGRES
    }

    fn opening(&self, mode: TransactionMode, limits: Limits, first: &Query) -> String {
        Self::opening(self, mode, limits, first)
    }

    fn first_query(&self, query: &Query) -> Query {
        query.clone().when("system", self.may_read_system)
    }

    fn begin<'a>(&'a mut self, opening: &'a str, limits: Limits, first: &'a Query, each: EachRow<'a>) -> Answer<'a> {
        Box::pin(async move {
            match Self::begin(self, opening, limits, first, each).await {
                Err(error) if self.may_read_system && is_withheld(&error) => {
                    self.may_read_system = false;
                    Self::simple(self, "ROLLBACK").await?;
                    let first = first.clone().without("system");
                    Self::begin(self, opening, limits, &first, each).await
                }
                done => done,
            }
        })
    }

    fn start_session<'a>(&'a mut self, session: &'a SessionInfo) -> Answer<'a> {
        Box::pin(async move {
            self.tables = Tables::new(session.table_schemas.clone());
            if session.encoding.as_deref() == Some("SQL_ASCII") {
                // From now on, and in this transaction, text comes as the bytes that it is.
                self.any_bytes = true;
                Self::simple(self, ANY_BYTES).await?;
            }
            Ok(())
        })
    }

    fn simple<'a>(&'a mut self, sql: &'a str) -> Answer<'a> {
        Box::pin(Self::simple(self, sql))
    }

    fn fetch<'a>(&'a mut self, query: &'a Query, each: EachRow<'a>) -> Answer<'a> {
        Box::pin(Self::fetch(self, query, each))
    }

    fn qualify(&self, sql: &str) -> String {
        self.tables.qualify(sql)
    }

    fn planning(&self, query: &Query) -> Option<&'static str> {
        Self::planning(self, query)
    }

    fn converts<'a>(&'a mut self, sql: &'a str) -> Answer<'a, bool> {
        Box::pin(Self::converts(self, sql))
    }

    fn reconnect(&mut self) -> Answer<'_, bool> {
        Box::pin(async move { Self::reconnect(self).await.map(|()| true) })
    }

    fn listener(&self) -> Answer<'_, Option<Listener>> {
        Box::pin(async move { Listener::connect(&self.route).await.map(Some) })
    }

    /// The system identifier of the server, which its physical copies share, and the database's name. Where the role may not
    /// read it, the address has to do, with the number of the database in its server.
    fn identity<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> Answer<'a, String> {
        let name = match (&schema.system, &schema.number) {
            (Some(system), _) => format!("postgresql:{system}/{}", schema.database),
            (None, number) => format!("postgresql:?{}@{}", number.as_deref().unwrap_or_default(), target.label()),
        };
        Box::pin(async { Ok(name) })
    }

    fn close(self: Box<Self>) -> Answer<'static> {
        Box::pin(async move {
            self.disconnect().await;
            Ok(())
        })
    }
}

/// Whether a query is the one that finds the tables.
fn looks_for_tables(query: &Query) -> bool {
    query.stem() == "session_info"
}

/// Gives every row to `each`; the inner error is the database's.
async fn for_each_row(
    patience: Option<Duration>,
    mut rows: BoxStream<'_, Result<PgRow, sqlx::Error>>,
    each: &mut dyn FnMut(&Row) -> Result<()>,
) -> Result<Result<(), sqlx::Error>> {
    loop {
        match in_time(patience, rows.try_next()).await? {
            Ok(Some(row)) => each(&Row(&row))?,
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error)),
        }
    }
}

/// A connection that is half open says nothing at all.
async fn in_time<T>(patience: Option<Duration>, answer: impl Future<Output = T>) -> Result<T> {
    let Some(patience) = patience else { return Ok(answer.await) };
    let silent = || unavailable(format!("the database said nothing for {} s", patience.as_secs())).transient(true);
    Ok(tokio::time::timeout(patience, answer).await.map_err(|_| silent())?)
}

fn add(arguments: &mut PgArguments, value: &Value) -> Result<(), sqlx::error::BoxDynError> {
    match value {
        Value::Id(id) => arguments.add(*id),
        Value::OptionalId(id) => arguments.add(*id),
        Value::Ids(ids) => arguments.add(ids.as_slice()),
        Value::OptionalIds(ids) => arguments.add(ids.as_slice()),
        Value::Text(text) => arguments.add(text.as_str()),
        Value::OptionalText(text) => arguments.add(text.as_deref()),
        Value::Texts(texts) | Value::Regexes(texts) => arguments.add(texts.as_slice()),
        Value::OptionalTexts(texts) => arguments.add(texts.as_slice()),
        Value::Time(at) => arguments.add(Micros(at.micros())),
        Value::Times(times) => arguments.add(times.iter().map(|at| Micros(at.micros())).collect::<Vec<_>>()),
        Value::Count(n) => arguments.add(*n),
        Value::Counts(counts) => arguments.add(counts.as_slice()),
    }
}
