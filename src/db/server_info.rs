//! What is connected: what the first query of a transaction finds.

use crate::error::unavailable;
use crate::model::Timestamp;
use anyhow::Result;

/// Columns without which nothing can be shown.
const NEEDED: [&str; 7] = ["id", "event_type", "message", "agent_id", "task_id", "created_at", "board_id"];
/// PostgreSQL's name of the type of `created_at`.
const NAIVE: &str = "timestamp without time zone";

/// What the connected database is and has.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The database's clock when the transaction began, naive UTC.
    pub now: Option<Timestamp>,
    /// `server_version_num`, or zero for SQLite.
    pub version: i64,
    /// A standby.
    pub in_recovery: bool,
    /// Database name, or the file.
    pub database: String,
    /// The role that we are, if any.
    pub role: Option<String>,
    /// PostgreSQL's system identifier, where the role may read it.
    pub system: Option<String>,
    /// The number of the database in its server, where it may not.
    pub number: Option<String>,
    /// Rows of `activity_events` carry a number that rises with every write.
    pub numbered: bool,
    /// Columns of `activity_events`.
    pub columns: Vec<String>,
    /// An index begins with (event_type, created_at).
    pub indexed_by_type: bool,
    /// An index begins with created_at.
    pub indexed_by_time: bool,
    /// Some of the table lies on another server, whose transactions this one cannot tell of.
    pub sharded: bool,
    /// Citus distributes the table over servers. It takes no recursive query, no empty list of columns and no correlated
    /// question about the table.
    pub distributed: bool,
    /// Other tables inherit from the table and hold its rows, as the chunks of TimescaleDB do.
    pub inherited: bool,
    /// The table is filled from another server, by logical replication.
    pub subscribed: bool,
    /// The tables of which row-level security hides rows, or might.
    pub row_security: Vec<String>,
    /// The role is bound to a user or an agent by `boundary.sql`, and sees nothing else.
    pub bounded: bool,
    /// So few events that reading all of them is cheaper than to ask where to look, or no other way. tail does not go by it:
    /// it stays while the table grows.
    pub small: bool,
}

impl Schema {
    /// Whether `activity_events` has a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }
}

/// What `session_info.sql` finds.
#[derive(Default)]
pub(super) struct SessionInfo {
    pub(super) schema: Schema,
    /// Tables that do not exist.
    pub(super) missing: Vec<String>,
    /// The schema of each table, where an engine has schemas.
    pub(super) table_schemas: Vec<String>,
    /// The types of the columns of `activity_events`, where they are fixed.
    pub(super) column_types: Vec<String>,
    /// The encoding of a database that may not hold all of Unicode.
    pub(super) encoding: Option<String>,
    /// The table has partitions, which may lie elsewhere.
    pub(super) partitioned: bool,
}

impl SessionInfo {
    /// Whether it is a database of Mission Control.
    pub(super) fn check(&self, hint: &'static str) -> Result<()> {
        if !self.missing.is_empty() {
            let missing = self.missing.join(", ");
            return Err(unavailable(format!("this is no Mission Control database: no table {missing}"))
                .hint(hint)
                .into());
        }
        let lacking: Vec<_> = NEEDED.into_iter().filter(|column| !self.schema.has(column)).collect();
        if !lacking.is_empty() {
            let list = lacking.join(", ");
            return Err(unavailable(format!("the table activity_events lacks the column {list}")).into());
        }
        let mut typed = self.schema.columns.iter().zip(&self.column_types);
        if let Some((_, kind)) = typed.find(|(column, kind)| *column == "created_at" && *kind != NAIVE) {
            let failure = unavailable(format!("activity_events.created_at is {kind}, not timestamp without time zone"));
            return Err(failure
                .hint("Mission Control keeps naive UTC; an instant of another type would be misread")
                .into());
        }
        Ok(())
    }
}
