//! The commands: each its `Args`, whose doc comment is its help, and a `run`.

pub mod boards;
pub mod comments;
pub mod counting;
pub mod cursor;
pub mod demo;
pub mod errors;
pub mod feed;
pub mod list;
pub mod log;
pub mod login;
pub mod select;
pub mod session;
pub mod sink;
pub mod summary;
pub mod tail;
pub mod trace;
pub mod whoami;

use crate::cli::Cli;
use anyhow::Result;
use clap::{Parser, Subcommand};
use session::Context;

/// What to do.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    List(list::ListArgs),
    Comments(comments::CommentsArgs),
    Tail(tail::TailArgs),
    Errors(errors::ErrorsArgs),
    Summary(summary::SummaryArgs),
    Boards(boards::BoardsArgs),
    Whoami(whoami::WhoamiArgs),
    Log(log::LogArgs),
    Demo(demo::DemoArgs),
}

/// Does what the command line says; the number is the exit code.
///
/// # Errors
/// Whatever goes wrong; [`crate::error::kind_of`] gives the exit code.
pub async fn run(cli: Cli) -> Result<u8> {
    let Cli { global, command } = cli;
    let context = Context::new(global, command.name())?;
    match command {
        Command::List(args) => args.run(&context).await?,
        Command::Comments(args) => args.run(&context).await?,
        Command::Tail(args) => return args.run(&context).await,
        Command::Errors(args) => return args.run(&context).await,
        Command::Summary(args) => args.run(&context).await?,
        Command::Boards(args) => args.run(&context).await?,
        Command::Whoami(args) => args.run(&context).await?,
        Command::Log(args) => args.run(&context).await?,
        Command::Demo(args) => return demo(args, context).await,
    }
    Ok(0)
}

/// Makes the embedded store, shows it with list and errors, says what to try next.
async fn demo(args: demo::DemoArgs, mut context: Context) -> Result<u8> {
    let path = args.make(&context).await?;
    context.demo = Some(path.clone());
    for shown in [&["mc-activity", "list", "--limit", "12"][..], &["mc-activity", "errors", "--limit", "5"]] {
        context.say(&format!("\n$ {}", shown.join(" ")));
        match Cli::try_parse_from(shown)?.command {
            Command::List(list) => list.run(&context).await?,
            Command::Errors(errors) => drop(errors.run(&context).await?),
            _ => {}
        }
    }
    context.say(demo::NEXT);
    if args.is_live() {
        args.live(&context, &path).await?;
    }
    Ok(0)
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Comments(_) => "comments",
            Self::Tail(_) => "tail",
            Self::Errors(_) => "errors",
            Self::Summary(_) => "summary",
            Self::Boards(_) => "boards",
            Self::Whoami(_) => "whoami",
            Self::Log(_) => "log",
            Self::Demo(_) => "demo",
        }
    }
}
