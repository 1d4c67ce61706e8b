//! When the transactions that may still commit began to write.
//!
//! `pg_current_snapshot()` alone cannot tell: its `xmax` is one past the highest *completed* id, so ids from there on may
//! be running since long ago, and on a standby its list of running ids is empty. But no running id is below `xmin`, and
//! `age('3'::xid)` gives the next id that will be given out, to every role, also on a standby, and without using one up.

use crate::model::Timestamp;

/// Steps kept; enough for half an hour of polls every two seconds on a busy server, then they get sparser.
const STEPS_MAX: usize = 1_024;

/// What one poll's transaction knows about transaction ids, as 64 bits with their epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snapshot {
    /// No id below this is running: `pg_snapshot_xmin`.
    pub oldest: u64,
    /// This id and all above were not given out when [`super::PollContext::as_of`] was: the server's next one.
    pub next: u64,
}

impl Snapshot {
    /// From `pg_current_snapshot()::text` (`xmin:xmax:list`) and `age('3'::xid)`, read in the same statement. 3 is the first
    /// normal id, so its age is the distance to the next one, modulo 2³² (PostgreSQL manual, 9.27.8 and 25.1.5). `None`
    /// if the text is not of that form.
    pub fn parse(snapshot: &str, age: i32) -> Option<Self> {
        let (oldest, rest) = snapshot.split_once(':')?;
        let (completed, _) = rest.split_once(':')?;
        let (oldest, completed) = (oldest.parse().ok()?, completed.parse::<u64>().ok()?);
        let low = u32::try_from(completed & u64::from(u32::MAX)).ok()?;
        let ahead = age.wrapping_add(3).wrapping_sub(low.cast_signed());
        (oldest <= completed).then(|| Self { oldest, next: completed.saturating_add_signed(i64::from(ahead)) })
    }
}

/// Steps `(id, instant)`, both rising: no id from this one on was given out before the instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct XidHistory {
    steps: Vec<(u64, Timestamp)>,
}

