//! The binary as its users meet it, run against real databases: a private PostgreSQL server with the deployed and the
//! documented schema, and the embedded store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod conformance;
mod harness;
mod hermetic;
mod model;
mod paging;
mod refusals;
mod visibility;
