//! The identity: the first way that applies, of those that the command line offers.

use super::agent_login::Proof;
use super::{Actor, ActorKind};
use crate::db::{AgentName, AgentRow, BoardsOf, Database, UserName, UserRow};
use crate::error::{Failure, denied, not_found, usage};
use crate::model::Board;
use crate::model::names::{keep_exact, only_one};
use anyhow::Result;
use uuid::Uuid;

/// The user of a self-hosted Mission Control and of the demo database.
pub const LOCAL_USER: &str = "local-auth-user";

/// A way to name or authenticate an identity; secrets were checked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// `--as-user`, or a user authenticated by a token: an id, an e-mail address or a Clerk id.
    User(String),
    /// `--as-agent`: an id or a name.
    Agent(String),
    /// An agent authenticated by its token.
    ProvedAgent(Proof),
    /// A user authenticated by a Clerk session token: the Clerk id.
    ClerkUser(String),
    /// The user of local mode.
    Local,
    /// The user or agent of a bounded role.
    Role,
}

/// Looks the actor up and, for a user, the boards that the actor may read.
///
/// # Errors
/// Exit 3 for an unknown or ambiguous name, exit 4 if the local user does not exist.
pub async fn identify(store: &mut Database, claim: &Claim, how: &str) -> Result<Actor> {
    match claim {
        Claim::User(name) => the_user(store, name).await.map(|user| user_actor(user, how)),
        Claim::ClerkUser(id) => clerk_user(store, id, how).await,
        Claim::Local => clerk_user(store, LOCAL_USER, how).await,
        Claim::Role => of_role(store, how).await,
        Claim::Agent(name) => the_agent(store, name).await.map(|agent| agent_actor(agent, how)),
        Claim::ProvedAgent(proof) => {
            let agent = the_agent(store, &proof.agent.to_string()).await?;
            Ok(Actor { proof: Some(proof.clone()), ..agent_actor(agent, how) })
        }
    }
}

/// Only by the exact Clerk id: a token proves neither an e-mail address nor a database id.
async fn clerk_user(store: &mut Database, clerk_id: &str, how: &str) -> Result<Actor> {
    let users = store.users(UserName::Text(clerk_id)).await?;
    let user = users.into_iter().find(|user| user.clerk_user_id == clerk_id).ok_or_else(|| {
        denied(format!("{how} stands for the user {clerk_id}, who is not in this database"))
            .hint("sign in to Mission Control once, or use --as-user")
    })?;
    Ok(user_actor(user, how))
}

/// Of a role that `boundary.sql` has bound.
async fn of_role(store: &mut Database, how: &str) -> Result<Actor> {
    if let Some(user) = store.users(UserName::OfRole).await?.pop() {
        return Ok(user_actor(user, how));
    }
    if let Some(agent) = store.agents(AgentName::OfRole).await?.pop() {
        return Ok(agent_actor(agent, how));
    }
    let role = store.schema().role.as_deref().unwrap_or_default();
    Err(denied(format!("the role {role} is bounded, but stands for no user or agent of this database"))
        .hint("bind it with mc_activity_boundary.bind_user or bind_agent (queries/postgres/boundary.sql)")
        .into())
}

async fn the_user(store: &mut Database, name: &str) -> Result<UserRow> {
    if let Ok(id) = Uuid::try_parse(name)
        && let Some(user) = store.users(UserName::Id(id)).await?.pop()
    {
        return Ok(user);
    }
    let mut users = store.users(UserName::Text(name)).await?;
    if let Some(exact) = users.iter().position(|user| user.clerk_user_id == name) {
        return Ok(users.swap_remove(exact));
    }
    keep_exact(&mut users, |user| user.email.as_deref() == Some(name));
    let unknown = || {
        not_found(format!("no user '{name}'")).hint(
            "name a user by id, e-mail address or Clerk id; without an identity, `mc-activity users` lists all users",
        )
    };
    Ok(only_one("user", name, users, |user| (user.id, shown(user)))?.ok_or_else(unknown)?)
}

