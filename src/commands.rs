//! The commands: each its `Args`, whose doc comment is its help, and `run(self, &Context) -> Result<u8>`.
//!
//! A new command is a file here, a variant of [`Command`], and a line in its `run`.

pub mod agents;
pub mod boards;
pub mod comments;
pub mod compare;
pub mod complete;
pub mod completions;
pub mod demo;
pub mod doctor;
pub mod errors;
pub mod explain;
pub mod list;
pub mod log;
pub mod man;
pub mod profile;
pub mod summary;
pub mod tail;
pub mod tasks;
pub mod timeline;
pub mod users;
pub mod verify;
pub mod watch;
pub mod whoami;

use crate::cli::global::GlobalArgs;
use crate::error::is_conflict;
use crate::interrupt::until_interrupted;
use crate::output::destination;
use crate::session::Context;
use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};
use std::time::Duration;

/// How often a query is retried that a standby cancelled.
const MAX_CONFLICTS: u32 = 3;

/// Query and follow the activity log of OpenClaw Mission Control
///
/// Mission Control records what its agents and users do in the table activity_events, but its web UI shows only a few
/// event types and no failures. This program reads the table and applies Mission Control's access rules.
///
/// Without DATABASE_URL it reads the demo database, which `mc-activity demo` creates.
#[derive(Debug, Parser)]
#[command(name = "mc-activity", version, propagate_version = true, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples (they also work with the demo database):
  mc-activity demo                               create the demo database
  mc-activity list --board payments --since 1h   the last hour on a board
  mc-activity errors --range 24h                 how many events fail, and where?
  mc-activity tail --events                      follow all events
  mc-activity list -o jsonl --all | jq .message  JSON for scripts";

/// A command with its arguments.
#[derive(Debug, Clone, Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    #[command(aliases = ["events", "logs"])]
    List(list::ListArgs),
    Comments(comments::CommentsArgs),
    Tail(tail::TailArgs),
    Errors(errors::ErrorsArgs),
    Summary(summary::SummaryArgs),
    Agents(agents::AgentsArgs),
    Tasks(tasks::TasksArgs),
    Timeline(timeline::TimelineArgs),
    Watch(watch::WatchArgs),
    Compare(compare::CompareArgs),
    Verify(verify::VerifyArgs),
    Boards(boards::BoardsArgs),
    Users(users::UsersArgs),
    Whoami(whoami::WhoamiArgs),
    Profile(profile::ProfileArgs),
    Doctor(doctor::DoctorArgs),
    Explain(explain::ExplainArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Complete(complete::CompleteArgs),
    Log(log::LogArgs),
    Demo(demo::DemoArgs),
}

/// Headings of flags that a command without a database does not show.
const DATABASE_FLAGS: [&str; 2] = ["Database", "Identity"];

/// The command line as clap describes it, complete with the flags that all commands have.
pub fn command_line() -> clap::Command {
    let mut program = Cli::command();
    // Only then do commands have the global flags.
    program.build();
    program.mut_subcommands(|command| {
        if !needs_no_database(command.get_name()) {
            return command;
        }
        command.mut_args(|arg| {
            let of_database = arg.get_help_heading().is_some_and(|heading| DATABASE_FLAGS.contains(&heading));
            if of_database { arg.hide(true) } else { arg }
        })
    })
}

/// Whether a command never uses the database that settings name.
fn needs_no_database(command: &str) -> bool {
    ["completions", "demo", "man"].contains(&command)
}

/// Runs the command that was parsed; `name` is its name. The number is the exit code.
pub async fn run(cli: Cli, name: &str) -> Result<u8> {
    let Cli { global, command } = cli;
    let context = Context::new(global, name, command.needs_settings())?;
    match command {
        // They listen for signals themselves.
        Command::Tail(_) | Command::Watch(_) | Command::Demo(_) => command.run(&context).await,
        // Its input can be read only once, so it is not retried.
        Command::Log(_) => until_interrupted(command.run(&context)).await,
        command => until_interrupted(command.run_with_retries(&context)).await,
    }
}

impl Command {
    /// The dispatch: each command takes what it needs from the context, and returns the exit code.
    async fn run(self, context: &Context) -> Result<u8> {
        match self {
            Self::List(args) => args.run(context).await,
            Self::Comments(args) => args.run(context).await,
            Self::Tail(args) => args.run(context).await,
            Self::Errors(args) => args.run(context).await,
            Self::Summary(args) => args.run(context).await,
            Self::Tasks(args) => args.run(context).await,
            Self::Timeline(args) => args.run(context).await,
            Self::Watch(args) => args.run(context).await,
            Self::Compare(args) => args.run(context).await,
            Self::Verify(args) => args.run(context).await,
            Self::Agents(args) => args.run(context).await,
            Self::Boards(args) => args.run(context).await,
            Self::Users(args) => args.run(context).await,
            Self::Whoami(args) => args.run(context).await,
            Self::Profile(args) => args.run(context),
            Self::Doctor(args) => args.run(context).await,
            Self::Explain(args) => args.run(context).await,
            Self::Completions(args) => args.run(context).await,
            Self::Man(args) => args.run(context).await,
            Self::Complete(args) => args.run(context).await,
            Self::Log(args) => args.run(context).await,
            Self::Demo(args) => args.run(context).await,
        }
    }

    /// Retries a query that a hot standby cancelled, unless output has started.
    async fn run_with_retries(self, context: &Context) -> Result<u8> {
        let mut conflicts = 0;
        loop {
            match self.clone().run(context).await {
                Err(error) if is_conflict(&error) && conflicts < MAX_CONFLICTS && !destination::has_begun() => {
                    conflicts += 1
                }
                done => return done,
            }
        }
    }

    /// Whether the command reads `.env` and profile. The others must work where these files are damaged.
    fn needs_settings(&self) -> bool {
        match self {
            Self::Completions(_) | Self::Man(_) | Self::Complete(_) | Self::Demo(_) => false,
            Self::Explain(args) => args.needs_database(),
            _ => true,
        }
    }

    /// How long it may take to end after Ctrl-C: tail saves its position, demo removes a half-made store.
    pub fn grace(&self) -> Duration {
        Duration::from_millis(if matches!(self, Self::Tail(_) | Self::Watch(_) | Self::Demo(_)) { 2_000 } else { 60 })
    }

    /// Whether it handles the end of its terminal itself: tail saves its position first, watch restores the terminal.
    pub fn outlives_hangup(&self) -> bool {
        matches!(self, Self::Tail(_) | Self::Watch(_))
    }
}
