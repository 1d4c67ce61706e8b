//! What `doctor` asks: about the database itself, not about events.

use super::Database;
use super::query::Query;
use super::server_info::Schema;
use crate::model::Timestamp;
use anyhow::{Context, Result};
use std::time::Duration;

/// What the role may do with one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privileges {
    /// The table.
    pub table: String,
    /// All of it may be read.
    pub may_read: bool,
    /// Of the columns that we read, those that may not be read.
    pub hidden: Vec<String>,
    /// Rows may be inserted.
    pub may_insert: bool,
    /// Rows may be changed or deleted.
    pub may_change: bool,
}

/// A schema on the role's own search path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathSchema {
    /// Its name, quoted as an identifier where it must be.
    pub name: String,
    /// Roles that may create objects in it although neither the schema nor `activity_events` is theirs, or `PUBLIC`.
    pub open_to: Vec<String>,
}

/// The server and `activity_events`, as PostgreSQL's catalogues have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFacts {
    /// Of the server, such as `16.4`.
    pub version: String,
    /// The role is a superuser, whom no grant restrains.
    pub superuser: bool,
    /// Rows as of the last ANALYZE, if there was one.
    pub rows: Option<i64>,
    /// With indexes.
    pub bytes: i64,
    /// How many partitions there are, or tables that inherit from it; 0 for a plain table.
    pub partitions: i64,
    /// How its rows are kept.
    pub layout: Layout,
    /// Commit times are kept.
    pub commit_times: bool,
    /// Triggers that call NOTIFY.
    pub notifiers: Vec<String>,
    /// How far a standby is behind; none on a primary.
    pub lag: Option<Duration>,
}

/// How the rows of `activity_events` are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In one table.
    Table,
    /// In partitions on this server.
    Partitions,
    /// In partitions, of which some lie on other servers.
    ForeignPartitions,
    /// On another server.
    Foreign,
    /// In tables that inherit from it.
    Inheritance,
    /// In chunks of TimescaleDB.
    Hypertable,
    /// In shards of Citus.
    Distributed,
    /// The same, partitioned as well.
    DistributedPartitions,
    /// Somewhere behind a view.
    View,
}

impl Layout {
    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Partitions => "partitions",
            Self::ForeignPartitions => "foreign partitions",
            Self::Foreign => "foreign table",
            Self::Inheritance => "inheritance",
            Self::Hypertable => "hypertable",
            Self::Distributed => "distributed",
            Self::DistributedPartitions => "distributed partitions",
            Self::View => "view",
        }
    }

    /// What keeps them.
    pub fn engine(self) -> &'static str {
        match self {
            Self::Hypertable => "TimescaleDB",
            Self::Distributed | Self::DistributedPartitions => "Citus",
            _ => "PostgreSQL",
        }
    }
}

fn layout(schema: &Schema, kind: &str, hypertable: bool) -> Layout {
    match kind {
        "p" if schema.distributed => Layout::DistributedPartitions,
        _ if schema.distributed => Layout::Distributed,
        "p" if schema.sharded => Layout::ForeignPartitions,
        "p" => Layout::Partitions,
        "f" => Layout::Foreign,
        "v" => Layout::View,
        _ if hypertable => Layout::Hypertable,
        _ if schema.inherited => Layout::Inheritance,
        _ => Layout::Table,
    }
}

/// An index of `activity_events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFacts {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// It can be used; an interrupted CREATE INDEX CONCURRENTLY leaves one that cannot.
    pub valid: bool,
    /// It covers only some rows.
    pub partial: bool,
    /// It keeps the order of its columns: a B-tree.
    pub ordered: bool,
}

/// A page of events in order of time, of which the planner tells the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Of all events.
    Newest,
    /// Of one board.
    Board,
    /// Of one type.
    Type,
    /// What a page costs at most along an index that has its order.
    Indexed,
}

/// How long after `created_at` events were committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitDelays {
    /// How many were looked at.
    pub events: i64,
    /// 999 of 1000 came within.
    pub most: Duration,
    /// The latest.
    pub latest: Duration,
}

impl Database {
    /// The database's clock at this moment.
    pub async fn clock(&mut self) -> Result<Timestamp> {
        let mut now = None;
        self.fetch(&Query::new("doctor_clock"), &mut |row| {
            now = row.columns().time()?;
            Ok(())
        })
        .await?;
        now.context("the database has no clock")
    }

