//! A range that begins in the future: nothing can be in it yet, which is often a time typed in another zone.

use crate::cli::filter::RangeArgs;
use crate::cli::time::local_zone;
use crate::error::usage;
use crate::model::{Timestamp, Zone};
use crate::session::{Context, Session};
use anyhow::Result;

/// The notice about a range that begins in the future.
pub(crate) struct FutureStart {
    message: String,
    hint: Option<String>,
}

impl FutureStart {
    /// The start of a range, if it lies ahead of the database's clock, `now`.
    fn of(since: Option<Timestamp>, range: &RangeArgs, now: Timestamp, zone: Zone) -> Option<Self> {
        let since = since.filter(|since| *since > now)?;
        let second = now.plus_micros(-now.micros().rem_euclid(1_000_000));
        let (since, clock) = (zone.show_full(since), zone.show_full(second));
        let typed = if range.start.since.is_some() { "--since" } else { "the start of the range" };
        let message = format!("{typed} is in the future: {since}, while the clock of the database shows {clock}");
        // Only if no other zone was given.
        let local = local_zone().ok().filter(|_| zone == Zone::Utc);
        let local = local.and_then(|local| range.start.resolve(now, local).ok().flatten());
        let hint = local
            .filter(|local| *local <= now)
            .map(|_| "times are read in UTC; use --local to read them in the time zone of this machine".to_owned());
        Some(Self { message, hint })
    }

    /// Refuses such a range: a rate or a count of nothing would read as good news.
    pub(crate) fn refuse(since: Option<Timestamp>, range: &RangeArgs, now: Timestamp, zone: Zone) -> Result<()> {
        let Some(Self { message, hint }) = Self::of(since, range, now, zone) else { return Ok(()) };
        Err(usage(message).hint(hint.unwrap_or_else(|| "let the range begin in the past".to_owned())).into())
    }
}

impl Context {
    /// Warns of a range that begins in the future.
    pub(crate) fn warn_of_future(&self, session: &Session, range: &RangeArgs, since: Option<Timestamp>) {
        if let Some(FutureStart { message, hint }) = FutureStart::of(since, range, session.now, session.zone) {
            self.say(&format!("warning: {message}"));
            if let Some(hint) = hint {
                self.say(&format!("hint: {hint}"));
            }
        }
    }
}
