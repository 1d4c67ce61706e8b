//! Policies that may hide rows from the role, and roles that may create objects on its search path.

use super::report::{CheckState, Report};
use crate::auth::identity::{self, Claim};
use crate::db::{Database, PathSchema};
use crate::error::{Kind, kind_of};
use crate::escape::escape_for_terminal;
use crate::output::row_security;
use anyhow::Result;
use serde_json::{Value, json};

pub(super) async fn examine(report: &mut Report, store: &mut Database) -> Result<()> {
    policies(report, store);
    boundary(report, store).await?;
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

/// Whether the role is bounded, and to whom. No check where it was never meant to be.
async fn boundary(report: &mut Report, store: &mut Database) -> Result<()> {
    let Some(mut gaps) = store.boundary_gaps().await? else {
        report.fact("bounded", json!(null));
        return Ok(());
    };
    let whose = if store.schema().bounded {
        match identity::identify(store, &Claim::Role, "the database's role").await {
            Ok(actor) => Some(actor),
            Err(error) if kind_of(&error) == Kind::Denied => {
                gaps.push("it stands for no user or agent of this database".to_owned());
                None
            }
            Err(error) => return Err(error),
        }
    } else {
        None
    };
    let actor = whose.as_ref().map(|actor| json!({"kind": actor.kind.name(), "id": actor.id, "name": actor.name}));
    report.fact("bounded", json!({"to": actor, "missing": gaps}));
    match whose {
        Some(actor) if gaps.is_empty() => {
            let name = escape_for_terminal(&actor.name);
            report.add("boundary", CheckState::Ok, format!("bounded: this role sees what {name} may see"));
        }
        _ => {
            let hint = "run queries/postgres/boundary.sql again, and bind the role with mc_activity_boundary.bind_user or \
                        bind_agent";
            report.add_hint("boundary", CheckState::Wrong, format!("not bounded as meant: {}", gaps.join("; ")), hint);
        }
    }
    Ok(())
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
