//! The answer of `errors` as one value, which every format renders.

use super::age;
use super::chart::label::{change, percent};
use super::chart::{RateChart, sum};
use super::message_groups::MessageGroups;
use crate::analysis::burn::{Alarm, Burn, WINDOWS};
use crate::analysis::regimes::Regime;
use crate::analysis::trend::{Stretches, Trend};
use crate::model::{Deliveries, ErrorRate, Group, RateScope, Series, Tally, Timestamp};

/// From this part of the events on, a rate over all events is one of heartbeats.
const MOSTLY: f64 = 0.5;

/// What `errors` found out.
#[derive(Debug, Clone)]
pub struct ErrorsReport {
    /// The rate of the scope, with its series and groups.
    pub rate: ErrorRate,
    /// Whether verdict and thresholds go by deliveries: unless --scope names another scope.
    pub by_deliveries: bool,
    /// The fields of the groups; none without --by.
    pub group_fields: Vec<&'static str>,
    /// The deliveries among the events.
    pub deliveries: Deliveries,
    /// Those of the window before.
    pub deliveries_before: Tally,
    /// Their routes, most failures first.
    pub routes: Vec<Group>,
    /// The series of the deliveries, and that of the window before.
    pub delivery_series: [Series; 2],
    /// Broadcasts whose text could not be read, so that they count nothing.
    pub unread_broadcasts: u64,
    /// The first and the last failure of the scope in the window.
    pub failures: Option<(Timestamp, Timestamp)>,
    /// Since when: the regimes of the scope.
    pub regimes: Vec<Regime>,
    /// The regimes of the deliveries.
    pub delivery_regimes: Vec<Regime>,
    /// The newest stretches, by deliveries or by the scope as the verdict is.
    pub stretches: Stretches,
    /// How fast the objective burns, if one was given.
    pub burn: Option<Burn>,
    /// How many of the scope's events are heartbeats.
    pub heartbeats: u64,
    /// The failures by what they say.
    pub patterns: MessageGroups,
    /// Up to when it is known.
    pub as_of: Timestamp,
    /// What must be known to read the answer rightly.
    pub warnings: Vec<String>,
    /// Why the figures say nothing about how things are; none where they do.
    pub unknown: Option<String>,
    /// Where the events come from.
    pub database: String,
    /// Whether that is the demo database because no other was named.
    pub is_demo: bool,
}

impl ErrorsReport {
    /// What the verdict and the thresholds go by.
    pub fn tally(&self) -> Tally {
        if self.by_deliveries { self.deliveries.tally } else { self.rate.tally }
    }

    /// The same of the window before.
    pub fn before(&self) -> Tally {
        if self.by_deliveries { self.deliveries_before } else { sum(&self.rate.comparison.points) }
    }

    /// Since when, by the same.
    pub fn verdict_regimes(&self) -> &[Regime] {
        if self.by_deliveries { &self.delivery_regimes } else { &self.regimes }
    }

    /// What is counted, in the words of a verdict.
    pub fn noun(&self, count: u64) -> &'static str {
        match (self.by_deliveries, count) {
            (true, 1) => "delivery",
            (true, _) => "deliveries",
            (false, 1) => "event",
            (false, _) => "events",
        }
    }

    /// The chart of what the verdict goes by.
    pub fn chart(&self) -> RateChart<'_> {
        let [primary, comparison] = &self.delivery_series;
        let drawn = |series: &Series| series.points.iter().any(|point| point.tally.total > 0);
        let by_deliveries = self.by_deliveries && (drawn(primary) || drawn(comparison));
        let (name, primary, comparison) = if by_deliveries {
            ("error rate of deliveries", primary, comparison)
        } else {
            ("error rate", &self.rate.primary, &self.rate.comparison)
        };
        let marks = self.verdict_regimes().iter().skip(1).map(|regime| regime.since).collect();
        RateChart { name, primary, comparison, marks, height: 5, has_before: true }
    }

    /// The newest failure and, if known, the newest success, in the scope of the verdict.
    pub fn newest(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        if self.by_deliveries {
            (self.deliveries.last_failure, self.deliveries.last_success)
        } else {
            (self.failures.map(|(_, last)| last), self.deliveries.last_success)
        }
    }

    /// That a threshold on this denominator can hardly be crossed, whatever happens.
    pub fn drowned(&self) -> Option<String> {
        #[allow(clippy::cast_precision_loss)]
        let mostly = self.heartbeats as f64 > self.rate.tally.total as f64 * MOSTLY;
        let counts_all = !self.by_deliveries && self.rate.scale != RateScope::Deliveries;
        (counts_all && mostly).then(|| {
            format!("{} of the {} events are heartbeats, which cannot fail", self.heartbeats, self.rate.tally.total)
        })
    }
}

/// The sentences of a report.
impl ErrorsReport {
    /// `57 of 60 deliveries failed (95.00 %)`.
    pub fn headline(&self) -> String {
        let tally = self.tally();
        match tally.total {
            0 => format!("no {}", self.noun(0)),
            total => format!("{} of {total} {} failed ({})", tally.errors, self.noun(total), percent(tally.pct())),
        }
    }

    /// What the verdict does not go by: all events beside deliveries, or the other way round.
    pub fn beside(&self) -> String {
        let share = |tally: Tally| format!("{} of {} ({})", tally.errors, tally.total, percent(tally.pct()));
        match (self.by_deliveries, self.rate.scale) {
            (true, _) if self.rate.tally.total == 0 => "no events".to_owned(),
            (false, RateScope::All | RateScope::Dashboard) if self.deliveries.tally.total == 0 => {
                "no deliveries".to_owned()
            }
            (true, _) => format!("all events: {}", share(self.rate.tally)),
            (false, RateScope::Deliveries) => String::new(),
            (false, _) => format!("deliveries: {}", share(self.deliveries.tally)),
        }
    }

