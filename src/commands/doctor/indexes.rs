//! The indexes that the queries rely on: which exist, and what a missing one costs.

use super::report::{CheckState, Report};
use crate::db::{Cost, Database, IndexFacts, Layout, TableFacts};
use anyhow::Result;
use serde_json::json;

/// An index that helps, by the columns that it begins with.
struct Wanted {
    columns: &'static [&'static str],
    /// Without it even ordinary queries read the whole table.
    needed: bool,
    serves: &'static str,
    cost: Cost,
}

const WANTED: [Wanted; 3] = [
    Wanted {
        columns: &["event_type", "created_at"],
        needed: true,
        serves: "list, errors and tail walk along it, type by type",
        cost: Cost::Type,
    },
    Wanted {
        columns: &["created_at", "id"],
        needed: false,
        serves: "one walk for list and tail where it is now one for each type",
        cost: Cost::Newest,
    },
    Wanted {
        columns: &["board_id", "created_at"],
        needed: false,
        serves: "list --board of a quiet board, and boards",
        cost: Cost::Board,
    },
];

/// Adds what is there, what cannot be used, and what is missing with the statement that makes it.
pub(super) async fn examine(report: &mut Report, store: &mut Database, facts: Option<&TableFacts>) -> Result<()> {
    let indexes = store.indexes().await?;
    let list = indexes.iter().map(
        |index| json!({"name": index.name, "columns": index.columns, "valid": index.valid, "partial": index.partial}),
    );
    report.fact("indexes", list.collect());
    for index in indexes.iter().filter(|index| !index.valid) {
        let name = &index.name;
        let (said, hint) = match facts.map(|facts| facts.layout) {
            Some(Layout::Partitions | Layout::ForeignPartitions) => (
                format!("{name} cannot be used: a partition lacks its part"),
                format!("create an index on each partition, and ALTER INDEX {name} ATTACH PARTITION it"),
            ),
            Some(Layout::Hypertable | Layout::DistributedPartitions) => (
                format!("{name} cannot be used: its making was interrupted"),
                format!("DROP INDEX {name}; and make it again"),
            ),
            _ => (
                format!("{name} cannot be used: its making was interrupted"),
                format!("DROP INDEX CONCURRENTLY {name}; and make it again"),
            ),
        };
        report.add_hint("indexes", CheckState::Wrong, said, &hint);
    }
    let there: Vec<String> = WANTED.iter().filter(|w| serves(&indexes, w.columns)).map(|w| name(w.columns)).collect();
    if !there.is_empty() {
        report.add(
            "indexes",
            CheckState::Ok,
            format!("{} of {} that help: {}", there.len(), WANTED.len(), there.join(", ")),
        );
    }
    // Citus does not know what its servers need.
    let in_shards = facts.is_some_and(|facts| facts.layout.engine() == "Citus");
    let at_most = if in_shards { None } else { store.page_cost(Cost::Indexed).await? };
    let mut missing = Vec::new();
    for wanted in WANTED.iter().filter(|wanted| !serves(&indexes, wanted.columns)) {
        let cost = store.page_cost(wanted.cost).await?;
        let layout = facts.map(|facts| facts.layout);
        let (statement, hint) = match statement(wanted.columns, layout) {
            Ok(statement) => (Some(statement.clone()), statement),
            Err(why) => (None, why.to_owned()),
        };
        let worth = match cost.zip(at_most) {
            Some((cost, at_most)) if cost > at_most => {
                format!("; a page costs the planner {cost:.0} now and at most {at_most:.0} with it")
            }
            Some(_) => "; at this size the planner does not need it".to_owned(),
            None => String::new(),
        };
        let state = if wanted.needed { CheckState::Wrong } else { CheckState::Note };
        let said = format!("{} is missing: {}{worth}", name(wanted.columns), wanted.serves);
        report.add_hint("indexes", state, said, &hint);
        missing.push(json!({"columns": wanted.columns, "needed": wanted.needed, "serves": wanted.serves,
            "cost_now": cost, "cost_with_at_most": at_most, "statement": statement}));
    }
    report.fact("missing_indexes", missing.into());
    Ok(())
}

