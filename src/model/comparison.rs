//! What differs between two windows of time: the answer of `compare`.

use super::{Cell, Period, Record, Timestamp};
use uuid::Uuid;

/// Which way a count went, from the window before to the window after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// There was none before.
    New,
    /// There were some before, and there is none after.
    Gone,
    /// At least twice as many.
    More,
    /// At most half as many.
    Fewer,
}

impl ChangeKind {
    /// Every kind, in the order of the answer.
    pub const ALL: [Self; 4] = [Self::New, Self::Gone, Self::More, Self::Fewer];

    /// As in the answer and behind `--fail-on`.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::More => "more",
            Self::Fewer => "fewer",
        }
    }
}

/// What was counted: one value of a dimension, or of two. No board, or no agent, is a value too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKey {
    /// An event type.
    Type(String),
    /// A type of failures and what their messages have in common.
    Pattern(String, String),
    /// A board.
    Board(Option<Uuid>),
    /// An agent.
    Agent(Option<Uuid>),
    /// An event type on a board.
    TypeOnBoard(String, Option<Uuid>),
    /// An event type of an agent.
    TypeOfAgent(String, Option<Uuid>),
}

impl ChangeKey {
    /// As in the answer.
    pub fn dimension(&self) -> &'static str {
        match self {
            Self::Type(_) => "type",
            Self::Pattern(..) => "pattern",
            Self::Board(_) => "board",
            Self::Agent(_) => "agent",
            Self::TypeOnBoard(..) => "type_board",
            Self::TypeOfAgent(..) => "type_agent",
        }
    }

    /// The event type, where it is part of the key.
    pub fn event_type(&self) -> Option<&str> {
        match self {
            Self::Type(name) | Self::Pattern(name, _) | Self::TypeOnBoard(name, _) | Self::TypeOfAgent(name, _) => {
                Some(name)
            }
            Self::Board(_) | Self::Agent(_) => None,
        }
    }

    /// What the messages have in common, where it is part of the key.
    pub fn pattern(&self) -> Option<&str> {
        if let Self::Pattern(_, pattern) = self { Some(pattern) } else { None }
    }

    /// The board, where there is one and it is part of the key.
    pub fn board(&self) -> Option<Uuid> {
        if let Self::Board(board) | Self::TypeOnBoard(_, board) = self { *board } else { None }
    }

    /// The agent, where there is one and it is part of the key.
    pub fn agent(&self) -> Option<Uuid> {
        if let Self::Agent(agent) | Self::TypeOfAgent(_, agent) = self { *agent } else { None }
    }

    /// The wider keys, any of which may explain this one.
    pub fn parents(&self) -> Vec<Self> {
        match self {
            Self::Type(_) | Self::Board(_) | Self::Agent(_) => Vec::new(),
            Self::Pattern(name, _) => vec![Self::Type(name.clone())],
            Self::TypeOnBoard(name, board) => vec![Self::Type(name.clone()), Self::Board(*board)],
            Self::TypeOfAgent(name, agent) => vec![Self::Type(name.clone()), Self::Agent(*agent)],
        }
    }
}

/// Events in the window before and in the window after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BeforeAfter {
    /// In the window before.
    pub before: u64,
    /// In the window after.
    pub after: u64,
}

impl BeforeAfter {
    /// Both windows.
    pub fn sum(self) -> u64 {
        self.before + self.after
    }

    /// `after ÷ before`; none where there was nothing before.
    #[allow(clippy::cast_precision_loss)]
    pub fn ratio(self) -> Option<f64> {
        (self.before > 0).then(|| self.after as f64 / self.before as f64)
    }

    /// Which way it went; none where it is the same.
    pub fn kind(self) -> Option<ChangeKind> {
        match (self.before, self.after) {
            (before, after) if before == after => None,
            (0, _) => Some(ChangeKind::New),
            (_, 0) => Some(ChangeKind::Gone),
            (before, after) if after > before => Some(ChangeKind::More),
            _ => Some(ChangeKind::Fewer),
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowChange {
    /// Which way.
    pub kind: ChangeKind,
    /// Of what.
    pub key: ChangeKey,
    /// Its events.
    pub counts: BeforeAfter,
    /// The board's name, where it is part of the key.
    pub board_name: Option<String>,
    /// The agent's name, where it is part of the key.
    pub agent_name: Option<String>,
    /// When the actor could first see an event of the type, for changes of a type alone.
    pub first_seen_at: Option<Timestamp>,
}

impl WindowChange {
    /// Names as in JSON.
    pub const FIELDS: &[&str] = &[
        "kind",
        "dimension",
        "event_type",
        "pattern",
        "board_id",
        "board_name",
        "agent_id",
        "agent_name",
        "before",
        "after",
        "ratio",
        "first_seen_at",
    ];
}

impl Record for WindowChange {
    fn cell(&self, field: usize) -> Cell<'_> {
        match field {
            0 => Cell::Text(self.kind.name()),
            1 => Cell::Text(self.key.dimension()),
            2 => self.key.event_type().into(),
            3 => self.key.pattern().into(),
            4 => self.key.board().into(),
            5 => self.board_name.as_deref().into(),
            6 => self.key.agent().into(),
            7 => self.agent_name.as_deref().into(),
            8 => Cell::Count(self.counts.before),
            9 => Cell::Count(self.counts.after),
            10 => self.counts.ratio().map_or(Cell::Null, Cell::Number),
            _ => self.first_seen_at.map_or(Cell::Null, Cell::Time),
        }
    }
}

/// The answer of `compare`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The window that is compared with.
    pub before: Period,
    /// The window that is compared.
    pub after: Period,
    /// All events of each window.
    pub totals: BeforeAfter,
    /// Heartbeats among them, which count for agents only.
    pub heartbeats: BeforeAfter,
    /// Failures not compared by message, because there were too many different messages.
    pub other_messages: u64,
    /// New, gone, more, fewer; of each kind the greatest difference first, then by key.
    pub changes: Vec<WindowChange>,
}
