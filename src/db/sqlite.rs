//! SQLite: the demo database, or a file given as `sqlite:`, which may have been made by SQLAlchemy.
//!
//! By rusqlite, not by sqlx, which hands every row from a thread of its own to ours: that takes longer than to read it.

mod damage;
pub mod demo_store;
mod dialect;
mod errors;
mod identity;
mod migrations;
mod row;
mod sqlalchemy;

use super::engine::{Answer, Dialect, EachRow, Engine};
use super::query::{Prepared, Query, Value};
use super::row::Row;
use super::server_info::Schema;
use super::url::Target;
use super::{Limits, PATIENCE, TransactionMode};
use crate::error::{denied, unavailable};
use anyhow::{Result, bail};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::types::Value as Bound;
use rusqlite::{Connection, OpenFlags};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

pub(super) use dialect::SQLITE;

/// After this many rows, other tasks such as the signal listener get a turn.
const TURN: u64 = 256;
/// Steps of SQLite's machine between two looks whether to go on: far less than a millisecond.
const STEPS: i32 = 10_000;
/// Between two attempts to get a lock.
const NAP: Duration = Duration::from_millis(10);
/// What means something else in the URI of a file (sqlite.org/uri.html).
const SPECIAL: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Stops SQLite where it next looks whether to go on, from another thread and for good: the caller is not notified
/// meanwhile, not even of a signal.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// What a signal made fail does not come back: the task that waits for the signal decides what happens.
async fn heard<T>(done: Result<T>) -> Result<T> {
    if done.is_err() && is_interrupted() { std::future::pending().await } else { done }
}

/// When the statement under way is to be given up.
#[derive(Clone, Default)]
struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    fn set(&self, limit: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            (!limit.is_zero()).then(|| Instant::now().checked_add(limit)).flatten();
    }

    /// Later, by what others took.
    fn extend(&self, by: Duration) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *at = at.and_then(|at| at.checked_add(by));
    }

    fn is_over(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at <= Instant::now())
    }
}

pub(super) struct SqliteConnection {
    conn: Connection,
    /// How long a statement may take; zero is without limit.
    limit: Duration,
    deadline: Deadline,
    /// What there is to say of values that the file should not hold.
    damage: Vec<String>,
    /// Events are rows of a table that have a number: by it they are found again.
    numbered: bool,
}

/// Whether that is so; a view has none, nor has a table made without.
const IS_NUMBERED: &str = "SELECT EXISTS (SELECT 1 FROM pragma_table_list('activity_events') WHERE schema = 'main' AND type = 'table' AND wr = 0)";

/// Opens a transaction; one that writes takes its turn at once.
pub(super) fn begin(begin: TransactionMode) -> &'static str {
    if begin == TransactionMode::Read { "BEGIN" } else { "BEGIN IMMEDIATE" }
}

impl SqliteConnection {
    /// Opens a file that a URL names.
    pub(super) async fn open_target(
        path: &Path,
        read_only: bool,
        mode: TransactionMode,
        limits: Limits,
    ) -> Result<Self> {
        if read_only && mode == TransactionMode::Write {
            let refused = denied("the database is opened for reading alone: its URL says mode=ro");
            return Err(refused.hint("leave mode=ro out of the URL to write").into());
        }
        Self::open(path, mode, limits, false).await
    }

    /// Opens a file that exists, unless it is to be made.
    pub(super) async fn open(path: &Path, begin: TransactionMode, limits: Limits, create: bool) -> Result<Self> {
        heard(Self::open_at_once(path, begin, limits, create)).await
    }

