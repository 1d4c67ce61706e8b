//! The zone in force.

use chrono::{FixedOffset, Local, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// The zone of times typed without an offset, and of times shown to people (`--local`, `--tz`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zone {
    /// Universal time: the default, as in the API.
    #[default]
    Utc,
    /// The machine's, from `TZ` or `/etc/localtime`.
    Local,
    /// One of the IANA time zone database.
    Named(Tz),
}

impl Zone {
    /// What the zone's clocks are ahead of UTC by, at a UTC instant.
    pub fn offset_at(self, utc: NaiveDateTime) -> FixedOffset {
        match self {
            Self::Utc => Utc.fix(),
            Self::Local => Local.offset_from_utc_datetime(&utc),
            Self::Named(zone) => zone.offset_from_utc_datetime(&utc).fix(),
        }
    }

    /// `UTC`, `local` or the IANA name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Local => "local",
            Self::Named(zone) => zone.name(),
        }
    }
}
