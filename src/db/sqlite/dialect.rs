//! How SQLite's SQL is written, and how its rows are read.

use crate::db::engine::{Dialect, Scan};
use crate::db::poll::PollSnapshot;
use crate::db::query::{Query, Value, query_files};
use crate::db::row::Row;
use crate::db::server_info::{Schema, SessionInfo};
use crate::db::write::event_values;
use crate::model::{Filter, NewEvent, Timestamp, patterns};
use anyhow::{Context, Result};
use uuid::Uuid;

pub(in crate::db) static SQLITE: Dialect = Dialect {
    files: query_files!("sqlite":
        "parts/after_key" "parts/comment_columns" "parts/comment_names" "parts/event_board" "parts/event_columns"
        "parts/filters" "parts/in_order" "parts/in_order_sorted" "parts/list_columns" "parts/list_names"
        "parts/row_at_place" "parts/row_place" "parts/time_range"
        "archived" "burn" "compare" "deliveries" "first_seen" "still_there"
        "agent_signs" "agent_states" "agents" "boards_of_agent" "boards_of_writer" "comments" "comments_by_id" "comments_by_selective_index" "count"
        "doctor_clock" "doctor_columns" "doctor_indexes" "doctor_orphaned_events" "error_rate" "event_by_id"
        "first_organization" "insert_agent" "insert_board" "insert_event" "insert_membership" "insert_organization"
        "insert_store_identity" "insert_store_origin" "insert_task" "insert_user" "is_sparse" "keys_since" "last_activity"
        "last_activity_by_board" "list" "list_by_id" "list_by_selective_index" "mark_modified" "migrations/0001_init"
        "migrations/0002_type_time_id" "migrations/0003_agent_state" "poll_keys" "poll_snapshot" "session_info"
        "store_identity" "store_origin" "summary" "task_steps" "task_table" "tasks_by_id_range" "tasks_by_title" "readable_columns" "time_bounds" "token_hashes" "types_in_use" "user_with_boards" "users"),
    explain: "EXPLAIN QUERY PLAN\n",
    outside_transaction: "",
    hint_without_tables: "check DATABASE_URL; `mc-activity demo` creates a demo database",
    scan: Scan::Pages,
    survives_failure: true,
    bind_filter,
    inserts,
    read_session,
    read_snapshot,
    read_plan,
};

/// A list of one is an equation, whose rows come off an index in order.
fn bind_filter(query: Query, filter: &Filter) -> Query {
    let globs = |types: &[String]| {
        (!types.is_empty()).then(|| Value::Texts(types.iter().map(|glob| patterns::to_sqlite_glob(glob)).collect()))
    };
    let some = |query: Query, one, many, wanted: &[Uuid]| match wanted {
        [] => query,
        [id] => query.bind(one, Value::Id(*id)),
        ids => query.bind(many, Value::Ids(ids.to_vec())),
    };
    let query = match &filter.grep[..] {
        [] => query,
        texts if filter.ignore_case => {
            let globs = texts.iter().map(|text| patterns::insensitive_glob(text)).collect();
            query.bind("grep_folded", Value::Regexes(globs))
        }
        [text] => query.bind("grep_text", Value::Text(text.clone())),
        texts => query.bind("grep", Value::Texts(texts.to_vec())),
    };
    let query = match &filter.types[..] {
        [name] if !patterns::is_pattern(name) => query.bind("event_type", Value::Text(name.clone())),
        [pattern] => query.bind("type_pattern", Value::Text(patterns::to_sqlite_glob(pattern))),
        types => query.bind_some("type_patterns", globs(types)),
    };
    let query = some(query, "one_agent", "agents", &filter.agents);
    some(query, "one_task", "tasks", &filter.tasks).bind_some("exclude_types", globs(&filter.exclude_types))
}

/// One query for each event: there are no round trips to save.
fn inserts(events: &mut [NewEvent], places: &[usize], now: Timestamp) -> Result<Vec<Query>> {
    let insert = |(event, place): (&NewEvent, &usize)| {
        let at = now.plus_micros(i64::try_from(*place)?);
        Ok(event_values(Query::new("insert_event"), event).bind("now", Value::Time(at)))
    };
    events.iter().zip(places).map(insert).collect()
}

fn read_session(row: &Row<'_>) -> Result<SessionInfo> {
    let mut columns = row.columns();
    let mut schema = Schema { now: columns.time()?, columns: columns.texts()?, ..Schema::default() };
    let missing = columns.texts()?;
    schema.numbered = columns.flag()?.unwrap_or_default();
    Ok(SessionInfo { schema, missing, ..SessionInfo::default() })
}

fn read_snapshot(row: &Row<'_>, schema: &Schema) -> Result<PollSnapshot> {
    let mut columns = row.columns();
    let now = columns.time()?.context("the clock is null")?;
    let row_number = if schema.numbered { u64::try_from(columns.count()?).ok() } else { None };
    Ok(PollSnapshot { now, as_of: now, server: String::new(), snapshot: None, row_number, backend: 0 })
}

/// The text of a step comes behind three numbers.
fn read_plan(row: &Row<'_>) -> Result<Option<String>> {
    let mut columns = row.columns();
    for _ in 0..3 {
        columns.small()?;
    }
    columns.text()
}
