//! What the backend writes when something is done to a task: the steps of the data file become events.

use super::data::{Action, Change, DemoFile, DemoStatus, DemoStep, Notice, TaskSpec};
use super::ids::{id_of, number_below};
use super::times::{Microseconds, SECOND, parse};
use anyhow::{Context, Result};
use uuid::Uuid;

/// An event before it has a row.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) id: Uuid,
    pub(super) when: Microseconds,
    pub(super) event_type: &'static str,
    pub(super) message: String,
    /// By name.
    pub(super) agent: Option<&'static str>,
    pub(super) task: Option<Uuid>,
    /// By slug.
    pub(super) board: Option<&'static str>,
}

/// A task while its steps are taken.
pub(super) struct TaskRun {
    task: &'static TaskSpec,
    id: Uuid,
    lead: &'static str,
    pub(super) status: DemoStatus,
    pub(super) assignee: Option<&'static str>,
    /// Who worked on it before it went to the lead for review.
    worker: Option<&'static str>,
    pub(super) in_progress_since: Option<Microseconds>,
    now: Microseconds,
    pub(super) drafts: Vec<Draft>,
}

/// The id of a task of the data file.
pub(super) fn task_id(task: &TaskSpec) -> Uuid {
    id_of(&["task", &task.board, &task.title])
}

impl TaskRun {
    pub(super) fn new(file: &'static DemoFile, task: &'static TaskSpec) -> Result<Self> {
        let lead = file.agents.iter().find(|agent| agent.lead && agent.board.as_ref() == Some(&task.board));
        let lead = lead.with_context(|| format!("demo data: the board {:?} has no lead", task.board))?;
        Ok(Self {
            task,
            id: task_id(task),
            lead: &lead.name,
            status: DemoStatus::Inbox,
            assignee: None,
            worker: None,
            in_progress_since: None,
            now: 0,
            drafts: Vec::new(),
        })
    }

    /// Takes a step, which adds one event or more.
    pub(super) fn take(&mut self, step: &'static DemoStep) -> Result<()> {
        let key = format!("{} {}", self.task.title, self.drafts.len());
        let at = if step.at.is_empty() { self.now } else { parse(&step.at, self.now, &key)? };
        self.now = at.max(self.now + SECOND);
        let title = &self.task.title;
        let by = step.by.as_deref();
        match &step.action {
            Action::Task(Change::Created) => {
                let by_lead = if by.is_some() { " by lead" } else { "" };
                self.push("task.created", by, format!("Task created{by_lead}: {title}."));
                if by.is_none() {
                    self.notify(Notice::Lead, step)?;
                }
            }
            Action::Task(Change::Updated) => self.push("task.updated", by, format!("Task updated: {title}.")),
            Action::Assign(agent) => {
                self.push("task.updated", by, format!("Task updated: {title}."));
                self.assignee = Some(agent);
                self.wake("assignment", step)?;
                self.notify(Notice::Assignment, step)?;
            }
            Action::Move(status) => self.shift(*status, step)?,
            Action::Say(text) => self.push("task.comment", by, text.joined()),
            Action::Approval(decision) => {
                let approval = id_of(&["approval", &key]);
                let sent = format!("Lead agent notified for {decision} approval {approval}.");
                let failed = format!("Lead notify failed for approval {approval}");
                let types = ["approval.lead_notified", "approval.lead_notify_failed"];
                self.deliver(types, self.lead, sent, &failed, step);
            }
            Action::Reopened(dependency) => {
                (self.status, self.assignee, self.in_progress_since) = (DemoStatus::Inbox, None, None);
                let text = format!("Task returned to inbox: dependency reopened ({dependency}).");
                self.push("task.status_changed", by, text);
            }
            Action::Dependency(dependency) => {
                self.push("task.updated", by, format!("Dependency completion changed: {dependency}."));
            }
            Action::Notify(notice) => self.notify(*notice, step)?,
        }
        Ok(())
    }

    /// Moves the task. Review belongs to the lead, who may send it back to the agent that did the work.
    fn shift(&mut self, status: DemoStatus, step: &'static DemoStep) -> Result<()> {
        let (before, by) = (self.status, step.by.as_deref());
        self.status = status;
        self.push("task.status_changed", by, format!("Task moved to {}: {}.", status.name(), self.task.title));
        self.in_progress_since = (status == DemoStatus::InProgress).then_some(self.now);
        match status {
            DemoStatus::InProgress if self.assignee.is_some() => self.wake("status_in_progress", step)?,
            DemoStatus::InProgress => self.assignee = by,
            DemoStatus::Review => {
                self.worker = self.assignee;
                self.assignee = Some(self.lead);
                if by != self.assignee {
                    self.wake("assignment", step)?;
                    self.notify(Notice::Assignment, step)?;
                }
            }
            DemoStatus::Inbox if before == DemoStatus::Review && by == Some(self.lead) => {
                self.assignee = self.worker;
                self.notify(Notice::Rework, step)?;
            }
            DemoStatus::Inbox => {
                self.assignee = None;
                self.notify(Notice::Unassigned, step)?;
            }
            DemoStatus::Done => {}
        }
        Ok(())
    }

