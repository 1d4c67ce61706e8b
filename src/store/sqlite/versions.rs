//! The versions of the embedded store. A store of an older one is read as it is; whoever writes to it migrates it first.

use crate::store::fault;
use crate::store::query::{Dialect, Query};
use anyhow::{Context, Result};
use futures_util::future::BoxFuture;
use sqlx::error::BoxDynError;
use sqlx::migrate::{MigrateError, Migration, MigrationSource, MigrationType, Migrator};
use sqlx::{Connection, SqliteConnection};

/// "mcac", in SQLite's `application_id`: tells our files from others.
pub(super) const OURS: i64 = 0x6d63_6163;
/// The number of the last of [`VERSIONS`], which the SQL keeps in SQLite's `user_version`.
pub(super) const NEWEST: i64 = 2;
/// What makes each version of the one before it; never changed once released, for sqlx remembers their checksums.
const VERSIONS: [(i64, &str, &str); 2] = [(1, "schema", "tables"), (2, "schema_2", "ids in the index on types")];

#[derive(Debug)]
struct Versions;

impl MigrationSource<'static> for Versions {
    fn resolve(self) -> BoxFuture<'static, Result<Vec<Migration>, BoxDynError>> {
        let migration = |(version, stem, what): (i64, &'static str, &'static str)| {
            let sql = Query::new(stem).prepare(Dialect::Sqlite)?.sql;
            Ok(Migration::new(version, what.into(), MigrationType::Simple, sql.into(), false))
        };
        Box::pin(std::future::ready(VERSIONS.into_iter().map(migration).collect()))
    }
}

/// Brings a store to the newest version, or leaves it as it was. Whoever comes second waits and finds nothing to do.
pub(super) async fn migrate(conn: &mut SqliteConnection) -> Result<()> {
    let versions = Migrator::new(Versions).await?;
    let mut whole = conn.begin_with("BEGIN IMMEDIATE").await.map_err(fault::running)?;
    match versions.run(&mut *whole).await {
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => Err(fault::running(error)),
        done => done.map_err(anyhow::Error::new),
    }
    .context("the store cannot be brought to the newest version")?;
    whole.commit().await.map_err(fault::running)
}
