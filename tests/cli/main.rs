//! Runs the binary as its users do, on real databases: a private PostgreSQL server with the deployed and the documented
//! schema, and SQLite files.
//!
//! The tests of a command are in the module of its name; the tests of a part of `src/` are in the module of its name.

// A test fails by a panic, and so may its harness.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, unreachable_pub)]

mod agents;
mod auth;
mod boards;
mod boundary;
mod comments;
mod compare;
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
mod profile;
mod reading;
mod secrets;
mod settings;
mod smoke;
mod summary;
mod tail;
mod tasks;
mod time_zones;
mod timeline;
mod untrusted_text;
mod users;
mod verify;
mod visibility;
mod watch;
mod whoami;
