//! The walk through time in windows, without a database: where the next window lies and how wide it is.

use crate::model::{Key, Timestamp};

const HOUR: i64 = 3_600_000_000;

/// From which end of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By (created_at, id) descending.
    #[default]
    Newest,
    /// Ascending.
    Oldest,
}

impl Order {
    /// Whether one key may stand behind another.
    pub(super) fn allows(self, last: Key, next: Key) -> bool {
        match self {
            Self::Newest => next <= last,
            Self::Oldest => next >= last,
        }
    }
}

/// Windows that follow each other without gap or overlap, from one end of an extent to the other.
#[derive(Debug)]
pub(super) struct TimeWindows {
    order: Order,
    /// What is left, both ends included.
    newest: Timestamp,
    oldest: Timestamp,
    /// Width of the next window in microseconds.
    width: i64,
    begun: bool,
    over: bool,
}

impl TimeWindows {
    pub(super) fn new(order: Order, newest: Timestamp, oldest: Timestamp) -> Self {
        Self { order, newest, oldest, width: HOUR, begun: false, over: false }
    }

    /// All that is left, both ends included.
    pub(super) fn rest(&self) -> (Timestamp, Timestamp) {
        (self.oldest, self.newest)
    }

    /// The next windows of one width, both ends of each included: up to the number requested.
    pub(super) fn windows(&self, most: usize) -> Vec<(Timestamp, Timestamp)> {
        let mut windows = Vec::with_capacity(most);
        let (mut oldest, mut newest) = self.rest();
        while windows.len() < most {
            let (from, upto) = match self.order {
                Order::Newest => (newest.plus_micros(-self.width).max(oldest), newest),
                Order::Oldest => (oldest, oldest.plus_micros(self.width).min(newest)),
            };
            windows.push((from, upto));
            if (from, upto) == (oldest, newest) {
                break;
            }
            match self.order {
                Order::Newest => newest = from.previous(),
                Order::Oldest => oldest = upto.next(),
            }
        }
        windows
    }

    /// Whether a window was read already.
    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Whether the next window would cover so much of what is left that one plain query is no dearer.
    pub(super) fn is_nearly_all(&self) -> bool {
        self.begun && self.width / 4 > HOUR && self.newest.micros_since(self.oldest) / 16 < self.width
    }

    /// Leaves windows behind; what they yielded in all tells how wide each of the next must be to yield what is wanted.
    pub(super) fn advance(&mut self, windows: &[(Timestamp, Timestamp)], found: u64, wanted: u64) {
        for (from, upto) in windows {
            self.over = (*from, *upto) == self.rest();
            match self.order {
                Order::Newest => self.newest = from.previous(),
                Order::Oldest => self.oldest = upto.next(),
            }
        }
        self.begun = true;
        let wanted = wanted.saturating_mul(windows.len() as u64);
        self.width = if found == 0 {
            self.width.saturating_mul(8)
        } else {
            // A few rows are little to reckon from, and a window too wide costs more than one too narrow.
            let most = match found {
                ..8 => 30,
                8..25 => 60,
                _ => 160,
            };
            let tenths = (wanted.saturating_mul(12) / found).clamp(2, most);
            (self.width / 10).saturating_mul(i64::try_from(tenths).unwrap_or(160)).max(1_000)
        };
    }

    /// Goes on in the midst of windows that yielded more than was to be taken: at the instant of the last row taken. How many
    /// rows lay before it tells how wide each of the next windows must be.
    pub(super) fn go_on_at(&mut self, at: Timestamp, found: u64, wanted: u64) {
        let passed = match self.order {
            Order::Newest => std::mem::replace(&mut self.newest, at).micros_since(at),
            Order::Oldest => at.micros_since(std::mem::replace(&mut self.oldest, at)),
        };
        self.begun = true;
        let width = i128::from(passed) * i128::from(wanted) / i128::from(found.max(1));
        self.width = i64::try_from(width).unwrap_or(i64::MAX).clamp(1_000, self.width.max(1_000));
    }

