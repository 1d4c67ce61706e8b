//! The answer of `agents`: as JSON, for Prometheus and for Nagios.

use super::columns::Columns;
use super::{SeriesLabels, json, nagios, prometheus};
use crate::model::{AgentState, Liveness, Timestamp};
use serde_json::{Map, Value};
use std::io::{self, Write};

/// The rows of `agents`, and what they rest on.
pub struct AgentReport<'a> {
    pub agents: &'a [AgentState],
    /// As of when.
    pub at: Timestamp,
    /// Where the deliveries begin.
    pub since: Timestamp,
    /// How much later than usual a sign may be.
    pub grace_micros: i64,
    /// Columns that do not exist or that the role may not read.
    pub missing_columns: &'a [&'static str],
}

impl AgentReport<'_> {
    /// Agents in a state.
    pub fn count(&self, state: Liveness) -> usize {
        self.agents.iter().filter(|agent| agent.state == state).count()
    }

    /// Agents that somebody should look at.
    pub fn silent(&self) -> usize {
        self.agents.iter().filter(|agent| agent.state.is_silent()).count()
    }
}

/// Writes `{"items":[…],"at":…,"since":…,…}` on one line.
pub fn write_json<W: Write>(out: &mut W, report: &AgentReport<'_>, view: &Columns) -> io::Result<()> {
    let counts: Map<String, Value> =
        Liveness::ALL.iter().map(|state| (state.name().to_owned(), report.count(*state).into())).collect();
    out.write_all(b"{\"items\":[")?;
    json::list(out, view, report.agents)?;
    out.write_all(b"],\"at\":")?;
    json::value(out, &report.at.to_string())?;
    out.write_all(b",\"since\":")?;
    json::value(out, &report.since.to_string())?;
    out.write_all(b",\"grace_seconds\":")?;
    json::value(out, &(report.grace_micros / 1_000_000))?;
    out.write_all(b",\"counts\":")?;
    json::value(out, &counts)?;
    out.write_all(b",\"missing_columns\":")?;
    json::value(out, report.missing_columns)?;
    out.write_all(b"}\n")
}

const AGENTS: (&str, &str) = ("mc_activity_agents", "Agents by whether they give signs of life.");
const SILENCE: (&str, &str) =
    ("mc_activity_agent_silence_seconds", "Time since an agent last did something itself; +Inf if it never did.");
const USUAL: (&str, &str) = ("mc_activity_agent_usual_seconds", "How often the agent usually does something.");
const TRIED: (&str, &str) = ("mc_activity_agent_deliveries", "Deliveries of the window that concern the agent.");
const FAILED: (&str, &str) = ("mc_activity_agent_deliveries_failed", "Those of them that failed.");

/// Writes how many agents are in each state, and for each agent how long it has been silent, how often it usually gives a
/// sign, and its deliveries.
pub fn write_prometheus<W: Write>(
    out: &mut W,
    report: &AgentReport<'_>,
    export: &SeriesLabels,
    evaluated: Timestamp,
) -> io::Result<()> {
    prometheus::write_family(out, AGENTS)?;
    for state in Liveness::ALL {
        let labels = [("state", state.name().to_owned())].into_iter().chain(export.iter().cloned()).collect();
        prometheus::write_sample(out, AGENTS.0, labels, exact(report.count(state) as u64))?;
    }
    for family in [SILENCE, USUAL, TRIED, FAILED] {
        prometheus::write_family(out, family)?;
        for agent in report.agents {
            let own = [
                ("agent_id", agent.agent_id.to_string()),
                ("agent_name", agent.agent_name.clone()),
                ("board_id", agent.board_id.map(|id| id.to_string()).unwrap_or_default()),
                ("board_name", agent.board_name.clone().unwrap_or_default()),
            ];
            let value = match family {
                SILENCE => silence(agent, report.at),
                USUAL => agent.usual_seconds(),
                TRIED => exact(agent.deliveries.tally.total),
                _ => exact(agent.deliveries.tally.errors),
            };
            prometheus::write_sample(out, family.0, own.into_iter().chain(export.iter().cloned()).collect(), value)?;
        }
    }
    prometheus::write_evaluation(out, export.clone(), evaluated)
}

/// In seconds.
#[allow(clippy::cast_precision_loss)]
fn silence(agent: &AgentState, at: Timestamp) -> f64 {
    agent.last_own.as_ref().map_or(f64::INFINITY, |sign| at.micros_since(sign.at) as f64 / 1e6)
}

#[allow(clippy::cast_precision_loss)]
fn exact(count: u64) -> f64 {
    count as f64
}

/// The plugin's answer: CRITICAL where an agent is silent or never gave a sign, WARNING where one is late.
pub fn check(
    report: &AgentReport<'_>,
    embedded: bool,
    show_time: &dyn Fn(Timestamp) -> String,
    escape_for_terminal: &dyn Fn(&str) -> String,
) -> (u8, String) {
    let [silent, never, late, alive] = Liveness::ALL.map(|state| report.count(state));
    let status = match () {
        () if silent + never > 0 => 2,
        () if late > 0 => 1,
        () => 0,
    };
    let total = report.agents.len();
    let store = if embedded { " of the demo database" } else { "" };
    let message =
        format!("{silent} of {total} agents{store} silent, {never} never gave a sign, {late} late, {alive} alive");
    let data = format!("silent={silent};;0;0;{total} never={never};;0;0;{total} late={late};0;;0;{total}");
    let details = report.agents.iter().filter(|agent| agent.state != Liveness::Alive).map(|agent| {
        let name = escape_for_terminal(&agent.agent_name);
        let board = agent.board_name.as_deref().map(|board| format!(" ({})", escape_for_terminal(board)));
        let board = board.unwrap_or_default();
        let error = agent.last_provision_error.as_deref().map(|error| format!(": {}", escape_for_terminal(error)));
        let error = error.unwrap_or_default();
        match &agent.last_own {
            Some(sign) => format!("{name}{board} {} since {}{error}", agent.state.name(), show_time(sign.at)),
            None => format!("{name}{board} never gave a sign{error}"),
        }
    });
    (status, nagios::report(status, &message, &data, details))
}
