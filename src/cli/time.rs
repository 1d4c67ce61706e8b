//! Instants as they are typed. Reading a text needs no clock; for what it means, "now" and a zone are passed in.

mod canonical;
mod parse;

use super::duration::format_duration;
use crate::error::{failed, usage};
use crate::model::{Timestamp, Zone};
use crate::similar_names::similar_names;
use anyhow::Result;
use chrono::{
    Datelike, Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, Timelike,
    Utc, Weekday,
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

    /// When the zone's clocks first show a time, or the instant at which they skip it; in UTC.
    fn reaches(self, shown: NaiveDateTime) -> Option<NaiveDateTime> {
        if let Some(utc) = self.first_showing(shown) {
            return Some(utc);
        }
        // No zone is two days from UTC, and none changes its clocks twice within these four.
        let mut before = shown.checked_sub_signed(TimeDelta::days(2))?;
        let mut after = shown.checked_add_signed(TimeDelta::days(2))?;
        while after - before > TimeDelta::seconds(1) {
            let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
            if middle.checked_add_offset(self.offset_at(middle))? < shown {
                before = middle;
            } else {
                after = middle;
            }
        }
        Some(after)
    }

    /// The first instant of a day, in UTC. Where clocks skip midnight, that is when they skip it.
    fn start_of(self, day: NaiveDate) -> Option<NaiveDateTime> {
        self.reaches(day.and_time(NaiveTime::MIN))
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
    let nearest = similar_names(name, TZ_NAMES.iter().copied());
    let advice = nearest.first().map(|known| format!("; did you mean {known}?")).unwrap_or_default();
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
    /// This long before now.
    Ago(Duration),
    /// Now.
    Now,
    /// The start of a day, in the zone in force.
    Day(Day),
    /// What clocks show in the zone in force, on a day that was named or that "now" decides.
    Clock(Option<Day>, NaiveTime),
    /// An instant given with its offset, in UTC.
    Utc(NaiveDateTime),
}

/// A day, in the zone in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// The day it is now.
    Today,
    /// The day before that.
    Yesterday,
    /// The newest day of this name that has begun: today, or one of the six days before.
    Last(Weekday),
    /// A date.
    Date(NaiveDate),
}

/// How a time of day without a day finds its day, when today's is still to come.
#[derive(Debug, Clone, Copy)]
enum Ahead {
    /// It is yesterday's.
    Yesterday,
    /// It is the first after a start, where there is one, else today's.
    After(Option<Timestamp>),
}

impl TimeSpec {
    /// Reads `90s 15m 2h 7d 1w`, `5min`, `2 hours` and `1h30m`, with `-` before or `ago` behind or neither; `now`,
    /// `today`, `yesterday` and the names of weekdays; `14:00[:30]`, alone or behind a day's name; `2026-03-05`; a
    /// date, `T` or one space, and `12[:34[:56[.1 to 9 digits]]]`, with or without `Z`, `+02`, `+0200` or `+02:00`;
    /// `@1700000000`. Years are 0001 to 9999.
    ///
    /// # Errors
    /// A usage error for any other text.
    pub fn parse(text: &str) -> Result<Self> {
        parse::time(text).unwrap_or_else(|| {
            Err(usage(
                "not a time: use 15m, 2h or 7d (ago; m is minutes), now, today, yesterday, friday, 14:00, \"yesterday \
                 14:00\", 2026-03-05, 2026-03-05T12:34:56 with or without Z or +02:00, or @1700000000",
            )
            .into())
        })
    }

    /// The instant meant, given the database's clock and the zone in force.
    ///
    /// A time that clocks show twice, when they go back, is the first of the two. A day starts with the first instant
    /// that has its date, also where clocks skip midnight. A time of day is today's, or yesterday's if today's is
    /// still to come.
    ///
    /// # Errors
    /// A usage error for a time that clocks skip, and for one outside what PostgreSQL holds.
    pub fn resolve(&self, now: Timestamp, zone: Zone) -> Result<Timestamp> {
        self.resolve_ahead(now, zone, Ahead::Yesterday)
    }

