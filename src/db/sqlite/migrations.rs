//! The versions of the demo database. A database of an older version is read as it is, and migrated before the first write.

use super::SQLITE;
use super::errors;
use crate::db::query::Query;
use anyhow::{Context, Result};
use rusqlite::{Connection, TransactionBehavior};

/// "mcac", in SQLite's `application_id`: tells our files from others.
pub(super) const OURS: i64 = 0x6d63_6163;
/// The number of the last of [`VERSIONS`], which the SQL keeps in SQLite's `user_version`.
pub(super) const NEWEST: i64 = 3;
/// What makes each version of the one before it; never changed once released.
const VERSIONS: [(i64, &str); 3] =
    [(1, "migrations/0001_init"), (2, "migrations/0002_type_time_id"), (3, "migrations/0003_agent_state")];

/// Brings a store to the newest version, or leaves it as it was. A second process waits, and then finds nothing to do.
pub(super) fn migrate(conn: &mut Connection) -> Result<()> {
    let whole = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(errors::running)?;
    let found: i64 = whole.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(errors::running)?;
    for (_, stem) in VERSIONS.into_iter().filter(|(version, _)| *version > found) {
        let made = whole.execute_batch(&Query::new(stem).prepare(&SQLITE)?.sql).map_err(errors::running);
        made.context("the store cannot be brought to the newest version")?;
    }
    whole.commit().map_err(errors::running)
}
