//! The zone in force.

mod local;

use chrono::{FixedOffset, NaiveDateTime, Offset, Utc};
use tz::TimeZoneRef;

/// The zone of times typed without an offset, and of times shown to people (`--local`, `--tz`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// Universal time: the default, as in the API.
    #[default]
    Utc,
    /// The machine's, from `TZ` or `/etc/localtime`.
    Local {
        /// When its clocks change.
        rules: &'static TimeZoneRef<'static>,
    },
    /// One of the IANA time zone database, which is built in.
    Named {
        /// As the database spells it.
        name: &'static str,
        /// When its clocks change.
        rules: &'static TimeZoneRef<'static>,
    },
}

impl Zone {
    /// The zone of that name, in any letter case.
    pub fn named(name: &str) -> Option<Self> {
        let (name, rules) = built_in(name)?;
        Some(if name == "UTC" { Self::Utc } else { Self::Named { name, rules } })
    }

    /// When the zone's clocks change; never in UTC.
    pub fn rules(self) -> Option<&'static TimeZoneRef<'static>> {
        match self {
            Self::Utc => None,
            Self::Local { rules } | Self::Named { rules, .. } => Some(rules),
        }
    }

    /// What the zone's clocks are ahead of UTC by, at a UTC instant.
    pub fn offset_at(self, utc: NaiveDateTime) -> FixedOffset {
        let Some(rules) = self.rules() else { return Utc.fix() };
        // Every instant that chrono can hold has an offset, of less than a day.
        let found = rules.find_local_time_type(utc.and_utc().timestamp()).ok();
        found.and_then(|kind| FixedOffset::east_opt(kind.ut_offset())).unwrap_or_else(|| Utc.fix())
    }

    /// `UTC`, `local` or the IANA name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Local { .. } => "local",
            Self::Named { name, .. } => name,
        }
    }
}

/// A zone of the built-in database by its name in any letter case: its name there, and its rules.
fn built_in(name: &str) -> Option<(&'static str, &'static TimeZoneRef<'static>)> {
    let name = tzdb_data::TZ_NAMES.iter().copied().find(|known| known.eq_ignore_ascii_case(name))?;
    Some((name, tzdb_data::find_tz(name.as_bytes())?))
}
