//! A task that waits, and what for.

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
    /// The agent was told and still has time to answer.
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
    /// Keys in their JSON order.
    pub const FIELDS: &'static [&'static str] = &[
        "task_id",
        "task_title",
        "board_id",
        "board_name",
        "state",
        "since",
        "waits_for",
        "reason",
        "event_id",
        "event_type",
        "message",
        "next",
        "status",
        "agent_id",
        "agent_name",
    ];
}

impl Record for WaitingTask {
    fn cell(&self, field: usize) -> Cell<'_> {
        let agent = self.agent.as_ref();
        let agent_name = agent.and_then(|(_, name)| name.as_deref());
        match field {
            0 => Cell::Id(self.task_id),
            1 => Cell::Text(&self.task_title),
            2 => self.board_id.into(),
            3 => self.board_name.as_deref().into(),
            4 => Cell::Text(self.state.name()),
            5 => self.since.map_or(Cell::Null, Cell::Time),
            6 => agent.map_or(Cell::Null, |(id, _)| {
                let name = agent_name.map(|name| ("agent_name", name.to_owned()));
                Cell::Map([("agent_id", id.to_string())].into_iter().chain(name).collect())
            }),
            7 => Cell::Text(&self.reason),
            8 => self.event_id.into(),
            9 => self.event_type.as_deref().into(),
            10 => self.message.as_deref().into(),
            11 => self.next.into(),
            12 => self.status.as_deref().into(),
            13 => agent.map(|(id, _)| *id).into(),
            _ => agent_name.into(),
        }
    }
}
