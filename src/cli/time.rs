//! Instants as they are typed. Reading a text needs no clock; for what it means, "now" and a zone are passed in.

mod canonical;
mod parse;

use super::duration::{format_duration, parse_duration};
use crate::error::{failed, usage};
use crate::model::{Timestamp, Zone};
use anyhow::Result;
use chrono::{
    Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, Timelike, Utc,
};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use tz::datetime::FoundDateTimeKind;
use tzdb_data::TZ_NAMES;

impl Zone {
    /// The offsets at which the zone's clocks show a time: one, two where clocks went back, none where they skipped it.
    fn offsets_showing(self, shown: NaiveDateTime) -> MappedLocalTime<FixedOffset> {
        let Some(rules) = self.rules() else { return MappedLocalTime::Single(Utc.fix()) };
        let (day, time) = (shown.date(), shown.time());
        let (month, day_of_month) = (day.month() as u8, day.day() as u8);
        let (hour, minute, second) = (time.hour() as u8, time.minute() as u8, time.second() as u8);
        let found = tz::DateTime::find(day.year(), month, day_of_month, hour, minute, second, 0, *rules);
        let mut offsets =
            found.map(|found| found.into_inner()).unwrap_or_default().into_iter().filter_map(|kind| match kind {
                FoundDateTimeKind::Normal(at) => FixedOffset::east_opt(at.local_time_type().ut_offset()),
                FoundDateTimeKind::Skipped { .. } => None,
            });
        match (offsets.next(), offsets.next()) {
            (None, _) => MappedLocalTime::None,
            (Some(offset), None) => MappedLocalTime::Single(offset),
            (Some(first), Some(second)) => MappedLocalTime::Ambiguous(first, second),
        }
    }

    /// When the zone's clocks show a time, in UTC: the first time where they do so twice, `None` where they skip it.
    fn first_showing(self, shown: NaiveDateTime) -> Option<NaiveDateTime> {
        match self.offsets_showing(shown) {
            MappedLocalTime::None => None,
            MappedLocalTime::Single(offset) => shown.checked_sub_offset(offset),
            MappedLocalTime::Ambiguous(a, b) => {
                shown.checked_sub_offset(a).into_iter().chain(shown.checked_sub_offset(b)).min()
            }
        }
    }

    /// The first instant of a day, in UTC. Where clocks skip midnight, that is when they skip it.
    fn start_of(self, day: NaiveDate) -> Option<NaiveDateTime> {
        let midnight = day.and_time(NaiveTime::MIN);
        if let Some(utc) = self.first_showing(midnight) {
            return Some(utc);
        }
        // No zone is two days from UTC, and none changes its clocks twice within these four.
        let mut before = midnight.checked_sub_signed(TimeDelta::days(2))?;
        let mut after = midnight.checked_add_signed(TimeDelta::days(2))?;
        while after - before > TimeDelta::seconds(1) {
            let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
            if middle.checked_add_offset(self.offset_at(middle))? < midnight {
                before = middle;
            } else {
                after = middle;
            }
        }
        Some(after)
    }
}

/// A zone of the IANA time zone database by its name, in any letter case.
///
/// # Errors
/// A usage error for an unknown name, with the nearest known one.
pub fn parse_zone(name: &str) -> Result<Zone> {
    if let Some(zone) = Zone::named(name) {
        return Ok(zone);
    }
    let wanted = name.to_ascii_lowercase();
    let likeness = |known: &str| {
        let known = known.to_ascii_lowercase();
        // `berlin` is nearer to Europe/Berlin than the letters alone tell.
        let city = known.rsplit('/').next().unwrap_or(&known);
        strsim::jaro_winkler(&wanted, &known).max(strsim::jaro_winkler(&wanted, city))
    };
    let nearest = TZ_NAMES.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let nearest = nearest.filter(|known| likeness(known) > 0.85);
    let advice = nearest.map(|known| format!("; did you mean {known}?")).unwrap_or_default();
    Err(usage(format!("no such time zone{advice}")).into())
}

