//! The heartbeats of the agents: each sends one every ten minutes, 144 a day.

use super::data::AgentSpec;
use super::ids::{id_of, number_below};
use super::task_steps::Draft;
use super::times::{MINUTE, Microseconds, NOW, SECOND, parse};
use anyhow::Result;

/// `agents.heartbeat_config` of every agent.
pub(super) const CONFIG: &str = r#"{"every": "10m"}"#;
const EVERY: Microseconds = 10 * MINUTE;
/// How much too early or too late a heartbeat may be.
const JITTER: Microseconds = 20 * SECOND;

/// The agent's own heartbeats, the newest first.
pub(super) fn heartbeats(agent: &'static AgentSpec) -> Result<Vec<Draft>> {
    if !agent.heartbeats {
        return Ok(Vec::new());
    }
    let time = |text: &Option<String>| text.as_ref().map(|text| parse(text, 0, &agent.name)).transpose();
    let first = time(&agent.first_heartbeat)?.unwrap_or_default();
    let last = match time(&agent.last_heartbeat)? {
        Some(last) => last,
        None => NOW - number_below(EVERY - 2 * JITTER, &["phase", &agent.name]),
    };
    let mut drafts = Vec::new();
    // Counted back from the last, so that the silence after it is as long as the data file says.
    for (n, due) in
        std::iter::successors(Some(last), |due| Some(due - EVERY)).take_while(|due| *due >= first).enumerate()
    {
        let id = id_of(&["heartbeat", &agent.name, &n.to_string()]);
        let noise = i64::from(id.as_fields().0) % (2 * JITTER) - JITTER;
        drafts.push(Draft {
            id,
            when: if n == 0 { due } else { (due + noise).max(0) },
            event_type: "agent.heartbeat",
            message: format!("Heartbeat received from {}.", agent.name),
            agent: Some(&agent.name),
            task: None,
            board: agent.board.as_deref(),
        });
    }
    Ok(drafts)
}
