//! Time in slots of equal width: how many events of each failed.

use crate::model::{Period, Tally, Timestamp};
use std::collections::BTreeMap;

const SECOND: i64 = 1_000_000;
/// Up to this length of a window a slot is short.
const SHORT_WINDOW: i64 = 48 * 3_600 * SECOND;

/// The width of a slot in microseconds: 5 minutes in a window of up to 48 hours, else an hour.
pub fn width(period: Period) -> i64 {
    let length = period.until.micros_since(period.since);
    if length <= SHORT_WINDOW { 300 * SECOND } else { 3_600 * SECOND }
}

/// One slot in which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Where it begins.
    pub start: Timestamp,
    /// Failures and all.
    pub tally: Tally,
    /// The first failure in it.
    pub first_failure: Option<Timestamp>,
    /// What lies before that, where events were added one by one.
    pub before_failure: Tally,
}

/// A slot that fills up.
#[derive(Debug, Clone, Copy)]
struct Filling {
    slot: Slot,
    /// The newest instant so far, and what happened at it.
    newest: Timestamp,
    at_newest: u64,
}

/// Slots that fill up one event after another.
#[derive(Debug, Clone)]
pub struct Slots {
    width: i64,
    counted: BTreeMap<i64, Filling>,
}

impl Slots {
    /// Slots of this width in microseconds, which begin at multiples of it.
    pub fn new(width: i64) -> Self {
        Self { width: width.max(1), counted: BTreeMap::new() }
    }

    /// Adds failures and all events of one instant, which is not before the last. Infinite instants lie in no slot.
    pub fn add(&mut self, at: Timestamp, tally: Tally) {
        let Some(filling) = self.add_slot(at, tally, (tally.errors > 0).then_some(at)) else { return };
        if filling.newest != at {
            (filling.newest, filling.at_newest) = (at, 0);
        }
        filling.at_newest += tally.total;
        if filling.slot.first_failure.is_none_or(|first| first == at) {
            filling.slot.before_failure.total = filling.slot.tally.total - filling.at_newest;
        }
    }

    /// The same with the first failure, for events that the database has counted.
    pub fn add_counted(&mut self, at: Timestamp, tally: Tally, first_failure: Option<Timestamp>) {
        self.add_slot(at, tally, first_failure);
    }

    fn add_slot(&mut self, at: Timestamp, tally: Tally, first_failure: Option<Timestamp>) -> Option<&mut Filling> {
        if tally.total == 0 || !at.is_finite() {
            return None;
        }
        let start = at.micros().div_euclid(self.width) * self.width;
        let none = Tally::default();
        let start_at = Timestamp::from_micros(start);
        let slot = Slot { start: start_at, tally: none, first_failure: None, before_failure: none };
        let filling = self.counted.entry(start).or_insert(Filling { slot, newest: start_at, at_newest: 0 });
        filling.slot.tally += tally;
        filling.slot.first_failure = filling.slot.first_failure.into_iter().chain(first_failure).min();
        Some(filling)
    }

    /// The slots in which something happened, oldest first.
    pub fn slots(&self) -> Vec<Slot> {
        self.counted.values().map(|filling| filling.slot).collect()
    }
}

/// The counts of several slots together.
pub fn sum(slots: &[Slot]) -> Tally {
    let mut sum = Tally::default();
    slots.iter().for_each(|slot| sum += slot.tally);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * SECOND)
    }

    #[test]
    fn slots_are_short_up_to_48_hours() {
        let hours = |hours: i64| width(Period { since: at(0), until: at(hours * 3_600), closed: true });
        assert_eq!([hours(1), hours(48), hours(49)], [300 * SECOND, 300 * SECOND, 3_600 * SECOND]);
    }

    #[test]
    fn a_slot_keeps_its_first_failure_and_empty_ones_do_not_exist() {
        let mut slots = Slots::new(300 * SECOND);
        let one = |errors| Tally { errors, total: 1 };
        for (seconds, errors) in [(-1, 1), (0, 0), (10, 1), (299, 1), (900, 0)] {
            slots.add(at(seconds), one(errors));
        }
        slots.add(Timestamp::INFINITY, one(1));
        let found: Vec<_> = slots.slots().iter().map(|s| (s.start, s.tally.errors, s.first_failure)).collect();
        assert_eq!(found, [(at(-300), 1, Some(at(-1))), (at(0), 2, Some(at(10))), (at(900), 0, None)]);
        assert_eq!(sum(&slots.slots()), Tally { errors: 3, total: 5 });
        assert_eq!(slots.slots()[1].before_failure, Tally { errors: 0, total: 1 });
    }
}
