//! The commands: each its `Args`, whose doc comment is its help, and a `run`.

pub mod agents;
pub mod boards;
pub mod comments;
pub mod complete;
pub mod completions;
pub mod demo;
pub mod doctor;
pub mod errors;
pub mod explain;
pub mod list;
pub mod log;
pub mod man;
pub mod summary;
pub mod tail;
pub mod whoami;

use crate::cli::global::GlobalArgs;
use crate::error::is_conflict;
use crate::output::destination;
use crate::session::Context;
use anyhow::{Result, bail};
use clap::{CommandFactory, Parser, Subcommand};
use std::time::Duration;

/// How often a question is asked anew that a standby had to stop.
const MOST_CONFLICTS: u32 = 3;

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
    List(list::ListArgs),
    Comments(comments::CommentsArgs),
    Tail(tail::TailArgs),
    Errors(errors::ErrorsArgs),
    Summary(summary::SummaryArgs),
    Agents(agents::AgentsArgs),
    Boards(boards::BoardsArgs),
    Whoami(whoami::WhoamiArgs),
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

/// Does what the command line says; the number is the exit code.
///
/// # Errors
/// Whatever goes wrong; [`crate::error::kind_of`] gives the exit code.
pub async fn run(cli: Cli) -> Result<u8> {
    let Cli { global, command } = cli;
    // These need no settings, and must work where settings are damaged.
    match &command {
        Command::Completions(args) => return args.run().map(|()| 0),
        Command::Man(args) => return args.run().map(|()| 0),
        Command::Complete(args) => return args.run().await.map(|()| 0),
        _ => {}
    }
    let context = Context::new(global, command.name(), command.needs_settings())?;
    match command {
        Command::Tail(args) => args.run(&context).await,
        Command::Demo(args) => demo(args, context).await,
        // Its input can be read once only.
        Command::Log(args) => crate::interrupt::until_interrupted(async { args.run(&context).await.map(|()| 0) }).await,
        command => crate::interrupt::until_interrupted(command.answer(&context)).await,
    }
}

/// Makes the embedded store, shows it with list and errors, says what to try next.
async fn demo(args: demo::DemoArgs, mut context: Context) -> Result<u8> {
    let made = async {
        let path = args.make(&context).await?;
        context.demo = Some(path.clone());
        show_demo(&context).await?;
        Ok(path)
    };
    let path = crate::interrupt::until_interrupted(made).await?;
    context.say(demo::NEXT);
    if args.is_live() {
        args.live(&context, &path).await?;
    }
    Ok(0)
}

async fn show_demo(context: &Context) -> Result<()> {
    for shown in [
        &["mc-activity", "list", "--exclude-type", "agent.heartbeat", "--limit", "12"][..],
        &["mc-activity", "errors", "--limit", "5"],
    ] {
        context.say(&format!("\n$ {}", shown.join(" ")));
        match Cli::try_parse_from(shown)?.command {
            Command::List(list) => list.run(context).await?,
            Command::Errors(errors) => drop(errors.run(context).await?),
            _ => {}
        }
    }
    Ok(())
}

impl Command {
    /// Whether the command needs the database or the identity of the settings. A command that does not must also work if a
    /// `.env` file or a profile cannot be read.
    fn needs_settings(&self) -> bool {
        match self {
            Self::Explain(args) => args.needs_database(),
            _ => !needs_no_database(self.name()),
        }
    }

    /// How long it may take to end after Ctrl-C; tail saves where it was, demo has a store half made.
    pub fn grace(&self) -> Duration {
        Duration::from_millis(if matches!(self, Self::Tail(_) | Self::Demo(_)) { 2_000 } else { 60 })
    }

    /// Whether it does not end at once when the terminal is closed: tail saves where it was.
    pub fn outlives_hangup(&self) -> bool {
        matches!(self, Self::Tail(_))
    }

    /// Once more where a standby stopped a question in favour of what it replays, unless some of the answer is out.
    async fn answer(self, context: &Context) -> Result<u8> {
        let mut conflicts = 0;
        loop {
            match self.clone().once(context).await {
                Err(error) if is_conflict(&error) && conflicts < MOST_CONFLICTS && !destination::has_begun() => {
                    conflicts += 1
                }
                done => return done,
            }
        }
    }

    async fn once(self, context: &Context) -> Result<u8> {
        match self {
            Self::Tail(_) | Self::Log(_) | Self::Demo(_) | Self::Completions(_) | Self::Man(_) | Self::Complete(_) => {
                bail!("{} is no question", self.name())
            }
            Self::List(args) => args.run(context).await?,
            Self::Comments(args) => args.run(context).await?,
            Self::Errors(args) => return args.run(context).await,
            Self::Summary(args) => args.run(context).await?,
            Self::Agents(args) => return args.run(context).await,
            Self::Boards(args) => args.run(context).await?,
            Self::Whoami(args) => args.run(context).await?,
            Self::Doctor(args) => return args.run(context).await,
            Self::Explain(args) => args.run(context).await?,
        }
        Ok(0)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Comments(_) => "comments",
            Self::Tail(_) => "tail",
            Self::Errors(_) => "errors",
            Self::Summary(_) => "summary",
            Self::Agents(_) => "agents",
            Self::Boards(_) => "boards",
            Self::Whoami(_) => "whoami",
            Self::Doctor(_) => "doctor",
            Self::Explain(_) => "explain",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Complete(_) => "complete",
            Self::Log(_) => "log",
            Self::Demo(_) => "demo",
        }
    }
}
