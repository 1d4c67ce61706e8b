//! How PostgreSQL's SQL is written, and how its rows are read.

use super::tables::{SAFE_PATH, Tables};
use crate::db::engine::{Dialect, Scan};
use crate::db::poll::PollSnapshot;
use crate::db::query::{Query, Value, query_files};
use crate::db::row::Row;
use crate::db::server_info::{Schema, SessionInfo};
use crate::model::{Filter, NewEvent, Timestamp, patterns};
use anyhow::{Context, Result};
use uuid::Uuid;

pub(in crate::db) static POSTGRES: Dialect = Dialect {
    files: query_files!("postgres":
        "parts/after_key" "parts/asked_type" "parts/comment_columns" "parts/comment_names" "parts/event_board" "parts/event_columns"
        "parts/filters" "parts/in_order" "parts/in_order_sorted" "parts/known_types" "parts/list_columns" "parts/list_names"
        "parts/required_columns" "parts/time_range"
        "archived" "burn" "compare" "deliveries" "first_seen" "still_there"
        "agent_signs" "agent_states" "agents" "boards_of_agent" "boards_of_writer" "comments" "comments_by_id" "comments_by_selective_index"
        "comments_windows" "count" "count_on_boards" "doctor_boundary" "doctor_clock" "doctor_columns" "doctor_commit_delays" "doctor_indexes"
        "doctor_orphaned_events" "doctor_path" "doctor_plan_cost" "doctor_privileges" "doctor_table" "error_rate"
        "event_by_id" "event_type_bounds" "event_types" "has_foreign_partitions" "has_notify_trigger" "insert_event"
        "keys_since" "known_agent" "last_activity" "last_activity_by_board" "list" "list_by_id" "list_by_selective_index" "list_by_type"
        "list_windows" "lock_event_ids" "match_estimate_by_agent" "match_estimate_by_board" "match_estimate_by_task"
        "missing_privileges" "oldest_write_transaction" "oldest_write_transaction_citus" "poll_keys" "poll_snapshot" "session_info" "summary"
        "task_steps" "task_table" "tasks_by_id_range" "tasks_by_title" "readable_columns" "time_bounds" "token_hashes" "types_in_use" "user_with_boards" "users"),
    explain: "EXPLAIN\n",
    outside_transaction: SAFE_PATH,
    hint_without_tables: "check DATABASE_URL, and that the role has USAGE on the schema of the tables and finds it on its \
                          search_path",
    scan: Scan::TimeWindows,
    survives_failure: false,
    bind_filter,
    inserts,
    read_session,
    read_snapshot,
    read_plan: |row| row.columns().text(),
};

fn bind_filter(query: Query, filter: &Filter) -> Query {
    let likes = |globs: &[String]| {
        (!globs.is_empty()).then(|| Value::Texts(globs.iter().map(|glob| patterns::to_like(glob)).collect()))
    };
    let ids = |ids: &[Uuid]| (!ids.is_empty()).then(|| Value::Ids(ids.to_vec()));
    let query = match &filter.grep[..] {
        [] => query,
        texts if filter.ignore_case => {
            let regexes = texts.iter().map(|text| patterns::insensitive_regex(text)).collect();
            query.bind("grep_folded", Value::Regexes(regexes))
        }
        [text] => query.bind("grep_text", Value::Text(text.clone())),
        texts => query.bind("grep", Value::Texts(texts.iter().map(|text| patterns::to_like_anywhere(text)).collect())),
    };
    query
        .bind_some("type_patterns", likes(&filter.types))
        .bind_some("agents", ids(&filter.agents))
        .bind_some("tasks", ids(&filter.tasks))
        .bind_some("exclude_types", likes(&filter.exclude_types))
}

