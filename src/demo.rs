//! A believable fortnight of Mission Control, made up: no database, no clock, the same whenever it is made.
//!
//! Everything is told as an offset from the end of the fortnight, so that ids and texts never depend on the instant
//! for which it is made; only `created_at` does.

mod corpus;
mod household;
mod incident;
mod live;
mod random;
mod story;
mod timeline;

pub use live::{Live, next_live};

use crate::event::Timestamp;
use uuid::Uuid;

/// The rows of the embedded store, table by table, in an order that satisfies the foreign keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// `organizations`: one.
    pub organization: Organization,
    /// `users`: the local user, whom the embedded store answers.
    pub user: User,
    /// `organization_members`: the local user's, which grants every board.
    pub membership: Membership,
    /// `boards`.
    pub boards: Vec<Board>,
    /// `agents`.
    pub agents: Vec<Agent>,
    /// `tasks`.
    pub tasks: Vec<Task>,
    /// `activity_events`, oldest first; none is later than the instant asked for.
    pub events: Vec<Event>,
}

/// A row of `organizations`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Primary key.
    pub id: Uuid,
    /// Display name.
    pub name: &'static str,
    /// Naive UTC.
    pub created_at: Timestamp,
}

/// A row of `users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Primary key.
    pub id: Uuid,
    /// `local-auth-user`, as in local mode.
    pub clerk_user_id: &'static str,
    /// Address.
    pub email: &'static str,
    /// Display name.
    pub name: &'static str,
    /// The organization of the fortnight.
    pub active_organization_id: Uuid,
}

/// A row of `organization_members`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Primary key.
    pub id: Uuid,
    /// The organization.
    pub organization_id: Uuid,
    /// The member.
    pub user_id: Uuid,
    /// `owner`; by itself it grants nothing.
    pub role: &'static str,
    /// Every board of the organization may be read.
    pub all_boards_read: bool,
    /// Every board of the organization may be written.
    pub all_boards_write: bool,
    /// Naive UTC.
    pub created_at: Timestamp,
}

/// A row of `boards`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Primary key.
    pub id: Uuid,
    /// The organization.
    pub organization_id: Uuid,
    /// Display name.
    pub name: &'static str,
    /// Name in addresses.
    pub slug: &'static str,
}

/// A row of `agents`; none has a token, so none can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Primary key.
    pub id: Uuid,
    /// Its board; the gateway's own agent has none.
    pub board_id: Option<Uuid>,
    /// Display name.
    pub name: &'static str,
    /// `online` or `offline`.
    pub status: &'static str,
    /// Whether it leads its board.
    pub is_board_lead: bool,
    /// The text of a JSON object, with or without a `role`.
    pub identity_profile: Option<&'static str>,
    /// Its last heartbeat; naive UTC.
    pub last_seen_at: Option<Timestamp>,
}

/// A row of `tasks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Primary key.
    pub id: Uuid,
    /// Its board.
    pub board_id: Uuid,
    /// What is to be done.
    pub title: &'static str,
    /// `inbox`, `in_progress`, `review` or `done`, as its last status event left it.
    pub status: &'static str,
}

/// A row of `activity_events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Primary key, in the form of version 4.
    pub id: Uuid,
    /// One of the types that Mission Control stores.
    pub event_type: &'static str,
    /// Text.
    pub message: Option<String>,
    /// The agent; null for a person and for an agent since deleted.
    pub agent_id: Option<Uuid>,
    /// The task.
    pub task_id: Option<Uuid>,
    /// To the microsecond; naive UTC.
    pub created_at: Timestamp,
    /// The event's own board, null on some that have a task.
    pub board_id: Option<Uuid>,
    /// `created` or `updated`, where the documentation has it.
    pub action: Option<&'static str>,
    /// The local user, where a person acted.
    pub user_id: Option<Uuid>,
    /// Null throughout.
    pub actor_id: Option<Uuid>,
}