    fn open_at_once(path: &Path, begin: TransactionMode, limits: Limits, create: bool) -> Result<Self> {
        let unusable = |what: &str| unavailable(format!("{}: {what}", path.display()));
        match std::fs::metadata(path) {
            _ if create => {}
            Err(cause) => return Err(unusable(&format!("cannot read the SQLite file: {cause}")).into()),
            Ok(found) if found.is_dir() => return Err(unusable("a directory, not an SQLite file").into()),
            Ok(found) if found.len() == 0 => return Err(unusable("an empty file, not an SQLite database").into()),
            Ok(_) => {}
        }
        let how = match (begin, create) {
            (TransactionMode::Read, _) => OpenFlags::SQLITE_OPEN_READ_ONLY,
            (TransactionMode::Write, false) => OpenFlags::SQLITE_OPEN_READ_WRITE,
            (TransactionMode::Write, true) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        };
        let connected = match connect(path, how) {
            // A store in WAL mode cannot be read where nothing can be written beside it, unless no process writes.
            Err(error)
                if begin == TransactionMode::Read && errors::is_no_place_to_write(&error) && is_left_alone(path) =>
            {
                let uri = format!("file:{}?immutable=1", percent_encode(path.as_os_str().as_bytes(), SPECIAL));
                connect(Path::new(&uri), how | OpenFlags::SQLITE_OPEN_URI).map_err(|_| error)
            }
            done => done,
        };
        let (conn, version) = connected.map_err(|error| errors::opening(path, &error))?;
        let deadline = Deadline::default();
        let over = deadline.clone();
        conn.progress_handler(STEPS, Some(move || is_interrupted() || over.is_over()));
        let mut lite = Self { conn, limit: limits.statement, deadline, damage: Vec::new(), numbered: false };
        lite.deadline.set(limits.statement);
        let asked = lite.conn.query_row(IS_NUMBERED, [], |row| row.get(0));
        lite.numbered = asked.map_err(|error| errors::opening(path, &error))?;
        if version > migrations::NEWEST {
            let known = migrations::NEWEST;
            let message = format!("a store of version {version}, made by a newer mc-activity; this one knows {known}");
            return Err(unusable(&message).into());
        }
        if sqlalchemy::adapt(&lite.conn, lite.numbered).map_err(|error| errors::opening(path, &error))?
            && begin == TransactionMode::Write
        {
            return Err(unusable("this SQLite file was made by another program and is only read").into());
        }
        if begin == TransactionMode::Write && version < migrations::NEWEST && lite.is_ours()? {
            migrations::migrate(&mut lite.conn)?;
        }
        if begin == TransactionMode::Read && lite.numbered {
            lite.damage = damage::adapt(&lite.conn).map_err(|error| errors::opening(path, &error))?;
        }
        Ok(lite)
    }

    /// Makes an empty file a demo database of the newest version.
    pub(super) async fn initialize_store(&mut self) -> Result<()> {
        self.simple(&format!("PRAGMA application_id = {}", migrations::OURS)).await?;
        heard(migrations::migrate(&mut self.conn)).await?;
        let identity = Query::new("insert_store_identity");
        self.simple(&identity.prepare(&SQLITE)?.sql).await
    }

    fn is_ours(&self) -> Result<bool> {
        let asked = self.conn.query_row("PRAGMA application_id", [], |row| row.get::<_, i64>(0));
        Ok(asked.map_err(errors::running)? == migrations::OURS)
    }

    pub(super) async fn begin(&self, begin: TransactionMode) -> Result<()> {
        self.simple(self::begin(begin)).await
    }

    pub(super) async fn simple(&self, sql: &str) -> Result<()> {
        self.deadline.set(self.limit);
        heard(self.conn.execute_batch(sql).map_err(errors::running)).await
    }

