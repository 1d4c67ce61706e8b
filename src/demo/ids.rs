//! Ids and pseudo-random numbers that depend on text alone, so that an edit of the data file changes only what was edited.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The id of the thing that a list of names stands for, in the form of a version 4 UUID.
pub(super) fn id_of(names: &[&str]) -> Uuid {
    Builder::from_random_bytes(digest(names).to_be_bytes()).into_uuid()
}

/// A number below `limit`; 0 if there is none.
pub(super) fn number_below(limit: i64, names: &[&str]) -> i64 {
    let number = i64::try_from(digest(names) >> 66).unwrap_or_default();
    number.checked_rem(limit).unwrap_or_default()
}

fn digest(names: &[&str]) -> u128 {
    let mut hash = Sha256::new();
    for name in names {
        hash.update(name.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}
