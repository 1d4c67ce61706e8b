//! What is asked for, as plain values: names are resolved to ids and times to instants before they get here.

mod canonical;

use super::Timestamp;
use uuid::Uuid;

/// What an actor may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A user: events of these boards.
    Boards(Vec<Uuid>),
    /// An agent: the events with its own agent_id, on whatever board.
    Agent(Uuid),
}

impl Scope {
    /// Whether the actor sees nothing at all, so that no query is needed.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Boards(boards) if boards.is_empty())
    }
}

/// Which events to keep. An empty list of a "keep" field keeps all; values of one field are alternatives, different
/// fields all apply. Exclusions keep rows where the field is null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Boards by id, or `None` for all that are readable.
    pub boards: Option<Vec<Uuid>>,
    /// Boards left out.
    pub exclude_boards: Vec<Uuid>,
    /// Agents by id.
    pub agents: Vec<Uuid>,
    /// Agents left out.
    pub exclude_agents: Vec<Uuid>,
    /// Tasks by id.
    pub tasks: Vec<Uuid>,
    /// Globs over the event type: `*` and `?`, case-sensitive.
    pub types: Vec<String>,
    /// Globs of event types left out.
    pub exclude_types: Vec<String>,
    /// Literal texts, any of which the message must hold.
    pub grep: Vec<String>,
    /// Whether letter case counts in `grep`.
    pub ignore_case: bool,
    /// Start, included.
    pub since: Option<Timestamp>,
    /// End, excluded.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// The same question in the one form that all have who ask it, in whatever order they name things.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let ids = [&mut self.exclude_boards, &mut self.agents, &mut self.exclude_agents, &mut self.tasks];
        for ids in ids.into_iter().chain(self.boards.as_mut()) {
            ids.sort_unstable();
            ids.dedup();
        }
        for texts in [&mut self.types, &mut self.exclude_types, &mut self.grep] {
            texts.sort_unstable();
            texts.dedup();
        }
        self
    }

    /// The boards that are left of the readable ones.
    pub fn readable_boards(&self, readable: &[Uuid]) -> Vec<Uuid> {
        let named = |board: &Uuid| self.boards.as_ref().is_none_or(|named| named.contains(board));
        readable.iter().filter(|board| named(board) && !self.exclude_boards.contains(board)).copied().collect()
    }
}
