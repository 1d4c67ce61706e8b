//! Policies that may hide rows from the role, and roles that may create objects on its search path.

use super::report::{CheckState, Report};
use crate::db::{Database, PathSchema};
use crate::output::row_security;
use anyhow::Result;
use serde_json::{Value, json};

pub(super) async fn examine(report: &mut Report, store: &mut Database) -> Result<()> {
    policies(report, store);
    search_path(report, &store.search_path().await?);
    Ok(())
}

/// No check where nothing is hidden: most databases have no policies.
fn policies(report: &mut Report, store: &Database) {
    let tables = &store.schema().row_security;
    report.fact("row_security", json!(tables));
    if let Some(said) = row_security(tables) {
        let hint = "results may lack rows that policies hide from this role; a role with BYPASSRLS sees all rows, and \
                    pg_policies lists the policies";
        report.add_hint("row security", CheckState::Wrong, said, hint);
    }
}

fn search_path(report: &mut Report, path: &[PathSchema]) {
    let schema = |schema: &PathSchema| json!({"schema": schema.name, "open_to": schema.open_to});
    report.fact("search_path", Value::Array(path.iter().map(schema).collect()));
    for PathSchema { name, open_to } in path.iter().filter(|schema| !schema.open_to.is_empty()) {
        let roles = open_to.join(", ");
        let said = format!(
            "{roles} may create objects in {name}, which is on the role's search_path: mc-activity uses none of them, but \
             other programs of this role may"
        );
        report.add_hint("search path", CheckState::Note, said, &format!("REVOKE CREATE ON SCHEMA {name} FROM {roles}"));
    }
}
