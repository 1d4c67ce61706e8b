//! The binary as its users meet it, run against real databases: a private PostgreSQL server with the deployed and the
//! documented schema, and the embedded store.

// What a test may do, its harness may: panics are how it complains.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, unreachable_pub)]

mod agents;
mod auth;
mod boards;
mod complete;
mod completions;
mod conformance;
mod db;
mod demo;
mod docs;
mod doctor;
mod environment;
mod errors;
mod explain;
mod harness;
mod interruption;
mod list;
mod log;
mod man;
mod oracle;
mod output;
mod secrets;
mod settings;
mod smoke;
mod tail;
mod time_zones;
mod untrusted_text;
mod visibility;