fn name(columns: &[&str]) -> String {
    format!("({})", columns.join(", "))
}

/// Whether an ordered index of all rows begins so. The id behind created_at only breaks ties.
fn serves(indexes: &[IndexFacts], columns: &[&str]) -> bool {
    let columns = columns.strip_suffix(&["id"]).unwrap_or(columns);
    indexes.iter().any(|index| {
        let begins =
            index.columns.len() >= columns.len() && index.columns.iter().zip(columns).all(|(has, want)| has == want);
        begins && index.valid && !index.partial && index.ordered
    })
}

/// What makes an index where the rows are kept so, or why nothing here does.
fn statement(columns: &[&str], layout: Option<Layout>) -> Result<String, &'static str> {
    let index = format!("ix_activity_events_{}", columns.join("_"));
    let columns = columns.join(", ");
    let concurrently = format!("CREATE INDEX CONCURRENTLY {index} ON activity_events ({columns});");
    Ok(match layout {
        Some(Layout::View) => return Err("a view has no indexes: the tables behind it need it"),
        Some(Layout::Foreign | Layout::ForeignPartitions) => {
            return Err("a foreign table has no indexes: the table on the other server needs it");
        }
        Some(Layout::Partitions) => format!(
            "CREATE INDEX {index} ON ONLY activity_events ({columns}); then CREATE INDEX CONCURRENTLY on each partition and \
             ALTER INDEX {index} ATTACH PARTITION"
        ),
        // Each table has indexes of its own. In psql, the last word runs what the query yields.
        Some(Layout::Inheritance) => format!(
            "{concurrently}\nSELECT format('CREATE INDEX CONCURRENTLY ON %s ({columns})', inhrelid::regclass) \
             FROM pg_inherits WHERE inhparent = 'activity_events'::regclass \\gexec"
        ),
        Some(Layout::Hypertable) => {
            format!("CREATE INDEX {index} ON activity_events ({columns}) WITH (timescaledb.transaction_per_chunk);")
        }
        Some(Layout::Table | Layout::Distributed) => concurrently,
        Some(Layout::DistributedPartitions) | None => format!("CREATE INDEX {index} ON activity_events ({columns});"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(columns: &[&str], valid: bool, partial: bool) -> IndexFacts {
        let columns = columns.iter().map(|c| (*c).to_owned()).collect();
        IndexFacts { name: "x".to_owned(), columns, valid, partial, ordered: true }
    }

    #[test]
    fn an_index_serves_if_it_begins_with_the_columns_and_holds_all_rows() {
        let wanted = ["event_type", "created_at"];
        assert!(serves(&[index(&["event_type", "created_at", "id"], true, false)], &wanted));
        assert!(!serves(&[index(&["event_type"], true, false)], &wanted));
        assert!(!serves(&[index(&["created_at", "event_type"], true, false)], &wanted));
        assert!(!serves(&[index(&wanted, false, false)], &wanted));
        assert!(!serves(&[index(&wanted, true, true)], &wanted));
        assert!(serves(&[index(&["created_at"], true, false)], &["created_at", "id"]));
        assert!(!serves(&[IndexFacts { ordered: false, ..index(&wanted, true, false) }], &wanted));
    }

    #[test]
    fn what_is_missing_is_made_without_locking_the_table() {
        let statement = |layout| statement(&["created_at", "id"], layout);
        assert!(!statement(None).unwrap().contains("CONCURRENTLY"), "SQLite knows no such thing");
        assert!(statement(Some(Layout::Table)).unwrap().contains("CONCURRENTLY"));
        // TimescaleDB and partitioned tables refuse the word.
        assert!(!statement(Some(Layout::Hypertable)).unwrap().contains("CONCURRENTLY"));
        assert!(!statement(Some(Layout::DistributedPartitions)).unwrap().contains("CONCURRENTLY"));
        assert!(statement(Some(Layout::View)).is_err());
        assert!(statement(Some(Layout::ForeignPartitions)).is_err());
    }
}