pub(super) async fn the_agent(store: &mut Database, name: &str) -> Result<AgentRow> {
    let agents = agents_named(store, name, AgentName::Anyone(name)).await?;
    let unknown = || {
        not_found(format!("no agent '{name}'")).hint(
            "name an agent by id or name; `mc-activity agents --as-user USER` lists the agents of a user's boards",
        )
    };
    Ok(only_one("agent", name, agents, |agent| (agent.id, &agent.name))?.ok_or_else(unknown)?)
}

/// The agents that a text names: the one with this id, else those with this name, which `by_name` looks for; in any letter
/// case, unless there are some with exactly this name.
pub async fn agents_named(store: &mut Database, text: &str, by_name: AgentName<'_>) -> Result<Vec<AgentRow>> {
    if let Ok(id) = Uuid::try_parse(text) {
        let agents = store.agents(AgentName::Id(id)).await?;
        if !agents.is_empty() {
            return Ok(agents);
        }
    }
    let mut agents = store.agents(by_name).await?;
    keep_exact(&mut agents, |agent| agent.name == text);
    Ok(agents)
}

fn shown(user: &UserRow) -> &str {
    user.name.as_deref().or(user.email.as_deref()).unwrap_or(&user.clerk_user_id)
}

fn user_actor(user: UserRow, how: &str) -> Actor {
    Actor {
        kind: ActorKind::User,
        id: user.id,
        name: shown(&user).to_owned(),
        how: how.to_owned(),
        organization: user.organization,
        boards: user.boards,
        own_board: None,
        proof: None,
    }
}

fn agent_actor(agent: AgentRow, how: &str) -> Actor {
    Actor {
        kind: ActorKind::Agent,
        id: agent.id,
        name: agent.name,
        how: how.to_owned(),
        organization: agent.organization,
        boards: Vec::new(),
        own_board: agent.board_id,
        proof: None,
    }
}

/// The boards that the actor may read. A user's came with the user's row; an agent's are looked up only where they are
/// needed, since an agent sees its own events on any board.
pub async fn boards(db: &mut Database, actor: &Actor) -> Result<Vec<Board>> {
    match actor.kind {
        ActorKind::User => Ok(actor.boards.clone()),
        ActorKind::Agent => db.boards(BoardsOf::Agent(actor.id)).await,
    }
}

/// Looks again at what an actor may see; a tail does so at every poll.
///
/// # Errors
/// Exit 4 if the identity no longer exists, or the token is no longer the agent's.
pub async fn refresh(store: &mut Database, actor: &mut Actor) -> Result<()> {
    let gone = || denied(format!("the {} {} is no longer in the database", actor.kind.name(), actor.id));
    match actor.kind {
        ActorKind::User => {
            actor.boards = store.users(UserName::Id(actor.id)).await?.pop().ok_or_else(gone)?.boards;
        }
        ActorKind::Agent => {
            let agent = store.agents(AgentName::Id(actor.id)).await?.pop().ok_or_else(gone)?;
            actor.own_board = agent.board_id;
            if let Some(proof) = &mut actor.proof
                && !proof.holds(store).await?
            {
                let taken = format!("the token in {} is no longer that of the agent {}", actor.how, actor.id);
                return Err(denied(taken).hint("the token was rotated or revoked in Mission Control").into());
            }
        }
    }
    Ok(())
}

/// The error without an identity.
pub fn nobody() -> Failure {
    denied("no identity: name a user, an agent or a token").hint(
        "use --as-user or --as-agent, a token (MC_TOKEN, MC_AGENT_TOKEN, --token-file, --agent-token-file), or \
         AUTH_MODE=local with LOCAL_AUTH_TOKEN; `mc-activity users` lists the users",
    )
}

/// The error for `--as-user` with a token, given in `origin`: the token already sets the identity.
pub fn contradiction(origin: &str) -> Failure {
    usage(format!("--as-user cannot be combined with a token ({origin})")).hint("leave out one of them")
}
