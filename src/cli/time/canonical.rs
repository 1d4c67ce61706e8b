//! Typed times as cursors know them.

use super::TimeSpec;
use crate::cli::filter::RangeArgs;
use crate::model::Zone;

impl TimeSpec {
    /// The one text of what was typed, before "now" and the zone are known.
    fn canonical(&self) -> String {
        match self {
            Self::Ago(length) => format!("{} us ago", length.as_micros()),
            Self::Now => "now".to_owned(),
            Self::Day(day) => day.to_string(),
            Self::Clock(Some(day), time) => format!("{day} {time}"),
            Self::Clock(None, time) => time.to_string(),
            Self::Utc(at) => format!("{at}Z"),
        }
    }
}

impl RangeArgs {
    /// The one text of a range, one line an end that was given. Typed days are days of a zone, so that is part of it.
    pub fn canonical(&self, zone: Zone) -> String {
        let ends = [("since", &self.start.since), ("until", &self.until)];
        let given = ends.into_iter().filter_map(|(name, end)| end.as_ref().map(|end| (name, end)));
        let mut text: String = given.map(|(name, end)| format!("{name}={}\n", end.canonical())).collect();
        if !self.is_open() {
            text.push_str(&format!("zone={}\n", zone.label()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::filter::SinceArgs;

    #[test]
    fn the_text_of_a_range_never_changes() {
        let range = |since: Option<&str>, until: Option<&str>| {
            let read = |text: &str| TimeSpec::parse(text).unwrap();
            RangeArgs { start: SinceArgs { since: since.map(read) }, until: until.map(read) }.canonical(Zone::Utc)
        };
        assert_eq!(range(None, None), "");
        assert_eq!(range(Some("90s"), Some("now")), "since=90000000 us ago\nuntil=now\nzone=UTC\n");
        assert_eq!(range(Some("yesterday"), Some("today")), "since=yesterday\nuntil=today\nzone=UTC\n");
        assert_eq!(range(Some("2026-03-05"), None), "since=2026-03-05\nzone=UTC\n");
        assert_eq!(range(None, Some("2026-03-05 12:34:56.5")), "until=2026-03-05 12:34:56.500\nzone=UTC\n");
        assert_eq!(range(None, Some("2026-03-05T12:34Z")), "until=2026-03-05 12:34:00Z\nzone=UTC\n");
        assert_eq!(range(Some("14:00"), Some("now")), "since=14:00:00\nuntil=now\nzone=UTC\n");
        assert_eq!(range(Some("yesterday 14:00:30"), None), "since=yesterday 14:00:30\nzone=UTC\n");
        assert_eq!(range(Some("Friday"), None), "since=fri\nzone=UTC\n");
        assert_eq!(range(Some("@1700000000"), None), "since=2023-11-14 22:13:20Z\nzone=UTC\n");
    }
}