/// Everything that happened in the fortnight before `at`, ending there. For an instant near the beginning of time, and
/// for an infinite one, what does not fit falls onto that bound.
pub fn dataset(at: Timestamp) -> Dataset {
    let mut timeline = timeline::Timeline::new();
    story::tell(&mut timeline);
    incident::tell(&mut timeline);
    household::tell(&mut timeline);
    timeline.into_dataset(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain;
    use std::collections::{HashMap, HashSet};

    const DAY: i64 = 86_400;

    fn noon() -> Timestamp {
        Timestamp::from_naive("2026-03-15T12:34:56.789012".parse().unwrap())
    }

    fn hours_before(at: Timestamp, event: &Event) -> f64 {
        at.micros_since(event.created_at) as f64 / 3.6e9
    }

    #[test]
    fn the_same_instant_gives_the_same_rows() {
        assert_eq!(dataset(noon()), dataset(noon()));
    }

    #[test]
    fn another_instant_moves_the_times_and_nothing_else() {
        let (first, mut second) = (dataset(noon()), dataset(noon().plus_seconds(12_345)));
        for (a, b) in first.events.iter().zip(&mut second.events) {
            assert_eq!(b.created_at.micros_since(a.created_at), 12_345_000_000);
            b.created_at = a.created_at;
        }
        assert_eq!(first.events, second.events);
        assert_eq!(first.tasks, second.tasks);
    }

    #[test]
    fn nothing_is_later_than_the_instant_or_older_than_a_fortnight() {
        let data = dataset(noon());
        let start = noon().plus_seconds(-14 * DAY);
        assert!(data.events.iter().all(|event| start <= event.created_at && event.created_at <= noon()));
        assert!(data.events.is_sorted_by_key(|event| event.created_at));
        assert!(data.agents.iter().filter_map(|agent| agent.last_seen_at).all(|seen| seen <= noon()));
    }

    #[test]
    fn extreme_instants_are_answered() {
        for at in [Timestamp::FIRST, Timestamp::LAST, Timestamp::INFINITY, Timestamp::NEG_INFINITY] {
            let data = dataset(at);
            assert!(data.events.iter().all(|event| event.created_at <= at));
            assert_eq!(data.events.len(), dataset(noon()).events.len());
        }
    }

    #[test]
    fn sizes_are_those_of_a_small_team() {
        let data = dataset(noon());
        assert_eq!(data.boards.len(), 5);
        assert!((10..=15).contains(&data.agents.len()), "{}", data.agents.len());
        assert!((60..=100).contains(&data.tasks.len()), "{}", data.tasks.len());
        assert!((2_000..=6_000).contains(&data.events.len()), "{}", data.events.len());
        let beats = data.events.iter().filter(|event| event.event_type == "agent.heartbeat").count();
        assert!(beats * 2 < data.events.len(), "{beats}");
    }

    #[test]
    fn every_stored_type_occurs_and_no_other() {
        let seen: HashSet<&str> = dataset(noon()).events.iter().map(|event| event.event_type).collect();
        let known: HashSet<&str> = explain::stored_types().collect();
        assert_eq!(seen.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
        assert_eq!(known.difference(&seen).collect::<Vec<_>>(), Vec::<&&str>::new());
    }

    #[test]
    fn ids_are_distinct_and_of_version_4() {
        let data = dataset(noon());
        let mut ids: Vec<Uuid> = data.events.iter().map(|event| event.id).collect();
        ids.extend(data.tasks.iter().map(|task| task.id));
        ids.extend(data.agents.iter().map(|agent| agent.id));
        ids.extend(data.boards.iter().map(|board| board.id));
        ids.extend([data.organization.id, data.user.id, data.membership.id]);
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
        let count = ids.len();
        assert_eq!(ids.into_iter().collect::<HashSet<_>>().len(), count);
    }

    #[test]
    fn every_reference_points_to_a_row() {
        let data = dataset(noon());
        let boards: HashSet<Uuid> = data.boards.iter().map(|board| board.id).collect();
        let agents: HashSet<Uuid> = data.agents.iter().map(|agent| agent.id).collect();
        let tasks: HashMap<Uuid, Uuid> = data.tasks.iter().map(|task| (task.id, task.board_id)).collect();
        assert!(data.agents.iter().filter_map(|agent| agent.board_id).all(|id| boards.contains(&id)));
        assert!(tasks.values().all(|id| boards.contains(id)));
        for event in &data.events {
            assert!(event.board_id.is_none_or(|id| boards.contains(&id)));
            assert!(event.agent_id.is_none_or(|id| agents.contains(&id)));
            if let Some(task) = event.task_id {
                assert!(event.board_id.is_none_or(|board| tasks.get(&task) == Some(&board)), "{event:?}");
                assert!(tasks.contains_key(&task));
            }
        }
        assert!(data.events.iter().any(|event| event.board_id.is_none() && event.task_id.is_some()));
    }

    #[test]
    fn a_task_has_the_status_of_its_last_move() {
        let data = dataset(noon());
        for task in &data.tasks {
            let last = data
                .events
                .iter()
                .rfind(|event| event.task_id == Some(task.id) && event.event_type == "task.status_changed");
            let expected = last.map_or("inbox", |event| event.message.as_deref().unwrap_or_default());
            assert!(expected.contains(task.status), "{} but {expected}", task.status);
        }
    }

    #[test]
    fn failures_cluster_in_the_incident_on_payments() {
        let data = dataset(noon());
        let payments = data.boards[0].id;
        let failed = |event: &&Event| event.event_type.ends_with("failed");
        let (mut inside, mut outside) = (0, 0);
        for event in data.events.iter().filter(failed) {
            let hours = hours_before(noon(), event);
            if event.board_id == Some(payments) && (18.4..=20.0).contains(&hours) { inside += 1 } else { outside += 1 }
        }
        assert!((40..=90).contains(&inside), "{inside}");
        assert!((10..=40).contains(&outside), "{outside}");
    }

    #[test]
    fn no_text_is_left_with_a_gap_to_fill() {
        for event in dataset(noon()).events {
            let message = event.message.unwrap_or_default();
            assert!(!message.is_empty() && !message.contains(['{', '}']), "{message}");
        }
    }

    #[test]
    fn live_events_go_on_with_the_same_cast() {
        let data = dataset(noon());
        let tasks: HashSet<Uuid> = data.tasks.iter().map(|task| task.id).collect();
        let mut ids = HashSet::new();
        for n in 0..5_000 {
            let live = next_live(n, noon().plus_seconds(n.cast_signed() * 2));
            assert!(ids.insert(live.event.id));
            assert!(explain::is_known(live.event.event_type));
            assert!(live.event.task_id.is_none_or(|id| tasks.contains(&id)));
            assert!(data.agents.iter().any(|agent| live.event.agent_id.is_none_or(|id| id == agent.id)));
            assert!(live.event.message.is_some_and(|message| !message.contains(['{', '}'])));
            assert!((1_000..=9_000).contains(&live.delay.as_millis()));
        }
        assert_eq!(next_live(7, noon()), next_live(7, noon()));
    }
}
