//! The rows of a demo store, table by table.

use crate::model::{NewEvent, Timestamp};
use uuid::Uuid;

/// Everything that a demo store holds, in an order that satisfies the foreign keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The only row of `organizations`.
    pub organization: DemoOrganization,
    /// The only row of `users`: the local user.
    pub user: DemoUser,
    /// The only row of `organization_members`; it grants the local user every board.
    pub membership: DemoMembership,
    /// `boards`, in the order of the data file.
    pub boards: Vec<DemoBoard>,
    /// `agents`, in the order of the data file.
    pub agents: Vec<DemoAgent>,
    /// `tasks`, in the order of the data file.
    pub tasks: Vec<DemoTask>,
    /// `activity_events`, oldest first.
    pub events: Vec<DemoEvent>,
}

/// A row of `organizations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoOrganization {
    /// Primary key.
    pub id: Uuid,
    /// Display name.
    pub name: &'static str,
    /// Naive UTC.
    pub created_at: Timestamp,
}

/// A row of `users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoUser {
    /// Primary key.
    pub id: Uuid,
    /// `local-auth-user`, as in local mode.
    pub clerk_user_id: &'static str,
    /// E-mail address.
    pub email: &'static str,
    /// Display name.
    pub name: &'static str,
    /// The organization of the demo.
    pub active_organization_id: Uuid,
}

/// A row of `organization_members`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoMembership {
    /// Primary key.
    pub id: Uuid,
    /// The organization.
    pub organization_id: Uuid,
    /// The member.
    pub user_id: Uuid,
    /// `owner`; the role alone grants nothing.
    pub role: &'static str,
    /// The member may read every board of the organization.
    pub all_boards_read: bool,
    /// The member may write to every board of the organization.
    pub all_boards_write: bool,
    /// Naive UTC.
    pub created_at: Timestamp,
}

/// A row of `boards`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoBoard {
    /// Primary key.
    pub id: Uuid,
    /// The organization.
    pub organization_id: Uuid,
    /// Display name.
    pub name: &'static str,
    /// The name in URLs.
    pub slug: &'static str,
}

/// A row of `agents`. No demo agent has a token, so none can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAgent {
    /// Primary key.
    pub id: Uuid,
    /// The agent's board; the gateway's own agent has none.
    pub board_id: Option<Uuid>,
    /// Display name.
    pub name: &'static str,
    /// `online`, `offline` or `provisioning`.
    pub status: &'static str,
    /// Whether the agent leads its board.
    pub is_board_lead: bool,
    /// The text of a JSON object.
    pub identity_profile: Option<String>,
    /// The newest heartbeat, including those that the backend wrote itself; naive UTC.
    pub last_seen_at: Option<Timestamp>,
    /// The text of a JSON object such as `{"every": "10m"}`.
    pub heartbeat_config: &'static str,
    /// Why the gateway could not set the agent up.
    pub last_provision_error: Option<&'static str>,
    /// How often the gateway has tried to wake the agent since its last sign of life.
    pub wake_attempts: i64,
}

/// A row of `tasks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoTask {
    /// Primary key.
    pub id: Uuid,
    /// The task's board.
    pub board_id: Uuid,
    /// Title.
    pub title: &'static str,
    /// `inbox`, `in_progress`, `review` or `done`.
    pub status: &'static str,
    /// Who has the task now.
    pub assigned_agent_id: Option<Uuid>,
    /// When work began, while the task is in progress; naive UTC.
    pub in_progress_at: Option<Timestamp>,
}

/// A row of `activity_events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoEvent {
    /// Everything but the time.
    pub event: NewEvent,
    /// Naive UTC.
    pub created_at: Timestamp,
}
