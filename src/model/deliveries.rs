//! What became of deliveries.

use super::{Tally, Timestamp};

/// Deliveries that one event tells of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptCount {
    /// That arrived.
    pub made: u64,
    /// That did not.
    pub failed: u64,
}

/// What became of deliveries in a stretch of time. Events are added in the order of their time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// Attempts that failed, and all attempts; a retry is an attempt.
    pub tally: Tally,
    /// The newest success.
    pub last_success: Option<Timestamp>,
    /// The oldest failure.
    pub first_failure: Option<Timestamp>,
    /// The newest failure.
    pub last_failure: Option<Timestamp>,
    /// The first failure after the newest success.
    pub failing_since: Option<Timestamp>,
    /// Failures after the newest success.
    pub in_a_row: u64,
}

impl Deliveries {
    /// Adds what one event tells of.
    pub fn add(&mut self, at: Timestamp, AttemptCount { made, failed }: AttemptCount) {
        self.tally.errors += failed;
        self.tally.total += made + failed;
        if made > 0 {
            (self.last_success, self.failing_since, self.in_a_row) = (Some(at), None, 0);
        }
        if failed == 0 {
            return;
        }
        self.first_failure.get_or_insert(at);
        self.last_failure = Some(at);
        // What failed at the instant of the newest success did not fail after it.
        if self.last_success.is_none_or(|success| at > success) {
            self.failing_since.get_or_insert(at);
            self.in_a_row += failed;
        }
    }

    /// Puts together what failed on routes that had no success.
    pub fn absorb(&mut self, other: &Self) {
        self.tally.errors += other.tally.errors;
        self.tally.total += other.tally.total;
        self.in_a_row += other.in_a_row;
        self.last_failure = self.last_failure.max(other.last_failure);
        let earlier = |a: Option<Timestamp>, b| a.into_iter().chain(b).min();
        self.failing_since = earlier(self.failing_since, other.failing_since);
        self.first_failure = earlier(self.first_failure, other.first_failure);
    }
}
