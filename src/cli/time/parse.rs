//! The one grammar of dates and times. It is written out because chrono's parsers take more than it: signs, single
//! digits, white space.

use super::TimeSpec;
use chrono::{FixedOffset, NaiveDate, NaiveTime};

/// A date, or a date with a time of day, which may have an offset.
pub(super) fn date_and_time(text: &str) -> Option<TimeSpec> {
    let day = date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(TimeSpec::Day(day));
    }
    let rest = rest.strip_prefix(['T', ' '])?;
    if let Some(clock) = rest.strip_suffix('Z') {
        return Some(TimeSpec::Utc(day.and_time(time_of_day(clock)?)));
    }
    let Some(sign) = rest.find(['+', '-']) else {
        return Some(TimeSpec::Shown(day.and_time(time_of_day(rest)?)));
    };
    let shown = day.and_time(time_of_day(rest.get(..sign)?)?);
    shown.checked_sub_offset(offset(rest.get(sign..)?)?).map(TimeSpec::Utc)
}

/// `2026-03-05`; PostgreSQL and the common calendar have no year 0.
fn date(text: &str) -> Option<NaiveDate> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let year = i32::try_from(number(year, 4)?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
}

/// `12:34`, `12:34:56`, `12:34:56.1` to `12:34:56.123456`; no 24:00, no leap second.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, second) = rest.split_once(':').map_or((rest, None), |(minute, second)| (minute, Some(second)));
    let (second, fraction) = match second {
        None => ("00", None),
        Some(second) => second.split_once('.').map_or((second, None), |(second, digits)| (second, Some(digits))),
    };
    let micros = match fraction {
        None => 0,
        // Padded to six digits, `5` is 500000 microseconds; more than six do not fit `number`.
        Some(digits) if !digits.is_empty() => number(&format!("{digits:0<6}"), 6)?,
        Some(_) => return None,
    };
    NaiveTime::from_hms_micro_opt(number(hour, 2)?, number(minute, 2)?, number(second, 2)?, micros)
}

/// `+02:00`, within a day as in RFC 3339, section 5.6.
fn offset(text: &str) -> Option<FixedOffset> {
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok().filter(|_| hours < 24 && minutes < 60)?;
    FixedOffset::east_opt(if text.starts_with('-') { -seconds } else { seconds })
}

/// Exactly so many decimal digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}
