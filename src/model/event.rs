//! One row of `activity_events`, and what it refers to.

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
    /// Keys in their JSON order: the API's first, then ours.
    pub const FIELDS: &'static [&'static str] = &[
        "id",
        "event_type",
        "message",
        "agent_id",
        "task_id",
        "board_id",
        "route_name",
        "route_params",
        "created_at",
        "action",
        "user_id",
        "actor_id",
        "agent_name",
        "task_title",
        "board_name",
    ];

    /// The page of the web interface that shows the event.
    pub fn route(&self) -> Route {
        Route::of(self)
    }
}

impl Record for ActivityEvent {
    fn cell(&self, field: usize) -> Cell<'_> {
        match field {
            0 => Cell::Id(self.id),
            1 => Cell::Text(&self.event_type),
            2 => self.message.as_deref().into(),
            3 => self.agent_id.into(),
            4 => self.task_id.into(),
            5 => self.board_id.into(),
            6 => Cell::Text(self.route().name),
            7 => Cell::Map(self.route().params),
            8 => Cell::Time(self.created_at),
            9 => self.action.as_deref().into(),
            10 => self.user_id.into(),
            11 => self.actor_id.into(),
            12 => self.agent_name.as_deref().into(),
            13 => self.task_title.as_deref().into(),
            _ => self.board_name.as_deref().into(),
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

impl TaskComment {
    /// Keys in the API's order.
    pub const FIELDS: &'static [&'static str] = &[
        "id",
        "created_at",
        "message",
        "agent_id",
        "agent_name",
        "agent_role",
        "task_id",
        "task_title",
        "board_id",
        "board_name",
    ];
}

impl Record for TaskComment {
    fn cell(&self, field: usize) -> Cell<'_> {
        match field {
            0 => Cell::Id(self.id),
            1 => Cell::Time(self.created_at),
            2 => Cell::Text(&self.message),
            3 => self.agent_id.into(),
            4 => self.agent_name.as_deref().into(),
            5 => self.agent_role.as_deref().into(),
            6 => Cell::Id(self.task_id),
            7 => Cell::Text(&self.task_title),
            8 => Cell::Id(self.board_id),
            _ => Cell::Text(&self.board_name),
        }
    }
}

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
    /// Newest event that resolves to the board and is no heartbeat, where it was asked for.
    pub last_activity_at: Option<Timestamp>,
    /// The same with heartbeats.
    pub last_event_at: Option<Timestamp>,
    /// Deliveries of the last 24 hours that failed.
    pub failed_deliveries: u64,
    /// Its agents that are silent or never gave a sign.
    pub silent_agents: u64,
}

impl Board {
    /// Keys in their JSON order.
    pub const FIELDS: &'static [&'static str] = &["id", "name", "slug", "last_activity_at", "last_event_at", "failed_deliveries", "silent_agents"];
}

impl Record for Board {
    fn cell(&self, field: usize) -> Cell<'_> {
        match field {
            0 => Cell::Id(self.id),
            1 => Cell::Text(&self.name),
            2 => Cell::Text(&self.slug),
            3 => self.last_activity_at.map_or(Cell::Null, Cell::Time),
            4 => self.last_event_at.map_or(Cell::Null, Cell::Time),
            5 => Cell::Count(self.failed_deliveries),
            _ => Cell::Count(self.silent_agents),
        }
    }
}
