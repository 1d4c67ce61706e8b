//! Who is alive, told a second time: from the events as a list, with the types typed by hand.

use super::{Actor, Event, Feed, World};
use uuid::Uuid;

/// Types whose agent acted.
const ACTS: [&str; 13] = [
    "agent.heartbeat",
    "agent.nudge.failed",
    "agent.nudge.sent",
    "agent.soul.updated",
    "gateway.lead.ask_user.failed",
    "gateway.lead.ask_user.sent",
    "gateway.main.lead_broadcast.sent",
    "gateway.main.lead_message.failed",
    "gateway.main.lead_message.sent",
    "task.comment",
    "task.created",
    "task.status_changed",
    "task.updated",
];
const WAKES: [&str; 2] = ["task.assignee_woken", "task.assignee_wake_failed"];
const SUCCESSES: [&str; 4] = ["notified", ".sent", ".direct", "lead_broadcast.sent"];
const TWO_SECONDS: i128 = 2_000_000;
pub const MINUTE: i128 = 60_000_000;
const DAY: i128 = 24 * 60 * MINUTE;

/// What is known of one agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub state: &'static str,
    /// Time and type of the newest thing that the agent did itself.
    pub last_own: Option<(String, String)>,
    pub last_heartbeat: Option<String>,
    pub tried: u64,
    pub failed: u64,
    pub failing_since: Option<String>,
}

impl World {
    /// The agents that an actor is shown: those on its boards, or itself.
    pub fn agents_shown(&self, actor: Actor) -> Vec<Uuid> {
        let boards = self.boards(actor);
        let is_shown = |(id, board): &(&Uuid, &Option<Uuid>)| match actor {
            Actor::Agent(me) => **id == me,
            Actor::User(_) => board.is_some_and(|board| boards.contains(&board)),
        };
        self.agents.iter().filter(is_shown).map(|(id, _)| *id).collect()
    }

    /// An agent as an actor sees it at an instant, where no agent has a heartbeat_config.
    pub fn agent_known(&self, actor: Actor, agent: Uuid, at: i64) -> Known {
        let mut events = self.visible(actor, Feed::Events);
        events.retain(|event| event.agent == Some(agent) && event.created_at <= at);
        let age = |event: &Event| i128::from(at) - i128::from(event.created_at);
        let heartbeats: Vec<&Event> =
            events.iter().copied().filter(|event| event.event_type == "agent.heartbeat").collect();
        let mut own_heartbeats = heartbeats.clone();
        // Each wake, from the newest on, explains the newest heartbeat before it that nothing explains yet.
        for wake in events.iter().rev().filter(|event| WAKES.contains(&event.event_type.as_str())) {
            let gap = |beat: &&Event| i128::from(wake.created_at) - i128::from(beat.created_at);
            let explained = own_heartbeats.iter().rposition(|beat| (0..=TWO_SECONDS).contains(&gap(beat)));
            explained.map(|at| own_heartbeats.remove(at));
        }
        let acts = events.iter().copied().filter(|event| event.event_type != "agent.heartbeat");
        let acts = acts.filter(|event| ACTS.contains(&event.event_type.as_str()));
        let own = acts.chain(own_heartbeats.iter().copied());
        let last_own = own.max_by_key(|event| (event.created_at, event.event_type.clone()));
        let mut recent: Vec<i64> =
            own_heartbeats.iter().filter(|event| age(event) <= DAY).map(|event| event.created_at).collect();
        recent.sort_unstable();
        let mut gaps: Vec<i128> = recent.windows(2).map(|two| i128::from(two[1]) - i128::from(two[0])).collect();
        gaps.sort_unstable();
        let middle = |gaps: &[i128]| (gaps[(gaps.len() - 1) / 2] + gaps[gaps.len() / 2]) / 2;
        let measured = if recent.len() >= 5 { middle(&gaps) } else { 0 };
        let usual = if measured > 0 { measured } else { 10 * MINUTE };
        let state = match last_own.map(age) {
            None => "never",
            Some(age) if age <= usual + 5 * MINUTE => "alive",
            Some(age) if age <= 2 * usual + 5 * MINUTE => "late",
            Some(_) => "silent",
        };
        let mut known = Known {
            state,
            last_own: last_own.map(|event| (event.shown_at(), event.event_type.clone())),
            last_heartbeat: heartbeats.last().map(|event| event.shown_at()),
            tried: 0,
            failed: 0,
            failing_since: None,
        };
        let recent: Vec<&Event> = events.into_iter().filter(|event| age(event) <= DAY).collect();
        let is_failure = |event: &Event| event.is_failure() && !WAKES.contains(&event.event_type.as_str());
        let is_success = |event: &Event| SUCCESSES.iter().any(|ending| event.event_type.ends_with(ending));
        let last_success = recent.iter().filter(|event| is_success(event)).map(|event| event.created_at).max();
        for event in recent {
            known.failed += u64::from(is_failure(event));
            known.tried += u64::from(is_failure(event) || is_success(event));
            if is_failure(event) && last_success.is_none_or(|success| event.created_at > success) {
                known.failing_since.get_or_insert_with(|| event.shown_at());
            }
        }
        known
    }
}
