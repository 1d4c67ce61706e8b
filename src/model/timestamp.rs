//! An instant as PostgreSQL's `timestamp` holds it, extremes included.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use std::fmt;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// The Gregorian calendar repeats after 400 years; chrono ends at year 262142, PostgreSQL at 294276.
const DAYS_PER_CYCLE: i64 = 146_097;
const YEARS_PER_CYCLE: i32 = 400;

/// Microseconds since 2000-01-01T00:00:00 UTC, without a zone: PostgreSQL's own representation of `timestamp` (manual,
/// section 8.5), in which the least and the greatest value stand for `-infinity` and `infinity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Later than every instant.
    pub const INFINITY: Self = Self(i64::MAX);
    /// Earlier than every instant.
    pub const NEG_INFINITY: Self = Self(i64::MIN);
    /// The earliest finite instant that PostgreSQL holds: 4714-11-24 BC.
    pub const FIRST: Self = Self(-211_813_488_000_000_000);
    /// The last finite instant that PostgreSQL holds, the end of year 294276.
    pub const LAST: Self = Self(9_223_371_331_199_999_999);

    /// From microseconds since 2000-01-01 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 2000-01-01 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Neither `infinity` nor `-infinity`.
    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEG_INFINITY
    }

    /// From a naive UTC instant; nanoseconds below a microsecond are cut off.
    pub fn from_naive(at: NaiveDateTime) -> Self {
        let since = at - epoch();
        since.num_microseconds().map_or(if since < TimeDelta::zero() { Self::FIRST } else { Self::LAST }, Self)
    }

    /// From an instant with a zone.
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self::from_naive(at.naive_utc())
    }

    /// As chrono's naive UTC, unless it is infinite or past chrono's last year, 262142.
    pub fn to_naive(self) -> Option<NaiveDateTime> {
        self.is_finite().then(|| epoch().checked_add_signed(TimeDelta::microseconds(self.0))).flatten()
    }

    /// This instant moved by a number of microseconds; infinities stay, finite instants stop at the ends of the range.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Self {
        if !self.is_finite() {
            return self;
        }
        Self(self.0.saturating_add(micros).clamp(Self::FIRST.0, Self::LAST.0))
    }

    /// This instant moved by seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// The next representable instant, or `infinity`.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::NEG_INFINITY => Self::FIRST,
            Self::LAST | Self::INFINITY => Self::INFINITY,
            Self(micros) => Self(micros + 1),
        }
    }

    /// The last instant before this one, or `-infinity`.
    #[must_use]
    pub fn previous(self) -> Self {
        match self {
            Self::INFINITY => Self::LAST,
            Self::FIRST | Self::NEG_INFINITY => Self::NEG_INFINITY,
            Self(micros) => Self(micros - 1),
        }
    }

    /// Microseconds from `earlier` to this instant, saturating.
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Calendar parts, with years before 1 AD as zero and below.
    fn parts(self) -> Option<(i32, NaiveDateTime)> {
        if !self.is_finite() {
            return None;
        }
        let days = self.0.div_euclid(MICROS_PER_DAY);
        let cycles = days.div_euclid(DAYS_PER_CYCLE);
        let date = NaiveDate::from_ymd_opt(2000, 1, 1)?
            .checked_add_days(Days::new(days.rem_euclid(DAYS_PER_CYCLE).unsigned_abs()))?;
        let time = TimeDelta::microseconds(self.0.rem_euclid(MICROS_PER_DAY));
        let year = date.year() + i32::try_from(cycles).ok()? * YEARS_PER_CYCLE;
        Some((year, date.and_hms_opt(0, 0, 0)? + time))
    }
}

fn epoch() -> NaiveDateTime {
    DateTime::from_timestamp(946_684_800, 0).unwrap_or_default().naive_utc()
}

/// The form of the API's JSON: naive UTC, no fraction when the microseconds are zero, else six digits; `infinity`,
/// `-infinity`, years of five and more digits as they are, and ` BC` behind years before 1 AD.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((year, at)) = self.parts() else {
            return f.write_str(if *self == Self::INFINITY { "infinity" } else { "-infinity" });
        };
        let shown = if year > 0 { year } else { 1 - year };
        write!(f, "{shown:04}-{:02}-{:02}T{}", at.month(), at.day(), at.format("%H:%M:%S"))?;
        let micros = at.nanosecond() / 1_000;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        if year > 0 { Ok(()) } else { f.write_str(" BC") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(text: &str) -> Timestamp {
        Timestamp::from_naive(text.parse().unwrap_or_default())
    }

    #[test]
    fn fraction_is_absent_or_six_digits() {
        assert_eq!(naive("2026-03-15T12:00:00").to_string(), "2026-03-15T12:00:00");
        assert_eq!(naive("2026-03-15T12:00:00.5").to_string(), "2026-03-15T12:00:00.500000");
        assert_eq!(naive("1969-12-31T23:59:59.999999").to_string(), "1969-12-31T23:59:59.999999");
    }

    #[test]
    fn extremes_of_postgresql_have_a_form() {
        assert_eq!(Timestamp::INFINITY.to_string(), "infinity");
        assert_eq!(Timestamp::NEG_INFINITY.to_string(), "-infinity");
        assert_eq!(Timestamp::LAST.to_string(), "294276-12-31T23:59:59.999999");
        assert_eq!(Timestamp::FIRST.to_string(), "4714-11-24T00:00:00 BC");
        // 44 BC is the astronomical year -43.
        let ides = NaiveDate::from_ymd_opt(-43, 3, 15).and_then(|d| d.and_hms_opt(0, 0, 0)).unwrap_or_default();
        assert_eq!(Timestamp::from_naive(ides).to_string(), "0044-03-15T00:00:00 BC");
    }

    #[test]
    fn arithmetic_stops_at_the_ends() {
        assert_eq!(Timestamp::FIRST.plus_seconds(-1), Timestamp::FIRST);
        assert_eq!(Timestamp::LAST.plus_seconds(i64::MAX), Timestamp::LAST);
        assert_eq!(Timestamp::INFINITY.plus_seconds(-1), Timestamp::INFINITY);
    }
}
