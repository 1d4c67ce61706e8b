//! The command line: flag groups that commands flatten into their `Args`, and the steps from what was typed to what is
//! meant. Nothing here asks the clock or a database: "now" and the things that a name can mean are passed in.
//!
//! Parsers meant for `value_parser` (times, durations, zones) do not repeat the text they refuse: clap puts the value
//! and its flag in front of their message.

pub mod duration;
pub mod filter;
pub mod format;
pub mod global;
pub mod names;
pub mod page;
pub mod split;
pub mod time;

use crate::command::Command;
use crate::redact::mask;
use clap::Parser;
use serde_json::json;
use std::ffi::OsString;

/// Query and follow the activity log of OpenClaw Mission Control
///
/// Mission Control writes every act of its agents and users to the table activity_events and shows little of it: a
/// failure is visible nowhere else. This tool reads that table with the access rules of Mission Control.
///
/// Without DATABASE_URL it reads its own embedded store, which `mc-activity demo` makes and fills.
#[derive(Debug, Parser)]
#[command(name = "mc-activity", version, propagate_version = true, max_term_width = 110, after_help = EXAMPLES)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: global::GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples (they work on the demo store too):
  mc-activity demo                               make and fill the embedded store
  mc-activity list --board payments --since 1h   what happened on a board
  mc-activity errors --range 24h                 how bad is it?
  mc-activity tail --events                      follow everything
  mc-activity list -o jsonl --all | jq .message  for scripts";

/// Whether the arguments ask for JSON, in whatever way and whether or not the rest of them can be understood.
pub fn asks_for_json(args: impl IntoIterator<Item = OsString>) -> bool {
    let args: Vec<String> = args.into_iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let is_json = |format: &str| format.starts_with("json");
    args.iter().take_while(|arg| *arg != "--").enumerate().any(|(at, arg)| match arg.as_str() {
        "--output" => args.get(at + 1).is_some_and(|format| is_json(format)),
        other if other.starts_with("--") => other.strip_prefix("--output=").is_some_and(is_json),
        // -o may stand behind others that take no value, and before its own.
        other => other.strip_prefix('-').map(|flags| flags.trim_start_matches(SWITCHES)).is_some_and(|flags| {
            flags.strip_prefix('o').is_some_and(|format| match format.trim_start_matches('=') {
                "" => args.get(at + 1).is_some_and(|format| is_json(format)),
                format => is_json(format),
            })
        }),
    })
}

/// Short flags without a value.
pub(crate) const SWITCHES: [char; 3] = ['q', 'v', 'i'];

/// A usage error in the form of all others: one line of JSON.
pub fn complaint_as_json(told: &clap::Error) -> String {
    let text = told.render().to_string();
    let text = mask(&text);
    let (message, hint) = text.split_once("\n\n").unwrap_or((&text, ""));
    let message = message.trim_start_matches("error: ").trim();
    json!({"error": {"code": "usage", "message": message, "hint": hint.trim()}}).to_string()
}
