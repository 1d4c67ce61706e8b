//! The time after the two weeks, event by event and without end.

use super::data::demo_file;
use super::ids::{id_of, number_below};
use super::loader::event_of;
use super::task_steps::{Draft, TaskRun};
use crate::db::demo_store::DemoEvent;
use crate::model::Timestamp;
use anyhow::{Context, Result};
use std::time::Duration;

/// An event, and how long to wait before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The row to write.
    pub row: DemoEvent,
    /// At most nine seconds.
    pub delay: Duration,
}

/// Every eleventh event is a heartbeat.
const HEARTBEAT_EVERY: u64 = 11;

/// The `n`th event after the two weeks, written at `at`, on boards, tasks and agents of [`super::dataset`].
///
/// The text depends on `n` alone, the id on both, so that a later run may begin again at 0.
///
/// # Errors
/// As for [`super::dataset`].
pub fn next_live(n: u64, at: Timestamp) -> Result<Live> {
    let file = demo_file()?;
    let is_heartbeat = n % HEARTBEAT_EVERY == HEARTBEAT_EVERY - 1;
    let planned = step(n - n / HEARTBEAT_EVERY)?;
    // The backend writes the wake right after the heartbeat that it forged, so nothing may keep it waiting.
    let is_wake = planned.event_type == "task.assignee_woken";
    let draft = if is_heartbeat { heartbeat(n / HEARTBEAT_EVERY)? } else { planned };
    let millis = match draft.event_type {
        _ if is_wake => 10,
        name if name.ends_with("notified") => 1_000,
        _ => 1_000 + number_below(8_000, &["delay", &n.to_string()]),
    };
    let delay = Duration::from_millis(millis.unsigned_abs());
    let id = id_of(&["live", &n.to_string(), &at.micros().to_string()]);
    let event = event_of(file, Draft { id, when: i64::MAX, ..draft })?;
    Ok(Live { row: DemoEvent { event, created_at: at }, delay })
}

/// Of an agent that still reports.
fn heartbeat(n: u64) -> Result<Draft> {
    let agents = &demo_file()?.agents;
    let alive: Vec<_> = agents.iter().filter(|agent| agent.heartbeats && agent.last_heartbeat.is_none()).collect();
    let agent = nth(&alive, n).context("demo data: no agent reports any more")?;
    Ok(Draft {
        id: id_of(&[]),
        when: 0,
        event_type: "agent.heartbeat",
        message: format!("Heartbeat received from {}.", agent.name),
        agent: Some(&agent.name),
        task: None,
        board: agent.board.as_deref(),
    })
}

/// What the steps of `live` make happen, beginning again at the end.
fn step(n: u64) -> Result<Draft> {
    let file = demo_file()?;
    let mut scripts = Vec::new();
    for live in &file.live {
        let task = file.tasks.iter().find(|task| task.title == live.task);
        let task = task.with_context(|| format!("demo data: no task is called {:?}", live.task))?;
        let mut run = TaskRun::new(file, task)?;
        task.steps.iter().try_for_each(|step| run.take(step))?;
        let before = run.drafts.len();
        live.steps.iter().try_for_each(|step| run.take(step))?;
        scripts.extend(run.drafts.drain(before..));
    }
    let count = u64::try_from(scripts.len())?.max(1);
    scripts.into_iter().nth(usize::try_from(n % count)?).context("demo data: there is nothing to write live")
}

fn nth<T: Copy>(from: &[T], n: u64) -> Option<T> {
    let count = u64::try_from(from.len()).ok()?;
    from.get(usize::try_from(n.checked_rem(count)?).ok()?).copied()
}
