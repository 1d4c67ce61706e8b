//! Who took part in a story: agents that acted or were notified, and the deliveries to them.

use super::deliveries;
use crate::model::{ActivityEvent, Deliveries, Timestamp};
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
    pub notified: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// What is counted while events pass, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Participants {
    /// In the order in which they appear.
    pub people: Vec<Person>,
    pub deliveries: Deliveries,
}

impl Participants {
    /// Counts an event.
    pub fn add(&mut self, event: &ActivityEvent) {
        let is_directed = is_directed(&event.event_type);
        let known = self.people.iter_mut().find(|person| person.agent_id == event.agent_id);
        if let Some(person) = known {
            person.last_at = event.created_at;
            *(if is_directed { &mut person.notified } else { &mut person.acted }) += 1;
        } else {
            self.people.push(Person {
                agent_id: event.agent_id,
                agent_name: event.agent_name.clone(),
                acted: u64::from(!is_directed),
                notified: u64::from(is_directed),
                first_at: event.created_at,
                last_at: event.created_at,
            });
        }
        let attempts = deliveries::route(&event.event_type)
            .and_then(|(_, outcome)| deliveries::attempts(&event.event_type, outcome, event.message.as_deref()));
        if let Some(attempts) = attempts {
            self.deliveries.add(event.created_at, attempts);
        }
    }
}

/// Whether the event's agent is the one acted upon.
fn is_directed(event_type: &str) -> bool {
    ["notified", "notify_failed", "woken", "wake_failed"].iter().any(|end| event_type.ends_with(end))
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
        let deliveries = count(&[
            (1, "task.assignee_notify_failed", Some(1)),
            (2, "task.assignee_notified", Some(1)),
            (3, "task.assignee_woken", Some(1)),
            (4, "task.assignee_notify_failed", Some(1)),
            (5, "task.assignee_wake_failed", Some(1)),
            (6, "task.rework_notify_failed", Some(1)),
            (7, "task.comment", Some(1)),
        ])
        .deliveries;
        assert_eq!((deliveries.tally.total, deliveries.tally.errors, deliveries.in_a_row), (4, 3, 2));
        let at = |seconds| Some(Timestamp::from_micros(0).plus_seconds(seconds));
        assert_eq!((deliveries.last_success, deliveries.failing_since), (at(2), at(4)));
    }

    #[test]
    fn a_broadcast_counts_the_deliveries_that_its_text_names() {
        let mut found = Participants::default();
        let message = Some("Broadcast question to 3 board leads (failed: 2).".to_owned());
        found.add(&ActivityEvent { message, ..event(1, "gateway.main.lead_broadcast.sent", None) });
        assert_eq!((found.deliveries.tally.total, found.deliveries.tally.errors), (5, 2));
    }

    #[test]
    fn agents_that_act_are_counted_apart_from_agents_that_are_notified() {
        let people = count(&[
            (1, "task.created", None),
            (2, "task.assignee_notified", Some(1)),
            (3, "task.comment", Some(1)),
            (4, "task.comment", Some(2)),
        ])
        .people;
        let counted: Vec<_> =
            people.iter().map(|person| (person.agent_id.is_some(), person.acted, person.notified)).collect();
        assert_eq!(counted, [(false, 1, 0), (true, 1, 1), (true, 1, 0)]);
    }
}
