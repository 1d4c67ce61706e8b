//! Which agents are alive, by what they did themselves.
//!
//! A heartbeat alone proves nothing: when a task is assigned, the backend writes a heartbeat for the assignee and then, in the
//! same request, that the assignee was woken. Nothing is sent to the agent.

use crate::model::catalogue::{self, AgentRole};
use crate::model::{IntervalSource, Liveness, OwnSign, Timestamp, UsualInterval};
use serde_json::Value;
use std::collections::VecDeque;

/// The type of heartbeats, an agent's own ones and those that the backend writes.
pub const HEARTBEAT: &str = "agent.heartbeat";
/// What the backend writes after a heartbeat of its own.
pub const WAKES: [&str; 2] = ["task.assignee_woken", "task.assignee_wake_failed"];
/// How soon after its own heartbeat the backend does.
pub const WAKE_DELAY_MICROS: i64 = 2 * SECOND;
/// The usual interval is measured in this many hours before the moment that is looked at.
pub const MEASURED_HOURS: i64 = 24;
/// How much later than usual a sign may be, unless somebody says otherwise.
pub const GRACE_MICROS: i64 = 5 * 60 * SECOND;
/// With fewer heartbeats of its own an agent's interval is not measured.
const LEAST_HEARTBEATS: usize = 5;
/// The backend's default for `heartbeat_config`.
const ASSUMED_MICROS: i64 = 10 * 60 * SECOND;
const SECOND: i64 = 1_000_000;

/// The types whose `agent_id` is the agent that acted. Types outside the catalogue are not among them, because nobody knows
/// whose id they carry.
pub fn own_types() -> impl Iterator<Item = &'static str> {
    catalogue::stored_types().filter(|known| catalogue::explain(known).agent == Some(AgentRole::Actor))
}

/// What one agent did, read from its newest event to older ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentSigns {
    /// The newest thing that the agent did itself.
    pub last_own: Option<OwnSign>,
    /// The newest heartbeat, written by the agent or by the backend.
    pub last_heartbeat_at: Option<Timestamp>,
    /// Its own heartbeats.
    heartbeats: Vec<Timestamp>,
    /// Wakes whose heartbeat has not come yet.
    wakes: VecDeque<Timestamp>,
}

impl AgentSigns {
    /// Adds an event of the agent, of one of [`own_types`] or of [`WAKES`], which is not newer than the one before. Of one
    /// instant, wakes come first.
    pub fn add(&mut self, event_type: &str, at: Timestamp) {
        if WAKES.contains(&event_type) {
            self.wakes.push_back(at);
            return;
        }
        if event_type == HEARTBEAT {
            self.last_heartbeat_at.get_or_insert(at);
            self.wakes.retain(|wake| wake.micros_since(at) <= WAKE_DELAY_MICROS);
            // One wake is the sequel of one heartbeat. A heartbeat of the agent's own just before that stays a sign.
            if self.wakes.pop_front().is_some() {
                return;
            }
            self.heartbeats.push(at);
        }
        self.last_own.get_or_insert_with(|| OwnSign { at, event_type: event_type.to_owned() });
    }

    /// The median time between the agent's own heartbeats from `since` on, if there are enough of them.
    pub fn measured_interval(&self, since: Timestamp) -> Option<i64> {
        let recent = self.heartbeats.partition_point(|at| *at >= since);
        let heartbeats = self.heartbeats.get(..recent).filter(|recent| recent.len() >= LEAST_HEARTBEATS)?;
        let mut gaps: Vec<i64> = heartbeats.windows(2).map(|pair| pair[0].micros_since(pair[1])).collect();
        gaps.sort_unstable();
        let (low, high) = (gaps[(gaps.len() - 1) / 2], gaps[gaps.len() / 2]);
        Some(low + (high - low) / 2).filter(|median| *median > 0)
    }
}

