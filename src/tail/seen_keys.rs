//! A large ordered set of keys, 24 bytes each.

use crate::model::{Key, Timestamp};

/// Two ascending lists without a common key: those settled, and those added since. Polls add in ascending order, so both
/// stay cheap, and a key costs its own size alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenKeys {
    settled: Vec<Key>,
    added: Vec<Key>,
}

impl SeenKeys {
    /// From a list that must be strictly ascending; else `None`.
    pub fn from_ascending(settled: Vec<Key>) -> Option<Self> {
        settled.is_sorted_by(|a, b| a < b).then(|| Self { settled, added: Vec::new() })
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.settled.len() + self.added.len()
    }

    /// How many have been added since the two lists were last merged.
    pub fn added(&self) -> usize {
        self.added.len()
    }

    /// Whether a key is there.
    pub fn contains(&self, key: &Key) -> bool {
        self.settled.binary_search(key).is_ok() || self.added.binary_search(key).is_ok()
    }

    /// Adds a key; false if it was there.
    pub fn insert(&mut self, key: Key) -> bool {
        if self.settled.binary_search(&key).is_ok() {
            return false;
        }
        let Err(at) = self.added.binary_search(&key) else { return false };
        self.added.insert(at, key);
        true
    }

    /// All of them, ascending.
    pub fn sorted(&mut self) -> &[Key] {
        if !self.added.is_empty() {
            self.settled.append(&mut self.added);
            self.added = Vec::new();
            // The stable sort finds the two ascending runs and merges them, in linear time.
            self.settled.sort();
        }
        &self.settled
    }

    /// All of them, ascending, if none was added since [`SeenKeys::sorted`].
    pub(super) fn settled(&self) -> &[Key] {
        &self.settled
    }

    /// The newest instant of a key that is not after `limit`.
    pub fn newest_until(&mut self, limit: Timestamp) -> Option<Timestamp> {
        let keys = self.sorted();
        let upto = keys.partition_point(|key| key.created_at <= limit);
        keys.get(upto.checked_sub(1)?).map(|key| key.created_at)
    }

    /// Drops the lowest `count` keys.
    pub fn forget(&mut self, count: usize) {
        self.sorted();
        self.settled.drain(..count.min(self.settled.len()));
        self.settled.shrink_to(self.settled.len() * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn key(n: u16) -> Key {
        Key { created_at: Timestamp::from_micros(i64::from(n / 8)), id: Uuid::from_u128(u128::from(n % 8)) }
    }

    #[test]
    fn a_key_takes_24_bytes() {
        assert_eq!(size_of::<Key>(), 24);
    }

    #[test]
    fn a_list_out_of_order_or_with_a_repeat_is_no_set() {
        assert!(SeenKeys::from_ascending(vec![key(1), key(2)]).is_some());
        assert_eq!(SeenKeys::from_ascending(vec![key(2), key(1)]), None);
        assert_eq!(SeenKeys::from_ascending(vec![key(1), key(1)]), None);
    }

    proptest! {
        #[test]
        fn it_behaves_as_an_ordered_set(ops in prop::collection::vec((0_u8..4, 0_u16..200), 0..200)) {
            let (mut keys, mut model) = (SeenKeys::default(), BTreeSet::new());
            for (op, n) in ops {
                match op {
                    0 | 1 => prop_assert_eq!(keys.insert(key(n)), model.insert(key(n))),
                    2 => prop_assert_eq!(keys.contains(&key(n)), model.contains(&key(n))),
                    _ => {
                        keys.forget(usize::from(n % 5));
                        for _ in 0..n % 5 {
                            model.pop_first();
                        }
                    }
                }
                prop_assert_eq!(keys.len(), model.len());
                let limit = key(n).created_at;
                let newest = model.iter().map(|k| k.created_at).filter(|at| *at <= limit).max();
                if op == 2 {
                    prop_assert_eq!(keys.newest_until(limit), newest);
                }
            }
            prop_assert!(keys.sorted().iter().eq(model.iter()));
        }
    }
}
