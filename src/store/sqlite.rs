//! SQLite: the embedded store, or a file given as `sqlite:`, which may have been made by SQLAlchemy.

mod foreign;
mod versions;

use super::query::{Dialect, Prepared, Query, Value};
use super::row::Row;
use super::{Begin, Limits, fault};
use crate::error::unavailable;
use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{Arguments, Connection, Executor, Row as _};
use std::path::Path;
use uuid::Uuid;

pub(super) struct Lite {
    conn: SqliteConnection,
}

/// Opens a transaction; one that writes takes its turn at once.
pub(super) fn begin(begin: Begin) -> &'static str {
    if begin == Begin::Read { "BEGIN" } else { "BEGIN IMMEDIATE" }
}

impl Lite {
    /// Opens a file that exists, unless it is to be made.
    pub(super) async fn open(path: &Path, begin: Begin, limits: Limits, create: bool) -> Result<Self> {
        let unusable = |what: &str| unavailable(format!("{}: {what}", path.display()));
        match std::fs::metadata(path) {
            _ if create => {}
            Err(cause) => return Err(unusable(&format!("cannot read the SQLite file: {cause}")).into()),
            Ok(found) if found.is_dir() => return Err(unusable("a directory, not an SQLite file").into()),
            Ok(found) if found.len() == 0 => return Err(unusable("an empty file, not an SQLite database").into()),
            Ok(_) => {}
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(begin == Begin::Read)
            .create_if_missing(create)
            .foreign_keys(true)
            .busy_timeout(limits.lock);
        let conn = match connect(&options).await {
            // A store in WAL mode cannot be read where nothing can be written beside it, unless nobody writes at all.
            Err(error) if begin == Begin::Read && fault::is_no_place_to_write(&error) && is_left_alone(path) => {
                connect(&options.immutable(true)).await
            }
            done => done,
        };
        let mut lite = Self { conn: conn.map_err(|error| fault::file(path, &error))? };
        let version = lite.number("PRAGMA user_version").await?;
        if version > versions::NEWEST {
            let known = versions::NEWEST;
            let message = format!("a store of version {version}, made by a newer mc-activity; this one knows {known}");
            return Err(unusable(&message).into());
        }
        if foreign::adapt(&mut lite.conn).await.map_err(|error| fault::file(path, &error))? && begin == Begin::Write {
            return Err(unusable("this SQLite file was made by another program and is only read").into());
        }
        let older = version < versions::NEWEST && lite.number("PRAGMA application_id").await? == versions::OURS;
        if older && begin == Begin::Write {
            versions::migrate(&mut lite.conn).await?;
        }
        Ok(lite)
    }

    /// Makes an empty file an embedded store of the newest version.
    pub(super) async fn make_ours(&mut self) -> Result<()> {
        self.simple(&format!("PRAGMA application_id = {}", versions::OURS)).await?;
        versions::migrate(&mut self.conn).await
    }

    async fn number(&mut self, sql: &str) -> Result<i64> {
        let row = sqlx::query(sql).fetch_one(&mut self.conn).await.map_err(fault::running)?;
        Ok(row.try_get::<i64, _>(0)?)
    }

    pub(super) async fn begin(&mut self, begin: Begin) -> Result<()> {
        self.simple(self::begin(begin)).await
    }

    pub(super) async fn simple(&mut self, sql: &str) -> Result<()> {
        self.conn.execute(sql).await.map_err(fault::running)?;
        Ok(())
    }

    pub(super) async fn fetch(&mut self, query: &Query, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        let Prepared { sql, values } = query.prepare(Dialect::Sqlite)?;
        let mut arguments = SqliteArguments::default();
        for value in values {
            add(&mut arguments, value).map_err(anyhow::Error::from_boxed).context("cannot bind a value")?;
        }
        let mut rows = sqlx::query_with(&sql, arguments).fetch(&mut self.conn);
        while let Some(row) = rows.try_next().await.map_err(fault::running)? {
            each(&Row::Sqlite(row))?;
        }
        Ok(())
    }

    pub(super) async fn close(self) {
        // Nothing is left to write; the file is released when the process ends in any case.
        let _ = self.conn.close().await;
    }
}

/// Connects and reads, as SQLite opens the file no earlier.
async fn connect(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let mut conn = SqliteConnection::connect_with(options).await?;
    sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(&mut conn).await?;
    Ok(conn)
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

fn add(arguments: &mut SqliteArguments<'_>, value: &Value) -> Result<(), sqlx::error::BoxDynError> {
    let hex = |ids: &[Uuid]| ids.iter().map(|id| id.simple().to_string()).collect::<Vec<_>>();
    match value {
        Value::Id(id) => arguments.add(*id),
        Value::OptionalId(id) => arguments.add(*id),
        Value::Ids(ids) => arguments.add(serde_json::to_string(&hex(ids))?),
        Value::Text(text) => arguments.add(text.clone()),
        Value::OptionalText(text) => arguments.add(text.clone()),
        Value::Texts(texts) => arguments.add(serde_json::to_string(texts)?),
        Value::Time(at) => arguments.add(at.micros()),
        Value::Times(times) => {
            arguments.add(serde_json::to_string(&times.iter().map(|at| at.micros()).collect::<Vec<_>>())?)
        }
        Value::Count(n) => arguments.add(*n),
    }
}
