//! `man`: the manual pages, made from the same texts as `--help`.

use super::Cli;
use crate::atomic_file;
use crate::error::{failed, usage};
use crate::output::Content;
use crate::output::destination::Destination;
use crate::session::Context;
use anyhow::{Context as _, Result};
use clap::{Args, CommandFactory, ValueHint};
use clap_mangen::Man;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Names that are less alike are alike by chance.
const ALIKE: f64 = 0.8;
/// Permissions of a new page, less the umask.
const PAGE_MODE: u32 = 0o644;

/// Print a manual page, or write all of them
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  mc-activity man errors | man -l -
  mc-activity man --out-dir ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Of this command; otherwise of the program
    #[arg(value_name = "COMMAND", conflicts_with = "out_dir")]
    command: Option<String>,
    /// Write one page for each command into this directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out_dir: Option<PathBuf>,
}

impl ManArgs {
    /// Answers.
    ///
    /// # Errors
    /// Exit 2 for a command that does not exist, exit 1 where files cannot be written.
    pub async fn run(self, _context: &Context) -> Result<u8> {
        let pages = pages()?;
        if let Some(directory) = &self.out_dir {
            let said = || failed(format!("cannot write to {}", directory.display()));
            fs::create_dir_all(directory).with_context(said)?;
            for (name, page) in &pages {
                atomic_file::replace(&directory.join(format!("{name}.1")), PAGE_MODE, page).with_context(said)?;
            }
            return Ok(0);
        }
        let wanted = self.command.as_ref().map_or("mc-activity".to_owned(), |name| format!("mc-activity-{name}"));
        let Some((_, page)) = pages.iter().find(|(name, _)| *name == wanted) else {
            let commands: Vec<&str> = pages.iter().filter_map(|(name, _)| name.strip_prefix("mc-activity-")).collect();
            let failure = usage(format!("no command {}", self.command.as_deref().unwrap_or_default()));
            let typed = self.command.as_deref().unwrap_or_default();
            let scored = commands.iter().map(|command| (strsim::jaro_winkler(typed, command), command));
            let hint = match scored.max_by(|a, b| a.0.total_cmp(&b.0)) {
                Some((alike, command)) if alike > ALIKE => format!("did you mean '{command}'?"),
                _ => format!("commands: {}", commands.join(", ")),
            };
            return Err(failure.hint(hint).into());
        };
        let mut sink = Destination::open_for(None, Content::Own)?;
        sink.write_all(page)?;
        sink.finish()?;
        Ok(0)
    }
}

/// Name and text of every page.
///
/// # Errors
/// None that is to be expected: the pages are made in memory.
pub fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    let mut program = Cli::command();
    program.build();
    let mut pages = vec![("mc-activity".to_owned(), page(program.clone())?)];
    for command in program.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help") {
        let name = format!("mc-activity-{}", command.get_name());
        pages.push((name, page(command.clone())?));
    }
    Ok(pages)
}

fn page(command: clap::Command) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Without a date: the same program prints the same page.
    Man::new(command).manual("mc-activity").render(&mut bytes)?;
    Ok(bytes)
}
