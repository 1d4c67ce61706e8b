//! The names that the actor of a command line may see.

use super::candidates::Names;
use crate::auth::{ActorKind, identity};
use crate::cli::global::GlobalArgs;
use crate::commands::Cli;
use crate::db::{AgentName, BoardRule, Dimension};
use crate::escape::escape_for_terminal;
use crate::model::Filter;
use crate::model::catalogue::stored_types;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::{CommandFactory, Parser};
use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The longest wait after a Tab.
const DEADLINE: Duration = Duration::from_millis(300);
/// Types of this many days are offered beside those of the catalogue.
const SECONDS: i64 = 7 * 86_400;

/// The names of one kind. No name in it needs escapes on a terminal.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The names that are offered.
    pub(super) first: BTreeSet<String>,
    /// Other names of the same things, for a person who types one of them: boards have a slug and a name.
    pub(super) second: BTreeSet<String>,
}

/// Finds the names, as far as the database answers in time. `before` is the command line before the word that is typed.
pub(super) async fn find(names: Names, before: &[String]) -> Known {
    let (sender, receiver) = oneshot::channel();
    let before = before.to_vec();
    // On a thread of its own, as SQLite waits for a lock without yielding.
    let thread = thread::Builder::new().spawn(move || sender.send(look_up(names, &before).unwrap_or_default()));
    let mut known = match (thread, timeout(DEADLINE, receiver).await) {
        (Ok(_), Ok(Ok(known))) => known,
        _ => Known::default(),
    };
    if names == Names::Type {
        known.first.extend(stored_types().map(str::to_owned));
    }
    for some in [&mut known.first, &mut known.second] {
        some.retain(|name| !name.is_empty() && escape_for_terminal(name) == name.as_str());
    }
    known
}

/// Settings are read only here, so flags and commands complete where settings are damaged.
fn look_up(names: Names, before: &[String]) -> Result<Known> {
    let Some(global) = global(before) else { return Ok(Known::default()) };
    let context = Context::new(global, "complete", true)?;
    Builder::new_current_thread().enable_all().build()?.block_on(ask(names, &context))
}

async fn ask(names: Names, context: &Context) -> Result<Known> {
    let mut session = context.session(false).await?;
    let boards = identity::boards(&mut session.store, &session.actor).await?;
    let mut known = Known::default();
    match names {
        Names::Board => {
            for board in boards {
                known.first.insert(board.slug);
                known.second.insert(board.name);
            }
        }
        // An agent may name itself alone.
        Names::Agent if session.actor.kind == ActorKind::Agent => known.first.extend([session.actor.name]),
        Names::Agent => {
            let sight: Vec<_> = boards.iter().map(|board| board.id).collect();
            let agents = session.store.agents(AgentName::Near(&sight)).await?;
            known.first.extend(agents.into_iter().map(|agent| agent.name));
        }
        Names::Type => {
            let scope = session.scope.clone();
            let filter = Filter { since: Some(session.now.plus_seconds(-SECONDS)), ..Filter::default() };
            let asked = Session::asked(&scope, &filter, BoardRule::EventBoard);
            let counted = session.store.counted(asked, &[Dimension::Type]).await?;
            known.first.extend(counted.into_iter().filter_map(|row| row.event_type));
        }
    }
    Ok(known)
}

/// The flags of a command line that say which database is read, and as whom. No token is read.
fn global(words: &[String]) -> Option<GlobalArgs> {
    let program = Cli::command();
    let is_heeded = |long: &&str| !["timeout", "tz", "token-file", "agent-token-file"].contains(long);
    let takes_value = |arg: &&clap::Arg| arg.is_global_set() && arg.get_action().takes_values();
    let flags = program.get_arguments().filter(takes_value).filter_map(clap::Arg::get_long).filter(is_heeded);
    let given = flags.filter_map(|flag| Some(format!("--{flag}={}", value_of(flag, words)?)));
    let line = ["mc-activity".to_owned()].into_iter().chain(given).chain(["whoami".to_owned()]);
    let mut global = Cli::try_parse_from(line).ok()?.global;
    global.database.timeout = Some(DEADLINE);
    global.quiet = true;
    Some(global)
}

/// The last value of a flag.
fn value_of<'a>(flag: &str, words: &'a [String]) -> Option<&'a str> {
    let mut words = words.iter().take_while(|word| *word != "--");
    let mut found = None;
    while let Some(word) = words.next() {
        let Some(rest) = word.strip_prefix("--").and_then(|word| word.strip_prefix(flag)) else { continue };
        let value = if rest.is_empty() { words.next().map(String::as_str) } else { rest.strip_prefix('=') };
        found = value.or(found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_which_database_is_read_and_as_whom() {
        let line = ["mc-activity", "--profile", "prod", "list", "--as-user=ada@x.org", "--tz", "Nowhere", "--as-agent"];
        let global = global(&line.map(str::to_owned)).unwrap();
        assert_eq!(global.database.profile.as_deref(), Some("prod"));
        assert_eq!(global.identity.as_user.as_deref(), Some("ada@x.org"));
        assert_eq!(global.database.database_url, None);
    }
}
