//! An archive of events, held against the database: the answer of `verify`.

use super::{Cell, Record, Timestamp};
use uuid::Uuid;

/// What the first line of a hash chain has in place of the hash of a line before.
pub const CHAIN_BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An event as it stands in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedEvent {
    /// Which of the files.
    pub file: usize,
    /// Its line there, from 1 on.
    pub line: u64,
    /// Primary key.
    pub id: Uuid,
    /// The event type.
    pub event_type: String,
    /// The message.
    pub message: Option<String>,
    /// In the form of JSON.
    pub created_at: String,
    /// The agent.
    pub agent_id: Option<Uuid>,
    /// The task.
    pub task_id: Option<Uuid>,
    /// The resolved board.
    pub board_id: Option<Uuid>,
}

/// The same event as it is in the database, with what an archive is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Primary key.
    pub id: Uuid,
    /// The event type.
    pub event_type: String,
    /// The message.
    pub message: Option<String>,
    /// The agent.
    pub agent_id: Option<Uuid>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What has become of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it was.
    Unchanged,
    /// The agent was deleted, which sets agent_id to null.
    AgentDeleted,
    /// Gone with its task.
    GoneWithTask,
    /// Gone with its board or organization, or on a board that the actor can no longer read.
    GoneWithBoard,
    /// Not in the archive, but dated so shortly before the archive was read that it may have been committed later.
    Late,
    /// Gone, though its board and its task are there.
    Gone,
    /// These fields are different.
    Rewritten(Vec<&'static str>),
    /// In the time that the archive covers, and not in the archive.
    Inserted,
    /// The line does not belong to the chain where it stands.
    ChainBroken(String),
}

impl Verdict {
    /// Names, in the order of the summary.
    pub const NAMES: [&'static str; 9] = [
        "unchanged",
        "agent_deleted",
        "gone_with_task",
        "gone_with_board",
        "late",
        "gone",
        "rewritten",
        "inserted",
        "chain_broken",
    ];

    /// Its place among the names.
    pub fn number(&self) -> usize {
        match self {
            Self::Unchanged => 0,
            Self::AgentDeleted => 1,
            Self::GoneWithTask => 2,
            Self::GoneWithBoard => 3,
            Self::Late => 4,
            Self::Gone => 5,
            Self::Rewritten(_) => 6,
            Self::Inserted => 7,
            Self::ChainBroken(_) => 8,
        }
    }

    /// As in JSON.
    pub fn name(&self) -> &'static str {
        Self::NAMES[self.number()]
    }

    /// Whether Mission Control does this to events itself.
    pub fn is_explained(&self) -> bool {
        self.number() <= Self::Late.number()
    }

    /// What there is to add.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Rewritten(fields) => Some(fields.join(", ")),
            Self::ChainBroken(why) => Some(why.clone()),
            _ => None,
        }
    }
}

/// An event that is not as it was archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What became of it.
    pub verdict: &'static str,
    /// What there is to add.
    pub detail: Option<String>,
    /// The file, as it was named; none for what is not in the archive.
    pub file: Option<String>,
    /// The line there.
    pub line: Option<u64>,
    /// The event.
    pub id: Option<Uuid>,
    /// Its type.
    pub event_type: Option<String>,
    /// When it was made, as in the archive, if it is there.
    pub created_at: Option<String>,
}

impl Finding {
    /// Names as in JSON.
    pub const FIELDS: &[&str] = &["verdict", "detail", "file", "line", "id", "event_type", "created_at"];
}

impl Record for Finding {
    fn cell(&self, field: usize) -> Cell<'_> {
        match field {
            0 => Cell::Text(self.verdict),
            1 => self.detail.as_deref().into(),
            2 => self.file.as_deref().into(),
            3 => self.line.map_or(Cell::Null, Cell::Count),
            4 => self.id.into(),
            5 => self.event_type.as_deref().into(),
            _ => self.created_at.as_deref().into(),
        }
    }
}

/// The answer of `verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Lines read.
    pub lines: u64,
    /// How many events there are of each verdict, in the order of [`Verdict::NAMES`].
    pub counts: [u64; 9],
    /// The hash before the first line.
    pub first: Option<String>,
    /// The hash of the last line.
    pub head: Option<String>,
    /// Whether the head is the one that was kept; none where none was given.
    pub is_kept_head: Option<bool>,
    /// Lines that are there twice, since tail was killed.
    pub repeated: u64,
    /// From when to when the database was searched for events that are not in the archive.
    pub searched: Option<(Timestamp, Timestamp)>,
    /// What is not as it was archived, as far as it is listed: what is not explained comes first.
    pub findings: Vec<Finding>,
    /// Findings that are only counted.
    pub not_listed: u64,
}

impl Verification {
    /// Whether the chain is whole.
    pub fn is_whole(&self) -> bool {
        self.counts[8] == 0 && self.is_kept_head != Some(false)
    }

    /// Whether all that changed is what Mission Control itself does.
    pub fn is_explained(&self) -> bool {
        self.counts[5..8].iter().all(|count| *count == 0)
    }

    /// In one word.
    pub fn verdict(&self) -> &'static str {
        match (self.is_whole(), self.is_explained()) {
            (false, _) => "broken",
            (true, false) => "unexplained",
            (true, true) => "explained",
        }
    }
}