impl XidHistory {
    /// From its steps, which must rise; else `None`.
    pub fn from_steps(steps: Vec<(u64, Timestamp)>) -> Option<Self> {
        steps.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1).then_some(Self { steps })
    }

    /// Its steps.
    pub fn steps(&self) -> &[(u64, Timestamp)] {
        &self.steps
    }

    /// Takes in what a snapshot of the instant `as_of` says, and answers since when the oldest transaction runs that may
    /// still be running in it, at the earliest. `before` holds for all ids where nothing is known yet.
    pub(super) fn observe(&mut self, snapshot: Snapshot, as_of: Timestamp, before: Timestamp) -> Timestamp {
        if self.steps.is_empty() {
            self.steps.push((0, before));
        }
        // After a crash or a failover ids may be given out again, later: a lower id with a later instant says more.
        while self.steps.pop_if(|step| step.0 >= snapshot.next && step.1 <= as_of).is_some() {}
        if self.steps.len() == STEPS_MAX {
            self.thin_out();
        }
        if self.steps.last().is_none_or(|last| last.0 < snapshot.next && last.1 < as_of) {
            self.steps.push((snapshot.next, as_of));
        }
        let above = self.steps.partition_point(|step| step.0 <= snapshot.oldest);
        let since = above.checked_sub(1).and_then(|at| self.steps.get(at)).map_or(before, |step| step.1).min(as_of);
        // The first step stays: a standby may be behind the server that was read before.
        if above > 2 {
            self.steps.drain(1..above - 1);
        }
        since
    }

    /// Drops the step whose neighbours are closest. Without it answers are earlier, never wrong.
    fn thin_out(&mut self) {
        // The first two say since when the oldest transaction runs, and stay.
        let gaps = self.steps.windows(3).enumerate().skip(1).filter_map(|(at, steps)| match steps {
            [before, _, after] => Some((after.1.micros_since(before.1), at + 1)),
            _ => None,
        });
        if let Some((_, at)) = gaps.min() {
            self.steps.remove(at);
        }
    }

    /// Moves all instants back, as the clock was.
    pub(super) fn set_back(&mut self, micros: i64) {
        for step in &mut self.steps {
            step.1 = step.1.plus_micros(-micros);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(second)
    }

    fn snapshot(oldest: u64, next: u64) -> Snapshot {
        Snapshot { oldest, next }
    }

    #[test]
    fn a_snapshot_is_read_with_its_epoch() {
        assert_eq!(Snapshot::parse("725:725:", 723), Some(snapshot(725, 726)));
        assert_eq!(Snapshot::parse("10:20:10,14,15", 30), Some(snapshot(10, 33)));
        let epoch = 5 << 32;
        assert_eq!(Snapshot::parse(&format!("{}:{}:", epoch + 7, epoch + 9), 7), Some(snapshot(epoch + 7, epoch + 10)));
        // 3,000,000,000 does not fit the signed age; the next id lies just past the turn of the epoch.
        assert_eq!(
            Snapshot::parse("3000000000:3000000000:", -1_294_967_297),
            Some(snapshot(3_000_000_000, 3_000_000_002))
        );
        assert_eq!(Snapshot::parse("4294967295:4294967295:", -1), Some(snapshot((1 << 32) - 1, (1 << 32) + 2)));
    }

    #[test]
    fn what_is_no_snapshot_is_not_read() {
        for text in ["", "1", "1:2", "a:2:", "-1:2:", "9:2:"] {
            assert_eq!(Snapshot::parse(text, 9), None, "{text}");
        }
    }

    #[test]
    fn a_transaction_above_the_highest_completed_id_counts_as_open_since_it_was_not_given_out() {
        let mut ladder = XidHistory::default();
        assert_eq!(ladder.observe(snapshot(10, 10), at(0), at(-600)), at(0));
        // 10 begins to write; nothing completes, so the snapshot stays 10:10: while the next id moves on.
        assert_eq!(ladder.observe(snapshot(10, 11), at(2), at(-600)), at(0));
        assert_eq!(ladder.observe(snapshot(10, 50), at(600), at(-600)), at(0));
        // It commits, 40 still runs.
        assert_eq!(ladder.observe(snapshot(40, 60), at(602), at(-600)), at(2));
        assert_eq!(ladder.observe(snapshot(60, 60), at(604), at(-600)), at(604));
    }

    #[test]
    fn a_transaction_open_at_the_first_poll_counts_as_long_open() {
        let mut ladder = XidHistory::default();
        assert_eq!(ladder.observe(snapshot(9, 12), at(0), at(-600)), at(-600));
        assert_eq!(ladder.observe(snapshot(9, 15), at(2), at(-598)), at(-600));
        assert_eq!(ladder.observe(snapshot(12, 15), at(4), at(-596)), at(0));
    }

    #[test]
    fn ids_given_out_again_after_a_crash_are_young() {
        let mut ladder = XidHistory::default();
        ladder.observe(snapshot(100, 110), at(0), at(-600));
        ladder.observe(snapshot(105, 120), at(2), at(-600));
        assert_eq!(ladder.observe(snapshot(104, 104), at(9), at(-600)), at(9));
        // A standby that is behind knows less, and promises less.
        assert_eq!(ladder.observe(snapshot(101, 102), at(1), at(-600)), at(-600));
        assert_eq!(ladder.observe(snapshot(104, 105), at(10), at(-600)), at(9));
    }

    #[test]
    fn thousands_of_polls_leave_a_short_ladder_that_still_knows_the_oldest() {
        let mut ladder = XidHistory::default();
        ladder.observe(snapshot(5, 5), at(0), at(-600));
        for second in 1_i64..20_000 {
            let next = 5 + second.unsigned_abs();
            assert_eq!(ladder.observe(snapshot(5, next), at(second), at(-600)), at(0));
        }
        assert!(ladder.steps.len() <= STEPS_MAX);
        let since = ladder.observe(snapshot(18_005, 20_005), at(20_000), at(-600));
        assert!(since <= at(18_000) && since > at(17_900), "{since}");
    }
}
