//! Lengths of time as they are typed: `90s`, `15m`, `2h`, `7d`, `1w`.

use crate::error::usage;
use anyhow::Result;
use std::time::Duration;

/// The names of a unit, the shortest first, and its milliseconds; longest unit first. `m` is minutes.
type Unit = (&'static [&'static str], u64);
const UNITS: [Unit; 6] = [
    (&["w", "week", "weeks"], 7 * 86_400_000),
    (&["d", "day", "days"], 86_400_000),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000),
    (&["m", "min", "mins", "minute", "minutes"], 60_000),
    (&["s", "sec", "secs", "second", "seconds"], 1_000),
    (&["ms", "msec", "millisecond", "milliseconds"], 1),
];

/// Ten thousand Gregorian years: more than anyone means, and little enough to be added to any clock.
const LONGEST_MILLIS: u64 = 3_652_425 * 86_400_000;

/// A length of time: a whole number and a unit, or several from the longest unit to the shortest, as in `90s`, `5min`,
/// `2 hours` and `1h30m`. Zero is a length.
///
/// # Errors
/// A usage error for any other text, and for more than ten thousand years.
pub fn parse_duration(text: &str) -> Result<Duration> {
    read_duration(text).unwrap_or_else(|| {
        Err(usage("not a length of time: use a whole number and a unit, as in 90s, 15m, 2h, 7d or 1w (m is minutes)")
            .into())
    })
}

/// As [`parse_duration`], with `None` for a text that is no length of time.
pub(super) fn read_duration(text: &str) -> Option<Result<Duration>> {
    let mut millis: u64 = 0;
    let mut rest = text;
    // Taking units from one iterator lets each of them appear once, in falling order.
    let mut units = UNITS.iter();
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let tail = tail.trim_start_matches(' ');
        let (unit, tail) = tail.split_at(tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len()));
        let (_, length) = units.find(|(names, _)| names.contains(&unit))?;
        if number.is_empty() {
            return None;
        }
        // A number that does not fit saturates, and is then refused like any other that is too long.
        millis = millis.saturating_add(number.parse().unwrap_or(u64::MAX).saturating_mul(*length));
        if tail.is_empty() {
            break;
        }
        rest = tail.trim_start_matches(' ');
    }
    if millis > LONGEST_MILLIS {
        return Some(Err(usage("longer than ten thousand years").into()));
    }
    Some(Ok(Duration::from_millis(millis)))
}

/// As [`parse_duration`], for flags where no time at all makes no sense.
///
/// # Errors
/// Also a usage error for zero.
pub fn parse_positive_duration(text: &str) -> Result<Duration> {
    let duration = parse_duration(text)?;
    if duration.is_zero() {
        return Err(usage("must be longer than zero").into());
    }
    Ok(duration)
}

/// The shortest text that [`parse_duration`] reads as this length, to the millisecond: `2d`, `1h30m`, `0s`.
pub fn format_duration(length: Duration) -> String {
    let mut millis = length.as_millis();
    let mut text = String::new();
    for (names, unit) in UNITS {
        let count = millis / u128::from(unit);
        millis %= u128::from(unit);
        if count > 0 {
            text.push_str(&format!("{count}{}", names[0]));
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};
    use proptest::prelude::*;

    #[test]
    fn every_unit_has_its_length() {
        for (text, millis) in [
            ("500ms", 500),
            ("90s", 90_000),
            ("15m", 900_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
            ("1w", 604_800_000),
            ("2m", 120_000),
            ("0s", 0),
            ("1h30m", 5_400_000),
            ("5min", 300_000),
            ("2 hours", 7_200_000),
            ("1 hour 30 minutes", 5_400_000),
            ("1h 30m", 5_400_000),
            ("1 day", 86_400_000),
            ("1w2d3h4m5s6ms", 604_800_000 + 2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5_006),
        ] {
            assert_eq!(parse_duration(text).unwrap(), Duration::from_millis(millis), "{text}");
        }
    }

    #[test]
    fn anything_else_is_a_usage_error() {
        for text in [
            "",
            "5",
            "s",
            "m5",
            "-5m",
            "+5m",
            "5M",
            "5 M",
            " 5m",
            "5m ",
            "1.5h",
            "1y",
            "5minx",
            "30m1h",
            "5m,1s",
            "2 Hours",
            "hours",
            "2 hours ago",
            "1h and 5m",
            "5\tm",
            "1h1h",
            "1h30",
            "٣m",
            "5µs",
            "1e3s",
            "0x5s",
            "1_000s",
        ] {
            assert_eq!(kind_of(&parse_duration(text).unwrap_err()), Kind::Usage, "{text:?}");
        }
    }

    #[test]
    fn more_than_a_clock_can_take_is_refused() {
        assert!(parse_duration("3652425d").is_ok());
        for text in ["3652425d1ms", "99999999999999999999999w", "18446744073709551615w", "18446744073709551615ms"] {
            assert!(parse_duration(text).unwrap_err().to_string().contains("ten thousand years"), "{text}");
        }
    }

    #[test]
    fn zero_is_refused_only_where_asked() {
        assert!(parse_positive_duration("0h0m").is_err());
        assert!(parse_positive_duration("1ms").is_ok());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*|[0-9wdhms]{0,30}") {
            let _ = parse_duration(&text);
        }
    }
}
