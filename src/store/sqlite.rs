//! SQLite: the embedded store, or a file given as `sqlite:`.

use super::query::{Dialect, Prepared, Query, Value};
use super::row::Row;
use super::{Begin, Limits, fault};
use anyhow::{Context, Result};
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{Arguments, Connection, Executor};
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
    pub(super) async fn open(path: &Path, begin: Begin, limits: Limits, create: bool) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(begin == Begin::Read)
            .create_if_missing(create)
            .foreign_keys(true)
            .busy_timeout(limits.lock);
        let conn = SqliteConnection::connect_with(&options).await.map_err(fault::connecting)?;
        Ok(Self { conn })
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
        Value::Count(n) => arguments.add(*n),
    }
}
