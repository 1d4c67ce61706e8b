//! Establishes the identity from flags and settings: the first way that applies, with its proof.
//!
//! 1. `--as-agent`, `--as-user`, when no token is given
//! 2. an agent's token: `--agent-token-file`, MC_AGENT_TOKEN
//! 3. a user's token: `--token-file`, MC_TOKEN
//! 4. AUTH_MODE=local with LOCAL_AUTH_TOKEN
//! 5. the user of the demo database
//!
//! A role that `boundary.sql` has bound to a user or an agent has that identity, and can take no other.
//!
//! Where tokens of both kinds are set, the agent's wins, with a word on stderr.

use crate::auth::Actor;
use crate::auth::agent_login::{self, Progress};
use crate::auth::agent_token_cache::TokenCache;
use crate::auth::bearer::{self, Clerk, Mode};
use crate::auth::identity::{self, Claim};
use crate::db::{Database, Target};
use crate::error::{Kind, denied, kind_of, usage};
use crate::redact::hide_url;
use crate::session::{Context, DatabaseChoice};
use crate::settings::secret::{Secret, secret_file};
use anyhow::{Context as _, Result};
use std::sync::Arc;

const EMBEDDED: &str = "the demo database";
const ROLE: &str = "the database's role";

/// A token, and where it was given.
#[derive(Debug, Clone)]
struct Token {
    secret: Secret,
    origin: String,
}

/// The tokens that were given; read once, since one may have come from stdin.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    agent: Option<Token>,
    user: Option<Token>,
}

/// A claimed identity, before it is checked.
enum Credential {
    /// Established, or to be taken on trust.
    Claimed(Claim, String),
    /// An agent's token, to be held against stored hashes.
    AgentToken(Token),
}

impl Context {
    /// Who asks, by the first way that applies. The store is in a transaction; a search among all agents leaves it and
    /// begins another of the same kind.
    ///
    /// # Errors
    /// Exit 2 for conflicting flags, exit 3 for an unknown or ambiguous name, exit 4 without an identity or for a refused token.
    pub async fn actor(&self, store: &mut Database, place: &DatabaseChoice) -> Result<Actor> {
        let way = self.way(place.embedded)?;
        let actor = if store.schema().bounded {
            self.actor_of_role(store, way).await?
        } else {
            let (claim, how) = match way.ok_or_else(identity::nobody)? {
                Credential::Claimed(claim, how) => (claim, how),
                Credential::AgentToken(token) => (self.agent_of(store, place, &token).await?, token.origin),
            };
            identity::identify(store, &claim, &how).await?
        };
        if self.global.verbose > 0 {
            let name = crate::escape::escape_for_terminal(&actor.name).into_owned();
            self.say(&format!("asking for the {} {name} ({}), by {}", actor.kind.name(), actor.id, actor.how));
        }
        Ok(actor)
    }

    /// The identity that a bounded role has. Its user or agent may also be named; the settings of local mode, which lie in
    /// the backend's directory, name nobody.
    async fn actor_of_role(&self, store: &mut Database, way: Option<Credential>) -> Result<Actor> {
        let actor = identity::identify(store, &Claim::Role, ROLE).await?;
        let other = match way {
            None | Some(Credential::Claimed(Claim::Local, _)) if self.tokens()?.user.is_none() => return Ok(actor),
            Some(Credential::Claimed(claim @ (Claim::User(_) | Claim::Agent(_)), origin)) => {
                match identity::identify(store, &claim, &origin).await {
                    Ok(named) if named.id == actor.id => return Ok(actor),
                    Ok(_) => origin,
                    Err(error) if kind_of(&error) == Kind::NotFound => origin,
                    Err(error) => return Err(error),
                }
            }
            Some(Credential::AgentToken(token)) => token.origin,
            Some(Credential::Claimed(_, origin)) => origin,
            None => return Ok(actor),
        };
        let (role, name) = (store.schema().role.as_deref().unwrap_or_default(), &actor.name);
        Err(denied(format!(
            "{other}: the role {role} sees what {} {name} may see, and nothing else",
            actor.kind.name()
        ))
        .hint(format!("leave {other} out, or connect as another role"))
        .into())
    }

    /// Whether stdin holds a token, and so nothing else.
    pub fn reads_token_from_stdin(&self) -> bool {
        let who = &self.global.identity;
        [&who.token_file, &who.agent_token_file].into_iter().any(|file| file.as_deref() == Some("-"))
    }

    /// Checks flags, settings and tokens as far as that is possible without a database.
    pub fn check_identity(&self, place: &DatabaseChoice) -> Result<()> {
        match self.way(place.embedded)? {
            // A server may have bound the role.
            None if matches!(place.target, Target::Sqlite { .. }) => Err(identity::nobody().into()),
            _ => Ok(()),
        }
    }

    /// Whether flags and settings name an identity.
    pub fn has_identity(&self, place: &DatabaseChoice) -> Result<bool> {
        Ok(self.way(place.embedded)?.is_some())
    }

