//! Flags that every command takes: where the database is, who is asking, how much to say.

use super::duration::parse_duration;
use super::filter::ZoneArgs;
use crate::error::usage;
use anyhow::Result;
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args};
use std::path::PathBuf;
use std::time::Duration;

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// Where the database is, and how to talk to it.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Who is asking.
    #[command(flatten)]
    pub identity: IdentityArgs,
    /// The zone of times typed and shown.
    #[command(flatten)]
    pub zone: ZoneArgs,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Common")]
    pub quiet: bool,
    /// Say more on stderr
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Common")]
    pub verbose: u8,
}

impl GlobalArgs {
    /// clap looks for contradictions among the flags before the command, and among those behind it.
    ///
    /// # Errors
    /// Exit 2 for one between the two, and for `--local` where the zone of the machine is not known.
    pub fn check(&self) -> Result<()> {
        let (who, zone) = (&self.identity, &self.zone);
        let pairs = [
            ("--as-user", who.as_user.is_some(), "--as-agent", who.as_agent.is_some()),
            ("--token-file", who.token_file.is_some(), "--agent-token-file", who.agent_token_file.is_some()),
            ("--local", zone.local, "--tz", zone.tz.is_some()),
            ("--quiet", self.quiet, "--verbose", self.verbose > 0),
        ];
        match pairs.into_iter().find(|(_, first, _, second)| *first && *second) {
            Some((first, _, second, _)) => Err(usage(format!("{first} cannot be used with {second}")).into()),
            None => zone.zone().map(drop),
        }
    }
}

/// Where the database is, and how to talk to it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    /// postgresql://HOST/NAME or sqlite:FILE, as in DATABASE_URL; keep passwords out of it, other users can read arguments
    #[arg(long, value_name = "URL", global = true)]
    pub database_url: Option<String>,
    /// Read settings from NAME.env in the directory mc-activity of the configuration
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,
    /// Read this file instead of the nearest .env and trust it, no matter who owns it [env: MC_ENV_FILE]
    #[arg(long, value_name = "FILE", global = true)]
    pub env_file: Option<PathBuf>,
    /// How long one statement may take (default 30s, none for --all); 0s is for ever
    #[arg(long, value_name = "DURATION", global = true, value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// Print the SQL that is sent to stderr
    #[arg(long, global = true)]
    pub show_sql: bool,
}

/// Who is asking.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Who is asking")]
pub struct IdentityArgs {
    /// Look through this user's eyes: id, e-mail address or Clerk id (a view, no boundary: who has the URL has the data)
    #[arg(long, value_name = "USER", value_parser = NonEmptyStringValueParser::new(), global = true, conflicts_with = "as_agent")]
    pub as_user: Option<String>,
    /// Look through this agent's eyes: id or name; with an agent's token, the agent that it must belong to
    #[arg(long, value_name = "AGENT", value_parser = NonEmptyStringValueParser::new(), global = true)]
    pub as_agent: Option<String>,
    /// Prove to be the user whose token is in this file (- is stdin); else MC_TOKEN
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "agent_token_file")]
    pub token_file: Option<String>,
    /// Prove to be the agent whose token is in this file (- is stdin); else MC_AGENT_TOKEN
    #[arg(long, value_name = "FILE", global = true)]
    pub agent_token_file: Option<String>,
}
