//! One row of `activity_events`, and what it refers to.

use super::record::fields;
use super::{Cell, Record, Route, Timestamp};
use uuid::Uuid;

/// One row of `activity_events`, as `GET /api/v1/activity` answers it, with what the API leaves out after it.
///
/// `board_id` is the resolved board: the event's own, or else that of its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityEvent {
    /// Primary key; a version 4 UUID where Mission Control wrote it.
    pub id: Uuid,
    /// Free text such as `task.comment`; types that end in `failed` are failures.
    pub event_type: String,
    /// Text written by an agent, a user or the system; untrusted.
    pub message: Option<String>,
    /// The agent that acted, or null: a human, or an agent since deleted.
    pub agent_id: Option<Uuid>,
    /// The task concerned.
    pub task_id: Option<Uuid>,
    /// The resolved board.
    pub board_id: Option<Uuid>,
    /// When the event object was built, before its commit; naive UTC.
    pub created_at: Timestamp,
    /// Documented schema only; null on the deployed one.
    pub action: Option<String>,
    /// Documented schema only; null on the deployed one.
    pub user_id: Option<Uuid>,
    /// Documented schema only; null on the deployed one.
    pub actor_id: Option<Uuid>,
    /// Name of the agent.
    pub agent_name: Option<String>,
    /// Title of the task, where the actor may read the task's board.
    pub task_title: Option<String>,
    /// Name of the resolved board.
    pub board_name: Option<String>,
}

impl ActivityEvent {
    /// The page of the web interface that shows the event.
    pub fn route(&self) -> Route {
        Route::of(self)
    }
}

// The API's fields first, then ours.
fields!(ActivityEvent {
    "id" => |event| Cell::Id(event.id),
    "event_type" => |event| Cell::Text(&event.event_type),
    "message" => |event| event.message.as_deref().into(),
    "agent_id" => |event| event.agent_id.into(),
    "task_id" => |event| event.task_id.into(),
    "board_id" => |event| event.board_id.into(),
    "route_name" => |event| Cell::Text(event.route().name),
    "route_params" => |event| Cell::Map(event.route().params),
    "created_at" => |event| Cell::Time(event.created_at),
    "action" => |event| event.action.as_deref().into(),
    "user_id" => |event| event.user_id.into(),
    "actor_id" => |event| event.actor_id.into(),
    "agent_name" => |event| event.agent_name.as_deref().into(),
    "task_title" => |event| event.task_title.as_deref().into(),
    "board_name" => |event| event.board_name.as_deref().into(),
});

#[cfg(test)]
impl ActivityEvent {
    /// An event with a type and a time, and nothing else. Tests set the other fields that they need.
    pub fn example(event_type: &str, created_at: Timestamp) -> Self {
        Self {
            id: Uuid::from_u128(1),
            event_type: event_type.to_owned(),
            message: None,
            agent_id: None,
            task_id: None,
            board_id: None,
            created_at,
            action: None,
            user_id: None,
            actor_id: None,
            agent_name: None,
            task_title: None,
            board_name: None,
        }
    }
}

/// One comment on a task, as `GET /api/v1/activity/task-comments` answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskComment {
    /// The event's id.
    pub id: Uuid,
    /// When the comment was made; naive UTC.
    pub created_at: Timestamp,
    /// The text as stored, white space kept; untrusted.
    pub message: String,
    /// The agent that wrote it; null for a human or an agent since deleted.
    pub agent_id: Option<Uuid>,
    /// Its name.
    pub agent_name: Option<String>,
    /// `role` of the agent's identity profile, stripped; null where it has none.
    pub agent_role: Option<String>,
    /// The task commented on.
    pub task_id: Uuid,
    /// Its title.
    pub task_title: String,
    /// The task's board; the event's own does not count here.
    pub board_id: Uuid,
    /// Its name.
    pub board_name: String,
}

fields!(TaskComment {
    "id" => |comment| Cell::Id(comment.id),
    "created_at" => |comment| Cell::Time(comment.created_at),
    "message" => |comment| Cell::Text(&comment.message),
    "agent_id" => |comment| comment.agent_id.into(),
    "agent_name" => |comment| comment.agent_name.as_deref().into(),
    "agent_role" => |comment| comment.agent_role.as_deref().into(),
    "task_id" => |comment| Cell::Id(comment.task_id),
    "task_title" => |comment| Cell::Text(&comment.task_title),
    "board_id" => |comment| Cell::Id(comment.board_id),
    "board_name" => |comment| Cell::Text(&comment.board_name),
});

/// White space as Python's `str.strip()` takes it, with which Mission Control reads roles and refuses blank comments:
/// Unicode's, and the four separators from U+001C.
pub fn is_white(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// An event to be written; created_at is made by the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewEvent {
    /// Primary key.
    pub id: Uuid,
    /// Free text; not empty.
    pub event_type: String,
    /// Text.
    pub message: Option<String>,
    /// The agent that acted.
    pub agent_id: Option<Uuid>,
    /// The task concerned.
    pub task_id: Option<Uuid>,
    /// The event's own board.
    pub board_id: Option<Uuid>,
    /// Documented schema only.
    pub action: Option<String>,
    /// The user that acted; documented schema only.
    pub user_id: Option<Uuid>,
    /// Documented schema only.
    pub actor_id: Option<Uuid>,
}

/// Where an event stands in the one order that all answers use: `(created_at, id)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Compared first.
    pub created_at: Timestamp,
    /// Breaks ties; bytewise, as PostgreSQL compares `uuid`.
    pub id: Uuid,
}

/// A board that the actor may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Board {
    /// Primary key.
    pub id: Uuid,
    /// Display name; not unique.
    pub name: String,
    /// Name in addresses; not unique across organizations.
    pub slug: String,
    /// Newest event of the board that is not a heartbeat; only `boards` reads it.
    pub last_activity_at: Option<Timestamp>,
    /// The same with heartbeats.
    pub last_event_at: Option<Timestamp>,
    /// Deliveries of the last 24 hours that failed.
    pub failed_deliveries: u64,
    /// Its agents that are silent or never gave a sign.
    pub silent_agents: u64,
}

fields!(Board {
    "id" => |board| Cell::Id(board.id),
    "name" => |board| Cell::Text(&board.name),
    "slug" => |board| Cell::Text(&board.slug),
    "last_activity_at" => |board| board.last_activity_at.map_or(Cell::Null, Cell::Time),
    "last_event_at" => |board| board.last_event_at.map_or(Cell::Null, Cell::Time),
    "failed_deliveries" => |board| Cell::Count(board.failed_deliveries),
    "silent_agents" => |board| Cell::Count(board.silent_agents),
});
