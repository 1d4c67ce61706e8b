//! `mc-activity`: the activity log of OpenClaw Mission Control, queried and followed.
//!
//! One way through, whatever the command: *who is asking, what do they ask, stream the rows, render them*.
//!
//! ```text
//! argv ─ cli ─→ command::<name> ─→ store (prepared SQL, rows one by one) ─→ output (Write)
//!                   │                 ↑
//!                   └─ access: who is asking → Scope (which boards, which agent)
//! ```
//!
//! Who may import whom: `command` → everything below it; `store` → `access` values, `filter`, `event`, `error`;
//! `output` → `event`; `follow` → `event`; `event` and `atomic_file` → nothing of ours. Commands never import each other, sqlx and rusqlite are
//! named only in `store`, clap only in `cli`, `command` and the `Args` structs, and nothing below `command` asks the clock.

pub mod access;
pub mod atomic_file;
pub mod cli;
pub mod command;
pub mod demo;
pub mod error;
pub mod event;
pub mod explain;
pub mod filter;
pub mod follow;
pub mod output;
pub mod redact;
pub mod settings;
pub mod store;
