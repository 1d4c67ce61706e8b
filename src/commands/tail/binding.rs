//! What a cursor file of tail belongs to.

use crate::auth::Actor;
use crate::db::BoardRule;
use crate::model::Filter;
use crate::session::Session;
use crate::session::page_cursor;
use crate::tail::cursor_file::{CursorOwner, Earlier};
use anyhow::Result;
use sha2::{Digest, Sha256};
use std::fmt::Debug;
use std::fs;

/// Of the query that the flags make; the start is no part of it.
pub(super) async fn binding(session: &Session, rule: BoardRule, filter: &Filter) -> Result<CursorOwner> {
    // Comments and events are different queries, though their filters may read the same.
    let stream = if rule == BoardRule::Comments { "comments" } else { "events" };
    Ok(CursorOwner {
        database: session.store.identity(&session.target).await?,
        place: session.target.label(),
        actor: session.actor.id.to_string(),
        query: page_cursor::question("tail", &session.actor, stream, filter, ""),
    })
}

/// What the first version of the cursor file held for the same.
pub(super) fn earlier(actor: &Actor, rule: BoardRule, filter: &Filter) -> Earlier {
    let rule = if rule == BoardRule::Comments { "Comments" } else { "Resolved" };
    let text = format!("tail\0{}\0{rule}\0{}\0", actor.id, debugged(&filter.clone().sorted()));
    let digest = Sha256::digest(text.as_bytes());
    let filter = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Earlier { filter, is_this_database }
}

/// The filter as `{:?}` wrote it when version 1 was current, which holds whatever becomes of the type.
fn debugged(filter: &Filter) -> String {
    fn list<T: ToString + Debug>(values: &[T], quoted: bool) -> String {
        let shown = |value: &T| if quoted { format!("{value:?}") } else { value.to_string() };
        format!("[{}]", values.iter().map(shown).collect::<Vec<_>>().join(", "))
    }
    let boards = filter.boards.as_ref().map_or("None".to_owned(), |boards| format!("Some({})", list(boards, false)));
    format!(
        "Filter {{ boards: {boards}, exclude_boards: {}, agents: {}, exclude_agents: {}, tasks: {}, types: {}, \
         exclude_types: {}, grep: {}, ignore_case: {}, since: None, until: None }}",
        list(&filter.exclude_boards, false),
        list(&filter.agents, false),
        list(&filter.exclude_agents, false),
        list(&filter.tasks, false),
        list(&filter.types, true),
        list(&filter.exclude_types, true),
        list(&filter.grep, true),
        filter.ignore_case,
    )
}

/// Version 1 noted the address and, once a poll had ended, PostgreSQL's system identifier.
fn is_this_database(binding: &CursorOwner, address: &str, system: &str) -> bool {
    match binding.database.strip_prefix("postgresql:") {
        Some(_) if system.is_empty() => address == binding.place,
        Some(identity) => identity
            .strip_prefix(system)
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|name| address.ends_with(&format!("/{name}"))),
        None => match (fs::canonicalize(address), fs::canonicalize(&binding.place)) {
            (Ok(then), Ok(now)) => then == now,
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_filter_is_known_by_the_text_that_version_1_made_of_it() {
        let id = Uuid::from_u128;
        let filter = Filter {
            boards: Some(vec![id(1), id(2)]),
            tasks: vec![id(6)],
            types: vec!["task.*".into()],
            grep: vec!["a \"b\"\n".into(), "é".into()],
            ignore_case: true,
            ..Filter::default()
        };
        let expected = r#"Filter { boards: Some([00000000-0000-0000-0000-000000000001, 00000000-0000-0000-0000-000000000002]), exclude_boards: [], agents: [], exclude_agents: [], tasks: [00000000-0000-0000-0000-000000000006], types: ["task.*"], exclude_types: [], grep: ["a \"b\"\n", "é"], ignore_case: true, since: None, until: None }"#;
        assert_eq!(debugged(&filter), expected);
    }

    #[test]
    fn the_database_of_a_file_of_version_1_is_known_by_system_identifier_and_name() {
        let binding = CursorOwner {
            database: "postgresql:77/prod".into(),
            place: "db:5432/prod".into(),
            actor: String::new(),
            query: String::new(),
        };
        let is = |address, system| is_this_database(&binding, address, system);
        assert!(is("db:5432/prod", "77") && is("/run/postgresql:5432/prod", "77") && is("db:5432/prod", ""));
        assert!(!is("db:5432/prod", "78") && !is("db:5432/test", "77") && !is("other:5432/prod", ""));
    }
}
