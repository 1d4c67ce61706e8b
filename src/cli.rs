//! The command line: flag groups that commands flatten into their `Args`, and the steps from what was typed to what is
//! meant. Nothing here asks the clock or a database: "now" and the things that a name can mean are passed in.
//!
//! Parsers meant for `value_parser` (times, durations, zones) do not repeat the text they refuse: clap puts the value
//! and its flag in front of their message.

pub mod duration;
pub mod filter;
pub mod format;
pub mod names;
pub mod page;
pub mod split;
pub mod time;
