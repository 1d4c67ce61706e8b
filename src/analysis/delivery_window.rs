//! One pass over the deliveries of a window and of the one before it: all figures that are wanted of them.

use super::burn::Burn;
use super::deliveries::{self, Fold};
use super::slots::{self, Slots};
use super::trend::Stretches;
use crate::model::{AttemptCount, Bucket, Period, Point, Tally, Timestamp};
use std::collections::BTreeMap;

/// Takes events oldest first.
#[derive(Debug, Clone)]
pub struct DeliveryWindow<K> {
    window: Period,
    bucket: Bucket,
    /// Figures of the window, by route.
    pub routes: Fold<()>,
    /// The same by the groups that are wanted.
    pub groups: Option<Fold<K>>,
    /// The window in slots.
    pub slots: Slots,
    /// Its newest stretches.
    pub stretches: Stretches,
    /// How fast an objective burns, if there is one.
    pub burn: Option<Burn>,
    /// Of the window before.
    pub before: Tally,
    points: [BTreeMap<Timestamp, Tally>; 2],
}

impl<K: Ord + Clone> DeliveryWindow<K> {
    /// `groups` says what else is counted by, `now` what the newest stretch ends at.
    pub fn new(window: Period, bucket: Bucket, groups: Option<Fold<K>>, slo_pct: Option<f64>, now: Timestamp) -> Self {
        Self {
            window,
            bucket,
            routes: Fold::new(true),
            groups,
            slots: Slots::new(slots::width(window)),
            stretches: Stretches::new(window, now),
            burn: slo_pct.map(Burn::new),
            before: Tally::default(),
            points: Default::default(),
        }
    }

    /// Where the events have to begin.
    pub fn since(&self) -> Timestamp {
        let before = self.window.before().since;
        let longest = self.window.until.plus_seconds(-super::burn::LONGEST);
        if self.burn.is_some() { before.min(longest) } else { before }
    }

    /// Adds an event, which is not older than the one before.
    pub fn add(&mut self, event_type: &str, message: Option<&str>, at: Timestamp, key: K) {
        let inside = self.window.contains(at);
        let AttemptCount { made, failed } = if inside {
            if let Some(groups) = &mut self.groups {
                groups.add(event_type, message, at, key);
            }
            self.routes.add(event_type, message, at, ())
        } else {
            let route = deliveries::route(event_type);
            route.and_then(|(_, outcome)| deliveries::attempts(event_type, outcome, message)).unwrap_or_default()
        };
        let tally = Tally { errors: failed, total: made + failed };
        if tally.total == 0 {
            return;
        }
        let start = self.bucket.start(at).unwrap_or(at);
        if inside {
            self.slots.add(at, tally);
            self.stretches.add(at, tally);
            *self.points[0].entry(start).or_default() += tally;
        }
        if self.window.before().contains(at) {
            self.before += tally;
            *self.points[1].entry(start).or_default() += tally;
        }
        if let Some(burn) = &mut self.burn
            && (at < self.window.until || inside)
        {
            burn.add(at, tally, self.window.until);
        }
    }

    /// The window and the one before it by bucket, empty ones included.
    pub fn points(&self) -> [Vec<Point>; 2] {
        let periods = [self.window, self.window.before()];
        [0, 1].map(|side| {
            let tally = |start| self.points[side].get(&start).copied().unwrap_or_default();
            let starts = self.bucket.starts(periods[side]);
            starts.into_iter().map(|start| Point { period: start, tally: tally(start) }).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_count_in_their_window_and_the_edge_of_a_closed_one_in_both() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let counts = |closed| {
            let window = Period { since: at(0), until: at(3_600), closed };
            let mut found = DeliveryWindow::new(window, Bucket::Hour, Some(Fold::new(false)), Some(99.0), at(3_600));
            assert_eq!(found.since(), at(3_600 - 259_200));
            for seconds in [-9_000, -3_600, -1, 0, 1, 3_599, 3_600, 3_601] {
                found.add("agent.nudge.failed", None, at(seconds), ());
            }
            let [inside, before] = found.points().map(|points| points.iter().map(|p| p.tally.total).sum::<u64>());
            assert_eq!((found.routes.whole.tally.total, found.before.total), (inside, before));
            (inside, before, found.burn.unwrap().tallies[4].total)
        };
        assert_eq!(counts(true), (4, 3, 7));
        assert_eq!(counts(false), (3, 2, 6));
    }
}
