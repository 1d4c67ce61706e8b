//! What differs between two windows of the same length.
//!
//! A key is shown if its counts would hardly ever differ so much by chance (the exact two-sided binomial test at one half,
//! with Bonferroni's correction for the number of keys), if one count is at least twice the other, and if there are enough
//! events. A key is left out where a wider key is shown and explains it: given how the wider key changed, its own counts
//! are no surprise.

use crate::model::{BeforeAfter, ChangeKey};
use statrs::distribution::{Binomial, Discrete, DiscreteCDF};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Written for each agent every few minutes, so that it would drown every other type and every board.
const HEARTBEAT: &str = "agent.heartbeat";
/// The chance of an answer that shows anything where nothing has changed.
const FALSE_ALARM: f64 = 1e-4;
/// A difference among fewer events is not shown.
const LEAST_EVENTS: u64 = 5;
const LEAST_RATIO: u64 = 2;
/// Patterns of messages that are kept apart. Where there are more, the rarest so far make room.
const MOST_PATTERNS: usize = 20_000;
/// Probabilities that differ by less than this factor are taken as equal, since rounding makes equal ones differ.
const ROUNDING: f64 = 1e-7;

/// Events of one type, board, agent and pattern in both windows.
#[derive(Debug, Clone)]
pub struct Counted<'a> {
    /// The event type.
    pub event_type: &'a str,
    /// The board that decides whether the event is visible.
    pub board: Option<Uuid>,
    /// Its agent.
    pub agent: Option<Uuid>,
    /// What the messages have in common, for failures.
    pub pattern: Option<String>,
    /// How many.
    pub counts: BeforeAfter,
}

/// Counts of every key.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    keys: BTreeMap<ChangeKey, BeforeAfter>,
    patterns: HashMap<(String, String), BeforeAfter>,
    totals: BeforeAfter,
    heartbeats: BeforeAfter,
    other_messages: u64,
}

impl Counts {
    /// Adds events to every key that they belong to. The order does not matter, unless there are more patterns than are
    /// kept apart.
    pub fn add(&mut self, counted: Counted<'_>) {
        let Counted { event_type, board, agent, pattern, counts } = counted;
        let name = || event_type.to_owned();
        let mut keys = vec![ChangeKey::Agent(agent), ChangeKey::TypeOfAgent(name(), agent)];
        add_to(&mut self.totals, counts);
        if event_type == HEARTBEAT {
            add_to(&mut self.heartbeats, counts);
        } else {
            keys.extend([ChangeKey::Type(name()), ChangeKey::Board(board), ChangeKey::TypeOnBoard(name(), board)]);
            if let Some(pattern) = pattern {
                self.make_room();
                add_to(self.patterns.entry((name(), pattern)).or_default(), counts);
            }
        }
        for key in keys {
            add_to(self.keys.entry(key).or_default(), counts);
        }
    }

    fn make_room(&mut self) {
        if self.patterns.len() < MOST_PATTERNS {
            return;
        }
        let rarest = self.patterns.values().map(|counts| counts.sum()).min().unwrap_or_default();
        let others = &mut self.other_messages;
        self.patterns.retain(|_, counts| {
            let stays = counts.sum() > rarest;
            *others += if stays { 0 } else { counts.sum() };
            stays
        });
    }

    /// All events.
    pub fn totals(&self) -> BeforeAfter {
        self.totals
    }

    /// Heartbeats among them.
    pub fn heartbeats(&self) -> BeforeAfter {
        self.heartbeats
    }

    /// Failures whose patterns had to make room.
    pub fn other_messages(&self) -> u64 {
        self.other_messages
    }

    /// The keys that changed and that no wider key explains: new, gone, more, fewer; of each kind the greatest difference
    /// first, then by key.
    pub fn changes(mut self) -> Vec<(ChangeKey, BeforeAfter)> {
        let patterns = std::mem::take(&mut self.patterns).into_iter();
        self.keys.extend(patterns.map(|((name, pattern), counts)| (ChangeKey::Pattern(name, pattern), counts)));
        #[allow(clippy::cast_precision_loss)]
        let limit = FALSE_ALARM / self.keys.len().max(1) as f64;
        let changed: BTreeMap<&ChangeKey, &BeforeAfter> =
            self.keys.iter().filter(|(_, counts)| is_change(**counts, limit)).collect();
        let explained = |key: &ChangeKey, counts: BeforeAfter| {
            let mut parents = key.parents().into_iter().filter_map(|parent| changed.get(&parent));
            parents.any(|parent| explains(**parent, counts, limit))
        };
        let left = changed.iter().filter(|(key, counts)| !explained(key, ***counts));
        let mut left: Vec<(ChangeKey, BeforeAfter)> = left.map(|(key, counts)| ((*key).clone(), **counts)).collect();
        left.sort_by_cached_key(|(key, counts)| {
            (counts.kind(), Reverse(counts.after.abs_diff(counts.before)), key.clone())
        });
        left
    }
}

