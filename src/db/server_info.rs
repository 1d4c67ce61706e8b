//! What is connected: the first question of a transaction, and what follows from its answer.

use super::postgres::tables::Tables;
use super::query::Dialect;
use super::row::Row;
use crate::error::unavailable;
use crate::model::Timestamp;
use anyhow::Result;

/// Columns without which nothing can be shown.
const NEEDED: [&str; 7] = ["id", "event_type", "message", "agent_id", "task_id", "created_at", "board_id"];
/// PostgreSQL's name of the type of `created_at`.
const NAIVE: &str = "timestamp without time zone";

/// The encoding of a database whose text may be any bytes.
pub(super) const ANY_BYTES: &str = "SQL_ASCII";

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
    /// The tables of which row-level security hides rows, or might.
    pub row_security: Vec<String>,
    /// So few events that reading all of them is cheaper than to ask where to look. tail does not go by it: it stays
    /// while the table grows.
    pub small: bool,
}

impl Schema {
    /// Whether `activity_events` has a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }
}

/// What `session_info.sql` tells, of which [`Schema`] is what there is to keep.
#[derive(Default)]
pub(super) struct Connected {
    pub(super) schema: Schema,
    missing: Vec<String>,
    /// Where PostgreSQL has the tables.
    pub(super) tables: Tables,
    /// PostgreSQL's types of the columns.
    types: Vec<String>,
    /// The database's encoding.
    pub(super) encoding: String,
    /// The table has partitions, which may lie elsewhere.
    pub(super) partitioned: bool,
}

impl Connected {
    pub(super) fn read(row: &Row, dialect: Dialect) -> Result<Self> {
        let mut found = Self::default();
        let schema = &mut found.schema;
        let mut columns = row.columns();
        schema.now = columns.time()?;
        match dialect {
            Dialect::Sqlite => {
                schema.columns = columns.texts()?;
                found.missing = columns.texts()?;
                schema.numbered = columns.flag()?.unwrap_or_default();
            }
            Dialect::Postgres => {
                schema.version = columns.small()?;
                schema.in_recovery = columns.flag()?.unwrap_or_default();
                schema.database = columns.text()?.unwrap_or_default();
                schema.role = columns.text()?;
                schema.system = columns.text()?;
                schema.number = columns.text()?;
                found.encoding = columns.text()?.unwrap_or_default();
                found.tables = Tables::new(columns.texts()?);
                found.missing = found.tables.missing();
                schema.row_security = columns.texts()?;
                schema.columns = columns.texts()?;
                found.types = columns.texts()?;
                let keys = columns.texts()?;
                let begins = |wanted: &[&str]| keys.iter().any(|key| begins_with(key, &schema.columns, wanted));
                (schema.indexed_by_type, schema.indexed_by_time) =
                    (begins(&["event_type", "created_at"]), begins(&["created_at"]));
                let kind = columns.text()?.unwrap_or_default();
                found.partitioned = kind == "p";
                schema.numbered = kind == "r" || kind == "p";
                schema.sharded = kind == "f";
                schema.small = kind == "r" && columns.flag()?.unwrap_or_default();
            }
        }
        Ok(found)
    }

    /// Whether it is a database of Mission Control.
    pub(super) fn check(&self, dialect: Dialect) -> Result<()> {
        if !self.missing.is_empty() {
            let missing = self.missing.join(", ");
            let hint = match dialect {
                Dialect::Postgres => {
                    "check DATABASE_URL, and that the role has USAGE on the schema of the tables and finds it on its \
                     search_path"
                }
                Dialect::Sqlite => "check DATABASE_URL; `mc-activity demo` creates a demo database",
            };
            return Err(unavailable(format!("this is no Mission Control database: no table {missing}"))
                .hint(hint)
                .into());
        }
        let lacking: Vec<_> = NEEDED.into_iter().filter(|column| !self.schema.has(column)).collect();
        if !lacking.is_empty() {
            let list = lacking.join(", ");
            return Err(unavailable(format!("the table activity_events lacks the column {list}")).into());
        }
        let mut typed = self.schema.columns.iter().zip(&self.types);
        if let Some((_, kind)) = typed.find(|(column, kind)| *column == "created_at" && *kind != NAIVE) {
            let failure = unavailable(format!("activity_events.created_at is {kind}, not timestamp without time zone"));
            return Err(failure
                .hint("Mission Control keeps naive UTC; an instant of another type would be misread")
                .into());
        }
        Ok(())
    }
}

/// Whether an index begins with some columns; it is told as the count of its keys and the numbers of its columns, from 1,
/// of which those beyond the keys are only carried along and zero is an expression.
fn begins_with(index: &str, columns: &[String], wanted: &[&str]) -> bool {
    let mut numbers = index.split(' ').map_while(|number| number.parse::<usize>().ok());
    let keys = numbers.next().unwrap_or_default();
    let named: Vec<_> = numbers
        .take(keys)
        .map(|number| number.checked_sub(1).and_then(|at| columns.get(at)).map(String::as_str))
        .collect();
    named.len() >= wanted.len() && named.iter().zip(wanted).all(|(named, wanted)| *named == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_begins_with_its_keys_in_their_order() {
        let columns = ["id", "event_type", "created_at"].map(str::to_owned);
        let begins = |index, wanted: &[&str]| begins_with(index, &columns, wanted);
        assert!(begins("2 2 3", &["event_type", "created_at"]));
        assert!(begins("3 2 3 1", &["event_type", "created_at"]));
        assert!(begins("2 3 1", &["created_at"]));
        assert!(!begins("2 3 2", &["event_type", "created_at"]));
        // Carried along, not in order.
        assert!(!begins("1 2 3", &["event_type", "created_at"]));
        // An expression comes first.
        assert!(!begins("2 0 3", &["created_at"]));
        assert!(!begins("1 2", &["event_type", "created_at"]));
        assert!(!begins("", &["created_at"]));
    }
}
