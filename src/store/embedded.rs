//! The embedded store: an SQLite file of our own making.

use super::query::{Query, Value};
use super::sqlite::Lite;
use super::write::event_values;
use super::{Begin, Limits};
use crate::demo::{Dataset, Event};
use crate::event::{NewEvent, Timestamp};
use anyhow::Result;
use std::path::Path;

/// Who made a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `demo`.
    pub made_by: String,
    /// When log first wrote to it.
    pub written_at: Option<Timestamp>,
}

/// Who made the store at a path; none for a file that is not ours.
///
/// # Errors
/// The file cannot be opened at all.
pub async fn origin(path: &Path) -> Result<Option<Origin>> {
    let lite = Lite::open(path, Begin::Read, Limits::default(), false).await?;
    let mut origin = None;
    let read = lite
        .fetch(&Query::new("store_origin"), &mut |row| {
            let mut columns = row.columns();
            origin = Some(Origin { made_by: columns.text()?.unwrap_or_default(), written_at: columns.time()? });
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
    let mut lite = Lite::open(path, Begin::Write, Limits::default(), true).await?;
    lite.make_ours().await?;
    lite.begin(Begin::Write).await?;
    let text = |text: &str| Value::Text(text.to_owned());
    let flag = |flag: bool| Value::Count(flag.into());
    let mut rows = vec![
        Query::new("put_store_origin").bind("made_by", text(made_by)).bind("now", Value::Time(at)),
        Query::new("put_organization")
            .bind("id", Value::Id(data.organization.id))
            .bind("name", text(data.organization.name))
            .bind("created_at", Value::Time(data.organization.created_at)),
        Query::new("put_user")
            .bind("id", Value::Id(data.user.id))
            .bind("clerk_user_id", text(data.user.clerk_user_id))
            .bind("email", text(data.user.email))
            .bind("name", text(data.user.name))
            .bind("organization", Value::Id(data.user.active_organization_id)),
        Query::new("put_membership")
            .bind("id", Value::Id(data.membership.id))
            .bind("organization", Value::Id(data.membership.organization_id))
            .bind("user", Value::Id(data.membership.user_id))
            .bind("role", text(data.membership.role))
            .bind("reads", flag(data.membership.all_boards_read))
            .bind("writes", flag(data.membership.all_boards_write))
            .bind("created_at", Value::Time(data.membership.created_at)),
    ];
    rows.extend(data.boards.iter().map(|board| {
        Query::new("put_board")
            .bind("id", Value::Id(board.id))
            .bind("organization", Value::Id(board.organization_id))
            .bind("name", text(board.name))
            .bind("slug", text(board.slug))
    }));
    rows.extend(data.agents.iter().map(|agent| {
        Query::new("put_agent")
            .bind("id", Value::Id(agent.id))
            .bind("board_id", Value::OptionalId(agent.board_id))
            .bind("name", text(agent.name))
            .bind("status", text(agent.status))
            .bind("lead", flag(agent.is_board_lead))
            .bind("profile", Value::OptionalText(agent.identity_profile.map(str::to_owned)))
            .bind("seen", agent.last_seen_at.map_or(Value::OptionalText(None), Value::Time))
    }));
    rows.extend(data.tasks.iter().map(|task| {
        Query::new("put_task")
            .bind("id", Value::Id(task.id))
            .bind("board_id", Value::Id(task.board_id))
            .bind("title", text(task.title))
            .bind("status", text(task.status))
    }));
    rows.extend(data.events.iter().map(insert));
    for row in &rows {
        lite.fetch(row, &mut |_| Ok(())).await?;
    }
    lite.simple("COMMIT").await?;
    // A reader and a writer then do not lock each other out (sqlite.org/wal.html).
    lite.simple("PRAGMA journal_mode = WAL").await?;
    Ok(())
}

/// Adds one made-up event, for `demo --live`.
///
/// # Errors
/// Those of the database.
pub async fn add(path: &Path, event: &Event) -> Result<()> {
    let lite = Lite::open(path, Begin::Write, Limits::default(), false).await?;
    lite.fetch(&insert(event), &mut |_| Ok(())).await
}

fn insert(event: &Event) -> Query {
    let new = NewEvent {
        id: event.id,
        event_type: event.event_type.to_owned(),
        message: event.message.clone(),
        agent_id: event.agent_id,
        task_id: event.task_id,
        board_id: event.board_id,
        action: event.action.map(str::to_owned),
        user_id: event.user_id,
        actor_id: event.actor_id,
    };
    let query = event_values(Query::new("log"), &new).bind("now", Value::Time(event.created_at));
    query.when("has_action", true).when("has_user_id", true).when("has_actor_id", true)
}
