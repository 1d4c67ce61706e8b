//! `complete-names`: what the completion scripts ask when Tab is pressed. Hidden; quick or silent.

use super::session::{Context, Session};
use crate::access::ActorKind;
use crate::cli::global::{DatabaseArgs, GlobalArgs, IdentityArgs};
use crate::explain::stored_types;
use crate::filter::Filter;
use crate::output::visible;
use crate::store::{AgentName, BoardsOf, Dimension, Rule};
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::timeout;

/// Longer than this nobody wants to wait for a Tab.
const DEADLINE: Duration = Duration::from_millis(300);
/// Types of this many days are offered beside those of the catalogue.
const SECONDS: i64 = 7 * 86_400;

/// Print the names that complete a command line
#[derive(Debug, Clone, Args)]
#[command(hide = true)]
pub struct CompleteNamesArgs {
    /// Of what
    kind: Names,
    /// The line typed so far; its --profile, --database-url and --as-… are heeded
    #[arg(default_value = "")]
    line: String,
}

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Names {
    Board,
    Agent,
    Type,
}

impl CompleteNamesArgs {
    /// The flags of the line typed so far. Only what says which database is asked, and by whom: no token is read.
    pub fn global(&self) -> GlobalArgs {
        let word = |flag: &str| {
            let mut words = self.line.split_whitespace();
            let mut found = None;
            while let Some(word) = words.next() {
                let Some(rest) = word.strip_prefix(flag) else { continue };
                let value = if rest.is_empty() { words.next() } else { rest.strip_prefix('=') };
                found = value.map(|value| value.trim_matches(['\'', '"']).to_owned()).or(found);
            }
            found
        };
        GlobalArgs {
            database: DatabaseArgs {
                database_url: word("--database-url"),
                profile: word("--profile"),
                env_file: word("--env-file").map(PathBuf::from),
                timeout: Some(DEADLINE),
                show_sql: false,
            },
            identity: IdentityArgs {
                as_user: word("--as-user"),
                as_agent: word("--as-agent"),
                token_file: None,
                agent_token_file: None,
            },
            zone: Default::default(),
            quiet: true,
            verbose: 0,
        }
    }

    /// Prints what there is in time.
    ///
    /// # Errors
    /// Those of stdout alone.
    pub async fn run(&self, context: &Context) -> Result<()> {
        let mut names: BTreeSet<String> = BTreeSet::new();
        if self.kind == Names::Type {
            names.extend(stored_types().map(str::to_owned));
        }
        if let Ok(Ok(found)) = timeout(DEADLINE, self.find(context)).await {
            names.extend(found);
        }
        let mut out = io::stdout().lock();
        for name in names.iter().filter(|name| !name.is_empty() && visible(name) == name.as_str()) {
            writeln!(out, "{name}")?;
        }
        Ok(out.flush()?)
    }

    async fn find(&self, context: &Context) -> Result<Vec<String>> {
        let mut session = context.session(false).await?;
        let boards = match session.actor.kind {
            ActorKind::User => session.actor.boards.clone(),
            ActorKind::Agent => session.store.boards(BoardsOf::Agent(session.actor.id)).await?,
        };
        Ok(match self.kind {
            Names::Board => boards.into_iter().map(|board| board.slug).collect(),
            // An agent may name itself alone.
            Names::Agent if session.actor.kind == ActorKind::Agent => vec![session.actor.name],
            Names::Agent => {
                let sight: Vec<_> = boards.iter().map(|board| board.id).collect();
                session.store.agents(AgentName::Near(&sight)).await?.into_iter().map(|agent| agent.name).collect()
            }
            Names::Type => {
                let scope = session.scope.clone();
                let filter = Filter { since: Some(session.now.plus_seconds(-SECONDS)), ..Filter::default() };
                let asked = Session::asked(&scope, &filter, Rule::Resolved);
                let counted = session.store.counted(asked, &[Dimension::Type]).await?;
                counted.into_iter().filter_map(|row| row.event_type).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_which_database_is_asked_and_by_whom() {
        let line = "mc-activity --profile prod list --as-user='ada@x.org' --as-agent --board ";
        let args = CompleteNamesArgs { kind: Names::Board, line: line.to_owned() };
        let global = args.global();
        assert_eq!(global.database.profile.as_deref(), Some("prod"));
        assert_eq!(global.identity.as_user.as_deref(), Some("ada@x.org"));
        assert_eq!(global.database.database_url, None);
    }
}
