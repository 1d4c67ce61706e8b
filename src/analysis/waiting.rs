//! Which tasks wait, for whom, and since when.
//!
//! The newest turning point of a task decides: every `task.*` event but comments and updates, and notifications to a lead about
//! approvals. A failed message leaves its task stuck at once. A delivered one leaves it stuck if the agent neither moves the
//! task nor comments on it in time. A task without an owner waits for the lead that was notified, until it is assigned.

use super::task_status::TaskStatus;
use crate::model::Timestamp;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The routes whose answers are measured, named by their event types.
pub const ROUTES: [&str; 4] =
    ["task.assignee_notified", "task.rework_notified", "task.lead_notified", "task.lead_unassigned_notified"];
/// Answers are measured over this many days before the moment that is looked at.
pub const MEASURED_DAYS: i64 = 14;
/// With fewer answers the usual time is not measured but assumed.
const LEAST_ANSWERS: usize = 20;
const ASSUMED_SECONDS: i64 = 3_600;
const MICROS: i64 = 1_000_000;

/// Whether events of this type change what a task waits for.
pub fn is_turning_point(event_type: &str) -> bool {
    match event_type.split_once('.') {
        Some(("task", step)) => !matches!(step, "comment" | "updated"),
        Some(("approval", step)) => step.starts_with("lead_"),
        _ => false,
    }
}

/// An event of a task, as far as the rules need it.
#[derive(Debug, Clone, Copy)]
pub struct TaskStep<'a> {
    pub id: Uuid,
    pub event_type: &'a str,
    pub at: Timestamp,
    pub agent: Option<Uuid>,
    /// Only of `task.status_changed`: what its message says.
    pub status: Option<TaskStatus>,
}

/// A turning point, or another event that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub id: Uuid,
    pub event_type: String,
    pub at: Timestamp,
    pub agent: Option<Uuid>,
}

/// What is known of one task after its events, oldest first, were added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskHistory {
    /// The newest turning point.
    pub turning_point: Option<Evidence>,
    /// The first comment after it by the agent that it concerns.
    pub commented_at: Option<Timestamp>,
    /// The newest status that a message names, and the event.
    pub moved: Option<(TaskStatus, Evidence)>,
    /// Delivered messages that nobody has answered yet.
    unanswered: Vec<Unanswered>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Unanswered {
    route: usize,
    at: Timestamp,
    agent: Option<Uuid>,
}

/// What a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// A message failed, so the agent does not know.
    NotDelivered,
    /// The agent was notified and has not answered in time.
    NoAnswer,
    /// The lead was notified and has not assigned the task.
    Lead {
        /// Longer than leads usually take.
        overdue: bool,
    },
    /// The agent was notified and still has time to answer.
    Recent,
}

/// How long answers on a route usually take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    pub seconds: i64,
    pub answers: usize,
    /// Taken from the answers; otherwise assumed, for want of answers.
    pub measured: bool,
}

/// From when on a task without an answer is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As long as answers on the route usually take.
    Usual,
    /// A fixed number of microseconds.
    Fixed(i64),
}

/// The states of tasks, from their events in order of time.
#[derive(Debug, Default)]
pub struct TaskHistories {
    tasks: HashMap<Uuid, TaskHistory>,
    /// Microseconds, by route.
    answers: [Vec<i64>; ROUTES.len()],
}

impl TaskHistories {
    /// Adds a task's next event: later than those before, by time and then id. `measured_from` is where the answer times
    /// begin to count, `looked_at_from` where the turning points do.
    pub fn add(&mut self, task: Uuid, step: TaskStep<'_>, measured_from: Timestamp, looked_at_from: Timestamp) {
        let state = self.tasks.entry(task).or_default();
        let answers = &mut self.answers;
        state.unanswered.retain(|sent| match sent.outcome(&step) {
            Outcome::Open => true,
            Outcome::Answered => {
                answers[sent.route].push(step.at.micros_since(sent.at));
                false
            }
            Outcome::Void => false,
        });
        if is_turning_point(step.event_type) && step.at >= looked_at_from {
            state.turning_point = Some(Evidence::of(&step));
            state.commented_at = None;
        }
        if let Some(status) = step.status {
            state.moved = Some((status, Evidence::of(&step)));
        }
        if step.event_type == "task.comment" && state.commented_at.is_none() {
            let waited_for = state.turning_point.as_ref().and_then(|point| point.agent);
            state.commented_at = step.agent.filter(|agent| waited_for == Some(*agent)).map(|_| step.at);
        }
        let route = ROUTES.iter().position(|route| *route == step.event_type);
        if let Some(route) = route.filter(|_| step.at >= measured_from) {
            state.unanswered.push(Unanswered { route, at: step.at, agent: step.agent });
        }
    }

