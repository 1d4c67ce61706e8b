//! The command line: flag groups that commands flatten into their `Args`, and the steps from what was typed to what is
//! meant. Nothing here asks the clock or a database: "now" and the things that a name can mean are passed in.
//!
//! Parsers meant for `value_parser` (times, durations, zones) do not repeat the text they refuse: clap puts the value
//! and its flag in front of their message.

pub mod duration;
pub mod filter;
pub mod format;
pub mod global;
pub mod hints;
pub mod paging;
pub mod split;
pub mod time;

use crate::redact::{SWITCHES, mask};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;
use std::ffi::OsString;

/// Parses one of these values by its name. The names are those of the help and of the completions.
pub fn one_of<T: Copy + Send + Sync>(
    offered: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let names = offered.iter().map(move |value| name(*value));
    // clap has refused every other name before.
    let by_name = move |typed: String| offered.iter().copied().find(|value| name(*value) == typed).ok_or("unknown");
    PossibleValuesParser::new(names).try_map(by_name)
}

/// Whether the arguments select JSON, even if the rest of them is not valid.
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

/// A usage error in the form of all others: one line of JSON.
pub fn complaint_as_json(told: &clap::Error) -> String {
    let text = told.render().to_string();
    let text = mask(&text);
    let (message, hint) = text.split_once("\n\n").unwrap_or((&text, ""));
    let message = message.trim_start_matches("error: ").trim();
    json!({"error": {"code": "usage", "message": message, "hint": hint.trim()}}).to_string()
}
