//! Deliveries: what the backend tried to tell an agent or a lead, apart from everything else that the log holds.
//!
//! A *route* is a pair of event types, a success and a failure, and is named by its success. For the types that the
//! backend writes the catalogue says which belong together. For others their endings do.

use crate::model::{AttemptCount, Deliveries, Timestamp, catalogue};
use std::collections::BTreeMap;

/// The route of failures that no type of success belongs to.
pub const NO_PAIR: &str = "(no pair)";
/// One event for many deliveries; how many of them failed stands only in its text.
pub const BROADCAST: &str = "gateway.main.lead_broadcast.sent";
/// The backend changes a row of its own database here. It sends nothing.
const NOT_SENT: [&str; 2] = ["task.assignee_woken", "task.assignee_wake_failed"];

/// What an event says about a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// It arrived.
    Success,
    /// It did not.
    Failure,
}

/// The route of a type, as far as the type alone tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryRoute {
    /// By its success.
    Named(String),
    /// Types outside the catalogue: `X.failed` may belong to `X.sent` or to `X.direct`. Which of them exists decides.
    Stem(String),
    /// A failure without a success.
    Unpaired,
}

/// The route of an event type and its part in it; none for a type that is no delivery.
pub fn route(event_type: &str) -> Option<(DeliveryRoute, DeliveryOutcome)> {
    if NOT_SENT.contains(&event_type) {
        return None;
    }
    if event_type == BROADCAST {
        return Some((DeliveryRoute::Named(event_type.to_owned()), DeliveryOutcome::Success));
    }
    if catalogue::is_known(event_type) {
        let pair = catalogue::pair(event_type)?;
        return Some(match event_type.ends_with("failed") {
            true => (DeliveryRoute::Named(pair.to_owned()), DeliveryOutcome::Failure),
            false => (DeliveryRoute::Named(event_type.to_owned()), DeliveryOutcome::Success),
        });
    }
    by_ending(event_type)
}

fn by_ending(event_type: &str) -> Option<(DeliveryRoute, DeliveryOutcome)> {
    let stem = |ending: &str| event_type.strip_suffix(ending).filter(|stem| !stem.is_empty());
    for [success, failure] in [["_notified", "_notify_failed"], [".notified", ".notify_failed"]] {
        if stem(success).is_some() {
            return Some((DeliveryRoute::Named(event_type.to_owned()), DeliveryOutcome::Success));
        }
        if let Some(stem) = stem(failure) {
            return Some((DeliveryRoute::Named(format!("{stem}{success}")), DeliveryOutcome::Failure));
        }
    }
    if let Some(stem) = stem(".sent").or_else(|| stem(".direct")) {
        return Some((DeliveryRoute::Stem(stem.to_owned()), DeliveryOutcome::Success));
    }
    if let Some(stem) = stem(".failed") {
        return Some((DeliveryRoute::Stem(stem.to_owned()), DeliveryOutcome::Failure));
    }
    event_type.ends_with("failed").then_some((DeliveryRoute::Unpaired, DeliveryOutcome::Failure))
}

/// How many deliveries a broadcast made and how many it failed to make, by its text:
/// `Broadcast KIND to N board leads (failed: M).` None for any other text.
pub fn broadcast(text: &str) -> Option<AttemptCount> {
    let rest = text.strip_prefix("Broadcast ")?.strip_suffix(").")?;
    let (rest, failed) = rest.rsplit_once(" board leads (failed: ")?;
    let (_, made) = rest.rsplit_once("to ").filter(|(kind, _)| kind.is_empty() || kind.ends_with(' '))?;
    let count = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        // More leads than this is no count but damage, and sums must not overflow.
        plain.then(|| digits.parse::<u32>().ok()).flatten().map(u64::from)
    };
    Some(AttemptCount { made: count(made)?, failed: count(failed)? })
}

/// The deliveries of one event; none where it is a broadcast whose text cannot be read.
pub fn attempts(event_type: &str, outcome: DeliveryOutcome, message: Option<&str>) -> Option<AttemptCount> {
    match outcome {
        _ if event_type == BROADCAST => broadcast(message.unwrap_or_default()),
        DeliveryOutcome::Success => Some(AttemptCount { made: 1, failed: 0 }),
        DeliveryOutcome::Failure => Some(AttemptCount { made: 0, failed: 1 }),
    }
}

