//! Times for people, in the zone in force, and how long ago they were. Times for programs are the API's: naive UTC.

use crate::model::{Cell, Timestamp, Zone};
use chrono::{Datelike, FixedOffset, NaiveDateTime, Timelike};

impl Zone {
    /// `2026-03-15 12:34:56` in the zone. What has no such form there (infinity, BC, years past 9999) is shown as in JSON.
    pub fn show(self, at: Timestamp) -> String {
        self.calendar(at).map_or_else(|| at.to_string(), |(local, _)| local.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// Like [`show`](Self::show), with the microseconds if there are any, and the offset: one instant and no other.
    pub fn show_full(self, at: Timestamp) -> String {
        let Some((local, offset)) = self.calendar(at) else {
            return at.to_string();
        };
        let fraction = if local.nanosecond() == 0 { "" } else { "%.6f" };
        let shown = local.format(&format!("%Y-%m-%d %H:%M:%S{fraction}")).to_string();
        if self == Self::Utc { format!("{shown}Z") } else { format!("{shown}{offset}") }
    }

    /// Like [`show`](Self::show), without the year where that is this year.
    pub fn show_short(self, at: Timestamp, now: Timestamp) -> String {
        match (self.calendar(at), self.calendar(now)) {
            (Some((at, _)), Some((now, _))) if at.year() == now.year() => at.format("%m-%d %H:%M:%S").to_string(),
            _ => self.show(at),
        }
    }

    /// The date and its weekday, `Sun 2026-03-15`, where [`show`](Self::show) has one.
    pub fn show_date(self, at: Timestamp) -> Option<String> {
        self.calendar(at).map(|(local, _)| local.format("%a %Y-%m-%d").to_string())
    }

    /// `12:34:56`, or what [`show`](Self::show) shows in place of it.
    pub fn show_time_of_day(self, at: Timestamp) -> String {
        self.calendar(at).map_or_else(|| at.to_string(), |(local, _)| local.format("%H:%M:%S").to_string())
    }

    fn calendar(self, at: Timestamp) -> Option<(NaiveDateTime, FixedOffset)> {
        let usual = |at: &NaiveDateTime| (1..=9999).contains(&at.year());
        let utc = at.to_naive().filter(usual)?;
        let offset = self.offset_at(utc);
        let local = utc.checked_add_offset(offset).filter(usual)?;
        Some((local, offset))
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const TWO_DAYS: u64 = 2 * DAY;
/// The mean Gregorian year.
const YEAR: u64 = 31_556_952;

/// How long before `now` an instant was: `12s ago`, `3m ago`, `47h ago`, `30d ago`, `2y ago`, or `in 5m` for one that is
/// still to come; whole units, rounded down. Infinite instants have no age and answer an empty text.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    if !at.is_finite() || !now.is_finite() {
        return String::new();
    }
    let micros = now.micros_since(at);
    let seconds = micros.unsigned_abs() / 1_000_000;
    let span = match seconds {
        0 => return "now".to_owned(),
        1..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..TWO_DAYS => format!("{}h", seconds / HOUR),
        TWO_DAYS..YEAR => format!("{}d", seconds / DAY),
        _ => format!("{}y", seconds / YEAR),
    };
    if micros < 0 { format!("in {span}") } else { format!("{span} ago") }
}

/// A length of time in its two largest units: `3d 4h`, `2m 5s`, `12s`, and below ten seconds `0.25s`.
pub fn length(micros: i64) -> String {
    let (seconds, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let two = |large: u64, unit: char, small: u64, lesser: char| match small {
        0 => format!("{large}{unit}"),
        _ => format!("{large}{unit} {small}{lesser}"),
    };
    match seconds {
        0..10 if fraction == 0 => format!("{seconds}s"),
        0..10 => {
            let text = format!("{seconds}.{fraction:06}");
            let shown = text.get(..text.len() - 4).unwrap_or(&text);
            format!("{}s", shown.trim_end_matches('0').trim_end_matches('.'))
        }
        10..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => two(seconds / MINUTE, 'm', seconds % MINUTE, 's'),
        HOUR..DAY => two(seconds / HOUR, 'h', seconds % HOUR / MINUTE, 'm'),
        _ => two(seconds / DAY, 'd', seconds % DAY / HOUR, 'h'),
    }
}

/// A number of seconds before or after: `-12s`, `+2m 5s`, `0s`.
pub(super) fn offset(seconds: &Cell<'_>) -> String {
    let Cell::Number(seconds) = seconds else { return String::new() };
    #[allow(clippy::cast_possible_truncation)]
    let micros = (seconds * 1e6).round() as i64;
    let sign = if micros == 0 {
        ""
    } else if micros < 0 {
        "-"
    } else {
        "+"
    };
    format!("{sign}{}", length(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_naive(text.parse().unwrap())
    }

    #[test]
    fn lengths_have_their_two_largest_units() {
        for (micros, expected) in [
            (0, "0s"),
            (1, "0s"),
            (250_000, "0.25s"),
            (9_999_999, "9.99s"),
            (12_900_000, "12s"),
            (125_000_000, "2m 5s"),
            (3_600_000_000, "1h"),
            (7_380_000_000, "2h 3m"),
            (180_000_000_000, "2d 2h"),
        ] {
            assert_eq!(length(micros), expected, "{micros}");
        }
        let shown = [-12.0, 0.0, 125.5].map(|seconds| offset(&Cell::Number(seconds)));
        assert_eq!(shown, ["-12s", "0s", "+2m 5s"]);
    }

    #[test]
    fn times_are_shown_in_their_zone_with_its_summer_time() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(Zone::Utc.show(at("2026-03-15T12:34:56.789012")), "2026-03-15 12:34:56");
        assert_eq!(berlin.show(at("2026-03-15T12:34:56")), "2026-03-15 13:34:56");
        assert_eq!(berlin.show(at("2026-07-15T23:34:56")), "2026-07-16 01:34:56");
        assert_eq!((Zone::Utc.label(), berlin.label()), ("UTC", "Europe/Berlin"));
    }

    #[test]
    fn the_full_form_tells_the_two_hours_of_autumn_apart() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.show_full(at("2026-10-25T00:30:00")), "2026-10-25 02:30:00+02:00");
        assert_eq!(berlin.show_full(at("2026-10-25T01:30:00")), "2026-10-25 02:30:00+01:00");
        assert_eq!(Zone::Utc.show_full(at("2026-03-15T12:34:56.789012")), "2026-03-15 12:34:56.789012Z");
        assert_eq!(Zone::Utc.show_full(at("2026-03-15T12:34:56")), "2026-03-15 12:34:56Z");
    }

    #[test]
    fn extremes_are_shown_as_in_json_in_every_zone() {
        for zone in [Zone::Utc, Zone::named("Pacific/Kiritimati").unwrap()] {
            for extreme in [Timestamp::INFINITY, Timestamp::NEG_INFINITY, Timestamp::FIRST, Timestamp::LAST] {
                assert_eq!(zone.show(extreme), extreme.to_string());
                assert_eq!(zone.show_full(extreme), extreme.to_string());
            }
        }
        let end = at("9999-12-31T23:59:59");
        assert_eq!(Zone::Utc.show(end), "9999-12-31 23:59:59");
        assert_eq!(Zone::named("Asia/Tokyo").unwrap().show(end), end.to_string());
    }

    #[test]
    fn ages_are_whole_units_of_the_largest_that_fits() {
        let now = at("2026-03-15T12:00:00");
        let ago = |seconds: i64| age(now.plus_seconds(-seconds), now);
        let ages = [0, 1, 59, 60, 3599, 3600, 172_799, 172_800, 31_556_951, 31_556_952].map(ago);
        let shown =
            ["now", "1s ago", "59s ago", "1m ago", "59m ago", "1h ago", "47h ago", "2d ago", "365d ago", "1y ago"];
        assert_eq!(ages, shown);
        assert_eq!(ago(-300), "in 5m");
        assert_eq!(age(Timestamp::INFINITY, now), "");
        assert_eq!(age(Timestamp::FIRST, now), "6738y ago");
        assert_eq!(age(Timestamp::LAST, now), "in 292250y");
    }
}