fn add_to(sum: &mut BeforeAfter, counts: BeforeAfter) {
    sum.before += counts.before;
    sum.after += counts.after;
}

fn is_change(counts: BeforeAfter, limit: f64) -> bool {
    let (less, more) = (counts.before.min(counts.after), counts.before.max(counts.after));
    counts.sum() >= LEAST_EVENTS && more >= less.saturating_mul(LEAST_RATIO) && binomial_test(counts, 0.5) < limit
}

/// Whether a key did no more than the wider key that it is part of.
#[allow(clippy::cast_precision_loss)]
fn explains(parent: BeforeAfter, counts: BeforeAfter, limit: f64) -> bool {
    let same_way = (parent.after > parent.before) == (counts.after > counts.before);
    same_way && binomial_test(counts, parent.after as f64 / parent.sum() as f64) >= limit
}

/// The exact two-sided binomial test: where each event is in the window after with probability `share`, the probability of
/// this count and of all that are no more probable.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn binomial_test(counts: BeforeAfter, share: f64) -> f64 {
    let (events, after) = (counts.sum(), counts.after);
    let Ok(binomial) = Binomial::new(share, events) else { return 1.0 };
    let expected = share * events as f64;
    let most = binomial.ln_pmf(after) + ROUNDING;
    let is_as_rare = |count: u64| binomial.ln_pmf(count) <= most;
    // The probabilities fall from the expected count to either end, so a search finds where the other end begins.
    let both = if after as f64 == expected {
        return 1.0;
    } else if (after as f64) < expected {
        let from = first(expected.ceil() as u64, events + 1, is_as_rare);
        binomial.cdf(after) + at_least(&binomial, from)
    } else {
        let to = first(0, expected.floor() as u64 + 1, |count| !is_as_rare(count));
        let lower = to.checked_sub(1).map_or(0.0, |last| binomial.cdf(last));
        lower + at_least(&binomial, after)
    };
    both.min(1.0)
}

/// The first number from `from` on of which the claim is true, if it stays true from there on; else `to`.
fn first(mut from: u64, mut to: u64, claim: impl Fn(u64) -> bool) -> u64 {
    while from < to {
        let middle = from + (to - from) / 2;
        if claim(middle) { to = middle } else { from = middle + 1 }
    }
    from
}

