//! `tail --fold`: repeats of one message within a stretch of time become one line with a count.
//!
//! The first is shown at once. Its repeats are held, and the newest of them is shown with their number when the time is
//! over; then the next stretch begins, so that steady repeats take one line each time.

use crate::model::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;

/// Messages that are kept apart; those beyond are shown as they come.
const MOST_GROUPS: usize = 1000;

/// What was shown of late, and the repeats that wait.
#[derive(Debug)]
pub struct Repeats<K, T> {
    length_micros: i64,
    groups: HashMap<K, RepeatGroup<T>>,
}

#[derive(Debug)]
struct RepeatGroup<T> {
    ends: Timestamp,
    held: Option<HeldRepeat<T>>,
}

/// Repeats that were not shown.
#[derive(Debug, PartialEq, Eq)]
pub struct HeldRepeat<T> {
    /// The newest.
    pub newest: T,
    /// When that was.
    pub at: Timestamp,
    /// How many there are, the newest included.
    pub count: u64,
}

impl<K: Eq + Hash, T> Repeats<K, T> {
    /// Folds repeats within this many microseconds.
    pub fn new(length_micros: i64) -> Self {
        Self { length_micros, groups: HashMap::new() }
    }

    /// Takes an item of a time, after [`due`](Self::due) with that time: gives it back if it is to be shown now.
    pub fn add(&mut self, key: K, at: Timestamp, item: T) -> Option<T> {
        let Some(group) = self.groups.get_mut(&key) else {
            if self.groups.len() < MOST_GROUPS {
                self.groups.insert(key, RepeatGroup { ends: at.plus_micros(self.length_micros), held: None });
            }
            return Some(item);
        };
        group.held = Some(match group.held.take() {
            None => HeldRepeat { newest: item, at, count: 1 },
            Some(held) if at < held.at => HeldRepeat { count: held.count + 1, ..held },
            Some(held) => HeldRepeat { newest: item, at, count: held.count + 1 },
        });
        None
    }

    /// What is to be shown by this time, oldest first.
    pub fn due(&mut self, now: Timestamp) -> Vec<HeldRepeat<T>> {
        let length = self.length_micros;
        let mut due = Vec::new();
        self.groups.retain(|_, group| {
            if group.ends > now {
                return true;
            }
            let Some(held) = group.held.take() else { return false };
            due.push(held);
            group.ends = group.ends.plus_micros(length);
            group.ends > now
        });
        due.sort_by_key(|held| held.at);
        due
    }

    /// What waits at the end, oldest first.
    pub fn finish(&mut self) -> Vec<HeldRepeat<T>> {
        let mut left: Vec<_> = self.groups.drain().filter_map(|(_, group)| group.held).collect();
        left.sort_by_key(|held| held.at);
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    /// What is shown of items of a time and a message, and with what count; folded by ten seconds.
    fn shown(items: &[(i64, &'static str)]) -> Vec<(i64, &'static str, u64)> {
        let mut repeats = Repeats::new(10_000_000);
        let mut shown = Vec::new();
        let put = |shown: &mut Vec<_>, held: Vec<HeldRepeat<(i64, &'static str)>>| {
            shown.extend(held.into_iter().map(|held| (held.newest.0, held.newest.1, held.count)));
        };
        for (second, message) in items {
            put(&mut shown, repeats.due(at(*second)));
            let item = repeats.add(*message, at(*second), (*second, *message));
            shown.extend(item.map(|(second, message)| (second, message, 0)));
        }
        put(&mut shown, repeats.finish());
        shown
    }

    #[test]
    fn the_first_is_shown_at_once_and_its_repeats_as_one() {
        assert_eq!(shown(&[(0, "a"), (1, "b"), (2, "a"), (3, "a")]), [(0, "a", 0), (1, "b", 0), (3, "a", 2)]);
    }

    #[test]
    fn steady_repeats_take_a_line_each_time() {
        let items: Vec<_> = (0..30).map(|second| (second, "a")).collect();
        assert_eq!(shown(&items), [(0, "a", 0), (9, "a", 9), (19, "a", 10), (29, "a", 10)]);
    }

    #[test]
    fn after_a_pause_a_repeat_is_shown_at_once_again() {
        assert_eq!(shown(&[(0, "a"), (10, "a")]), [(0, "a", 0), (10, "a", 0)]);
        assert_eq!(shown(&[(0, "a"), (5, "a"), (25, "a")]), [(0, "a", 0), (5, "a", 1), (25, "a", 0)]);
        assert_eq!(shown(&[(0, "a"), (5, "a"), (15, "a")]), [(0, "a", 0), (5, "a", 1), (15, "a", 1)]);
    }

    #[test]
    fn one_that_comes_late_is_counted_and_not_the_newest() {
        assert_eq!(shown(&[(5, "a"), (8, "a"), (2, "a")]), [(5, "a", 0), (8, "a", 2)]);
    }

    proptest! {
        #[test]
        fn every_item_is_shown_or_counted_once(
            items in proptest::collection::vec((0i64..100, prop::sample::select(vec!["a", "b", "c"])), 0..50),
        ) {
            let total: u64 = shown(&items).iter().map(|(_, _, count)| (*count).max(1)).sum();
            prop_assert_eq!(total, items.len() as u64);
        }
    }
}
