//! The one grammar of dates and times. It is written out because chrono's parsers take more than it: signs, single
//! digits, white space.

use super::{Day, TimeSpec};
use crate::cli::duration::read_duration;
use crate::error::usage;
use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Weekday};

/// Any of the texts that [`TimeSpec::parse`] names, or `None`.
pub(super) fn time(text: &str) -> Option<Result<TimeSpec>> {
    if text.eq_ignore_ascii_case("now") {
        return Some(Ok(TimeSpec::Now));
    }
    if let Some(epoch) = text.strip_prefix('@') {
        return seconds_since_epoch(epoch).map(Ok);
    }
    if let Some(ago) = text.strip_prefix('-').or_else(|| text.strip_suffix(" ago")) {
        return length_ago(ago);
    }
    named_day(text).or_else(|| date_and_time(text)).map(Ok).or_else(|| length_ago(text))
}

fn length_ago(text: &str) -> Option<Result<TimeSpec>> {
    let length = read_duration(text)?;
    Some(length.map(TimeSpec::Ago).map_err(|_| usage("longer ago than the calendar reaches").into()))
}

/// `yesterday`, `friday`, either with a time of day, or a time of day alone.
fn named_day(text: &str) -> Option<TimeSpec> {
    let (name, clock) = text.split_once(' ').map_or((text, None), |(name, clock)| (name, Some(clock)));
    match (day_name(name), clock) {
        (Some(day), None) => Some(TimeSpec::Day(day)),
        (Some(day), Some(clock)) => Some(TimeSpec::Clock(Some(day), hours_and_minutes(clock)?)),
        (None, _) => Some(TimeSpec::Clock(None, hours_and_minutes(text)?)),
    }
}

fn day_name(text: &str) -> Option<Day> {
    match text.to_ascii_lowercase().as_str() {
        "today" => Some(Day::Today),
        "yesterday" => Some(Day::Yesterday),
        // chrono knows the names of weekdays and their first three letters, in any letter case.
        name => name.parse::<Weekday>().ok().map(Day::Last),
    }
}

/// `12:34` or `12:34:56`.
fn hours_and_minutes(text: &str) -> Option<NaiveTime> {
    let time = time_of_day(text).filter(|_| text.contains(':') && !text.contains('.'))?;
    Some(NaiveTime::MIN + time)
}

/// `1700000000`, with a sign and a fraction where there are any.
fn seconds_since_epoch(text: &str) -> Option<TimeSpec> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (seconds, fraction) = text.split_once('.').map_or((text, None), |(seconds, digits)| (seconds, Some(digits)));
    let seconds: i64 = Some(seconds).filter(|digits| is_decimal(digits))?.parse().ok()?;
    let nanos = fraction.map_or(Some(0), nanoseconds)?;
    let micros = i128::from(sign) * (i128::from(seconds) * 1_000_000_000 + i128::from(nanos));
    // Rounded up, as in `time_of_day`.
    let micros = -(-micros).div_euclid(1000);
    let at = i64::try_from(micros).ok().and_then(DateTime::from_timestamp_micros)?;
    Some(TimeSpec::Utc(at.naive_utc()))
}

/// A date, or a date with a time of day, which may have an offset.
fn date_and_time(text: &str) -> Option<TimeSpec> {
    let day = date(text.get(..10)?)?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return Some(TimeSpec::Day(Day::Date(day)));
    }
    let rest = rest.strip_prefix(['T', ' '])?;
    let at = |clock: &str| day.and_time(NaiveTime::MIN).checked_add_signed(time_of_day(clock)?);
    if let Some(clock) = rest.strip_suffix('Z') {
        return at(clock).map(TimeSpec::Utc);
    }
    let Some(sign) = rest.find(['+', '-']) else {
        let shown = at(rest)?;
        return Some(TimeSpec::Clock(Some(Day::Date(shown.date())), shown.time()));
    };
    at(rest.get(..sign)?)?.checked_sub_offset(offset(rest.get(sign..)?)?).map(TimeSpec::Utc)
}

/// `2026-03-05`; PostgreSQL and the common calendar have no year 0.
fn date(text: &str) -> Option<NaiveDate> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let year = i32::try_from(number(year, 4)?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
}

/// `12`, `12:34`, `12:34:56`, `12:34:56.1` to `12:34:56.123456789`; no 24:00, no leap second.
///
/// Nanoseconds are rounded up to the microsecond: an event, whose time has no nanoseconds, is then before or after this
/// time exactly where it would be before or after the one that was typed.
fn time_of_day(text: &str) -> Option<TimeDelta> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute, second) = (parts.next()?, parts.next(), parts.next().unwrap_or("00"));
    let (second, fraction) = second.split_once('.').map_or((second, None), |(second, digits)| (second, Some(digits)));
    let (hour, minute, second) = (number(hour, 2)?, number(minute.unwrap_or("00"), 2)?, number(second, 2)?);
    let whole = NaiveTime::from_hms_opt(hour, minute, second)?.signed_duration_since(NaiveTime::MIN);
    let nanos = fraction.map_or(Some(0), nanoseconds)?;
    Some(whole + TimeDelta::microseconds(i64::from(nanos.div_ceil(1000))))
}

/// The digits behind a decimal point, 1 to 9 of them.
fn nanoseconds(digits: &str) -> Option<u32> {
    // Padded to nine digits, `5` is 500000000 nanoseconds; more than nine do not fit `number`.
    if digits.is_empty() { None } else { number(&format!("{digits:0<9}"), 9) }
}

/// `+02`, `+0200` or `+02:00`, within a day as in RFC 3339, section 5.6.
fn offset(text: &str) -> Option<FixedOffset> {
    let (hours, minutes) = text.get(1..)?.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { "00" } else { minutes.strip_prefix(':').unwrap_or(minutes) };
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok().filter(|_| hours < 24 && minutes < 60)?;
    FixedOffset::east_opt(if text.starts_with('-') { -seconds } else { seconds })
}

/// A number of exactly `count` decimal digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && is_decimal(text)).then(|| text.parse().ok()).flatten()
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
