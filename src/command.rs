//! The commands: each its `Args`, whose doc comment is its help, and a `run`.

pub mod boards;
pub mod comments;
pub mod counting;
pub mod cursor;
pub mod errors;
pub mod feed;
pub mod list;
pub mod login;
pub mod select;
pub mod session;
pub mod sink;
pub mod summary;
pub mod tail;
pub mod whoami;

use crate::cli::Cli;
use anyhow::Result;
use clap::Subcommand;
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
        }
    }
}
