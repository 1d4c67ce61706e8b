//! A task that waits, and what for.

use super::record::fields;
use super::{Cell, Record, Timestamp};
use uuid::Uuid;

/// What a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskState {
    /// A message failed or was not answered in time.
    Stuck,
    /// The lead has not assigned it.
    WaitsForLead,
    /// The log and the table name different statuses.
    Differs,
    /// The agent was notified and still has time to answer.
    Waits,
    /// Nothing is known to be wrong.
    Open,
}

impl TaskState {
    /// Every state, the worst first.
    pub const ALL: [Self; 5] = [Self::Stuck, Self::WaitsForLead, Self::Differs, Self::Waits, Self::Open];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::WaitsForLead => "waits_for_lead",
            Self::Differs => "differs",
            Self::Waits => "waits",
            Self::Open => "open",
        }
    }
}

/// A row of `tasks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingTask {
    pub task_id: Uuid,
    /// Untrusted.
    pub task_title: String,
    pub board_id: Option<Uuid>,
    /// Untrusted.
    pub board_name: Option<String>,
    pub state: TaskState,
    /// Longer than usual.
    pub overdue: bool,
    /// When the deciding event happened.
    pub since: Option<Timestamp>,
    /// The agent that is waited for, or that has the task; none where it was deleted. The name is untrusted.
    pub agent: Option<(Uuid, Option<String>)>,
    pub reason: String,
    /// What usually helps.
    pub next: Option<&'static str>,
    /// The deciding event.
    pub event_id: Option<Uuid>,
    pub event_type: Option<String>,
    pub message: Option<String>,
    /// The table's status, or the log's where the table's cannot be read.
    pub status: Option<String>,
}

impl WaitingTask {
    fn agent_id(&self) -> Option<Uuid> {
        self.agent.as_ref().map(|(id, _)| *id)
    }

    fn agent_name(&self) -> Option<&str> {
        self.agent.as_ref().and_then(|(_, name)| name.as_deref())
    }

    /// The agent as an object, with its name where it has one.
    fn waits_for(&self) -> Cell<'_> {
        self.agent_id().map_or(Cell::Null, |id| {
            let name = self.agent_name().map(|name| ("agent_name", name.to_owned()));
            Cell::Map([("agent_id", id.to_string())].into_iter().chain(name).collect())
        })
    }
}

fields!(WaitingTask {
    "task_id" => |task| Cell::Id(task.task_id),
    "task_title" => |task| Cell::Text(&task.task_title),
    "board_id" => |task| task.board_id.into(),
    "board_name" => |task| task.board_name.as_deref().into(),
    "state" => |task| Cell::Text(task.state.name()),
    "since" => |task| task.since.map_or(Cell::Null, Cell::Time),
    "waits_for" => |task| task.waits_for(),
    "reason" => |task| Cell::Text(&task.reason),
    "event_id" => |task| task.event_id.into(),
    "event_type" => |task| task.event_type.as_deref().into(),
    "message" => |task| task.message.as_deref().into(),
    "next" => |task| task.next.into(),
    "status" => |task| task.status.as_deref().into(),
    "agent_id" => |task| task.agent_id().into(),
    "agent_name" => |task| task.agent_name().into(),
});
