//! Who took part in a story: agents that acted or were told something, and the messages to them.

use crate::model::{ActivityEvent, Timestamp};
use uuid::Uuid;

/// An agent, or all that have none: people, and agents that were deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub agent_id: Option<Uuid>,
    /// Untrusted.
    pub agent_name: Option<String>,
    /// Events in which it acted.
    pub acted: u64,
    /// Events that were directed at it: messages and wake-ups.
    pub told: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// Attempts to deliver a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    pub tried: u64,
    pub failed: u64,
    pub last_success_at: Option<Timestamp>,
    /// The first failure after the last success.
    pub failing_since: Option<Timestamp>,
    /// Failures after the last success.
    pub consecutive_failures: u64,
}

/// What is counted while events pass, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Participants {
    /// In the order in which they appear.
    pub people: Vec<Person>,
    pub attempts: Attempts,
}

impl Participants {
    /// Counts an event.
    pub fn add(&mut self, event: &ActivityEvent) {
        let told = is_directed(&event.event_type);
        let known = self.people.iter_mut().find(|person| person.agent_id == event.agent_id);
        if let Some(person) = known {
            person.last_at = event.created_at;
            *(if told { &mut person.told } else { &mut person.acted }) += 1;
        } else {
            self.people.push(Person {
                agent_id: event.agent_id,
                agent_name: event.agent_name.clone(),
                acted: u64::from(!told),
                told: u64::from(told),
                first_at: event.created_at,
                last_at: event.created_at,
            });
        }
        let Some(failed) = is_failed_attempt(&event.event_type) else { return };
        let attempts = &mut self.attempts;
        attempts.tried += 1;
        if failed {
            attempts.failed += 1;
            attempts.consecutive_failures += 1;
            attempts.failing_since.get_or_insert(event.created_at);
        } else {
            attempts.last_success_at = Some(event.created_at);
            attempts.consecutive_failures = 0;
            attempts.failing_since = None;
        }
    }
}

/// Whether the event's agent is the one acted upon.
fn is_directed(event_type: &str) -> bool {
    ["notified", "notify_failed", "woken", "wake_failed"].iter().any(|end| event_type.ends_with(end))
}

/// Whether an attempt to deliver a message failed; none for other events. A wake-up sends nothing.
fn is_failed_attempt(event_type: &str) -> Option<bool> {
    if ["assignee_woken", "assignee_wake_failed"].iter().any(|end| event_type.ends_with(end)) {
        return None;
    }
    if event_type.ends_with("failed") {
        return Some(true);
    }
    ["notified", ".sent", ".direct"].iter().any(|end| event_type.ends_with(end)).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seconds: i64, event_type: &str, agent: Option<u128>) -> ActivityEvent {
        ActivityEvent {
            id: Uuid::nil(),
            event_type: event_type.to_owned(),
            message: None,
            agent_id: agent.map(Uuid::from_u128),
            task_id: None,
            board_id: None,
            created_at: Timestamp::from_micros(0).plus_seconds(seconds),
            action: None,
            user_id: None,
            actor_id: None,
            agent_name: None,
            task_title: None,
            board_name: None,
        }
    }

    fn count(steps: &[(i64, &str, Option<u128>)]) -> Participants {
        let mut found = Participants::default();
        steps.iter().for_each(|(seconds, event_type, agent)| found.add(&event(*seconds, event_type, *agent)));
        found
    }

    #[test]
    fn failures_count_from_the_last_success() {
        let attempts = count(&[
            (1, "task.assignee_notify_failed", Some(1)),
            (2, "task.assignee_notified", Some(1)),
            (3, "task.assignee_woken", Some(1)),
            (4, "task.assignee_notify_failed", Some(1)),
            (5, "task.assignee_wake_failed", Some(1)),
            (6, "task.rework_notify_failed", Some(1)),
            (7, "task.comment", Some(1)),
        ])
        .attempts;
        assert_eq!((attempts.tried, attempts.failed, attempts.consecutive_failures), (4, 3, 2));
        let at = |seconds| Some(Timestamp::from_micros(0).plus_seconds(seconds));
        assert_eq!((attempts.last_success_at, attempts.failing_since), (at(2), at(4)));
    }

    #[test]
    fn who_acted_is_told_apart_from_who_was_told() {
        let people = count(&[
            (1, "task.created", None),
            (2, "task.assignee_notified", Some(1)),
            (3, "task.comment", Some(1)),
            (4, "task.comment", Some(2)),
        ])
        .people;
        let counted: Vec<_> =
            people.iter().map(|person| (person.agent_id.is_some(), person.acted, person.told)).collect();
        assert_eq!(counted, [(false, 1, 0), (true, 1, 1), (true, 1, 0)]);
    }
}
