//! Identity: every way to name or authenticate it, every error, and which way wins.

mod agents;
mod precedence;
mod tokens;
mod users;

use crate::harness::{Database, Mc, Output, Role};
pub use tokens::{PRIVATE, PUBLIC, hash, session_token};

/// Agent 1's, as its recorded hash has it.
pub const AGENT_1_TOKEN: &str = "oracle-agent-token-01-abcdefghijklmnopqrstuvwxyz";
/// Long enough for the backend.
pub const LOCAL_TOKEN: &str = "a-local-auth-token-that-has-more-than-fifty-characters";

/// An id of the recorded data: `user(0)` is the local user.
pub fn user(n: u32) -> String {
    format!("000000b0-0000-4000-8000-{n:012x}")
}

/// An id of the recorded data, from 1.
pub fn agent(n: u32) -> String {
    format!("000000e0-0000-4000-8000-{n:012x}")
}

/// The binary where token hashes may be read.
fn whoami(database: &Database) -> Mc {
    database.mc_as(Role::Login, ["whoami", "-o", "json"])
}

/// Kind, id and how it was established.
fn told(output: &Output) -> (String, String, String) {
    let answer = output.json();
    let text = |key: &str| answer[key].as_str().unwrap_or("(none)").to_owned();
    (text("kind"), text("id"), text("how"))
}

/// The message of the error in JSON.
fn message(output: &Output) -> String {
    let error: serde_json::Value = serde_json::from_str(output.stderr.lines().last().unwrap_or_default())
        .unwrap_or_else(|e| panic!("no JSON on stderr: {e}\n{output}"));
    error["error"]["message"].as_str().unwrap_or_default().to_owned()
}
