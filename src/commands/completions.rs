//! `completions`: what a shell sources to complete our command lines.
//!
//! The scripts are the files in `completions/`.

use super::Cli;
use crate::output::Content;
use crate::output::destination::Destination;
use crate::session::Context;
use anyhow::Result;
use clap::{Args, Command, CommandFactory, ValueEnum};
use clap_complete::Shell;
use std::io::Write;

/// Print the completions of a shell
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
In bash, zsh and fish, boards, agents and types are completed from the database, if it answers within 300 ms.

Examples:
  source <(mc-activity completions bash)                                   # in ~/.bashrc
  mc-activity completions zsh > ~/.zfunc/_mc-activity                      # a directory of $fpath
  mc-activity completions fish > ~/.config/fish/completions/mc-activity.fish")]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// The program's name, as it is completed.
const NAME: &str = "mc-activity";

impl CompletionsArgs {
    /// Answers.
    ///
    /// # Errors
    /// Those of stdout.
    pub async fn run(self, _context: &Context) -> Result<u8> {
        let mut sink = Destination::open_for(None, Content::Own)?;
        sink.write_all(script(self.shell).as_bytes())?;
        sink.finish()?;
        Ok(0)
    }
}

/// File names below `completions/`, as the shells look for them, with what is in them.
pub fn files() -> Vec<(String, String)> {
    let name = |shell: &Shell| match shell {
        Shell::Bash => format!("{NAME}.bash"),
        Shell::Elvish => format!("{NAME}.elv"),
        Shell::Fish => format!("{NAME}.fish"),
        Shell::PowerShell => format!("_{NAME}.ps1"),
        _ => format!("_{NAME}"),
    };
    Shell::value_variants().iter().map(|shell| (name(shell), script(*shell))).collect()
}

/// Scripts for bash, zsh and fish only hand the command line to the hidden command `complete`. The others are made by
/// clap_complete, and know commands and flags alone.
fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => include_str!("../../completions/mc-activity.bash").to_owned(),
        Shell::Zsh => include_str!("../../completions/_mc-activity").to_owned(),
        Shell::Fish => include_str!("../../completions/mc-activity.fish").to_owned(),
        _ => {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut escape_for_terminal(&Cli::command()), NAME, &mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        }
    }
}

/// Without what is hidden, which the scripts would offer all the same.
fn escape_for_terminal(program: &Command) -> Command {
    let shown = program.get_subcommands().filter(|command| !command.is_hide_set());
    Command::new(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .propagate_version(true)
        .args(program.get_arguments())
        .subcommands(shown.cloned())
}
