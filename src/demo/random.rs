//! Repeatable chance: splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).

use uuid::{Builder, Uuid};

/// A stream of numbers that depends on its seed alone.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included; `low` if there is nothing between.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).max(0).unsigned_abs() + 1;
        low + (self.next() % width).cast_signed()
    }

    /// True in so many of a hundred cases.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of them.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let last = i64::try_from(from.len()).ok()? - 1;
        from.get(usize::try_from(self.between(0, last)).ok()?).copied()
    }
}

/// What an id is the id of; two kinds never share one.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Organization = 1,
    User,
    Membership,
    Board,
    Agent,
    Task,
    Event,
    Approval,
    Live,
}

/// The id of the `index`th thing of a kind, in the form of a version 4 UUID.
pub(super) fn id(kind: Kind, index: usize) -> Uuid {
    id_at(kind, index as u64, 0)
}

/// The same for things that are also told apart by an instant.
pub(super) fn id_at(kind: Kind, index: u64, micros: i64) -> Uuid {
    let mut random = Random::new(0);
    for part in [kind as u64, index, micros.cast_unsigned()] {
        random = Random::new(random.next() ^ part);
    }
    let (high, low) = (random.next(), random.next());
    Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes()).into_uuid()
}
