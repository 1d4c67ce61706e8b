//! The identity, and what it may see and write: the rules of Mission Control, observed on the running backend.

pub mod agent_login;
pub mod agent_token;
pub mod agent_token_cache;
pub mod bearer;
pub mod identity;

use crate::model::{Board, Scope};
use agent_login::Proof;
use uuid::Uuid;

/// A user or an agent whose view of the data is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// User or agent.
    pub kind: ActorKind,
    /// Primary key.
    pub id: Uuid,
    /// Name, or e-mail address, or Clerk id; untrusted.
    pub name: String,
    /// How it was established, such as `--as-user` or `LOCAL_AUTH_TOKEN`.
    pub how: String,
    /// The organization of the active membership, or of the agent's board.
    pub organization: Option<String>,
    /// A user's readable boards; an agent's are looked up when they are needed.
    pub boards: Vec<Board>,
    /// The board that an agent works on.
    pub own_board: Option<Uuid>,
    /// The hash with which an agent was authenticated.
    pub proof: Option<Proof>,
}

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorKind {
    /// A person.
    User,
    /// An AI agent.
    Agent,
}

impl ActorKind {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
        }
    }
}

impl Actor {
    /// What the actor may see.
    pub fn scope(&self) -> Scope {
        match self.kind {
            ActorKind::User => Scope::Boards(self.boards.iter().map(|board| board.id).collect()),
            ActorKind::Agent => Scope::Agent(self.id),
        }
    }
}