    /// The way that flags and settings name, if any.
    fn way(&self, embedded: bool) -> Result<Option<Credential>> {
        if self.demo.is_some() {
            return Ok(Some(Credential::Claimed(Claim::Local, EMBEDDED.to_owned())));
        }
        let who = &self.global.identity;
        let tokens = self.tokens()?;
        let token = tokens.agent.as_ref().or(tokens.user.as_ref());
        if let Some(user) = &who.as_user {
            return match token {
                Some(token) => Err(identity::contradiction(&token.origin).into()),
                None => Ok(Some(Credential::Claimed(Claim::User(user.clone()), "--as-user".to_owned()))),
            };
        }
        if let Some(token) = &tokens.agent {
            return Ok(Some(Credential::AgentToken(token.clone())));
        }
        if let Some(agent) = &who.as_agent {
            return match token {
                Some(token) => Err(usage(format!("--as-agent names an agent, and {} is a user's token", token.origin))
                    .hint("use one of them, or an agent's token (MC_AGENT_TOKEN, --agent-token-file)")
                    .into()),
                None => Ok(Some(Credential::Claimed(Claim::Agent(agent.clone()), "--as-agent".to_owned()))),
            };
        }
        if let Some(token) = &tokens.user {
            return self.user_of(token).map(Some);
        }
        if let Some(named) = self.settings.identity()? {
            let value = named.value.expose().to_owned();
            let claim = if named.name == "MC_AS_USER" { Claim::User(value) } else { Claim::Agent(value) };
            return Ok(Some(Credential::Claimed(claim, named.to_string())));
        }
        let mode = self.settings.value("AUTH_MODE");
        if let Some(local) = self.settings.get("LOCAL_AUTH_TOKEN")
            && mode.as_deref().is_some_and(|mode| mode.trim() == "local")
        {
            // It is its own proof; what is left to check is that the backend would take it.
            bearer::check_local(local.value.expose(), local.value.expose()).with_context(|| local.to_string())?;
            return Ok(Some(Credential::Claimed(Claim::Local, local.to_string())));
        }
        // A mode that is mistyped would otherwise go unnoticed.
        if let Err(error) = bearer::mode(mode.as_deref(), true, true) {
            if !embedded {
                return Err(error);
            }
            self.say_once(format!("warning: {error:#}"));
        }
        Ok(embedded.then(|| Credential::Claimed(Claim::Local, EMBEDDED.to_owned())))
    }

    fn tokens(&self) -> Result<&Tokens> {
        if self.tokens.get().is_none() {
            let who = &self.global.identity;
            let agent = self.token(who.agent_token_file.as_deref(), "--agent-token-file", "MC_AGENT_TOKEN")?;
            let user = self.token(who.token_file.as_deref(), "--token-file", "MC_TOKEN")?;
            if let (Some(agent), Some(user)) = (&agent, &user) {
                self.say(&format!("warning: {} wins over {}", agent.origin, user.origin));
            }
            // Set once, single-threaded.
            let _ = self.tokens.set(Tokens { agent, user });
        }
        self.tokens.get().context("the tokens were not read")
    }

    fn token(&self, file: Option<&str>, flag: &str, variable: &str) -> Result<Option<Token>> {
        let (text, origin) = match file {
            Some(path) => {
                let read = secret_file(path, &mut std::io::stdin()).with_context(|| flag.to_owned())?;
                if let Some(warning) = read.warning {
                    self.say(&format!("warning: {warning}"));
                }
                (read.secret, flag.to_owned())
            }
            None => match self.settings.get(variable) {
                None => return Ok(None),
                Some(setting) => (setting.value.clone(), setting.to_string()),
            },
        };
        // As in a header of HTTP, where the backend finds it, white space around it does not count.
        let text = text.expose().trim();
        if text.is_empty() {
            return Err(usage(format!("{origin} holds no token")).into());
        }
        Ok(Some(Token { secret: Secret::new(text), origin }))
    }

    /// The user of a bearer token, which is checked as AUTH_MODE says.
    fn user_of(&self, token: &Token) -> Result<Credential> {
        let value = |name: &str| self.settings.value(name);
        let (local, key) = (value("LOCAL_AUTH_TOKEN"), value("CLERK_JWT_KEY"));
        let mode = bearer::mode(value("AUTH_MODE").as_deref(), local.is_some(), key.is_some())?;
        let bearer = token.secret.expose();
        let claim = match mode {
            Mode::Local => {
                bearer::check_local(bearer, &local.unwrap_or_default())?;
                Claim::Local
            }
            Mode::Clerk => {
                let (parties, leeway) = (value("CLERK_AUTHORIZED_PARTIES"), value("CLERK_LEEWAY"));
                let clerk = Clerk::new(&key.unwrap_or_default(), parties.as_deref(), leeway.as_deref())?;
                Claim::ClerkUser(clerk.verify(bearer, chrono::Utc::now().timestamp())?)
            }
        };
        Ok(Credential::Claimed(claim, token.origin.clone()))
    }

    async fn agent_of(&self, store: &mut Database, place: &DatabaseChoice, token: &Token) -> Result<Claim> {
        let named = self.global.identity.as_agent.clone().or_else(|| self.settings.value("MC_AGENT"));
        named.iter().for_each(|name| hide_url(name));
        let memory = self.settings.cache_dir().map(|dir| TokenCache::new(dir, place.target.label()));
        let shown = self.progress("agents tried (MC_AGENT names one)", Some(0));
        let progress: Progress = Arc::new(move |done, all| shown.set(done as u64, all as u64));
        let agent = agent_login::prove(store, &token.secret, named.as_deref(), memory.as_ref(), progress).await;
        Ok(Claim::ProvedAgent(agent?))
    }
}
