//! How fast failures use up what an objective allows (Google's SRE workbook, chapter 5, "multiwindow, multi-burn-rate
//! alerts"): the rate divided by the rate that the objective allows, over several windows at once.

use crate::model::{Tally, Timestamp};

/// The windows with their lengths in seconds, the shortest first. They end at the same instant.
pub const WINDOWS: [(&str, i64); 5] = [("5m", 300), ("30m", 1_800), ("1h", 3_600), ("6h", 21_600), ("3d", 259_200)];
/// The longest window, in seconds.
pub const LONGEST: i64 = WINDOWS[4].1;
/// With fewer failures in the long window of a pair it raises no alarm, however few the events are.
pub const FLOOR: u64 = 5;

const M5: usize = 0;
const M30: usize = 1;
const H1: usize = 2;
const H6: usize = 3;
const D3: usize = 4;
/// A pair of windows, long and short, above which rate of burn it raises which alarm.
const RULES: [(usize, usize, f64, Alarm); 3] =
    [(H1, M5, 14.4, Alarm::Page), (H6, M30, 6.0, Alarm::Page), (D3, H6, 1.0, Alarm::Ticket)];

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Nothing.
    None,
    /// Somebody should look at it in working hours.
    Ticket,
    /// Somebody should get up.
    Page,
}

impl Alarm {
    /// In JSON and for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ticket => "ticket",
            Self::Page => "page",
        }
    }
}

/// The burn of an objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burn {
    /// The objective: the percentage that should succeed.
    pub slo_pct: f64,
    /// Failures and all, in the order of [`WINDOWS`].
    pub tallies: [Tally; 5],
}

impl Burn {
    /// Nothing counted yet.
    pub fn new(slo_pct: f64) -> Self {
        Self { slo_pct, tallies: [Tally::default(); 5] }
    }

    /// Adds what happened at an instant to the windows that hold it; they end at `until`.
    pub fn add(&mut self, at: Timestamp, tally: Tally, until: Timestamp) {
        for ((_, seconds), known) in WINDOWS.iter().zip(&mut self.tallies) {
            if at >= until.plus_seconds(-seconds) {
                known.errors += tally.errors;
                known.total += tally.total;
            }
        }
    }

    /// How many times as fast as allowed, by the order of [`WINDOWS`].
    pub fn rate(&self, window: usize) -> f64 {
        self.tallies[window].pct() / (100.0 - self.slo_pct)
    }

    /// The alarm, and the names of the windows, long and short, that raise it.
    pub fn alarm(&self) -> (Alarm, Option<[&'static str; 2]>) {
        let raised = |(long, short, most, _): &&(usize, usize, f64, Alarm)| {
            self.rate(*long) > *most && self.rate(*short) > *most && self.tallies[*long].errors >= FLOOR
        };
        let found = RULES.iter().find(raised);
        found.map_or((Alarm::None, None), |(long, short, _, alarm)| {
            (*alarm, Some([WINDOWS[*long].0, WINDOWS[*short].0]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Failures and all of 5 min, 30 min, 1 h, 6 h, 3 d.
    fn alarm(counts: [(u64, u64); 5]) -> Alarm {
        let tallies = counts.map(|(errors, total)| Tally { errors, total });
        Burn { slo_pct: 99.0, tallies }.alarm().0
    }

    #[test]
    fn a_page_needs_the_long_and_the_short_window() {
        assert_eq!(alarm([(5, 10), (20, 60), (20, 120), (20, 720), (20, 8_640)]), Alarm::Page, "an hour, and now");
        assert_eq!(alarm([(0, 10), (5, 60), (20, 120), (20, 720), (20, 86_400)]), Alarm::None, "over already");
        assert_eq!(alarm([(1, 10), (5, 60), (10, 120), (50, 720), (50, 86_400)]), Alarm::Page, "six hours, and still");
    }

    #[test]
    fn a_slow_burn_is_a_ticket() {
        assert_eq!(alarm([(0, 10), (1, 60), (2, 120), (15, 720), (120, 8_640)]), Alarm::Ticket);
        assert_eq!(alarm([(0, 10), (0, 60), (0, 120), (5, 720), (80, 8_640)]), Alarm::None);
    }

    #[test]
    fn a_handful_of_failures_among_few_events_raises_no_alarm() {
        let of_few = |failed| alarm([(failed, failed); 5]);
        assert_eq!(
            [of_few(0), of_few(1), of_few(FLOOR - 1), of_few(FLOOR)],
            [Alarm::None, Alarm::None, Alarm::None, Alarm::Page]
        );
    }

    #[test]
    fn a_threshold_is_crossed_above_it_and_not_at_it() {
        let at = Burn { slo_pct: 90.0, tallies: [Tally { errors: 60, total: 100 }; 5] };
        assert_eq!((at.rate(H6), at.alarm().0), (6.0, Alarm::Ticket));
        let above = Burn { slo_pct: 90.0, tallies: [Tally { errors: 61, total: 100 }; 5] };
        assert_eq!(above.alarm(), (Alarm::Page, Some(["6h", "30m"])));
    }

    #[test]
    fn windows_end_together_and_hold_what_is_not_older_than_they_are_long() {
        let until = Timestamp::from_micros(0);
        let mut burn = Burn::new(99.0);
        for age in [0, 300, 301, 3_600, 259_200, 259_201] {
            burn.add(until.plus_seconds(-age), Tally { errors: 1, total: 1 }, until);
        }
        assert_eq!(burn.tallies.map(|tally| tally.total), [2, 3, 4, 4, 5]);
    }
}