    /// Runs statements that return nothing of interest. Neighbours with the same text share one prepared statement.
    pub(super) async fn write_all(&self, queries: &[Query]) -> Result<()> {
        for alike in queries.chunk_by(Query::has_same_text) {
            let Some(first) = alike.first() else { continue };
            let prepared = first.prepare(&SQLITE)?;
            let mut statement = self.conn.prepare(&prepared.sql).map_err(errors::running)?;
            for (done, query) in (1_u64..).zip(alike) {
                for (at, value) in (1..).zip(prepared.values_of(query)) {
                    statement.raw_bind_parameter(at, bound(value)?).map_err(errors::running)?;
                }
                self.deadline.set(self.limit);
                let mut rows = statement.raw_query();
                while heard(rows.next().map_err(errors::running)).await?.is_some() {}
                if done % TURN == 0 {
                    tokio::task::yield_now().await;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn fetch(&self, query: &Query, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        let Prepared { sql, values, .. } = query.prepare(&SQLITE)?;
        let mut statement = self.conn.prepare_cached(&sql).map_err(errors::running)?;
        // SQLite too numbers parameters by where each first stands, whatever it is called.
        for (at, value) in (1..).zip(values) {
            statement.raw_bind_parameter(at, bound(value)?).map_err(errors::running)?;
        }
        self.deadline.set(self.limit);
        let mut rows = statement.raw_query();
        let mut read = 0;
        loop {
            let Some(row) = heard(rows.next().map_err(errors::running)).await? else { return Ok(()) };
            // The program that reads our output may take as long as it likes.
            let begun = Instant::now();
            each(&Row(row))?;
            self.deadline.extend(begun.elapsed());
            read += 1;
            if read % TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
    }
}

impl Engine for SqliteConnection {
    fn dialect(&self) -> &'static Dialect {
        &SQLITE
    }

    fn opening(&self, mode: TransactionMode, _limits: Limits, _first: &Query) -> String {
        begin(mode).to_owned()
    }

    fn begin<'a>(&'a mut self, opening: &'a str, _limits: Limits, first: &'a Query, each: EachRow<'a>) -> Answer<'a> {
        Box::pin(async move {
            Self::simple(self, opening).await?;
            Self::fetch(self, first, each).await
        })
    }

    fn simple<'a>(&'a mut self, sql: &'a str) -> Answer<'a> {
        Box::pin(Self::simple(self, sql))
    }

    fn fetch<'a>(&'a mut self, query: &'a Query, each: EachRow<'a>) -> Answer<'a> {
        Box::pin(Self::fetch(self, query, each))
    }

    fn identity<'a>(&'a self, target: &'a Target, _schema: &'a Schema) -> Answer<'a, String> {
        Box::pin(async move {
            match target {
                Target::Sqlite { path, .. } => self.file_identity(path).await,
                Target::Postgres(_) => bail!("the database is an SQLite file"),
            }
        })
    }

    fn has_row_numbers(&self) -> bool {
        self.numbered
    }

    fn damage(&mut self) -> Vec<String> {
        std::mem::take(&mut self.damage)
    }
}

/// Connects and reads the version of the store, as SQLite opens the file no earlier.
fn connect(path: &Path, how: OpenFlags) -> rusqlite::Result<(Connection, i64)> {
    // Only one thread uses the connection.
    let conn = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_handler(Some(wait_for_lock))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    let version = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok((conn, version))
}

/// Waits briefly for the process that locks the file; returns whether to try again.
fn wait_for_lock(tries: i32) -> bool {
    std::thread::sleep(NAP);
    !is_interrupted() && NAP * tries.unsigned_abs() < PATIENCE
}

/// Nobody has the file open for writing, and nothing is left to be taken over from a log beside it.
fn is_left_alone(path: &Path) -> bool {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        std::fs::metadata(name).is_ok_and(|found| found.len() > 0)
    };
    !beside("-wal") && !beside("-journal")
}

/// Ids as blobs, lists as JSON, in which ids are in hexadecimal digits.
fn bound(value: &Value) -> Result<Bound> {
    let hex = |ids: &[Uuid]| ids.iter().map(|id| id.simple().to_string()).collect::<Vec<_>>();
    Ok(match value {
        Value::Id(id) => Bound::Blob(id.as_bytes().to_vec()),
        Value::OptionalId(id) => id.map_or(Bound::Null, |id| Bound::Blob(id.as_bytes().to_vec())),
        Value::Ids(ids) => Bound::Text(serde_json::to_string(&hex(ids))?),
        Value::Text(text) => Bound::Text(text.clone()),
        Value::OptionalText(text) => text.clone().map_or(Bound::Null, Bound::Text),
        Value::Texts(texts) | Value::Regexes(texts) => Bound::Text(serde_json::to_string(texts)?),
        Value::Time(at) => Bound::Integer(at.micros()),
        Value::Times(times) => {
            Bound::Text(serde_json::to_string(&times.iter().map(|at| at.micros()).collect::<Vec<_>>())?)
        }
        Value::Count(n) => Bound::Integer(*n),
        Value::OptionalIds(_) | Value::OptionalTexts(_) | Value::Counts(_) => {
            bail!("lists with nulls are PostgreSQL's")
        }
    })
}