    /// An instant without its date where that is today's.
    pub fn short_time(&self, at: Timestamp, show_time: &dyn Fn(Timestamp) -> String) -> String {
        let (full, today) = (show_time(at), show_time(self.as_of));
        match (full.split_once(' '), today.split_once(' ')) {
            (Some((date, time)), Some((same, _))) if date == same => time.to_owned(),
            // The year, too, goes without saying.
            (Some((date, time)), Some((today, _))) if date.len() == 10 && date.get(..5) == today.get(..5) => {
                format!("{} {time}", &date[5..])
            }
            _ => full,
        }
    }

    /// That some broadcasts count nothing.
    pub fn unread_words(&self) -> Option<String> {
        let count = self.unread_broadcasts;
        (count > 0).then(|| {
            if count == 1 {
                "1 broadcast has a text that cannot be read, so it counts nothing".to_owned()
            } else {
                format!("{count} broadcasts have texts that cannot be read, so they count nothing")
            }
        })
    }

    /// How it was in the window before.
    pub fn before_words(&self) -> String {
        let before = self.before();
        if before.total == 0 {
            return format!("before: no {}", self.noun(0));
        }
        let share = format!("{} of {}", before.errors, before.total);
        format!("before: {} ({share}), {}", percent(before.pct()), change(self.tally(), before))
    }

    /// Since when the rate is what it is; none where it did not change.
    pub fn since_words(&self, show_time: &dyn Fn(Timestamp) -> String) -> Option<String> {
        let share = |tally: Tally| format!("{} ({} of {})", percent(tally.pct()), tally.errors, tally.total);
        let [.., earlier, last] = self.verdict_regimes() else { return None };
        let (now, before) = (share(last.tally), share(earlier.tally));
        Some(if last.tally.pct() > earlier.tally.pct() {
            format!("since {}: {now}; before that: {before}", show_time(last.since))
        } else {
            let (from, to) = (show_time(earlier.since), show_time(earlier.until));
            format!("from {from} to {to}: {before}; since then: {now}")
        })
    }

    /// The trend. It is not over while the last failure is in the newest stretch, whatever the slots say.
    pub fn trend(&self) -> Trend {
        let is_recent = self.newest().0.is_some_and(|at| self.stretches.is_recent(at));
        match self.stretches.trend() {
            Trend::Over if is_recent => Trend::Unknown,
            trend => trend,
        }
    }

    /// Whether it still goes on; none where nothing failed.
    pub fn now_words(&self, show_time: &dyn Fn(Timestamp) -> String) -> Option<String> {
        let (last_failure, last_success) = self.newest();
        let last_failure = last_failure?;
        let newest = self.stretches.newest();
        let length = Stretches::length();
        let trend = self.trend();
        let direction = match trend {
            Trend::Rising => ", rising",
            Trend::Falling => ", falling",
            Trend::Steady => ", steady",
            Trend::Over | Trend::Unknown => "",
        };
        let state = match (trend, self.deliveries.failing_since) {
            (_, Some(since)) if self.by_deliveries => {
                format!("still failing: {} in a row since {}", self.deliveries.in_a_row, show_time(since))
            }
            (Trend::Over, _) => format!("over: none of {} failed in the last {length}", newest.total),
            _ if newest.errors > 0 => {
                format!("still failing: {} of {} in the last {length}{direction}", newest.errors, newest.total)
            }
            _ if self.stretches.is_recent(last_failure) => format!("still failing in the last {length}"),
            _ => format!("nothing failed in the last {length}"),
        };
        let ago = |at: Timestamp| if at.is_finite() { age(at, self.as_of) } else { at.to_string() };
        let success =
            last_success.map_or_else(|| "no success in the window".to_owned(), |at| format!("success {}", ago(at)));
        let success = if self.by_deliveries { format!(", {success}") } else { String::new() };
        Some(format!("{state}; last failure {}{success}", ago(last_failure)))
    }

    /// What raises an alarm by the objective; none without one.
    pub fn burn_words(&self) -> Option<String> {
        let burn = self.burn?;
        let rates = WINDOWS.iter().enumerate().map(|(at, (window, _))| format!("{:.1} over {window}", burn.rate(at)));
        let rates = rates.collect::<Vec<_>>().join(", ");
        let alarm = match burn.alarm().0 {
            Alarm::None => "no alarm",
            Alarm::Ticket => "ticket",
            Alarm::Page => "page",
        };
        Some(format!("objective {} %: {alarm}; burns {rates} times as fast as allowed", burn.slo_pct))
    }
}

#[cfg(test)]
impl ErrorsReport {
    /// A report by the scope, with nothing but a rate.
    pub fn of_rate(rate: ErrorRate) -> Self {
        let empty = || Series { range: None, bucket: rate.primary.bucket, points: Vec::new() };
        let as_of = rate.period.until;
        Self {
            by_deliveries: false,
            group_fields: rate
                .groups
                .first()
                .map(|group| group.keys.iter().map(|(key, _)| *key).collect())
                .unwrap_or_default(),
            deliveries: Deliveries::default(),
            deliveries_before: Tally::default(),
            routes: Vec::new(),
            delivery_series: [empty(), empty()],
            unread_broadcasts: 0,
            failures: None,
            regimes: Vec::new(),
            delivery_regimes: Vec::new(),
            stretches: Stretches::new(rate.period, as_of),
            burn: None,
            heartbeats: 0,
            patterns: MessageGroups::default(),
            as_of,
            warnings: Vec::new(),
            unknown: None,
            database: "db".to_owned(),
            is_demo: false,
            rate,
        }
    }
}