/// A group of `--by` with the route in it, which is named only when all events are known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct GroupKey<K> {
    route: Option<DeliveryRoute>,
    rest: K,
}

/// Folds a stream of deliveries, oldest first, into figures. Its memory grows with the groups and not with the events.
#[derive(Debug, Clone)]
pub struct Fold<K> {
    /// Of all routes together.
    pub whole: Deliveries,
    /// Broadcasts whose text could not be read: they count nothing.
    pub unread: u64,
    groups: BTreeMap<GroupKey<K>, Deliveries>,
    /// Successes of a stem: whether `X.sent` was met, whether `X.direct` was.
    stems: BTreeMap<String, [bool; 2]>,
    by_route: bool,
}

impl<K: Ord + Clone> Fold<K> {
    /// Counts by keys that the caller gives with each event, and by route where `by_route`.
    pub fn new(by_route: bool) -> Self {
        Self { whole: Deliveries::default(), unread: 0, groups: BTreeMap::new(), stems: BTreeMap::new(), by_route }
    }

    /// Adds an event, which is not older than the one before. Answers the deliveries that it tells of.
    pub fn add(&mut self, event_type: &str, message: Option<&str>, at: Timestamp, rest: K) -> AttemptCount {
        let Some((route, outcome)) = route(event_type) else { return AttemptCount::default() };
        let Some(attempts) = attempts(event_type, outcome, message) else {
            self.unread += 1;
            return AttemptCount::default();
        };
        if attempts == AttemptCount::default() {
            return attempts;
        }
        self.whole.add(at, attempts);
        if let DeliveryRoute::Stem(stem) = &route {
            let known = match self.stems.get_mut(stem) {
                Some(known) => known,
                None => self.stems.entry(stem.clone()).or_default(),
            };
            known[0] |= outcome == DeliveryOutcome::Success && event_type.ends_with(".sent");
            known[1] |= outcome == DeliveryOutcome::Success && event_type.ends_with(".direct");
        }
        let key = GroupKey { route: self.by_route.then_some(route), rest };
        self.groups.entry(key).or_default().add(at, attempts);
        attempts
    }

    /// Types of success of which it is not known whether they exist: those of stems that only failed.
    pub fn uncertain(&self) -> Vec<String> {
        let failed = self.stems.iter().filter(|(_, met)| **met == [false, false]);
        failed.flat_map(|(stem, _)| [format!("{stem}.sent"), format!("{stem}.direct")]).collect()
    }

    /// The groups, by key. `exists` says which of the uncertain types exist.
    pub fn groups(&self, exists: &dyn Fn(&str) -> bool) -> Vec<(Option<String>, K, Deliveries)> {
        let mut named: BTreeMap<(Option<String>, K), Deliveries> = BTreeMap::new();
        for (key, deliveries) in &self.groups {
            let route = key.route.as_ref().map(|route| self.name(route, exists));
            named.entry((route, key.rest.clone())).and_modify(|known| known.absorb(deliveries)).or_insert(*deliveries);
        }
        named.into_iter().map(|((route, rest), deliveries)| (route, rest, deliveries)).collect()
    }