    /// How long answers usually take: the 95th percentile by nearest rank.
    pub fn usual(&self) -> BTreeMap<&'static str, Usual> {
        let usual = |answers: &Vec<i64>| {
            let count = answers.len();
            if count < LEAST_ANSWERS {
                return Usual { seconds: ASSUMED_SECONDS, answers: count, measured: false };
            }
            let mut sorted = answers.clone();
            sorted.sort_unstable();
            let micros = sorted.get((count * 95).div_ceil(100) - 1).copied().unwrap_or_default();
            Usual { seconds: micros.div_euclid(MICROS), answers: count, measured: true }
        };
        ROUTES.into_iter().zip(self.answers.iter().map(usual)).collect()
    }

    /// The tasks and their states.
    pub fn into_tasks(self) -> HashMap<Uuid, TaskHistory> {
        self.tasks
    }
}

impl Evidence {
    fn of(step: &TaskStep<'_>) -> Self {
        Self { id: step.id, event_type: step.event_type.to_owned(), at: step.at, agent: step.agent }
    }
}

enum Outcome {
    Open,
    Answered,
    /// Somebody else acted, so this message needs no answer any more.
    Void,
}

impl Unanswered {
    fn outcome(&self, step: &TaskStep<'_>) -> Outcome {
        let moves = step.event_type == "task.status_changed";
        if self.is_for_lead() {
            return if moves || step.event_type.starts_with("task.assignee_") {
                Outcome::Answered
            } else {
                Outcome::Open
            };
        }
        let same_agent = self.agent.is_some() && step.agent == self.agent;
        let acts = moves || step.event_type == "task.comment";
        let reassigns = step.event_type.starts_with("task.assignee_") && !same_agent;
        match (acts && same_agent, moves || reassigns) {
            (true, _) => Outcome::Answered,
            (false, true) => Outcome::Void,
            (false, false) => Outcome::Open,
        }
    }

    fn is_for_lead(&self) -> bool {
        is_for_lead(ROUTES[self.route])
    }
}

fn is_for_lead(event_type: &str) -> bool {
    matches!(event_type, "task.lead_notified" | "task.lead_unassigned_notified")
}

impl TaskHistory {
    /// What the task waits for at an instant, if for anything. `usual` is by route.
    pub fn wait(&self, now: Timestamp, patience: Patience, usual: &BTreeMap<&'static str, Usual>) -> Option<Wait> {
        let point = self.turning_point.as_ref()?;
        if matches!(self.moved, Some((TaskStatus::Done, _))) {
            return None;
        }
        if point.event_type.ends_with("_notify_failed") {
            return Some(Wait::NotDelivered);
        }
        let usual = usual.get(point.event_type.as_str())?;
        let allowed = match patience {
            Patience::Usual => usual.seconds * MICROS,
            Patience::Fixed(micros) => micros,
        };
        let overdue = now.micros_since(point.at) > allowed;
        if is_for_lead(&point.event_type) {
            return Some(Wait::Lead { overdue });
        }
        if self.commented_at.is_some() {
            return None;
        }
        Some(if overdue { Wait::NoAnswer } else { Wait::Recent })
    }

    /// The status that the log names where the table names another.
    pub fn differs(&self, table: &str) -> Option<&(TaskStatus, Evidence)> {
        self.moved.as_ref().filter(|(status, _)| status.name() != table)
    }
}