fn at_least(binomial: &Binomial, count: u64) -> f64 {
    count.checked_sub(1).map_or(1.0, |below| binomial.sf(below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ChangeKind;

    fn counts(before: u64, after: u64) -> BeforeAfter {
        BeforeAfter { before, after }
    }

    /// One event type on one board, or of one agent, with a message if it failed.
    fn add(all: &mut Counts, event_type: &str, board: u128, agent: u128, pattern: Option<&str>, counts: BeforeAfter) {
        let id = |n: u128| (n > 0).then(|| Uuid::from_u128(n));
        let pattern = pattern.map(str::to_owned);
        all.add(Counted { event_type, board: id(board), agent: id(agent), pattern, counts });
    }

    fn dimensions(all: Counts) -> Vec<(&'static str, ChangeKind)> {
        all.changes().iter().map(|(key, counts)| (key.dimension(), counts.kind().unwrap())).collect()
    }

    /// By the definition, in logarithms of factorials.
    fn by_hand(counts: BeforeAfter, share: f64) -> f64 {
        let n = counts.sum();
        let ln_factorial = |n: u64| (1..=n).map(|i| (i as f64).ln()).sum::<f64>();
        let ln_power = |share: f64, k: u64| if k == 0 { 0.0 } else { share.ln() * k as f64 };
        let probability = |k: u64| {
            let ways = ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
            (ways + ln_power(share, k) + ln_power(1.0 - share, n - k)).exp()
        };
        let most = probability(counts.after) * (1.0 + 1e-7);
        (0..=n).map(probability).filter(|p| *p <= most).sum::<f64>().min(1.0)
    }

    /// Values of the sum over all counts that are no more probable, with exact binomial coefficients.
    #[test]
    fn the_test_gives_known_values() {
        for (before, after, share, expected) in [
            (0, 10, 0.5, 0.001953125),
            (10, 0, 0.5, 0.001953125),
            (2, 8, 0.5, 0.109375),
            (1, 57, 0.5, 4.093947403305265e-16),
            (7, 3, 0.7, 0.010592078400000003),
            (3, 7, 0.7, 1.0),
            (5, 5, 0.5, 1.0),
            (30, 80, 0.5, 2.0183787682242724e-6),
        ] {
            let found = binomial_test(counts(before, after), share);
            assert!((found / expected - 1.0).abs() < 1e-6, "{before} {after} {share}: {found} and not {expected}");
        }
    }

    #[test]
    fn the_test_is_the_sum_of_what_is_no_more_probable() {
        proptest::proptest!(|(before in 0_u64..60, after in 0_u64..60, share in 0.0_f64..=1.0)| {
            let (found, expected) = (binomial_test(counts(before, after), share), by_hand(counts(before, after), share));
            assert!((found - expected).abs() <= 1e-9 + 1e-6 * expected, "{before} {after} {share}: {found}, {expected}");
        });
    }

    #[test]
    fn large_counts_are_no_trouble() {
        assert!(binomial_test(counts(1_000_000, 2_000_000), 0.5) < 1e-300);
        assert!(binomial_test(counts(1_000_000, 1_000_500), 0.5) > 0.5);
        assert!((binomial_test(counts(0, 0), 0.5) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_failure_that_is_new_is_one_line_wherever_it_happens() {
        let mut all = Counts::default();
        add(&mut all, "task.updated", 1, 1, None, counts(500, 510));
        add(&mut all, "task.x_failed", 1, 1, Some("gateway down"), counts(0, 30));
        add(&mut all, "task.x_failed", 2, 2, Some("gateway down"), counts(0, 27));
        add(&mut all, "task.updated", 2, 2, None, counts(480, 490));
        assert_eq!(dimensions(all), [("type", ChangeKind::New)]);
    }

    #[test]
    fn a_board_that_does_not_follow_its_type_is_shown_too() {
        let mut all = Counts::default();
        add(&mut all, "task.updated", 1, 0, None, counts(0, 400));
        add(&mut all, "task.updated", 2, 0, None, counts(100, 1));
        add(&mut all, "task.created", 1, 0, None, counts(1000, 1000));
        add(&mut all, "task.created", 2, 0, None, counts(1000, 1000));
        let shown = dimensions(all);
        assert!(shown.contains(&("type", ChangeKind::More)), "{shown:?}");
        assert!(shown.contains(&("type_board", ChangeKind::Fewer)), "{shown:?}");
    }

    #[test]
    fn a_message_that_took_over_from_another_is_shown_though_its_type_did_not_change() {
        let mut all = Counts::default();
        add(&mut all, "task.x_failed", 1, 1, Some("timeout"), counts(60, 0));
        add(&mut all, "task.x_failed", 1, 1, Some("gateway down"), counts(0, 60));
        assert_eq!(dimensions(all), [("pattern", ChangeKind::New), ("pattern", ChangeKind::Gone)]);
    }

    #[test]
    fn heartbeats_count_for_agents_only() {
        let mut all = Counts::default();
        add(&mut all, "agent.heartbeat", 1, 1, None, counts(144, 0));
        add(&mut all, "agent.heartbeat", 1, 2, None, counts(144, 144));
        assert_eq!((all.totals(), all.heartbeats()), (counts(288, 144), counts(288, 144)));
        let changes = all.changes();
        assert_eq!(changes, [(ChangeKey::Agent(Some(Uuid::from_u128(1))), counts(144, 0))]);
    }

    #[test]
    fn few_events_small_ratios_and_chance_are_not_shown() {
        for (before, after) in [(0, 4), (0, 5), (10_000, 19_999), (40, 60), (5, 12)] {
            let mut all = Counts::default();
            add(&mut all, "task.updated", 1, 1, None, counts(before, after));
            assert_eq!(dimensions(all), [], "{before} {after}");
        }
    }

    #[test]
    fn memory_stays_bounded_and_the_rest_is_counted() {
        let mut all = Counts::default();
        for n in 0..(MOST_PATTERNS as u64 + 100) {
            add(&mut all, "x.failed", 1, 1, Some(&format!("{n}")), counts(1, 0));
        }
        assert_eq!(all.patterns.len() as u64 + all.other_messages(), MOST_PATTERNS as u64 + 100);
    }

    fn random_counts(seed: u64, swapped: bool, same: bool) -> Counts {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut all = Counts::default();
        for _ in 0..rng.usize(1..60) {
            let (before, after) = (rng.u64(0..80), rng.u64(0..80) * rng.u64(0..3));
            let drawn = if same { counts(before, before) } else { counts(before, after) };
            let drawn = if swapped { counts(drawn.after, drawn.before) } else { drawn };
            let name = ["task.updated", "task.x_failed", "agent.heartbeat", "a.failed"][rng.usize(0..4)];
            let pattern = name.ends_with("failed").then(|| ["one", "two", "three"][rng.usize(0..3)]);
            add(&mut all, name, rng.u128(0..4), rng.u128(0..4), pattern, drawn);
        }
        all
    }

    #[test]
    fn a_window_does_not_differ_from_itself_and_swapping_swaps_new_and_gone() {
        for seed in 0..300 {
            assert_eq!(random_counts(seed, false, true).changes(), [], "{seed}");
            let turned = |all: Counts| {
                let turn = |(key, c): (ChangeKey, BeforeAfter)| (key, counts(c.after, c.before));
                let mut turned: Vec<_> = all.changes().into_iter().map(turn).collect();
                turned.sort_by(|a, b| a.0.cmp(&b.0));
                turned
            };
            let mut there = random_counts(seed, false, false).changes();
            there.sort_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(there, turned(random_counts(seed, true, false)), "{seed}");
        }
    }
}