    fn name(&self, route: &DeliveryRoute, exists: &dyn Fn(&str) -> bool) -> String {
        match route {
            DeliveryRoute::Named(name) => name.clone(),
            DeliveryRoute::Unpaired => NO_PAIR.to_owned(),
            DeliveryRoute::Stem(stem) => {
                let met = self.stems.get(stem).copied().unwrap_or_default();
                let [sent, direct] = [format!("{stem}.sent"), format!("{stem}.direct")];
                match met {
                    [true, _] => sent,
                    [false, true] => direct,
                    [false, false] if exists(&sent) => sent,
                    [false, false] if exists(&direct) => direct,
                    [false, false] => NO_PAIR.to_owned(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Tally;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// The pairs typed by hand, from the backend's list of types.
    const PAIRS: [[&str; 2]; 14] = [
        ["task.assignee_notified", "task.assignee_notify_failed"],
        ["task.rework_notified", "task.rework_notify_failed"],
        ["task.lead_notified", "task.lead_notify_failed"],
        ["task.lead_unassigned_notified", "task.lead_unassigned_notify_failed"],
        ["approval.lead_notified", "approval.lead_notify_failed"],
        ["board.lead_notified", "board.lead_notify_failed"],
        ["board.group.join.notified", "board.group.join.notify_failed"],
        ["board.group.leave.notified", "board.group.leave.notify_failed"],
        ["agent.nudge.sent", "agent.nudge.failed"],
        ["gateway.lead.ask_user.sent", "gateway.lead.ask_user.failed"],
        ["gateway.main.lead_message.sent", "gateway.main.lead_message.failed"],
        ["agent.provision.direct", "agent.provision.failed"],
        ["agent.update.direct", "agent.update.failed"],
        ["agent.delete.direct", "agent.delete.failed"],
    ];

    #[test]
    fn the_routes_of_the_backends_types_are_their_pairs_and_the_broadcast() {
        let mut delivering = vec![BROADCAST];
        for [success, failure] in PAIRS {
            let named = DeliveryRoute::Named(success.to_owned());
            assert_eq!(route(success), Some((named.clone(), DeliveryOutcome::Success)), "{success}");
            assert_eq!(route(failure), Some((named, DeliveryOutcome::Failure)), "{failure}");
            delivering.extend([success, failure]);
        }
        for other in catalogue::stored_types().filter(|known| !delivering.contains(known)) {
            assert_eq!(route(other), None, "{other}");
        }
    }

    #[test]
    fn types_outside_the_catalogue_go_by_their_endings() {
        let named = |name: &str, outcome| Some((DeliveryRoute::Named(name.to_owned()), outcome));
        let stem = |name: &str, outcome| Some((DeliveryRoute::Stem(name.to_owned()), outcome));
        assert_eq!(route("crew.lead_notified"), named("crew.lead_notified", DeliveryOutcome::Success));
        assert_eq!(route("crew.lead_notify_failed"), named("crew.lead_notified", DeliveryOutcome::Failure));
        assert_eq!(route("crew.notify_failed"), named("crew.notified", DeliveryOutcome::Failure));
        assert_eq!(route("mail.sent"), stem("mail", DeliveryOutcome::Success));
        assert_eq!(route("mail.direct"), stem("mail", DeliveryOutcome::Success));
        assert_eq!(route("mail.failed"), stem("mail", DeliveryOutcome::Failure));
        for unpaired in ["failed", "x_failed", "unfailed", " failed", ".failed"] {
            assert_eq!(route(unpaired), Some((DeliveryRoute::Unpaired, DeliveryOutcome::Failure)), "{unpaired}");
        }
        for other in ["x.Failed", "mail.sent ", "task.comment", "", ".sent", "_notified", "notified"] {
            assert_eq!(route(other), None, "{other}");
        }
    }

    #[test]
    fn a_broadcast_says_how_many_it_reached_and_how_many_not() {
        let counts = |made, failed| Some(AttemptCount { made, failed });
        assert_eq!(broadcast("Broadcast handoff to 3 board leads (failed: 2)."), counts(3, 2));
        assert_eq!(broadcast("Broadcast a note to all to 0 board leads (failed: 11)."), counts(0, 11));
        assert_eq!(broadcast("Broadcast  to 1 board leads (failed: 0)."), counts(1, 0));
        for other in [
            "",
            "Broadcast handoff to 3 board leads (failed: 2)",
            "Broadcast handoff to 3 board leads (failed: -2).",
            "Broadcast handoff to +3 board leads (failed: 2).",
            "Broadcast handoff to many board leads (failed: 2).",
            "Broadcast handoffto 3 board leads (failed: 2).",
            "Broadcast x to 3 board leads (failed: 99999999999999999999).",
            "A Broadcast x to 3 board leads (failed: 1).",
        ] {
            assert_eq!(broadcast(other), None, "{other}");
        }
    }

    fn folded(events: &[(&str, i64)]) -> Fold<()> {
        let mut fold = Fold::new(true);
        for (event_type, seconds) in events {
            fold.add(event_type, Some("Broadcast x to 2 board leads (failed: 1)."), at(*seconds), ());
        }
        fold
    }

    #[test]
    fn failing_since_is_the_first_failure_after_the_newest_success() {
        let fold = folded(&[
            ("agent.nudge.failed", 1),
            ("agent.nudge.sent", 2),
            ("agent.nudge.failed", 3),
            ("agent.nudge.failed", 4),
        ]);
        assert_eq!(fold.whole.tally, Tally { errors: 3, total: 4 });
        assert_eq!((fold.whole.last_success, fold.whole.failing_since), (Some(at(2)), Some(at(3))));
        assert_eq!((fold.whole.in_a_row, fold.whole.last_failure), (2, Some(at(4))));
        let never = folded(&[("agent.nudge.failed", 1), ("agent.nudge.failed", 2)]).whole;
        assert_eq!((never.last_success, never.failing_since, never.in_a_row), (None, Some(at(1)), 2));
    }

    #[test]
    fn what_fails_at_the_instant_of_a_success_does_not_fail_after_it() {
        for order in [["agent.nudge.sent", "agent.nudge.failed"], ["agent.nudge.failed", "agent.nudge.sent"]] {
            let whole = folded(&[(order[0], 5), (order[1], 5)]).whole;
            assert_eq!((whole.in_a_row, whole.failing_since), (0, None), "{order:?}");
        }
        assert_eq!(folded(&[(BROADCAST, 5)]).whole.in_a_row, 0, "some leads were reached");
    }

    #[test]
    fn a_broadcast_counts_its_leads_and_an_unreadable_one_nothing() {
        let mut fold = folded(&[(BROADCAST, 1)]);
        assert_eq!(fold.whole.tally, Tally { errors: 1, total: 3 });
        fold.add(BROADCAST, Some("Broadcast!"), at(2), ());
        fold.add(BROADCAST, None, at(2), ());
        assert_eq!((fold.whole.tally, fold.unread), (Tally { errors: 1, total: 3 }, 2));
    }

    #[test]
    fn the_routes_add_up_to_the_whole() {
        let fold = folded(&[
            ("agent.nudge.failed", 1),
            ("mail.failed", 2),
            ("x_failed", 3),
            ("mail.failed", 4),
            ("fax.direct", 5),
            ("fax.failed", 6),
            ("task.comment", 7),
            ("agent.heartbeat", 7),
            ("task.assignee_wake_failed", 7),
            (BROADCAST, 8),
        ]);
        assert_eq!(fold.uncertain(), ["mail.sent", "mail.direct"]);
        let names = |exists: &dyn Fn(&str) -> bool| {
            let groups = fold.groups(exists);
            let sum = |part: fn(Tally) -> u64| groups.iter().map(|(_, (), d)| part(d.tally)).sum::<u64>();
            assert_eq!(Tally { errors: sum(|t| t.errors), total: sum(|t| t.total) }, fold.whole.tally);
            groups.iter().map(|(route, (), d)| (route.clone().unwrap(), d.tally.errors)).collect::<Vec<_>>()
        };
        let known = |name: &str, errors| (name.to_owned(), errors);
        let rest = [known("agent.nudge.sent", 1), known("fax.direct", 1), known(BROADCAST, 1)];
        assert_eq!(names(&|_| false), [&[known(NO_PAIR, 3)], &rest[..]].concat());
        let found = names(&|name| name == "mail.direct");
        assert_eq!(found, [&[known(NO_PAIR, 1)], &rest[..], &[known("mail.direct", 2)]].concat());
        let unpaired = &fold.groups(&|_| false)[0].2;
        assert_eq!((unpaired.failing_since, unpaired.in_a_row, unpaired.last_failure), (Some(at(2)), 3, Some(at(4))));
    }

    #[test]
    fn groups_have_their_own_successes() {
        let mut fold = Fold::new(false);
        for (event_type, seconds, board) in
            [("agent.nudge.failed", 1, "a"), ("agent.nudge.sent", 2, "b"), ("agent.nudge.failed", 3, "a")]
        {
            fold.add(event_type, None, at(seconds), board);
        }
        let groups = fold.groups(&|_| false);
        assert_eq!(groups.iter().map(|(_, board, d)| (*board, d.in_a_row)).collect::<Vec<_>>(), [("a", 2), ("b", 0)]);
    }
}