    /// As [`TimeSpec::resolve`], for the end of a range with this start: a time of day that is still to come today is
    /// the first after the start.
    pub fn resolve_end(&self, now: Timestamp, zone: Zone, start: Option<Timestamp>) -> Result<Timestamp> {
        self.resolve_ahead(now, zone, Ahead::After(start))
    }

    fn resolve_ahead(&self, now: Timestamp, zone: Zone, ahead: Ahead) -> Result<Timestamp> {
        let outside = || usage("outside the calendar");
        let at = match *self {
            Self::Now => return Ok(now),
            Self::Ago(length) => return ago(now, length),
            Self::Utc(at) => at,
            Self::Day(day) => {
                let today = day_at(now, zone)?;
                day.date(today).and_then(|date| zone.start_of(date)).ok_or_else(outside)?
            }
            Self::Clock(day, time) => {
                let shown = shown_time(day, time, now, zone, ahead)?.ok_or_else(outside)?;
                let typed = shown.format("%Y-%m-%dT%H:%M:%S");
                zone.first_showing(shown).ok_or_else(|| {
                    usage(format!("clocks in the zone in force skip {shown}"))
                        .hint(format!("add an offset, as in {typed}Z or {typed}+02:00"))
                })?
            }
        };
        Ok(Timestamp::from_naive(at))
    }
}

impl Day {
    /// The date of a day, given today's.
    fn date(self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Today => Some(today),
            Self::Yesterday => today.pred_opt(),
            Self::Last(weekday) => {
                let days = today.weekday().days_since(weekday);
                today.checked_sub_days(Days::new(u64::from(days)))
            }
            Self::Date(date) => Some(date),
        }
    }
}

/// What clocks show at the time that a text means; `None` outside the calendar.
fn shown_time(
    day: Option<Day>,
    time: NaiveTime,
    now: Timestamp,
    zone: Zone,
    ahead: Ahead,
) -> Result<Option<NaiveDateTime>> {
    if let Some(Day::Date(date)) = day {
        return Ok(Some(date.and_time(time)));
    }
    let today = day_at(now, zone)?;
    let comes_after = |shown: NaiveDateTime, instant: Timestamp| {
        zone.reaches(shown).is_some_and(|at| Timestamp::from_naive(at) > instant)
    };
    let Some(shown) = day.unwrap_or(Day::Today).date(today).map(|date| date.and_time(time)) else { return Ok(None) };
    if !comes_after(shown, now) {
        return Ok(Some(shown));
    }
    Ok(match (day, ahead) {
        (Some(Day::Last(_)), _) => shown.checked_sub_days(Days::new(7)),
        (None, Ahead::Yesterday) => shown.checked_sub_days(Days::new(1)),
        (None, Ahead::After(Some(start))) if start.is_finite() => {
            // The day before the start's is looked at too: where clocks skip this time, they reach it on another day.
            let first = day_at(start, zone)?.pred_opt().map(|date| date.and_time(time));
            let mut days = std::iter::successors(first, |shown| shown.checked_add_days(Days::new(1)));
            days.find(|shown| comes_after(*shown, start))
        }
        _ => Some(shown),
    })
}

/// As it can be typed again, always in the same form.
impl fmt::Display for TimeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(length) => f.write_str(&format_duration(*length)),
            Self::Now => f.write_str("now"),
            Self::Day(day) => write!(f, "{day}"),
            Self::Clock(Some(Day::Date(date)), time) => write!(f, "{date}T{}", time.format("%H:%M:%S%.f")),
            Self::Clock(Some(day), time) => write!(f, "{day} {time}"),
            Self::Clock(None, time) => write!(f, "{time}"),
            Self::Utc(at) => write!(f, "{}Z", at.format("%Y-%m-%dT%H:%M:%S%.f")),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::Last(weekday) => f.write_str(&weekday.to_string().to_ascii_lowercase()),
            Self::Date(date) => write!(f, "{date}"),
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
