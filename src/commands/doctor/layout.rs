//! How the rows of `activity_events` are kept, and what that costs.

use super::again;
use super::report::{CheckState, Report};
use crate::db::{Database, Layout, TableFacts};
use anyhow::Result;
use serde_json::json;

/// Adds how much there is.
pub(super) fn size(report: &mut Report, facts: &TableFacts) {
    let megabytes = facts.bytes / 1_000_000;
    let rows = facts.rows.map_or_else(|| "never analyzed".to_owned(), |rows| format!("about {rows} events"));
    let parts = facts.partitions;
    let said = match facts.layout {
        Layout::Distributed | Layout::DistributedPartitions => {
            report.fact("estimated_events", json!(null));
            report.fact("bytes", json!(null));
            report.add("size", CheckState::Ok, "not known on this server, since the events lie in shards".to_owned());
            return;
        }
        Layout::Partitions | Layout::ForeignPartitions => format!("{rows}, {megabytes} MB, {parts} partitions"),
        Layout::Inheritance => format!("{rows}, {megabytes} MB, {parts} tables that inherit"),
        Layout::Hypertable => format!("{rows}, {megabytes} MB, {parts} chunks, without what is compressed"),
        Layout::Table | Layout::Foreign | Layout::View => format!("{rows}, {megabytes} MB"),
    };
    report.fact("estimated_events", json!(facts.rows));
    report.fact("bytes", json!(facts.bytes));
    report.add("size", CheckState::Ok, said);
}

const LOOK_BACK: &str = "give tail a --lookback that is longer than a transaction takes from created_at to its commit";
const NO_TRANSACTIONS: &str = "tail misses an event that is committed later than --lookback after its created_at";

/// Names the engine, and what it costs of tail's promise. A statement may fail here.
pub(super) async fn examine(report: &mut Report, store: &mut Database, facts: Option<&TableFacts>) -> Result<()> {
    let Some(facts) = facts else {
        report.fact("engine", json!("SQLite"));
        return Ok(());
    };
    let layout = facts.layout;
    report.fact("engine", json!(layout.engine()));
    report.fact("layout", json!(layout.name()));
    match layout {
        Layout::Table | Layout::Partitions => {}
        Layout::Inheritance => {
            let said = "tables inherit from activity_events and are read with it; tail keeps its promise";
            report.add("engine", CheckState::Ok, said.to_owned());
        }
        Layout::Hypertable => {
            let said = "TimescaleDB: activity_events is a hypertable; tail keeps its promise";
            report.add("engine", CheckState::Ok, said.to_owned());
        }
        Layout::View => {
            let said = "activity_events is a view: its rows have no transaction ids";
            let hint = "tail may miss what is committed just when the clock of the server is set back";
            report.add_hint("engine", CheckState::Note, said.to_owned(), hint);
        }
        Layout::Foreign | Layout::ForeignPartitions => {
            let said = "events lie on other servers, and which transactions are open there is not known";
            report.add_hint("engine", CheckState::Note, format!("{said}: {NO_TRANSACTIONS}"), LOOK_BACK);
        }
        Layout::Distributed | Layout::DistributedPartitions => citus(report, store).await?,
    }
    if store.schema().subscribed {
        let said = "a subscription fills activity_events from another server: log is refused, and an event is written here \
                    after its commit there";
        let hint = "tail's --lookback counts from created_at to the replication: make it longer than the two take";
        report.add_hint("engine", CheckState::Note, said.to_owned(), hint);
    }
    let pooled = store.is_behind_pgpool().await;
    report.fact("pgpool", json!(pooled));
    if pooled {
        let said = "pgpool-II: all queries go to the primary, so that none is answered by a standby that is behind";
        report.add("engine", CheckState::Ok, said.to_owned());
    } else {
        again(store).await?;
    }
    Ok(())
}

async fn citus(report: &mut Report, store: &mut Database) -> Result<()> {
    let began = store.oldest_writer().await;
    if began.is_err() {
        again(store).await?;
    }
    if let Ok(Some(_)) = began {
        let said = "Citus: activity_events is distributed; tail asks for the open transactions of all servers before each \
                    poll, and keeps its promise";
        report.add("engine", CheckState::Ok, said.to_owned());
    } else {
        let role = store.schema().role.clone().unwrap_or_default();
        let said = "Citus: activity_events is distributed, and this role does not see which transactions are open";
        let hint = format!("GRANT pg_read_all_stats TO \"{}\"; or {LOOK_BACK}", role.replace('"', "\"\""));
        report.add_hint("engine", CheckState::Note, format!("{said}: {NO_TRANSACTIONS}"), &hint);
    }
    Ok(())
}
