//! What has become of an event since it was archived, and whether Mission Control itself does that to events.

use crate::model::{ArchivedEvent, Scope, StoredEvent, Timestamp, Verdict};
use std::collections::HashSet;
use uuid::Uuid;

/// Ids of one sorted run.
const RUN: usize = 65_536;

/// What became of an archived event. `stored` is the event as the actor sees it now; `existing` has the boards, tasks, agents
/// and events that are still there, of a user's boards only those that the user may read.
pub fn verdict(
    scope: &Scope,
    archived: &ArchivedEvent,
    stored: Option<&StoredEvent>,
    existing: &HashSet<Uuid>,
) -> Verdict {
    let is_lost = |id: Option<Uuid>| id.is_some_and(|id| !existing.contains(&id));
    let Some(stored) = stored else {
        // An event that is there and out of sight has another board, or of an agent's own events another agent.
        let hidden_by = if matches!(scope, Scope::Boards(_)) { "board_id" } else { "agent_id" };
        return match () {
            () if is_lost(archived.board_id) => Verdict::GoneWithBoard,
            () if existing.contains(&archived.id) => Verdict::Rewritten(vec![hidden_by]),
            () if is_lost(archived.task_id) => Verdict::GoneWithTask,
            () => Verdict::Gone,
        };
    };
    let mut changed = Vec::new();
    if stored.event_type != archived.event_type {
        changed.push("event_type");
    }
    if stored.message != archived.message {
        changed.push("message");
    }
    if stored.created_at.to_string() != archived.created_at {
        changed.push("created_at");
    }
    let is_deleted = stored.agent_id.is_none() && is_lost(archived.agent_id);
    if stored.agent_id != archived.agent_id && !is_deleted {
        changed.push("agent_id");
    }
    match () {
        () if !changed.is_empty() => Verdict::Rewritten(changed),
        () if is_deleted => Verdict::AgentDeleted,
        () => Verdict::Unchanged,
    }
}

/// Of an event that is in the database and not in the archive, though it is dated in the time that the archive covers up to
/// `until`: a transaction that was open when the archive was read may have written it, if it is dated shortly before.
pub fn verdict_of_unarchived(created_at: Timestamp, until: Timestamp, lookback_micros: i64) -> Verdict {
    if created_at >= until.plus_micros(-lookback_micros) { Verdict::Late } else { Verdict::Inserted }
}

/// Ids, in 16 bytes each.
#[derive(Debug, Default)]
pub struct IdSet {
    /// Sorted.
    runs: Vec<Vec<u128>>,
    open: Vec<u128>,
}

impl IdSet {
    /// Adds an id.
    pub fn add(&mut self, id: Uuid) {
        if self.open.capacity() == 0 {
            self.open.reserve_exact(RUN);
        }
        self.open.push(id.as_u128());
        if self.open.len() == RUN {
            self.settle();
        }
    }

    /// To be called before ids are looked for.
    pub fn settle(&mut self) {
        let mut run = std::mem::take(&mut self.open);
        if !run.is_empty() {
            run.sort_unstable();
            run.shrink_to_fit();
            self.runs.push(run);
        }
    }

    /// Whether an id was added before the last [`IdSet::settle`].
    pub fn contains(&self, id: Uuid) -> bool {
        self.runs.iter().any(|run| run.binary_search(&id.as_u128()).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn archived() -> ArchivedEvent {
        ArchivedEvent {
            file: 0,
            line: 1,
            id: id(1),
            event_type: "task.updated".to_owned(),
            message: Some("x".to_owned()),
            created_at: "2000-01-01T00:00:00".to_owned(),
            agent_id: Some(id(2)),
            task_id: Some(id(3)),
            board_id: Some(id(4)),
        }
    }

    fn stored() -> StoredEvent {
        StoredEvent {
            id: id(1),
            event_type: "task.updated".to_owned(),
            message: Some("x".to_owned()),
            agent_id: Some(id(2)),
            created_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn what_mission_control_does_itself_is_explained_and_nothing_else() {
        let user = Scope::Boards(vec![id(4)]);
        let all = HashSet::from([id(2), id(3), id(4)]);
        let without = |gone: u128| all.iter().copied().filter(|known| *known != id(gone)).collect::<HashSet<_>>();
        let of = |stored: Option<StoredEvent>, existing: &HashSet<Uuid>| {
            verdict(&user, &archived(), stored.as_ref(), existing)
        };
        assert_eq!(of(Some(stored()), &all), Verdict::Unchanged);
        assert_eq!(of(None, &all), Verdict::Gone);
        assert_eq!(of(None, &without(3)), Verdict::GoneWithTask);
        assert_eq!(of(None, &without(4)), Verdict::GoneWithBoard);
        let hidden = HashSet::from([id(1), id(3), id(4)]);
        assert_eq!(of(None, &hidden), Verdict::Rewritten(vec!["board_id"]));
        let agent = verdict(&Scope::Agent(id(2)), &archived(), None, &hidden);
        assert_eq!(agent, Verdict::Rewritten(vec!["agent_id"]));
        let nulled = StoredEvent { agent_id: None, ..stored() };
        assert_eq!(of(Some(nulled.clone()), &without(2)), Verdict::AgentDeleted);
        assert_eq!(of(Some(nulled), &all), Verdict::Rewritten(vec!["agent_id"]));
        let other = StoredEvent { agent_id: Some(id(9)), ..stored() };
        assert_eq!(of(Some(other), &without(2)), Verdict::Rewritten(vec!["agent_id"]));
        let all_changed = StoredEvent {
            event_type: "t".to_owned(),
            message: None,
            created_at: Timestamp::from_micros(1),
            ..stored()
        };
        assert_eq!(of(Some(all_changed), &all), Verdict::Rewritten(vec!["event_type", "message", "created_at"]));
    }

    #[test]
    fn an_event_dated_shortly_before_the_archive_was_read_may_have_come_late() {
        let until = Timestamp::from_micros(1_000);
        assert_eq!(verdict_of_unarchived(Timestamp::from_micros(899), until, 100), Verdict::Inserted);
        assert_eq!(verdict_of_unarchived(Timestamp::from_micros(900), until, 100), Verdict::Late);
    }

    #[test]
    fn ids_are_found_in_whatever_run_they_are() {
        let mut ids = IdSet::default();
        (0..RUN as u128 * 2 + 5).for_each(|n| ids.add(id(n * 7)));
        ids.settle();
        assert!(
            ids.contains(id(0)) && ids.contains(id(RUN as u128 * 7)) && ids.contains(id((RUN as u128 * 2 + 4) * 7))
        );
        assert!(!ids.contains(id(1)) && !ids.contains(id((RUN as u128 * 2 + 5) * 7)));
    }
}
