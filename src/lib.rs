//! `mc-activity`: queries and follows the activity log of OpenClaw Mission Control.
//!
//! Every command takes the same way: parse the command line, build a session (connection, identity, filters), run prepared
//! SQL, and write the rows in a format.
//!
//! ```text
//! argv ─→ cli ─→ commands::<name> ─→ session ─→ db (prepared SQL, rows one by one) ─→ output
//!                                       └─→ auth: identity → Scope (which boards, which agent)
//! ```
//!
//! # Layers
//! A module imports only from layers below its own, or from itself. `tests/house.rs` reads this list and checks it.
//!
//! 1. run
//! 2. commands
//! 3. session
//! 4. cli, auth, demo, interrupt, watch
//! 5. settings
//! 6. db
//! 7. output, tail
//! 8. analysis
//! 9. model
//! 10. error
//! 11. redact, similar_names
//! 12. escape, atomic_file, private_file
//!
//! Commands do not import each other. sqlx and rusqlite are named only in `db`; clap only in `run`, `commands` and `cli`, ratatui and crossterm only in `watch`. Nothing
//! below `session` reads the clock of the machine to decide what a query means.

mod analysis;
mod atomic_file;
mod auth;
mod cli;
mod commands;
mod db;
mod demo;
mod error;
mod escape;
mod interrupt;
mod model;
mod output;
mod private_file;
mod redact;
mod run;
mod session;
mod settings;
mod similar_names;
mod tail;
mod watch;

pub use run::main;

/// What tests ask of the program without running it.
#[doc(hidden)]
pub mod for_tests {
    use crate::commands::{self, completions, man};

    /// The command line as clap describes it.
    pub fn command() -> clap::Command {
        commands::command_line()
    }

    /// What is wrong with these arguments, if anything.
    pub fn usage_error(arguments: &[String]) -> Option<String> {
        commands::command_line().try_get_matches_from(arguments).err().map(|error| error.to_string())
    }

    /// The completion scripts: file names and texts.
    pub fn completion_files() -> Vec<(String, String)> {
        completions::files()
    }

    /// The manual pages: file names and texts.
    pub fn man_pages() -> Vec<(String, Vec<u8>)> {
        man::pages().unwrap_or_default()
    }

    /// The exit codes of failures, and their names in JSON.
    pub fn exit_codes() -> Vec<(u8, &'static str)> {
        crate::error::Kind::ALL.map(|kind| (kind.exit_code(), kind.name())).to_vec()
    }
}
