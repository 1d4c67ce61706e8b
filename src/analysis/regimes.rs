//! Since when: stretches of time in which the rate of failures stayed the same.
//!
//! The slots are cut where two rates explain them better than one, by the likelihood ratio of binomial counts (G²): at
//! one edge, or around a burst at two. The best cut is made first, then the best one of what it left, until none is worth
//! its parameters. Nothing in it is random.

use super::slots::{Slot, sum};
use crate::model::{Period, Tally, Timestamp};

/// Regimes at most.
const MOST: usize = 6;
/// Slots among which a burst is looked for pair by pair. Where there are more, neighbours are put together first.
const MOST_PAIRED: usize = 1_500;

/// Slots in a row with one rate, as the numbers of the first and of the first behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The first slot.
    pub from: usize,
    /// The first slot after it.
    pub to: usize,
}

/// Where one regime ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The slot that it lies in.
    pub slot: usize,
    /// The instant; what lies before it in its slot did not fail.
    pub at: Timestamp,
}

/// A stretch of time with one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Regime {
    /// Its start, included.
    pub since: Timestamp,
    /// Its end, excluded unless it is the window's.
    pub until: Timestamp,
    /// Failures and all events in it.
    pub tally: Tally,
}

/// The edges between the regimes of these slots, oldest first; none where one rate explains them all.
pub fn edges(slots: &[Slot]) -> Vec<Edge> {
    let segments = segments(slots);
    let edge = |pair: &[Segment]| {
        let [before, after] = [pair[0], pair[1]].map(|segment| sum(&slots[segment.from..segment.to]).pct());
        let start = Edge { slot: pair[1].from, at: slots[pair[1].from].start };
        if after <= before {
            return start;
        }
        // Failures become frequent with the first of them.
        let failed = (pair[1].from..pair[1].to).find_map(|slot| Some(Edge { slot, at: slots[slot].first_failure? }));
        failed.unwrap_or(start)
    };
    segments.windows(2).map(edge).collect()
}

/// The segments of these slots, of which no two neighbours have the same rate.
pub fn segments(slots: &[Slot]) -> Vec<Segment> {
    let blocks = blocks(slots);
    if blocks.len() < 2 {
        return if slots.is_empty() { Vec::new() } else { vec![Segment { from: 0, to: slots.len() }] };
    }
    let mut sums = vec![Tally::default()];
    for block in blocks.windows(2) {
        let before = sums.last().copied().unwrap_or_default();
        let inside = sum(&slots[block[0]..block[1]]);
        sums.push(Tally { errors: before.errors + inside.errors, total: before.total + inside.total });
    }
    #[allow(clippy::cast_precision_loss)]
    let least = 4.0 * (slots.len() as f64).ln() + 6.0;
    let cuts = Cutter { sums, least }.cuts();
    cuts.windows(2).map(|cut| Segment { from: blocks[cut[0]], to: blocks[cut[1]] }).collect()
}

/// Starts of runs of slots with one and the same rate, and the end of the last. The best cut never lies inside one: moved
/// through it the likelihood is convex, so that it is greatest at an end.
fn blocks(slots: &[Slot]) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        let same = |before: &Slot| {
            let [a, b] = [before.tally, slot.tally].map(|t| (u128::from(t.errors), u128::from(t.total)));
            a.0 * b.1 == b.0 * a.1
        };
        if at == 0 || !same(&slots[at - 1]) {
            starts.push(at);
        }
    }
    starts.push(slots.len());
    starts
}

/// Finds cuts; a position is the number of blocks before it.
struct Cutter {
    /// Failures and all events before each position.
    sums: Vec<Tally>,
    /// What a cut must be worth.
    least: f64,
}

/// A cut of a segment, at one position or at two.
#[derive(Debug, Clone, Copy)]
struct Cut {
    worth: f64,
    from: usize,
    to: Option<usize>,
}