/// What usually helps, by the type of the deciding event.
pub fn what_helps(event_type: &str) -> &'static str {
    match event_type {
        "task.assignee_notified" => "nudge the agent, or assign the task to another one",
        "task.assignee_notify_failed" => "check that the gateway reaches the agent, then assign the task again",
        "task.rework_notified" => "nudge the agent: it was told that changes are requested",
        "task.rework_notify_failed" => "check that the gateway reaches the agent, then send the task back again",
        "task.lead_notified" | "task.lead_unassigned_notified" => "assign the task, or nudge the lead",
        "task.lead_notify_failed" | "task.lead_unassigned_notify_failed" => {
            "assign the task yourself: the lead does not know of it"
        }
        "approval.lead_notify_failed" => "tell the lead about the decision: the work still waits for it",
        _ => "check that the gateway reaches the agent, then send the message again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: Uuid = Uuid::from_u128(1);
    const ANN: Uuid = Uuid::from_u128(10);
    const BEN: Uuid = Uuid::from_u128(11);
    const HOUR: i64 = 3_600;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    fn states(steps: &[(i64, &str, Option<Uuid>)]) -> TaskHistories {
        let mut states = TaskHistories::default();
        add(&mut states, TASK, steps);
        states
    }

    /// A step's type may name a status behind a blank.
    fn add(states: &mut TaskHistories, task: Uuid, steps: &[(i64, &str, Option<Uuid>)]) {
        for (nth, (seconds, what, agent)) in steps.iter().enumerate() {
            let (event_type, status) = what.split_once(' ').unwrap_or((what, ""));
            let id = Uuid::from_u128(nth as u128);
            let status = TaskStatus::from_name(status);
            let step = TaskStep { id, event_type, at: at(*seconds), agent: *agent, status };
            states.add(task, step, Timestamp::NEG_INFINITY, Timestamp::NEG_INFINITY);
        }
    }

    fn wait(steps: &[(i64, &str, Option<Uuid>)], now: i64) -> Option<Wait> {
        let states = states(steps);
        let usual = states.usual();
        states.into_tasks()[&TASK].wait(at(now), Patience::Usual, &usual)
    }

    #[test]
    fn a_failed_message_leaves_its_task_stuck_at_once() {
        for event_type in ["task.assignee_notify_failed", "task.lead_notify_failed", "approval.lead_notify_failed"] {
            assert_eq!(wait(&[(0, event_type, Some(ANN))], 0), Some(Wait::NotDelivered), "{event_type}");
        }
        assert_eq!(wait(&[(0, "task.assignee_wake_failed", Some(ANN))], 9 * HOUR), None);
    }

    #[test]
    fn a_message_without_an_answer_leaves_its_task_stuck_after_the_usual_time() {
        let steps = [(0, "task.created", None), (5, "task.assignee_notified", Some(ANN))];
        assert_eq!(wait(&steps, HOUR + 5), Some(Wait::Recent));
        assert_eq!(wait(&steps, HOUR + 6), Some(Wait::NoAnswer));
        let states = states(&steps);
        let usual = states.usual();
        let state = &states.into_tasks()[&TASK];
        assert_eq!(state.wait(at(66), Patience::Fixed(60 * MICROS), &usual), Some(Wait::NoAnswer));
        assert_eq!(state.wait(at(65), Patience::Fixed(60 * MICROS), &usual), Some(Wait::Recent));
    }

    #[test]
    fn only_a_comment_of_the_agent_that_was_told_is_an_answer() {
        let told = (0, "task.assignee_notified", Some(ANN));
        assert_eq!(wait(&[told, (9, "task.comment", Some(ANN))], 9 * HOUR), None);
        assert_eq!(wait(&[told, (9, "task.comment", Some(BEN))], 9 * HOUR), Some(Wait::NoAnswer));
        assert_eq!(wait(&[told, (9, "task.comment", None)], 9 * HOUR), Some(Wait::NoAnswer));
        assert_eq!(wait(&[(0, "task.comment", Some(ANN)), (1, told.1, told.2)], 9 * HOUR), Some(Wait::NoAnswer));
        let agent_was_deleted = [(0, "task.assignee_notified", None), (9, "task.comment", None)];
        assert_eq!(wait(&agent_was_deleted, 9 * HOUR), Some(Wait::NoAnswer));
    }

    #[test]
    fn after_a_reassignment_only_the_new_agent_is_waited_for() {
        let steps = [
            (0, "task.assignee_notified", Some(ANN)),
            (60, "task.assignee_notified", Some(BEN)),
            (61, "task.comment", Some(ANN)),
        ];
        assert_eq!(wait(&steps, 9 * HOUR), Some(Wait::NoAnswer));
        let state = &states(&steps).into_tasks()[&TASK];
        assert_eq!(state.turning_point.as_ref().unwrap().agent, Some(BEN));
    }

    #[test]
    fn a_move_ends_a_wait_and_so_does_being_done() {
        let told = (0, "task.assignee_notified", Some(ANN));
        assert_eq!(wait(&[told, (9, "task.status_changed in_progress", Some(BEN))], 9 * HOUR), None);
        let done = [(0, "task.status_changed done", None), (1, "approval.lead_notify_failed", Some(BEN))];
        assert_eq!(wait(&done, 9 * HOUR), None);
    }

    #[test]
    fn a_lead_is_waited_for_until_somebody_is_assigned_and_its_comment_is_no_answer() {
        let told = (0, "task.lead_notified", Some(ANN));
        assert_eq!(wait(&[told], 1), Some(Wait::Lead { overdue: false }));
        assert_eq!(wait(&[told, (9, "task.comment", Some(ANN))], 9 * HOUR), Some(Wait::Lead { overdue: true }));
        assert_eq!(wait(&[told, (9, "task.updated", Some(ANN))], 9 * HOUR), Some(Wait::Lead { overdue: true }));
        assert_eq!(wait(&[told, (9, "task.assignee_woken", Some(BEN))], 9 * HOUR), None);
        let unassigned = [(0, "task.lead_unassigned_notified", Some(ANN))];
        assert_eq!(wait(&unassigned, 9 * HOUR), Some(Wait::Lead { overdue: true }));
    }

    #[test]
    fn a_turning_point_before_the_window_is_not_looked_at() {
        let mut states = TaskHistories::default();
        let id = Uuid::from_u128(0);
        let step = TaskStep { id, event_type: "task.assignee_notified", at: at(0), agent: Some(ANN), status: None };
        states.add(TASK, step, at(0), at(1));
        assert_eq!(states.into_tasks()[&TASK].turning_point, None);
    }

    #[test]
    fn twenty_answers_are_measured_and_nineteen_are_not() {
        let answered = |count: u128| {
            let mut states = TaskHistories::default();
            for nth in 1..=count {
                let seconds = i64::try_from(nth).unwrap();
                let steps =
                    [(0, "task.assignee_notified", Some(ANN)), (seconds, "task.status_changed review", Some(ANN))];
                add(&mut states, Uuid::from_u128(nth), &steps);
            }
            states.usual()["task.assignee_notified"]
        };
        assert_eq!(answered(19), Usual { seconds: 3_600, answers: 19, measured: false });
        assert_eq!(answered(20), Usual { seconds: 19, answers: 20, measured: true });
        assert_eq!(answered(100), Usual { seconds: 95, answers: 100, measured: true });
        assert_eq!(answered(101), Usual { seconds: 96, answers: 101, measured: true });
    }

    #[test]
    fn an_answer_counts_for_the_route_that_it_answers_and_only_by_its_agent() {
        let measured = |steps: &[(i64, &str, Option<Uuid>)], route: &str| states(steps).usual()[route].answers;
        let (assignee, rework, lead) = (ROUTES[0], ROUTES[1], ROUTES[2]);
        let told = (0, assignee, Some(ANN));
        assert_eq!(measured(&[told, (5, "task.comment", Some(ANN)), (6, "task.comment", Some(ANN))], assignee), 1);
        assert_eq!(measured(&[told, (5, "task.comment", Some(BEN))], assignee), 0);
        assert_eq!(measured(&[told, (5, assignee, Some(BEN)), (6, "task.comment", Some(ANN))], assignee), 0);
        let moved_by_another = (5, "task.status_changed review", Some(BEN));
        assert_eq!(measured(&[told, moved_by_another, (6, "task.comment", Some(ANN))], assignee), 0);
        assert_eq!(measured(&[(0, lead, Some(ANN)), (5, assignee, Some(BEN))], lead), 1);
        assert_eq!(measured(&[(0, lead, Some(ANN)), (5, "task.comment", Some(ANN))], lead), 0);
        assert_eq!(measured(&[(0, rework, Some(ANN)), (5, "task.comment", Some(ANN))], rework), 1);
    }

    #[test]
    fn the_table_differs_only_where_the_log_names_a_status() {
        let states = |steps: &[_]| states(steps).into_tasks().remove(&TASK).unwrap();
        let moved = states(&[(0, "task.status_changed in_progress", Some(ANN)), (1, "task.comment", None)]);
        assert_eq!(moved.differs("in_progress"), None);
        assert_eq!(moved.differs("inbox").map(|(status, _)| *status), Some(TaskStatus::InProgress));
        assert_eq!(states(&[(0, "task.created", None)]).differs("review"), None);
    }

    #[test]
    fn turning_points_are_all_steps_of_a_task_but_comments_and_updates() {
        for (event_type, expected) in [
            ("task.created", true),
            ("task.status_changed", true),
            ("task.from_a_fork", true),
            ("task.comment", false),
            ("task.updated", false),
            ("approval.lead_notified", true),
            ("approval.created", false),
            ("agent.heartbeat", false),
            ("board.lead_notified", false),
            ("task", false),
        ] {
            assert_eq!(is_turning_point(event_type), expected, "{event_type}");
        }
    }
}
