//! The binary as its users meet it, run against real databases: a private PostgreSQL server with the deployed and the
//! documented schema, and the embedded store.

// What a test may do, its harness may: panics are how it complains.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, unreachable_pub)]

mod conformance;
mod connection_strings;
mod dotenv;
mod everybody;
mod faults;
mod files;
mod filtering;
mod harness;
mod hermetic;
mod identity;
mod log;
mod model;
mod paging;
mod passwords;
mod paused;
mod plans;
mod privileges;
mod queries;
mod refusals;
mod revocation;
mod row_security;
mod search_path;
mod secrets;
mod show_sql;
mod surface;
mod tail;
mod torture;
mod visibility;
mod zones;
