//! The commands: each its `Args`, whose doc comment is its help, and a `run`.

mod comments;
mod cursor;
mod feed;
mod list;
mod select;
mod session;
mod sink;

use crate::cli::Cli;
use anyhow::Result;
use clap::Subcommand;
use session::Context;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[allow(missing_docs)]
    List(list::ListArgs),
    #[allow(missing_docs)]
    Comments(comments::CommentsArgs),
}

/// Does what the command line says.
///
/// # Errors
/// Whatever goes wrong; [`crate::error::kind_of`] gives the exit code.
pub async fn run(cli: Cli) -> Result<()> {
    let Cli { global, command } = cli;
    let context = Context::new(global, command.name())?;
    match command {
        Command::List(args) => args.run(&context).await,
        Command::Comments(args) => args.run(&context).await,
    }
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Comments(_) => "comments",
        }
    }
}
