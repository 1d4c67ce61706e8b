//! The demo database: an SQLite file of our own making.

use super::SqliteConnection;
mod rows;

pub use rows::{Dataset, DemoAgent, DemoBoard, DemoEvent, DemoMembership, DemoOrganization, DemoTask, DemoUser};

use crate::db::query::{Query, Value};
use crate::db::write::event_values;
use crate::db::{Limits, TransactionMode};

use crate::model::Timestamp;
use anyhow::Result;
use std::path::Path;

/// Who made a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOrigin {
    /// `demo`.
    pub made_by: String,
    /// When log first wrote to it.
    pub written_at: Option<Timestamp>,
}

/// Who made the store at a path; none for a file that is not ours.
///
/// # Errors
/// The file cannot be opened at all.
pub async fn origin(path: &Path) -> Result<Option<StoreOrigin>> {
    let lite = SqliteConnection::open(path, TransactionMode::Read, Limits::default(), false).await?;
    let mut origin = None;
    let read = lite
        .fetch(&Query::new("store_origin"), &mut |row| {
            let mut columns = row.columns();
            origin = Some(StoreOrigin { made_by: columns.text()?.unwrap_or_default(), written_at: columns.time()? });
            Ok(())
        })
        .await;
    // Without our table it is somebody else's.
    Ok(read.ok().and(origin))
}

/// Makes a store with all its data at a path where no file is.
///
/// # Errors
/// The disk is full, the directory not writable.
pub async fn create(path: &Path, data: &Dataset, made_by: &str, at: Timestamp) -> Result<()> {
    let mut lite = SqliteConnection::open(path, TransactionMode::Write, Limits::default(), true).await?;
    // The file is new, so there is nothing to protect before it is complete; at the end it is written to disk at once.
    lite.simple("PRAGMA synchronous = off; PRAGMA journal_mode = memory; PRAGMA cache_size = -65536").await?;
    lite.initialize_store().await?;
    lite.begin(TransactionMode::Write).await?;
    let text = |text: &str| Value::Text(text.to_owned());
    let flag = |flag: bool| Value::Count(flag.into());
    let time = |time: Option<Timestamp>| time.map_or(Value::OptionalText(None), Value::Time);
    let mut rows = vec![
        Query::new("insert_store_origin").bind("made_by", text(made_by)).bind("now", Value::Time(at)),
        Query::new("insert_organization")
            .bind("id", Value::Id(data.organization.id))
            .bind("name", text(data.organization.name))
            .bind("created_at", Value::Time(data.organization.created_at)),
        Query::new("insert_user")
            .bind("id", Value::Id(data.user.id))
            .bind("clerk_user_id", text(data.user.clerk_user_id))
            .bind("email", text(data.user.email))
            .bind("name", text(data.user.name))
            .bind("organization", Value::Id(data.user.active_organization_id)),
        Query::new("insert_membership")
            .bind("id", Value::Id(data.membership.id))
            .bind("organization", Value::Id(data.membership.organization_id))
            .bind("user", Value::Id(data.membership.user_id))
            .bind("role", text(data.membership.role))
            .bind("reads", flag(data.membership.all_boards_read))
            .bind("writes", flag(data.membership.all_boards_write))
            .bind("created_at", Value::Time(data.membership.created_at)),
    ];
    rows.extend(data.boards.iter().map(|board| {
        Query::new("insert_board")
            .bind("id", Value::Id(board.id))
            .bind("organization", Value::Id(board.organization_id))
            .bind("name", text(board.name))
            .bind("slug", text(board.slug))
    }));
    rows.extend(data.agents.iter().map(|agent| {
        Query::new("insert_agent")
            .bind("id", Value::Id(agent.id))
            .bind("board_id", Value::OptionalId(agent.board_id))
            .bind("name", text(agent.name))
            .bind("status", text(agent.status))
            .bind("lead", flag(agent.is_board_lead))
            .bind("profile", Value::OptionalText(agent.identity_profile.clone()))
            .bind("seen", time(agent.last_seen_at))
            .bind("heartbeat", text(agent.heartbeat_config))
            .bind("error", Value::OptionalText(agent.last_provision_error.map(str::to_owned)))
            .bind("wakes", Value::Count(agent.wake_attempts))
    }));
    rows.extend(data.tasks.iter().map(|task| {
        Query::new("insert_task")
            .bind("id", Value::Id(task.id))
            .bind("board_id", Value::Id(task.board_id))
            .bind("title", text(task.title))
            .bind("status", text(task.status))
            .bind("assignee", Value::OptionalId(task.assigned_agent_id))
            .bind("begun", time(task.in_progress_at))
    }));
    rows.extend(data.events.iter().map(insert));
    lite.write_all(&rows).await?;
    lite.simple("COMMIT").await?;
    // A reader and a writer then do not lock each other out (sqlite.org/wal.html).
    lite.simple("PRAGMA journal_mode = WAL").await?;
    drop(lite);
    std::fs::File::open(path)?.sync_all()?;
    Ok(())
}

/// Adds one made-up event, for `demo --live`.
pub async fn add(path: &Path, row: &DemoEvent) -> Result<()> {
    let lite = SqliteConnection::open(path, TransactionMode::Write, Limits::default(), false).await?;
    lite.fetch(&insert(row), &mut |_| Ok(())).await
}

fn insert(row: &DemoEvent) -> Query {
    let query = event_values(Query::new("insert_event"), &row.event).bind("now", Value::Time(row.created_at));
    query.when("has_action", true).when("has_user_id", true).when("has_actor_id", true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::dataset;

    #[tokio::test]
    async fn a_demo_store_has_every_row_and_says_who_has_a_task_and_why_an_agent_cannot_be_reached() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("activity.db");
        let data = dataset(Timestamp::FIRST.plus_seconds(86_400 * 365)).unwrap();
        create(&path, &data, "demo", Timestamp::FIRST).await.unwrap();
        let store = rusqlite::Connection::open(&path).unwrap();
        let count = |sql: &str| store.query_row(sql, [], |row| row.get::<_, usize>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM activity_events"), data.events.len());
        assert_eq!(count("SELECT count(*) FROM agents WHERE heartbeat_config ->> 'every' = '10m'"), data.agents.len());
        assert_eq!(count("SELECT count(*) FROM agents WHERE last_provision_error IS NOT NULL"), 1);
        assert_eq!(count("SELECT max(wake_attempts) FROM agents"), 3);
        let in_progress = data.tasks.iter().filter(|task| task.status == "in_progress").count();
        assert_eq!(count("SELECT count(in_progress_at) FROM tasks"), in_progress);
        let assigned = data.tasks.iter().filter(|task| task.assigned_agent_id.is_some()).count();
        assert!(in_progress > 0 && assigned > in_progress);
        assert_eq!(
            count(
                "SELECT count(*) FROM tasks t JOIN agents a ON a.id = t.assigned_agent_id AND a.board_id = t.board_id"
            ),
            assigned
        );
        assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    }
}
