//! Authentication of an agent against a database: with which agents' hashes the token is compared, and in which order.
//!
//! Named, an agent costs one verification. Unnamed, so does one that is remembered, whose hash is nevertheless verified
//! again; else every agent is tried, the most recently seen first, on all cores, with no transaction open meanwhile.

use super::agent_token::{self, StoredHash};
use super::agent_token_cache::TokenCache;
use super::identity;
use crate::db::Database;
use crate::error::denied;
use crate::settings::secret::Secret;
use anyhow::{Context as _, Result};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use uuid::Uuid;

/// Hears how many of how many agents were tried, from several threads.
pub type Progress = Arc<dyn Fn(usize, usize) + Send + Sync>;

/// A token and the stored hash that it was verified against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Whose token it is.
    pub agent: Uuid,
    token: Secret,
    hash: StoredHash,
}

impl Proof {
    /// Whether it is still the agent's token. That costs a verification only when another hash is stored.
    pub async fn holds(&mut self, store: &mut Database) -> Result<bool> {
        let (stored, _) = well_formed(store.token_hashes(Some(self.agent)).await?);
        if stored.iter().any(|(_, hash)| *hash == self.hash) {
            return Ok(true);
        }
        let proof = verify(&self.token, stored, Arc::new(|_, _| ())).await?;
        let holds = proof.is_some();
        *self = proof.unwrap_or_else(|| self.clone());
        Ok(holds)
    }
}

/// The agent that a token belongs to.
///
/// With `named` (an id or a name) only that agent is tried. Otherwise `memory` is read first. It is updated in both cases.
///
/// # Errors
/// Exit 3 where no or more than one agent is of that name, exit 4 where the token is not theirs or nobody's, each in its
/// own words.
pub async fn prove(
    store: &mut Database,
    token: &Secret,
    named: Option<&str>,
    memory: Option<&TokenCache>,
    progress: Progress,
) -> Result<Proof> {
    let recalled = memory.and_then(|memory| memory.recall(token.expose()));
    let proof = match (named, recalled) {
        (Some(name), _) => one(store, token, name).await?,
        (None, recalled) => match recall(store, token, recalled).await? {
            Some(proof) => proof,
            None => search(store, token, progress).await?,
        },
    };
    if let Some(memory) = memory.filter(|_| recalled != Some(proof.agent)) {
        memory.remember(token.expose(), proof.agent);
    }
    Ok(proof)
}

async fn one(store: &mut Database, token: &Secret, name: &str) -> Result<Proof> {
    let agent = identity::the_agent(store, name).await?;
    let shown = if agent.name.is_empty() { agent.id.to_string() } else { format!("'{}'", agent.name.escape_debug()) };
    let stored = store.token_hashes(Some(agent.id)).await?;
    let Some((_, stored)) = stored.first() else {
        return Err(denied(format!("the agent {shown} has no token")).hint("Mission Control can give it one").into());
    };
    let Some(hash) = StoredHash::parse(stored) else {
        return Err(denied(format!(
            "the stored token hash of the agent {shown} is damaged, so no login is possible with it"
        ))
        .hint("Mission Control can give the agent a new token")
        .into());
    };
    verify(token, vec![(agent.id, hash)], Arc::new(|_, _| ())).await?.ok_or_else(|| {
        let failure = denied(format!("the token does not belong to the agent {shown}"));
        failure.hint("leave out --as-agent and MC_AGENT to look for its owner").into()
    })
}

/// The agent that the token once belonged to, if it still does.
async fn recall(store: &mut Database, token: &Secret, recalled: Option<Uuid>) -> Result<Option<Proof>> {
    let Some(id) = recalled else { return Ok(None) };
    let (candidates, _) = well_formed(store.token_hashes(Some(id)).await?);
    verify(token, candidates, Arc::new(|_, _| ())).await
}

async fn search(store: &mut Database, token: &Secret, progress: Progress) -> Result<Proof> {
    let stored = store.token_hashes(None).await?;
    // This may take seconds, and an open transaction would keep the server from vacuuming.
    let begun = store.begun();
    store.commit().await?;
    let (candidates, damaged) = well_formed(stored);
    let tried = candidates.len();
    let found = verify(token, candidates, progress).await?;
    store.begin(begun).await?;
    found.ok_or_else(|| {
        let skipped = if damaged > 0 { format!(", {damaged} damaged hashes were skipped") } else { String::new() };
        denied(format!("the token belongs to no agent: {tried} were tried{skipped}"))
            .hint("is it of another Mission Control, or has the agent been given a new one since?")
            .into()
    })
}

fn well_formed(stored: Vec<(Uuid, String)>) -> (Vec<(Uuid, StoredHash)>, usize) {
    let all = stored.len();
    let sound: Vec<_> = stored.into_iter().filter_map(|(id, text)| Some((id, StoredHash::parse(&text)?))).collect();
    let damaged = all - sound.len();
    (sound, damaged)
}

/// Runs on other threads, so that the command can still be interrupted.
async fn verify(token: &Secret, candidates: Vec<(Uuid, StoredHash)>, progress: Progress) -> Result<Option<Proof>> {
    let token = token.clone();
    let cores = available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let work = move || {
        let found = agent_token::find(token.expose(), &candidates, cores, &|done, all| progress(done, all))?;
        let (agent, hash) = candidates.into_iter().find(|(id, _)| *id == found)?;
        Some(Proof { agent, token, hash })
    };
    tokio::task::spawn_blocking(work).await.context("the verification of the token broke off")
}
