//! The answer of `tasks`: as JSON, for Prometheus and for Nagios.

use super::columns::Columns;
use super::{json, nagios, prometheus};
use crate::analysis::waiting::Usual;
use crate::model::{TaskState, Timestamp, WaitingTask};
use crate::output::SeriesLabels;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The rows of `tasks`, and what they rest on.
pub struct TaskReport<'a> {
    pub rows: &'a [WaitingTask],
    /// How long answers usually take, by the type of the event that is answered.
    pub usual: &'a BTreeMap<&'static str, Usual>,
    /// The events that were looked at.
    pub since: Timestamp,
    pub until: Timestamp,
    /// Columns that the role may not read, or that do not exist.
    pub missing_columns: &'a [&'static str],
}

impl TaskReport<'_> {
    /// Tasks of a state.
    pub fn count(&self, state: TaskState) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }

    /// Tasks that somebody should look at: those that are stuck, and those whose lead takes longer than usual.
    pub fn overdue(&self) -> usize {
        self.rows.iter().filter(|row| row.overdue).count()
    }
}

/// Writes `{"items":[…],"usual_seconds":{…},…}` on one line.
pub fn write_json<W: Write>(out: &mut W, report: &TaskReport<'_>, view: &Columns) -> io::Result<()> {
    let by_route = |of: fn(&Usual) -> Value| {
        report.usual.iter().map(|(route, usual)| ((*route).to_owned(), of(usual))).collect::<serde_json::Map<_, _>>()
    };
    out.write_all(b"{\"items\":[")?;
    json::list(out, view, report.rows)?;
    out.write_all(b"],\"usual_seconds\":")?;
    json::value(out, &by_route(|usual| value!(usual.seconds)))?;
    out.write_all(b",\"usual_answers\":")?;
    json::value(out, &by_route(|usual| value!(usual.answers)))?;
    out.write_all(b",\"since\":")?;
    json::value(out, &report.since.to_string())?;
    out.write_all(b",\"until\":")?;
    json::value(out, &report.until.to_string())?;
    out.write_all(b",\"missing_columns\":")?;
    json::value(out, report.missing_columns)?;
    out.write_all(b"}\n")
}

const TASKS: (&str, &str) = ("mc_activity_waiting_tasks", "Tasks by what they wait for.");
const WAIT: (&str, &str) = ("mc_activity_task_wait_seconds", "How long a task has been waiting.");

/// Writes how many tasks are in each state, and how long each of those that wait has been waiting.
pub fn write_prometheus<W: Write>(
    out: &mut W,
    report: &TaskReport<'_>,
    export: &SeriesLabels,
    evaluated: Timestamp,
) -> io::Result<()> {
    prometheus::write_family(out, TASKS)?;
    for state in TaskState::ALL {
        let labels = [("state", state.name().to_owned())].into_iter().chain(export.iter().cloned()).collect();
        #[allow(clippy::cast_precision_loss)]
        prometheus::write_sample(out, TASKS.0, labels, report.count(state) as f64)?;
    }
    prometheus::write_family(out, WAIT)?;
    for row in report.rows.iter().filter(|row| row.state != TaskState::Open) {
        let Some(since) = row.since else { continue };
        let agent = row.agent.as_ref();
        let own = [
            ("state", row.state.name().to_owned()),
            ("task_id", row.task_id.to_string()),
            ("task_title", row.task_title.clone()),
            ("board_name", row.board_name.clone().unwrap_or_default()),
            ("agent_id", agent.map(|(id, _)| id.to_string()).unwrap_or_default()),
            ("agent_name", agent.and_then(|(_, name)| name.clone()).unwrap_or_default()),
        ];
        #[allow(clippy::cast_precision_loss)]
        let seconds = report.until.micros_since(since) as f64 / 1e6;
        let labels = own.into_iter().chain(export.iter().cloned()).collect();
        prometheus::write_sample(out, WAIT.0, labels, seconds)?;
    }
    prometheus::write_evaluation(out, export.clone(), evaluated)
}

/// The plugin's answer: CRITICAL where a task is stuck, WARNING where a lead takes longer than usual or the table differs.
pub fn check(
    report: &TaskReport<'_>,
    embedded: bool,
    show_time: &dyn Fn(Timestamp) -> String,
    escape_for_terminal: &dyn Fn(&str) -> String,
) -> (u8, String) {
    let [stuck, lead, differs] =
        [TaskState::Stuck, TaskState::WaitsForLead, TaskState::Differs].map(|state| report.count(state));
    let status = match () {
        () if stuck > 0 => 2,
        () if report.overdue() > 0 || differs > 0 => 1,
        () => 0,
    };
    let store = if embedded { " of the demo database" } else { "" };
    let message = format!("{stuck} tasks{store} stuck, {lead} wait for a lead, {differs} differ from the table");
    let data = format!("stuck={stuck};;;0 waits_for_lead={lead};;;0 differs={differs};;;0");
    let details = report.rows.iter().filter(|row| row.state < TaskState::Waits).map(|row| {
        let since = row.since.map(show_time).unwrap_or_default();
        let (title, reason) = (escape_for_terminal(&row.task_title), escape_for_terminal(&row.reason));
        format!("{since} {}: {title}: {reason}", row.state.name())
    });
    (status, nagios::report(status, &message, &data, details))
}