impl Cutter {
    fn cuts(&self) -> Vec<usize> {
        let end = self.sums.len() - 1;
        let mut positions = vec![0, end];
        let mut open = vec![(0, end, self.best(0, end))];
        while positions.len() <= MOST {
            let room = MOST + 1 - positions.len();
            // Of equal ones the earliest, so that the answer depends on nothing but the counts.
            let fits = |cut: &Cut| cut.to.is_none() || room > 1;
            let worth = |open: &(usize, usize, Option<Cut>)| open.2.filter(fits).map(|cut| cut.worth);
            let found = (0..open.len()).filter_map(|at| Some((at, worth(&open[at])?)));
            let best = found.reduce(|best, next| if next.1 > best.1 { next } else { best });
            let Some((at, _)) = best else { break };
            let (from, to, cut) = open.remove(at);
            let Some(cut) = cut else { break };
            let edges: Vec<usize> = [from, cut.from].into_iter().chain(cut.to).chain([to]).collect();
            positions.extend(cut.to.into_iter().chain([cut.from]));
            open.extend(edges.windows(2).map(|part| (part[0], part[1], self.best(part[0], part[1]))));
            open.sort_by_key(|(from, ..)| *from);
        }
        positions.sort_unstable();
        self.settle(positions)
    }

    /// Moves each edge to where it explains its two neighbours best, and takes out those that explain too little by then.
    fn settle(&self, mut cuts: Vec<usize>) -> Vec<usize> {
        for _ in 0..cuts.len() {
            let before = cuts.clone();
            for at in 1..cuts.len().saturating_sub(1) {
                if let Some(best) = self.best_edge(cuts[at - 1], cuts[at + 1]) {
                    cuts[at] = best.from;
                }
            }
            if cuts == before {
                break;
            }
        }
        while let Some((at, _)) = (1..cuts.len() - 1)
            .map(|at| (at, self.worth(&[cuts[at - 1], cuts[at], cuts[at + 1]])))
            .filter(|(_, worth)| *worth <= self.least)
            .reduce(|least, next| if next.1 < least.1 { next } else { least })
        {
            cuts.remove(at);
        }
        cuts
    }

    /// The best cut of a segment, if it is worth it.
    fn best(&self, from: usize, to: usize) -> Option<Cut> {
        let edge = self.best_edge(from, to).filter(|cut| cut.worth > self.least);
        let burst = self.best_burst(from, to).filter(|cut| cut.worth > 2.0 * self.least);
        match (edge, burst) {
            // Each by how far it exceeds what it must.
            (Some(edge), Some(burst)) if burst.worth - self.least > edge.worth => Some(burst),
            (edge, burst) => edge.or(burst),
        }
    }

    fn best_edge(&self, from: usize, to: usize) -> Option<Cut> {
        let cut = |at| Cut { worth: self.worth(&[from, at, to]), from: at, to: None };
        (from + 1..to).map(cut).reduce(better)
    }

    fn best_burst(&self, from: usize, to: usize) -> Option<Cut> {
        let step = (to - from).div_ceil(MOST_PAIRED).max(1);
        let positions: Vec<usize> = (from + 1..to).step_by(step).collect();
        let pairs = positions.iter().enumerate().flat_map(|(at, a)| positions[at + 1..].iter().map(|b| (*a, *b)));
        let whole = self.likelihood(from, to);
        let total = self.between(from, to);
        let burst = |(a, b): (usize, usize)| {
            let inside = self.between(a, b);
            let outside = Tally { errors: total.errors - inside.errors, total: total.total - inside.total };
            Cut { worth: 2.0 * (likelihood(inside) + likelihood(outside) - whole), from: a, to: Some(b) }
        };
        pairs.map(burst).reduce(better)
    }

    /// G²: how much better the parts explain the counts than the whole does.
    fn worth(&self, positions: &[usize]) -> f64 {
        let parts: f64 = positions.windows(2).map(|part| self.likelihood(part[0], part[1])).sum();
        let whole = positions.first().zip(positions.last()).map_or(0.0, |(from, to)| self.likelihood(*from, *to));
        2.0 * (parts - whole)
    }

    fn between(&self, from: usize, to: usize) -> Tally {
        let (from, to) = (self.sums[from], self.sums[to]);
        Tally { errors: to.errors - from.errors, total: to.total - from.total }
    }

