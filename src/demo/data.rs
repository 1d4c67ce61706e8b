//! The demo's data file, `demo.json`, as it stands: what happened, not yet which rows the backend wrote for it.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The whole file. Its `about` lists explain it to those who edit it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoFile {
    #[serde(rename = "about")]
    _about: Vec<String>,
    pub(super) organization: String,
    pub(super) user: UserSpec,
    pub(super) boards: Vec<BoardSpec>,
    pub(super) agents: Vec<AgentSpec>,
    pub(super) tasks: Vec<TaskSpec>,
    /// What concerns no task.
    pub(super) events: Vec<EventSpec>,
    /// What `demo --live` writes, over and over.
    pub(super) live: Vec<LiveSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserSpec {
    pub(super) name: String,
    pub(super) email: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BoardSpec {
    pub(super) slug: String,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentSpec {
    pub(super) name: String,
    /// The slug of its board; the gateway's own agent has none.
    pub(super) board: Option<String>,
    #[serde(default)]
    pub(super) lead: bool,
    pub(super) identity: Option<Map<String, Value>>,
    #[serde(default = "online")]
    pub(super) status: String,
    /// False for an agent that never reported.
    #[serde(default = "yes")]
    pub(super) heartbeats: bool,
    /// Where the heartbeats begin and end, if not with the two weeks.
    pub(super) first_heartbeat: Option<String>,
    pub(super) last_heartbeat: Option<String>,
    pub(super) last_provision_error: Option<String>,
    #[serde(default)]
    pub(super) wake_attempts: i64,
    /// A deleted agent has no row, and its events name no agent.
    #[serde(default)]
    pub(super) deleted: bool,
}

fn online() -> String {
    "online".to_owned()
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskSpec {
    pub(super) title: String,
    /// The slug of its board.
    pub(super) board: String,
    /// What the table says, where it disagrees with the last move.
    pub(super) table_status: Option<DemoStatus>,
    pub(super) steps: Vec<DemoStep>,
}

/// Something that is done to a task. The loader adds the rows that the backend writes in consequence.
#[derive(Debug, Deserialize)]
pub(super) struct DemoStep {
    /// Absent only in what `demo --live` writes.
    #[serde(default)]
    pub(super) at: String,
    /// The agent that does it; absent for a person.
    pub(super) by: Option<String>,
    /// Why the message that follows from the step cannot be delivered.
    pub(super) fails: Option<String>,
    /// How often it is tried; each attempt is an event that names its number.
    pub(super) attempts: Option<u32>,
    /// Why the assignee cannot be set online.
    pub(super) wake_fails: Option<String>,
    #[serde(flatten)]
    pub(super) action: Action,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    Task(Change),
    /// Gives the task to an agent.
    Assign(String),
    Move(DemoStatus),
    Say(Text),
    /// A person decides on an approval: `approved` or `rejected`.
    Approval(String),
    /// The task on which this one depends is open again: its title.
    Reopened(String),
    /// The same, when it is done.
    Dependency(String),
    /// A message that is sent once more, or later than usual.
    Notify(Notice),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Created,
    /// Something else than the status and the assignee.
    Updated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DemoStatus {
    Inbox,
    InProgress,
    Review,
    Done,
}

impl DemoStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::InProgress => "in_progress",
            Self::Review => "review",
            Self::Done => "done",
        }
    }
}

/// The messages about a task that go through the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Notice {
    /// To the lead: there is a new task.
    Lead,
    /// To the assignee: the task is yours.
    Assignment,
    /// To the assignee: changes are requested.
    Rework,
    /// To the lead: the task is back in the inbox.
    Unassigned,
}

/// A comment, one string or a list of lines.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Line(String),
    Lines(Vec<String>),
}

impl Text {
    pub(super) fn joined(&self) -> String {
        match self {
            Self::Line(line) => line.clone(),
            Self::Lines(lines) => lines.join("\n"),
        }
    }
}

/// A row as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventSpec {
    pub(super) at: String,
    #[serde(rename = "type")]
    pub(super) event_type: String,
    pub(super) agent: Option<String>,
    /// The agent's board unless given.
    pub(super) board: Option<String>,
    pub(super) message: String,
    /// As for a step: the error is appended to the message.
    pub(super) fails: Option<String>,
    pub(super) attempts: Option<u32>,
}

/// Steps that go on with a task of the two weeks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveSpec {
    pub(super) task: String,
    pub(super) steps: Vec<DemoStep>,
}

static FILE: LazyLock<Result<DemoFile, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("demo.json")).map_err(|error| error.to_string()));

/// The committed file.
pub(super) fn demo_file() -> Result<&'static DemoFile> {
    FILE.as_ref().map_err(|error| anyhow::anyhow!("{error}")).context("demo data: cannot read demo.json")
}