    /// Columns that we read and that are not there, each with its table.
    pub async fn missing_columns(&mut self) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        self.fetch(&Query::new("doctor_columns"), &mut |row| {
            missing.extend(row.columns().text()?);
            Ok(())
        })
        .await?;
        Ok(missing)
    }

    /// Table by table; SQLite has no privileges.
    pub async fn privileges(&mut self) -> Result<Vec<Privileges>> {
        let mut tables = Vec::new();
        self.fetch_if_supported(&Query::new("doctor_privileges"), &mut |row| {
            let mut columns = row.columns();
            tables.push(Privileges {
                table: columns.text()?.unwrap_or_default(),
                may_read: columns.flag()?.unwrap_or_default(),
                hidden: columns.texts()?,
                may_insert: columns.flag()?.unwrap_or_default(),
                may_change: columns.flag()?.unwrap_or_default(),
            });
            Ok(())
        })
        .await?;
        Ok(tables)
    }

    /// The role's own search path; SQLite has none.
    pub async fn search_path(&mut self) -> Result<Vec<PathSchema>> {
        let mut path = Vec::new();
        self.fetch_if_supported(&Query::new("doctor_path"), &mut |row| {
            let mut columns = row.columns();
            path.push(PathSchema { name: columns.text()?.unwrap_or_default(), open_to: columns.texts()? });
            Ok(())
        })
        .await?;
        Ok(path)
    }

    /// Whether the role was meant to be bounded by `boundary.sql`, and what keeps it from being so; none where it was not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn boundary_gaps(&mut self) -> Result<Option<Vec<String>>> {
        let mut gaps = None;
        self.fetch_if_supported(&Query::new("doctor_boundary"), &mut |row| {
            let mut columns = row.columns();
            let is_member = columns.flag()?.unwrap_or_default();
            let found = columns.texts()?;
            gaps = is_member.then_some(found);
            Ok(())
        })
        .await?;
        Ok(gaps)
    }

    /// The server and the table; none for SQLite.
    pub async fn table_facts(&mut self) -> Result<Option<TableFacts>> {
        let mut facts = None;
        let schema = self.schema.clone();
        self.fetch_if_supported(&Query::new("doctor_table"), &mut |row| {
            let mut columns = row.columns();
            facts = Some(TableFacts {
                version: columns.text()?.unwrap_or_default(),
                superuser: columns.flag()?.unwrap_or_default(),
                rows: Some(columns.count()?).filter(|rows| *rows >= 0),
                bytes: columns.count()?,
                partitions: columns.count()?,
                layout: layout(&schema, &columns.text()?.unwrap_or_default(), columns.flag()?.unwrap_or_default()),
                commit_times: columns.flag()?.unwrap_or_default(),
                notifiers: columns.texts()?,
                lag: u64::try_from(columns.count()?).ok().map(Duration::from_millis),
            });
            Ok(())
        })
        .await?;
        Ok(facts)
    }

    /// The indexes of `activity_events`, by name.
    pub async fn indexes(&mut self) -> Result<Vec<IndexFacts>> {
        let mut indexes = Vec::new();
        self.fetch(&Query::new("doctor_indexes"), &mut |row| {
            let mut columns = row.columns();
            indexes.push(IndexFacts {
                name: columns.text()?.unwrap_or_default(),
                columns: columns.texts()?,
                valid: columns.flag()?.unwrap_or_default(),
                partial: columns.flag()?.unwrap_or_default(),
                ordered: columns.flag()?.unwrap_or_default(),
            });
            Ok(())
        })
        .await?;
        Ok(indexes)
    }

    /// What the planner thinks that a page costs, in its own unit; none for SQLite, whose planner does not tell.
    pub async fn page_cost(&mut self, of: Cost) -> Result<Option<f64>> {
        let query = Query::new("doctor_plan_cost")
            .when("by_board", of == Cost::Board)
            .when("by_type", of == Cost::Type)
            .when("by_id", of == Cost::Indexed);
        let mut cost = None;
        self.fetch_if_supported(&query, &mut |row| {
            let line = row.columns().text()?.unwrap_or_default();
            cost = cost.or_else(|| total_cost(&line));
            Ok(())
        })
        .await?;
        Ok(cost)
    }

    /// Whether pgpool-II answers here. Where it does not, the transaction fails.
    pub async fn is_behind_pgpool(&mut self) -> bool {
        self.simple("SHOW pool_version").await.is_ok()
    }

    /// Events that no user can see, since neither they nor their task have a board.
    ///
    /// # Errors
    /// Those of the database; this one reads the table, and may run into the time limit.
    pub async fn unseen(&mut self) -> Result<i64> {
        let mut count = 0;
        self.fetch(&Query::new("doctor_orphaned_events"), &mut |row| {
            count = row.columns().count()?;
            Ok(())
        })
        .await?;
        Ok(count)
    }

    /// Commit delays of the last week; asks PostgreSQL with `track_commit_timestamp` alone.
    pub async fn commit_delays(&mut self) -> Result<CommitDelays> {
        let mut delays = CommitDelays { events: 0, most: Duration::ZERO, latest: Duration::ZERO };
        let length = |millis: i64| Duration::from_millis(u64::try_from(millis).unwrap_or_default());
        self.fetch_if_supported(&Query::new("doctor_commit_delays"), &mut |row| {
            let mut columns = row.columns();
            let events = columns.count()?;
            delays = CommitDelays { events, most: length(columns.count()?), latest: length(columns.count()?) };
            Ok(())
        })
        .await?;
        Ok(delays)
    }
}

/// The upper cost in a line of a plan, as in `Limit  (cost=0.43..5.67 rows=51 width=120)`.
fn total_cost(line: &str) -> Option<f64> {
    let (_, rest) = line.split_once("(cost=")?;
    let (_, rest) = rest.split_once("..")?;
    rest.split_once(' ')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_a_plan_is_that_of_its_first_line_in_full() {
        assert_eq!(total_cost("Limit  (cost=0.43..5.67 rows=51 width=120)"), Some(5.67));
        assert_eq!(total_cost("  InitPlan 1 (returns $0)"), None);
    }
}