/// How often an agent usually gives a sign: as its configuration says, else as was measured, else as the backend's default.
pub fn usual_interval(config: Option<&str>, measured: Option<i64>) -> UsualInterval {
    if let Some(micros) = config.and_then(configured_interval) {
        return UsualInterval { micros, source: IntervalSource::Config };
    }
    match measured {
        Some(micros) => UsualInterval { micros, source: IntervalSource::Measured },
        None => UsualInterval { micros: ASSUMED_MICROS, source: IntervalSource::Default },
    }
}

/// `every` of a `heartbeat_config` such as `{"every": "10m"}`, in microseconds; none if it cannot be read or is no length of
/// time. The document may stand in a JSON string, as a column of text keeps it.
fn configured_interval(config: &str) -> Option<i64> {
    let mut config: Value = serde_json::from_str(config).ok()?;
    if let Value::String(text) = &config {
        config = serde_json::from_str(text).ok()?;
    }
    interval(config.get("every")?.as_str()?)
}

/// Lengths of time in microseconds, longest first.
const UNITS: [(&str, i64); 6] = [
    ("w", 7 * 86_400 * SECOND),
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000),
];

/// A whole number and a unit, or several from the longest unit to the shortest. A number alone is minutes, as OpenClaw
/// reads it.
fn interval(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let mut rest = text.as_str();
    let mut units = UNITS.iter();
    let mut micros: i64 = 0;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()));
        let unit = if unit.is_empty() && number.len() == text.len() { "m" } else { unit };
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        micros = micros.checked_add(number.parse::<i64>().ok()?.checked_mul(*length)?)?;
        rest = tail;
    }
    (micros > 0).then_some(micros)
}

/// Whether an agent is alive, by the age of its newest sign.
pub fn liveness(age_micros: Option<i64>, usual: UsualInterval, grace_micros: i64) -> Liveness {
    let Some(age) = age_micros else { return Liveness::Never };
    let limit = |intervals: i64| usual.micros.saturating_mul(intervals).saturating_add(grace_micros);
    match () {
        () if age <= limit(1) => Liveness::Alive,
        () if age <= limit(2) => Liveness::Late,
        () => Liveness::Silent,
    }
}