/// One query for all, since each costs a round trip. Long texts are moved and not copied.
fn inserts(events: &mut [NewEvent], places: &[usize], _now: Timestamp) -> Result<Vec<Query>> {
    let ids = |id: fn(&NewEvent) -> Option<Uuid>| Value::OptionalIds(events.iter().map(id).collect());
    let (agents, tasks, boards) =
        (ids(|event| event.agent_id), ids(|event| event.task_id), ids(|event| event.board_id));
    let (users, actors) = (ids(|event| event.user_id), ids(|event| event.actor_id));
    let places = places.iter().map(|place| i64::try_from(*place)).collect::<Result<_, _>>()?;
    let query = Query::new("insert_event")
        .bind("ids", Value::Ids(events.iter().map(|event| event.id).collect()))
        .bind("event_types", Value::Texts(events.iter().map(|event| event.event_type.clone()).collect()))
        .bind("messages", Value::OptionalTexts(events.iter_mut().map(|event| event.message.take()).collect()))
        .bind("actions", Value::OptionalTexts(events.iter().map(|event| event.action.clone()).collect()))
        .bind("agent_ids", agents)
        .bind("task_ids", tasks)
        .bind("board_ids", boards)
        .bind("user_ids", users)
        .bind("actor_ids", actors)
        .bind("nths", Value::Counts(places));
    Ok(vec![query])
}

fn read_session(row: &Row<'_>) -> Result<SessionInfo> {
    let mut columns = row.columns();
    let mut schema = Schema { now: columns.time()?, ..Schema::default() };
    schema.version = columns.small()?;
    schema.in_recovery = columns.flag()?.unwrap_or_default();
    schema.database = columns.text()?.unwrap_or_default();
    schema.role = columns.text()?;
    schema.system = columns.text()?;
    schema.number = columns.text()?;
    let encoding = columns.text()?;
    let table_schemas = columns.texts()?;
    schema.row_security = columns.texts()?;
    schema.bounded = columns.flag()?.unwrap_or_default();
    schema.columns = columns.texts()?;
    let column_types = columns.texts()?;
    let keys = columns.texts()?;
    let begins = |wanted: &[&str]| keys.iter().any(|key| begins_with(key, &schema.columns, wanted));
    (schema.indexed_by_type, schema.indexed_by_time) = (begins(&["event_type", "created_at"]), begins(&["created_at"]));
    let kind = columns.text()?.unwrap_or_default();
    let [has_children, distributed, subscribed, few] =
        [columns.flag()?, columns.flag()?, columns.flag()?, columns.flag()?].map(Option::unwrap_or_default);
    schema.inherited = kind == "r" && has_children;
    schema.distributed = distributed;
    schema.subscribed = subscribed;
    // The transaction ids in shards are those of other servers.
    schema.numbered = matches!(kind.as_str(), "r" | "p") && !distributed;
    schema.sharded = kind == "f" || distributed;
    // Where rows lie in other tables, the size of this one tells nothing. Citus takes plain queries only.
    schema.small = distributed || kind == "r" && !has_children && few;
    let missing = Tables::new(table_schemas.clone()).missing();
    Ok(SessionInfo { schema, missing, table_schemas, column_types, encoding, partitioned: kind == "p" && !distributed })
}

fn read_snapshot(row: &Row<'_>, schema: &Schema) -> Result<PollSnapshot> {
    let mut columns = row.columns();
    let now = columns.time()?.context("the clock is null")?;
    let as_of = columns.time()?.unwrap_or(now);
    let server = columns.text()?.filter(|server| !server.is_empty());
    let snapshot = columns.text()?.unwrap_or_default();
    let age = i32::try_from(columns.small()?).unwrap_or(i32::MAX);
    let backend = columns.small()?;
    // Without the server's name, the transaction ids of another connection may be those of another server.
    let server = server.unwrap_or_else(|| format!("of server process {backend}"));
    let snapshot = (!schema.sharded).then_some((snapshot, age));
    Ok(PollSnapshot { now, as_of, server, snapshot, row_number: None, backend })
}

/// Whether an index begins with some columns; it is given as the count of its keys and the numbers of its columns, from 1,
/// of which those beyond the keys are only included and zero is an expression.
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
