//! Whether it still goes on, in words.

use super::slots::Slot;
use crate::model::{Period, Tally, Timestamp};

/// Rows become visible when their transaction ends, and carry the time of its beginning: the newest are still to come.
pub const LOOK_BACK_SECONDS: i64 = 120;
const STRETCH_SECONDS: i64 = 900;
/// Fewer attempts than this tell no trend.
const FEWEST: u64 = 3;

/// How the newest stretch compares with the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// The rate rises.
    Rising,
    /// The rate falls.
    Falling,
    /// Neither.
    Steady,
    /// Something succeeded and nothing failed.
    Over,
    /// Too little happened.
    Unknown,
}

impl Trend {
    /// For people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Falling => "falling",
            Self::Steady => "steady",
            Self::Over => "over",
            Self::Unknown => "unknown",
        }
    }
}

/// The newest stretch of a window, and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretches {
    /// Where the newest one ends; what is younger may be incomplete.
    end: Timestamp,
    newest: Tally,
    before: Tally,
}

impl Stretches {
    /// Of a window that ends now, or that ended.
    pub fn new(period: Period, now: Timestamp) -> Self {
        let end = period.until.min(now.plus_seconds(-LOOK_BACK_SECONDS));
        Self { end, newest: Tally::default(), before: Tally::default() }
    }

    /// Adds what happened at an instant.
    pub fn add(&mut self, at: Timestamp, tally: Tally) {
        let start = self.end.plus_seconds(-STRETCH_SECONDS);
        let stretch = match () {
            () if at > self.end => return,
            () if at > start => &mut self.newest,
            () if at > start.plus_seconds(-STRETCH_SECONDS) => &mut self.before,
            () => return,
        };
        stretch.errors += tally.errors;
        stretch.total += tally.total;
    }

    /// Adds slots that the database counted, each by its start.
    pub fn add_slots(&mut self, slots: &[Slot]) {
        for slot in slots {
            self.add(slot.start, slot.tally);
        }
    }

    /// The trend.
    pub fn trend(&self) -> Trend {
        let points = self.newest.pct() - self.before.pct();
        match () {
            () if self.newest.total < FEWEST => Trend::Unknown,
            () if self.newest.errors == 0 => Trend::Over,
            () if self.before.total < FEWEST => Trend::Unknown,
            () if points >= 10.0 => Trend::Rising,
            () if points <= -10.0 => Trend::Falling,
            () => Trend::Steady,
        }
    }

    /// Failures and all of the newest stretch.
    pub fn newest(&self) -> Tally {
        self.newest
    }

    /// Whether an instant is in the newest stretch or younger. Slots say it less exactly.
    pub fn is_recent(&self, at: Timestamp) -> bool {
        at > self.end.plus_seconds(-STRETCH_SECONDS)
    }

    /// How long a stretch is, in words.
    pub fn length() -> &'static str {
        "15 min"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(newest: (u64, u64), before: (u64, u64)) -> Trend {
        let of = |(errors, total)| Tally { errors, total };
        Stretches { end: Timestamp::from_micros(0), newest: of(newest), before: of(before) }.trend()
    }

    #[test]
    fn a_trend_needs_attempts_in_both_stretches_unless_all_is_well() {
        assert_eq!(trend((9, 10), (1, 10)), Trend::Rising);
        assert_eq!(trend((1, 10), (9, 10)), Trend::Falling);
        assert_eq!(trend((10, 10), (10, 10)), Trend::Steady);
        assert_eq!(trend((0, 3), (0, 0)), Trend::Over);
        assert_eq!(trend((2, 2), (0, 9)), Trend::Unknown);
        assert_eq!(trend((9, 9), (1, 1)), Trend::Unknown);
    }

    #[test]
    fn the_newest_two_minutes_are_left_out_of_a_window_that_ends_now() {
        let now = Timestamp::from_micros(0);
        let window = |until| Period { since: now.plus_seconds(-86_400), until, closed: true };
        let one = Tally { errors: 1, total: 1 };
        let mut stretches = Stretches::new(window(now), now);
        for age in [0, 119, 120, 1_019, 1_020, 1_919, 1_920] {
            stretches.add(now.plus_seconds(-age), one);
        }
        assert_eq!((stretches.newest.total, stretches.before.total), (2, 2));
        let over = Stretches::new(window(now.plus_seconds(-7_200)), now);
        assert_eq!(over.end, now.plus_seconds(-7_200), "a window that ended is complete");
    }
}
