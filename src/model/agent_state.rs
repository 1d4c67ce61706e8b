//! Whether an agent is alive and can be reached.

use super::{Cell, Deliveries, Record, Timestamp};
use uuid::Uuid;

/// Something that an agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSign {
    pub at: Timestamp,
    pub event_type: String,
}

/// Where the usual interval was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalSource {
    /// The agent's `heartbeat_config`.
    Config,
    /// Its own heartbeats.
    Measured,
    /// The backend's default.
    Default,
}

impl IntervalSource {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Measured => "measured",
            Self::Default => "default",
        }
    }
}

/// How often an agent usually gives a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsualInterval {
    pub micros: i64,
    pub source: IntervalSource,
}

/// Whether an agent is alive. The worst comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Liveness {
    /// It missed more than one sign.
    Silent,
    /// It never gave a sign.
    Never,
    /// It missed one sign.
    Late,
    /// It gave a sign within its usual interval.
    Alive,
}

impl Liveness {
    pub const ALL: [Self; 4] = [Self::Silent, Self::Never, Self::Late, Self::Alive];

    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Late => "late",
            Self::Silent => "silent",
            Self::Never => "never",
        }
    }

    /// Whether somebody should look.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Silent | Self::Never)
    }
}

/// A row of `agents`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentState {
    pub agent_id: Uuid,
    /// Untrusted.
    pub agent_name: String,
    pub board_id: Option<Uuid>,
    /// Untrusted.
    pub board_name: Option<String>,
    pub state: Liveness,
    /// The newest thing that the agent did itself.
    pub last_own: Option<OwnSign>,
    /// The newest heartbeat, also one that the backend wrote.
    pub last_heartbeat_at: Option<Timestamp>,
    pub usual: UsualInterval,
    /// How many signs were due since the newest one.
    pub missed: Option<u64>,
    /// The backend's own view.
    pub status: Option<String>,
    pub last_seen_at: Option<Timestamp>,
    /// Untrusted.
    pub last_provision_error: Option<String>,
    pub wake_attempts: Option<u64>,
    /// What was sent to the agent, or by it.
    pub deliveries: Deliveries,
}

impl AgentState {
    /// Keys in their JSON order.
    pub const FIELDS: &'static [&'static str] = &[
        "agent_id",
        "agent_name",
        "board_id",
        "board_name",
        "state",
        "last_own_at",
        "last_own_type",
        "last_heartbeat_at",
        "usual_seconds",
        "usual_source",
        "missed",
        "status",
        "last_seen_at",
        "last_provision_error",
        "wake_attempts",
        "deliveries",
    ];

    /// The usual interval in seconds.
    pub fn usual_seconds(&self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let seconds = self.usual.micros as f64 / 1e6;
        seconds
    }
}

impl Record for AgentState {
    fn cell(&self, field: usize) -> Cell<'_> {
        let time = |at: Option<Timestamp>| at.map_or(Cell::Null, Cell::Time);
        match field {
            0 => Cell::Id(self.agent_id),
            1 => Cell::Text(&self.agent_name),
            2 => self.board_id.into(),
            3 => self.board_name.as_deref().into(),
            4 => Cell::Text(self.state.name()),
            5 => time(self.last_own.as_ref().map(|sign| sign.at)),
            6 => self.last_own.as_ref().map(|sign| sign.event_type.as_str()).into(),
            7 => time(self.last_heartbeat_at),
            8 => match u64::try_from(self.usual.micros) {
                Ok(micros) if micros % 1_000_000 == 0 => Cell::Count(micros / 1_000_000),
                _ => Cell::Number(self.usual_seconds()),
            },
            9 => Cell::Text(self.usual.source.name()),
            10 => self.missed.map_or(Cell::Null, Cell::Count),
            11 => self.status.as_deref().into(),
            12 => time(self.last_seen_at),
            13 => self.last_provision_error.as_deref().into(),
            14 => self.wake_attempts.map_or(Cell::Null, Cell::Count),
            _ => Cell::Object(vec![
                ("tried", Cell::Count(self.deliveries.tally.total)),
                ("failed", Cell::Count(self.deliveries.tally.errors)),
                ("failing_since", time(self.deliveries.failing_since)),
            ]),
        }
    }
}
