//! Flags that every command takes: where the database is, which identity is used, and how much is printed.

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
    /// The identity: whose view of the data is shown.
    #[command(flatten)]
    pub identity: IdentityArgs,
    /// The zone of times typed and shown.
    #[command(flatten)]
    pub zone: ZoneArgs,
    /// Print only errors on stderr
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Common")]
    pub quiet: bool,
    /// Do not use a pager
    ///
    /// On a terminal, output that is longer than the screen is shown in MC_PAGER, else in PAGER, else in `less -FRX`. An
    /// empty MC_PAGER means no pager.
    #[arg(hide_short_help = true, long, global = true, help_heading = "Common")]
    pub no_pager: bool,
    /// Print more details on stderr
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
    /// postgresql://... or sqlite:FILE [env: DATABASE_URL]
    ///
    /// Other users of this machine can read the arguments of a process, so keep passwords out of them: use ~/.pgpass,
    /// PGPASSWORD or a profile.
    #[arg(long, value_name = "URL", global = true)]
    pub database_url: Option<String>,
    /// Load ~/.config/mc-activity/NAME.env
    ///
    /// The directory is $XDG_CONFIG_HOME/mc-activity. A profile can hold every setting, passwords and tokens included.
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,
    /// Read this file instead of .env [env: MC_ENV_FILE]
    ///
    /// The file is trusted, whoever owns it. The nearest .env in this directory and its parents is then not read.
    #[arg(hide_short_help = true, long, value_name = "FILE", global = true)]
    pub env_file: Option<PathBuf>,
    /// Statement timeout [default: 30s]
    ///
    /// The default is 30s, and no timeout with --all. 0s means no limit.
    #[arg(hide_short_help = true, long, value_name = "DURATION", global = true, value_parser = parse_duration)]
    pub timeout: Option<Duration>,
    /// Print the SQL that is sent, on stderr
    #[arg(hide_short_help = true, long, global = true)]
    pub show_sql: bool,
}

/// The identity: whose view of the data is shown.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Identity")]
pub struct IdentityArgs {
    /// Show what this user can see
    ///
    /// USER is an id, an e-mail address or a Clerk id. This is a view, not a security boundary: anyone with the database URL
    /// can read the data.
    #[arg(long, value_name = "USER", value_parser = NonEmptyStringValueParser::new(), global = true, conflicts_with = "as_agent")]
    pub as_user: Option<String>,
    /// Show what this agent can see
    ///
    /// AGENT is an id or a name. With an agent token, the token must belong to this agent.
    #[arg(long, value_name = "AGENT", value_parser = NonEmptyStringValueParser::new(), global = true)]
    pub as_agent: Option<String>,
    /// User token to authenticate with [env: MC_TOKEN]
    ///
    /// The file holds a user's bearer token; - reads it from stdin. MC_TOKEN holds the token itself.
    #[arg(hide_short_help = true, long, value_name = "FILE", global = true, conflicts_with = "agent_token_file")]
    pub token_file: Option<String>,
    /// Agent token [env: MC_AGENT_TOKEN]
    ///
    /// The file holds an agent's token; - reads it from stdin. MC_AGENT_TOKEN holds the token itself.
    #[arg(hide_short_help = true, long, value_name = "FILE", global = true)]
    pub agent_token_file: Option<String>,
}