    /// What is known to lie in all that is left tells how wide the next window should be.
    pub(super) fn expect(&mut self, count: u64, wanted: u64) {
        // Events are not spread evenly: the window is wide enough that too few rows are rare.
        let enough = wanted.saturating_add(3 * wanted.isqrt());
        let share = i128::from(enough) * i128::from(self.newest.micros_since(self.oldest));
        let width = i64::try_from(share / i128::from(count.max(1))).unwrap_or(i64::MAX);
        self.width = width.max(self.width);
    }

    /// Lets the next window reach as far as an instant.
    pub(super) fn reach_to(&mut self, far: Timestamp) {
        let width = match self.order {
            Order::Newest => self.newest.micros_since(far),
            Order::Oldest => far.micros_since(self.oldest),
        };
        self.width = width.max(self.width);
    }

    /// Passes over a stretch without events.
    pub(super) fn skip_to(&mut self, newest: Timestamp, oldest: Timestamp) {
        self.newest = newest;
        self.oldest = oldest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn instant() -> impl Strategy<Value = Timestamp> {
        prop_oneof![
            4 => (-1_000_000_000_000_i64..1_000_000_000_000).prop_map(at),
            1 => Just(Timestamp::INFINITY),
            1 => Just(Timestamp::NEG_INFINITY),
            1 => Just(Timestamp::LAST),
            1 => Just(Timestamp::FIRST),
        ]
    }

    proptest! {
        #[test]
        fn windows_cover_every_instant_exactly_once_and_end(
            mut instants in proptest::collection::vec(instant(), 1..60),
            oldest_first: bool,
            at_once in 1_usize..5,
            yields in proptest::collection::vec(0_u64..200, 1..20),
            far in proptest::option::of(instant()),
            portion in 1_usize..80,
        ) {
            instants.sort_unstable();
            let order = if oldest_first { Order::Oldest } else { Order::Newest };
            let (first, last) = (instants[0], instants[instants.len() - 1]);
            let mut walk = TimeWindows::new(order, last, first);
            if let Some(far) = far {
                walk.reach_to(far);
            }
            let mut seen = Vec::new();
            // Of the last instant, how many were taken already.
            let mut again = 0;
            for step in 0.. {
                prop_assert!(step < 2_000, "the walk does not end");
                let windows = walk.windows(at_once);
                let mut taken = Vec::new();
                for (from, upto) in &windows {
                    let mut inside: Vec<_> = instants.iter().copied().filter(|i| (from..=upto).contains(&i)).collect();
                    if order == Order::Newest { inside.reverse(); }
                    taken.extend(inside);
                }
                // Where a portion ends, what follows has another key, though it may be of the same instant.
                let passed = taken.iter().take_while(|i| seen.last() == Some(*i)).count();
                taken.drain(..passed.min(again));
                let found = taken.len();
                if found > portion {
                    taken.truncate(portion);
                    let last = taken[portion - 1];
                    let before = if seen.last() == Some(&last) { again } else { 0 };
                    again = before * usize::from(taken.iter().all(|i| *i == last))
                        + taken.iter().rev().take_while(|i| **i == last).count();
                    seen.extend(taken);
                    walk.go_on_at(last, portion as u64, 50);
                    continue;
                }
                again = 0;
                seen.extend(taken);
                walk.advance(&windows, if found == 0 { 0 } else { yields[step % yields.len()].max(1) }, 50);
                if walk.is_over() { break; }
                let (oldest, newest) = walk.rest();
                let left: Vec<_> = instants.iter().copied().filter(|i| (oldest..=newest).contains(i)).collect();
                match (left.first(), left.last()) {
                    (Some(first), Some(last)) if found == 0 => walk.skip_to(*last, *first),
                    (Some(_), _) => {}
                    _ => break,
                }
            }
            if order == Order::Newest { instants.reverse(); }
            prop_assert_eq!(seen, instants);
        }
    }
}