    /// Sets the assignee online: the backend writes a heartbeat for it, which the agent never sent.
    fn wake(&mut self, reason: &str, step: &'static DemoStep) -> Result<()> {
        let agent = self.assigned()?;
        if let Some(error) = &step.wake_fails {
            let text = format!("Assignee wake failed ({reason}): {agent}. Error: {error}");
            self.follow_up(0, "task.assignee_wake_failed", agent, text);
            return Ok(());
        }
        self.follow_up(0, "agent.heartbeat", agent, format!("Heartbeat received from {agent}."));
        if let Some(heartbeat) = self.drafts.last_mut() {
            heartbeat.task = None;
        }
        let text = format!("Assignee heartbeat set online ({reason}): {agent}.");
        self.follow_up(0, "task.assignee_woken", agent, text);
        Ok(())
    }

    fn notify(&mut self, notice: Notice, step: &'static DemoStep) -> Result<()> {
        let title = &self.task.title;
        let (types, agent, sent, failed) = match notice {
            Notice::Lead => (
                ["task.lead_notified", "task.lead_notify_failed"],
                self.lead,
                format!("Lead agent notified for task: {title}."),
                "Lead notify failed",
            ),
            Notice::Assignment => (
                ["task.assignee_notified", "task.assignee_notify_failed"],
                self.assigned()?,
                format!("Agent notified for assignment: {}.", self.assigned()?),
                "Assignee notify failed",
            ),
            Notice::Rework => (
                ["task.rework_notified", "task.rework_notify_failed"],
                self.assigned()?,
                format!("Assignee notified about requested changes: {}.", self.assigned()?),
                "Rework notify failed",
            ),
            Notice::Unassigned => (
                ["task.lead_unassigned_notified", "task.lead_unassigned_notify_failed"],
                self.lead,
                format!("Lead notified task returned to inbox: {title}."),
                "Lead notify failed",
            ),
        };
        self.deliver(types, agent, sent, failed, step);
        Ok(())
    }

    fn assigned(&self) -> Result<&'static str> {
        self.assignee.with_context(|| format!("demo data: nobody has the task {:?}", self.task.title))
    }

    /// Sends a message through the gateway, or fails to as often as the step says.
    fn deliver(
        &mut self,
        [sent_type, failed_type]: [&'static str; 2],
        agent: &'static str,
        sent: String,
        failed: &str,
        step: &'static DemoStep,
    ) {
        match attempts(step.fails.as_deref(), step.attempts) {
            None => self.follow_up(1, sent_type, agent, sent),
            Some(errors) => {
                for error in errors {
                    self.follow_up(TIMEOUT_SECONDS, failed_type, agent, format!("{failed}: {error}"));
                }
            }
        }
    }

    /// An event that the backend adds, some seconds after the one before.
    fn follow_up(&mut self, seconds: i64, event_type: &'static str, agent: &'static str, message: String) {
        let fraction = number_below(SECOND, &["fraction", &self.task.title, &self.drafts.len().to_string()]);
        self.now += seconds * SECOND + fraction.max(1_000);
        self.push(event_type, Some(agent), message);
    }

    fn push(&mut self, event_type: &'static str, agent: Option<&'static str>, message: String) {
        self.drafts.push(Draft {
            id: id_of(&["event", &self.task.board, &self.task.title, &self.drafts.len().to_string()]),
            when: self.now,
            event_type,
            message,
            agent,
            task: Some(self.id),
            board: Some(&self.task.board),
        });
    }
}

/// After this many seconds the backend gives up on an attempt to deliver a message.
pub(super) const TIMEOUT_SECONDS: i64 = 30;

/// The error of each attempt, if it fails.
pub(super) fn attempts(error: Option<&str>, count: Option<u32>) -> Option<Vec<String>> {
    let error = error?;
    Some(match count {
        None => vec![error.to_owned()],
        Some(count) => (1..=count).map(|attempt| format!("{error} (attempt {attempt})")).collect(),
    })
}
