//! The times of the data file: microseconds since the two weeks began.
//!
//! The two weeks end at noon on a Friday, which is "now". `w1 Mon 09:30` is a day of week 0, 1 or 2 (week 0 has only its
//! Friday afternoon, week 2 ends on Friday noon), `-1h25m` is before now, `+12m` is after the step before.

use super::ids::number_below;
use anyhow::{Context, Result};

pub(super) type Microseconds = i64;

pub(super) const SECOND: Microseconds = 1_000_000;
pub(super) const MINUTE: Microseconds = 60 * SECOND;
pub(super) const HOUR: Microseconds = 60 * MINUTE;
pub(super) const DAY: Microseconds = 24 * HOUR;
/// Now, the end of the two weeks.
pub(super) const NOW: Microseconds = 14 * DAY;

/// Every week begins with its Saturday, so that it ends with the working days.
const DAYS: [&str; 7] = ["Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"];

/// Reads a time. `previous` is the time of the step before; `key` decides the seconds, which the data file leaves out.
pub(super) fn parse(text: &str, previous: Microseconds, key: &str) -> Result<Microseconds> {
    let read = || {
        if let Some(before) = text.strip_prefix('-') {
            return Some(NOW - duration(before)?);
        }
        if let Some(after) = text.strip_prefix('+') {
            return Some(previous + duration(after)?);
        }
        let mut words = text.split(' ');
        let week: i64 = words.next()?.strip_prefix('w')?.parse().ok()?;
        let name = words.next()?;
        let day = i64::try_from(DAYS.iter().position(|known| *known == name)?).ok()?;
        let (hours, minutes) = words.next()?.split_once(':')?;
        let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        // Week 0 has its Friday alone, from noon on.
        Some((week * 7 + day - 6) * DAY + hours * HOUR + minutes * MINUTE - 12 * HOUR)
    };
    let minute = read().with_context(|| format!("demo data: cannot read the time {text:?}"))?;
    Ok(minute + number_below(MINUTE, &["seconds", key]))
}

/// `9h`, `85m`, `1h25m`.
fn duration(text: &str) -> Option<Microseconds> {
    let (hours, rest) = text.split_once('h').map_or((0, text), |(hours, rest)| (hours.parse().unwrap_or(-1), rest));
    let minutes = if rest.is_empty() { 0 } else { rest.strip_suffix('m')?.parse().ok()? };
    let duration = hours * HOUR + minutes * MINUTE;
    (hours >= 0 && duration > 0).then_some(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(text: &str) -> Option<i64> {
        parse(text, 10 * MINUTE, "").ok().map(|time| time / MINUTE)
    }

    #[test]
    fn times_are_read_by_weekday_or_relative_to_now_or_to_the_step_before() {
        assert_eq!(minutes("w0 Fri 12:00"), Some(0));
        assert_eq!(minutes("w1 Sat 00:05"), Some(12 * 60 + 5));
        assert_eq!(minutes("w2 Fri 11:59"), Some(14 * 24 * 60 - 1));
        assert_eq!(minutes("-1h25m"), Some(14 * 24 * 60 - 85));
        assert_eq!(minutes("-9h"), Some(14 * 24 * 60 - 540));
        assert_eq!(minutes("+12m"), Some(22));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "-", "+0m", "w1 Mon", "w1 Monday 09:00", "Mon 09:00", "-5", "-xh5m", "noon"] {
            assert_eq!(minutes(text), None, "{text}");
        }
    }
}