/// How many signs were due since the newest one.
pub fn missed(age_micros: i64, usual: UsualInterval) -> u64 {
    u64::try_from(age_micros / usual.micros.max(1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: i64 = 60 * SECOND;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * SECOND)
    }

    /// Oldest first, as one writes them down; of one instant, wakes last.
    fn signs(events: &[(&str, i64)]) -> AgentSigns {
        let mut signs = AgentSigns::default();
        for (event_type, seconds) in events.iter().rev() {
            signs.add(event_type, at(*seconds));
        }
        signs
    }

    fn last(events: &[(&str, i64)]) -> Option<(String, Timestamp)> {
        signs(events).last_own.map(|sign| (sign.event_type, sign.at))
    }

    const WOKEN: &str = WAKES[0];
    const WAKE_FAILED: &str = WAKES[1];

    #[test]
    fn the_agent_acts_in_what_it_writes_and_not_in_what_is_sent_to_it() {
        let own: Vec<&str> = own_types().collect();
        for acted in
            [HEARTBEAT, "task.comment", "task.status_changed", "task.created", "task.updated", "agent.nudge.sent"]
        {
            assert!(own.contains(&acted), "{acted}");
        }
        for done_to_it in catalogue::stored_types().filter(|known| {
            known.contains("notif") || known.contains("wake") || known.contains("woken") || known.contains("provision")
        }) {
            assert!(!own.contains(&done_to_it), "{done_to_it}");
        }
        assert_eq!(own.len(), 13);
    }

    #[test]
    fn a_heartbeat_that_the_backend_wrote_on_assigning_is_no_sign() {
        assert_eq!(last(&[(HEARTBEAT, 100), (WOKEN, 100)]), None);
        assert_eq!(last(&[(HEARTBEAT, 100), (WAKE_FAILED, 102)]), None);
        assert_eq!(last(&[(HEARTBEAT, 0), (HEARTBEAT, 100), (WOKEN, 101)]), Some((HEARTBEAT.to_owned(), at(0))));
        assert_eq!(signs(&[(HEARTBEAT, 100), (WOKEN, 101)]).last_heartbeat_at, Some(at(100)));
    }

    #[test]
    fn a_heartbeat_long_before_a_wake_or_after_one_is_a_sign() {
        assert_eq!(last(&[(HEARTBEAT, 100), (WOKEN, 103)]), Some((HEARTBEAT.to_owned(), at(100))));
        assert_eq!(last(&[(WOKEN, 100), (HEARTBEAT, 101)]), Some((HEARTBEAT.to_owned(), at(101))));
        let mut late = AgentSigns::default();
        late.add(WOKEN, at(102).plus_micros(1));
        late.add(HEARTBEAT, at(100));
        assert_eq!(late.last_own.map(|sign| sign.at), Some(at(100)));
    }

    #[test]
    fn each_wake_takes_one_heartbeat_before_it() {
        // Two tasks are assigned at the same time.
        assert_eq!(last(&[(HEARTBEAT, 100), (HEARTBEAT, 100), (WOKEN, 100), (WOKEN, 100)]), None);
        assert_eq!(last(&[(HEARTBEAT, 100), (HEARTBEAT, 101), (WOKEN, 102), (WOKEN, 103)]), None);
        // The agent's own comes a second before the backend's.
        assert_eq!(last(&[(HEARTBEAT, 100), (HEARTBEAT, 101), (WOKEN, 101)]), Some((HEARTBEAT.to_owned(), at(100))));
    }

    #[test]
    fn the_newest_sign_may_be_an_act_or_a_heartbeat() {
        let comment = ("task.comment", 120);
        assert_eq!(last(&[(HEARTBEAT, 100), comment]), Some(("task.comment".to_owned(), at(120))));
        assert_eq!(last(&[comment, (HEARTBEAT, 130)]), Some((HEARTBEAT.to_owned(), at(130))));
        assert_eq!(last(&[comment, (HEARTBEAT, 130), (WOKEN, 130)]), Some(("task.comment".to_owned(), at(120))));
        assert_eq!(last(&[]), None);
    }

    #[test]
    fn the_interval_is_the_median_between_five_or_more_own_heartbeats() {
        let beats = |seconds: &[i64]| {
            let events: Vec<_> = seconds.iter().map(|at| (HEARTBEAT, *at)).collect();
            signs(&events).measured_interval(at(0))
        };
        assert_eq!(beats(&[0, 60, 120, 180]), None);
        assert_eq!(beats(&[0, 60, 120, 180, 240]), Some(MINUTE));
        assert_eq!(beats(&[0, 10, 20, 920, 1820]), Some(455 * SECOND));
        assert_eq!(beats(&[-5, 0, 60, 120, 180]), None, "one is too old");
        assert_eq!(beats(&[7, 7, 7, 7, 7]), None, "no time is no interval");
        let forged =
            [(HEARTBEAT, 0), (HEARTBEAT, 60), (HEARTBEAT, 90), (WOKEN, 91), (HEARTBEAT, 120), (HEARTBEAT, 180)];
        assert_eq!(signs(&forged).measured_interval(at(0)), None);
    }

    #[test]
    fn a_configuration_says_every_how_long() {
        for (config, micros) in [
            (r#"{"every": "10m"}"#, Some(10 * MINUTE)),
            (r#"{"every": "30s", "prompt": "x"}"#, Some(30 * SECOND)),
            (r#"{"every": " 1H30M "}"#, Some(90 * MINUTE)),
            (r#"{"every": "2d"}"#, Some(2_880 * MINUTE)),
            (r#"{"every": "1500ms"}"#, Some(1_500_000)),
            (r#"{"every": "15"}"#, Some(15 * MINUTE)),
            (r#""{\"every\": \"5m\"}""#, Some(5 * MINUTE)),
            (r#"{"every": "1m", "every": "2m"}"#, Some(2 * MINUTE)),
            (r#"{"every": "0m"}"#, None),
            (r#"{"every": 600}"#, None),
            (r#"{"every": null}"#, None),
            (r#"{"every": ""}"#, None),
            (r#"{"every": "soon"}"#, None),
            (r#"{"every": "-5m"}"#, None),
            (r#"{"every": "5m10"}"#, None),
            (r#"{"every": "10m10m"}"#, None),
            (r#"{"every": "99999999999999999999w"}"#, None),
            (r#"{"every": "9999999999w"}"#, None),
            (r#"{"Every": "10m"}"#, None),
            (r#"["every"]"#, None),
            (r#""10m""#, None),
            ("null", None),
            ("10m", None),
            ("", None),
        ] {
            assert_eq!(configured_interval(config), micros, "{config}");
        }
    }

    #[test]
    fn the_interval_is_configured_or_measured_or_the_backends_default() {
        let usual = |config, measured| usual_interval(config, measured);
        let of = |micros, source| UsualInterval { micros, source };
        assert_eq!(usual(Some(r#"{"every":"5m"}"#), Some(MINUTE)), of(5 * MINUTE, IntervalSource::Config));
        assert_eq!(usual(Some("{}"), Some(MINUTE)), of(MINUTE, IntervalSource::Measured));
        assert_eq!(usual(None, Some(MINUTE)), of(MINUTE, IntervalSource::Measured));
        assert_eq!(usual(None, None), of(10 * MINUTE, IntervalSource::Default));
    }

    #[test]
    fn the_state_changes_after_one_interval_and_after_two() {
        let usual = UsualInterval { micros: 10 * MINUTE, source: IntervalSource::Default };
        let state = |age| liveness(age, usual, 5 * MINUTE);
        for (age, expected) in [
            (0, Liveness::Alive),
            (15 * MINUTE, Liveness::Alive),
            (15 * MINUTE + 1, Liveness::Late),
            (25 * MINUTE, Liveness::Late),
            (25 * MINUTE + 1, Liveness::Silent),
            (i64::MAX, Liveness::Silent),
        ] {
            assert_eq!(state(Some(age)), expected, "{age}");
        }
        assert_eq!(state(None), Liveness::Never);
    }

    #[test]
    fn a_sign_is_missed_each_time_an_interval_has_passed() {
        let usual = UsualInterval { micros: 10 * MINUTE, source: IntervalSource::Default };
        for (age, expected) in [(0, 0), (10 * MINUTE - 1, 0), (10 * MINUTE, 1), (185 * MINUTE, 18), (-MINUTE, 0)] {
            assert_eq!(missed(age, usual), expected, "{age}");
        }
    }

    proptest! {
        #[test]
        fn an_agent_that_only_the_backend_wrote_heartbeats_for_gave_no_sign(
            assignments in prop::collection::vec((0i64..100_000_000, 0i64..WAKE_DELAY_MICROS), 0..40),
        ) {
            let mut events: Vec<(i64, &str)> = assignments
                .iter()
                .flat_map(|(start, delay)| [(*start, HEARTBEAT), (start + delay, WOKEN)])
                .collect();
            events.sort_unstable();
            let mut signs = AgentSigns::default();
            for (micros, event_type) in events.into_iter().rev() {
                signs.add(event_type, Timestamp::from_micros(micros));
            }
            prop_assert_eq!(signs.last_own, None);
        }

        #[test]
        fn no_configuration_panics(config in "\\PC*", every in "[0-9wdhms ]{0,24}") {
            let _ = configured_interval(&config);
            let config = serde_json::json!({ "every": every }).to_string();
            prop_assert!(configured_interval(&config).is_none_or(|micros| micros > 0));
        }
    }
}