/// The machine's zone.
///
/// # Errors
/// A usage error where `TZ` or a file of the system does not hold a zone: UTC in its place would shift every time.
pub fn local_zone() -> Result<Zone> {
    let zone = Zone::local(std::env::var_os("TZ").as_deref(), Path::new("/"));
    Ok(zone.map_err(|error| {
        usage(format!("--local: {error}")).hint("set TZ to a zone such as Europe/Berlin, or name one with --tz")
    })?)
}

/// An instant that was typed and understood, before "now" and the zone are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeSpec {
    /// So long before now.
    Ago(Duration),
    /// Now.
    Now,
    /// The start of the day it is now, in the zone in force.
    Today,
    /// The start of the day before that.
    Yesterday,
    /// The start of a day, in the zone in force.
    Day(NaiveDate),
    /// What clocks show in the zone in force.
    Shown(NaiveDateTime),
    /// An instant given with its offset, in UTC.
    Utc(NaiveDateTime),
}

impl TimeSpec {
    /// Reads `90s 15m 2h 7d 1w` ago (and compounds such as `1h30m`), `now`, `today`, `yesterday`, `2026-03-05`, or a
    /// date, `T` or one space, and `12:34[:56[.1 to 6 digits]]`, with or without `Z` or `+02:00`. Years are 0001 to
    /// 9999.
    ///
    /// # Errors
    /// A usage error for any other text.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "now" => return Ok(Self::Now),
            "today" => return Ok(Self::Today),
            "yesterday" => return Ok(Self::Yesterday),
            _ => {}
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_alphanumeric()) {
            return parse_duration(text).map(Self::Ago);
        }
        let unreadable = || {
            usage(
                "not a time: use 15m, 2h or 7d (ago; m is minutes), now, today, yesterday, 2026-03-05, or \
                 2026-03-05T12:34:56 with or without Z or +02:00",
            )
        };
        Ok(parse::date_and_time(text).ok_or_else(unreadable)?)
    }

    /// The instant meant, given the database's clock and the zone in force.
    ///
    /// A time that clocks show twice, when they go back, is the first of the two. A day starts with the first instant
    /// that has its date, also where clocks skip midnight.
    ///
    /// # Errors
    /// A usage error for a time that clocks skip, and for one outside what PostgreSQL holds.
    pub fn resolve(&self, now: Timestamp, zone: Zone) -> Result<Timestamp> {
        let at = match *self {
            Self::Now => return Ok(now),
            Self::Ago(length) => return ago(now, length),
            Self::Today => zone.start_of(day_at(now, zone)?),
            Self::Yesterday => day_at(now, zone)?.pred_opt().and_then(|day| zone.start_of(day)),
            Self::Day(day) => zone.start_of(day),
            Self::Utc(at) => Some(at),
            Self::Shown(shown) => Some(zone.first_showing(shown).ok_or_else(|| {
                usage(format!("clocks in the zone in force skip {shown}")).hint("add an offset, such as Z or +02:00")
            })?),
        };
        Ok(at.map(Timestamp::from_naive).ok_or_else(|| usage("outside the calendar"))?)
    }
}

/// As it can be typed again, always in the same form.
impl fmt::Display for TimeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(length) => f.write_str(&format_duration(*length)),
            Self::Now => f.write_str("now"),
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Shown(shown) => write!(f, "{}", shown.format("%Y-%m-%dT%H:%M:%S%.f")),
            Self::Utc(at) => write!(f, "{}Z", at.format("%Y-%m-%dT%H:%M:%S%.f")),
        }
    }
}

impl FromStr for TimeSpec {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

fn ago(now: Timestamp, length: Duration) -> Result<Timestamp> {
    let micros = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
    let at = now.plus_micros(-micros);
    if now.is_finite() && now.micros_since(at) != micros {
        return Err(usage("longer ago than the calendar reaches").into());
    }
    Ok(at)
}

/// The date that the zone's clocks show.
fn day_at(now: Timestamp, zone: Zone) -> Result<NaiveDate> {
    let shown = now.to_naive().and_then(|utc| utc.checked_add_offset(zone.offset_at(utc)));
    Ok(shown.ok_or_else(|| failed(format!("the database's clock shows {now}")))?.date())
}

#[cfg(test)]
mod tests;