    fn likelihood(&self, from: usize, to: usize) -> f64 {
        likelihood(self.between(from, to))
    }
}

fn better(best: Cut, next: Cut) -> Cut {
    if next.worth > best.worth { next } else { best }
}

/// The logarithm of the likelihood of these counts under their own rate, without what does not depend on the rate.
fn likelihood(tally: Tally) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let weight = |count: u64| if count == 0 { 0.0 } else { count as f64 * (count as f64).ln() };
    weight(tally.errors) + weight(tally.total - tally.errors) - weight(tally.total)
}

/// The regimes of slots that know what they hold before their first failure.
pub fn of_slots(slots: &[Slot], period: Period) -> Vec<Regime> {
    let edges = edges(slots);
    let before = |edge: &Edge| {
        let slot = &slots[edge.slot];
        if slot.first_failure == Some(edge.at) { slot.before_failure } else { Tally::default() }
    };
    let before: Vec<Tally> = edges.iter().map(before).collect();
    regimes(slots, &edges, &before, period.since, period.until)
}

/// Puts counts to the edges. `before` is what each edge's slot holds before the edge.
pub fn regimes(slots: &[Slot], edges: &[Edge], before: &[Tally], since: Timestamp, until: Timestamp) -> Vec<Regime> {
    if slots.is_empty() {
        return Vec::new();
    }
    let end = Edge { slot: slots.len(), at: until };
    let mut regimes = Vec::new();
    let (mut start, mut taken, mut from) = (since, Tally::default(), 0);
    for (edge, before) in edges.iter().zip(before).chain([(&end, &Tally::default())]) {
        let inside = sum(&slots[from..edge.slot]);
        let tally = Tally {
            errors: (inside.errors + before.errors).saturating_sub(taken.errors),
            total: (inside.total + before.total).saturating_sub(taken.total),
        };
        regimes.push(Regime { since: start, until: edge.at, tally });
        (start, taken, from) = (edge.at, *before, edge.slot);
    }
    regimes
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: i64 = 300;

    /// A generator of its own, so that a seed is a series for ever (xorshift64*, Vigna 2014).
    struct Dice(u64);

    impl Dice {
        fn new(seed: u64) -> Self {
            Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
        }

        #[allow(clippy::cast_precision_loss)]
        fn roll(&mut self) -> f64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    /// One slot for each number of events and rate, numbered from 0.
    fn series(seed: u64, counts: impl Iterator<Item = (u64, f64)>) -> Vec<Slot> {
        let mut dice = Dice::new(seed);
        counts
            .zip(0..)
            .map(|((total, rate), number)| {
                let start = Timestamp::from_micros(0).plus_seconds(number * WIDTH);
                let errors = (0..total).filter(|_| dice.roll() < rate).count() as u64;
                Slot {
                    start,
                    tally: Tally { errors, total },
                    first_failure: (errors > 0).then_some(start),
                    before_failure: Tally::default(),
                }
            })
            .filter(|slot| slot.tally.total > 0)
            .collect()
    }

    fn flat(seed: u64) -> Vec<Slot> {
        // From almost nothing to almost everything, from one event a slot to many, with slots in which nothing happens.
        let rate = [0.002, 0.01, 0.05, 0.3, 0.7, 0.98][seed as usize % 6];
        let busy = [1, 3, 10, 40][seed as usize / 6 % 4];
        let length = [24, 96, 288][seed as usize / 24 % 3];
        series(seed, (0..length).map(|slot| ((slot + seed) % (busy + 1), rate)))
    }

    /// A change of rate at slot 100 of 288, found within one slot.
    fn is_found(seed: u64) -> bool {
        let counts = (0..288).map(|slot| (5, if slot < 100 { 0.02 } else { 0.6 }));
        let found = edges(&series(seed, counts));
        let change = Timestamp::from_micros(0).plus_seconds(100 * WIDTH);
        found.len() == 1 && found[0].at.micros_since(change).abs() <= WIDTH * 1_000_000
    }

    #[test]
    fn of_ten_thousand_flat_series_at_most_one_percent_has_a_change() {
        let alarms = (0..10_000).filter(|seed| !edges(&flat(*seed)).is_empty()).count();
        assert!(alarms <= 100, "{alarms}");
    }

    #[test]
    fn of_two_thousand_planted_changes_95_percent_are_found_within_one_slot() {
        let found = (0..2_000).filter(|seed| is_found(*seed)).count();
        assert!(found >= 1_900, "{found}");
    }

    #[test]
    fn an_incident_that_is_over_has_a_start_and_an_end() {
        for seed in 0..40 {
            let counts = (0..288).map(|slot| (4, if (200..217).contains(&slot) { 0.9 } else { 0.02 }));
            let found = edges(&series(seed, counts));
            assert_eq!(found.len(), 2, "{seed}: {found:?}");
            assert!(found[0].slot.abs_diff(200) <= 1 && found[1].slot.abs_diff(217) <= 1, "{seed}: {found:?}");
        }
    }

    #[test]
    fn sixty_failures_among_the_heartbeats_of_forty_agents_are_seen() {
        // 24 hours; 20 heartbeats a slot; in the last hour 5 deliveries a slot, all of which fail.
        let slot = |number: i64| {
            let errors = if number >= 276 { 5 } else { 0 };
            let start = Timestamp::from_micros(0).plus_seconds(number * WIDTH);
            let first_failure = (errors > 0).then(|| start.plus_seconds(31));
            Slot { start, tally: Tally { errors, total: 20 + errors }, first_failure, before_failure: Tally::default() }
        };
        let slots: Vec<Slot> = (0..288).map(slot).collect();
        let found = edges(&slots);
        let at = Timestamp::from_micros(0).plus_seconds(276 * WIDTH + 31);
        assert_eq!(found, [Edge { slot: 276, at }]);
        let end = Timestamp::from_micros(0).plus_seconds(288 * WIDTH);
        let before = [Tally { errors: 0, total: 3 }];
        let regimes = regimes(&slots, &found, &before, Timestamp::from_micros(0), end);
        let [quiet, bad] = regimes[..] else { panic!("{regimes:?}") };
        assert_eq!((quiet.until, bad.since, bad.until), (at, at, end));
        assert_eq!(quiet.tally, Tally { errors: 0, total: 276 * 20 + 3 });
        assert_eq!(bad.tally, Tally { errors: 60, total: 12 * 25 - 3 });
    }

    #[test]
    fn there_are_at_most_six_regimes_and_none_without_events() {
        let counts = (0..400).map(|slot| (20, if slot / 25 % 2 == 0 { 0.02 } else { 0.9 }));
        assert!((3..=MOST).contains(&segments(&series(1, counts)).len()));
        assert!(segments(&[]).is_empty() && edges(&[]).is_empty());
        assert_eq!(segments(&series(1, [(4, 0.5)].into_iter())).len(), 1);
    }

    #[test]
    fn regimes_add_up_to_the_window_whatever_the_series() {
        for seed in 0..60 {
            let counts = (0..200).map(|slot| ((slot + seed) % 7, [0.01, 0.5, 0.05][slot as usize / 70]));
            let slots = series(seed, counts);
            let edges = edges(&slots);
            assert!(edges.windows(2).all(|pair| pair[0].at < pair[1].at), "{edges:?}");
            let until = Timestamp::from_micros(0).plus_seconds(200 * WIDTH);
            let before = vec![Tally::default(); edges.len()];
            let regimes = regimes(&slots, &edges, &before, Timestamp::from_micros(0), until);
            let total: u64 = regimes.iter().map(|regime| regime.tally.total).sum();
            let errors: u64 = regimes.iter().map(|regime| regime.tally.errors).sum();
            assert_eq!(Tally { errors, total }, sum(&slots));
            assert!(regimes.windows(2).all(|pair| pair[0].until == pair[1].since));
        }
    }

    #[test]
    fn a_year_of_hours_in_which_something_always_fails_is_cut_too() {
        let counts = (0..3_000).map(|slot| (6, if slot < 2_000 { 0.1 } else { 0.5 }));
        let found = edges(&series(7, counts));
        assert!(found.len() == 1 && found[0].slot.abs_diff(2_000) <= 12, "{found:?}");
    }
}
