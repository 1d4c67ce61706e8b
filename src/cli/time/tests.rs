use super::*;
use crate::error::{Kind, kind_of};
use proptest::prelude::*;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn berlin() -> Zone {
    zone("Europe/Berlin")
}

fn at(text: &str) -> Timestamp {
    Timestamp::from_naive(text.parse().unwrap())
}

/// What a text means on a Friday noon, as the API writes it.
fn meant(text: &str, zone: Zone) -> String {
    TimeSpec::parse(text).unwrap().resolve(at("2026-03-06T12:00:00.25"), zone).unwrap().to_string()
}

#[test]
fn lengths_of_time_count_back_from_now() {
    assert_eq!(meant("90s", berlin()), "2026-03-06T11:58:30.250000");
    assert_eq!(meant("15m", berlin()), "2026-03-06T11:45:00.250000");
    assert_eq!(meant("2h", berlin()), "2026-03-06T10:00:00.250000");
    assert_eq!(meant("7d", berlin()), meant("1w", Zone::Utc));
    assert_eq!(meant("now", berlin()), "2026-03-06T12:00:00.250000");
    assert_eq!(meant("2500w", Zone::Utc), "1978-04-07T12:00:00.250000");
}

#[test]
fn days_start_in_the_zone_in_force() {
    assert_eq!(meant("today", Zone::Utc), "2026-03-06T00:00:00");
    assert_eq!(meant("today", berlin()), "2026-03-05T23:00:00");
    assert_eq!(meant("yesterday", berlin()), "2026-03-04T23:00:00");
    assert_eq!(meant("2026-07-05", berlin()), "2026-07-04T22:00:00");
    // Noon in UTC is already tomorrow on Kiritimati.
    assert_eq!(meant("today", zone("Pacific/Kiritimati")), "2026-03-06T10:00:00");
}

#[test]
fn only_times_without_an_offset_are_in_the_zone_in_force() {
    assert_eq!(meant("2026-03-05T12:34", berlin()), "2026-03-05T11:34:00");
    assert_eq!(meant("2026-03-05 12:34:56", berlin()), "2026-03-05T11:34:56");
    assert_eq!(meant("2026-03-05 12:34:56.1", Zone::Utc), "2026-03-05T12:34:56.100000");
    assert_eq!(meant("2026-03-05T12:34:56.000042", Zone::Utc), "2026-03-05T12:34:56.000042");
    assert_eq!(meant("2026-03-05T12:34:56.123456Z", berlin()), "2026-03-05T12:34:56.123456");
    assert_eq!(meant("2026-03-05 12:34Z", berlin()), "2026-03-05T12:34:00");
    assert_eq!(meant("2026-03-05T12:34+02:00", berlin()), "2026-03-05T10:34:00");
    assert_eq!(meant("2026-03-05T12:34:56.5-05:30", berlin()), "2026-03-05T18:04:56.500000");
    assert_eq!(meant("0001-01-01T00:00+14:00", berlin()), "0001-12-31T10:00:00 BC");
    assert_eq!(meant("9999-12-31T23:59:59.999999-14:00", berlin()), "10000-01-01T13:59:59.999999");
}

#[test]
fn anything_else_is_a_usage_error() {
    for text in [
        "",
        "tomorrow",
        "Now",
        " now",
        "now ",
        "infinity",
        "-infinity",
        "5",
        "5M",
        "15m ago",
        "-15m",
        "1709600000",
        "2026",
        "2026-03",
        "2026-3-5",
        "2026-02-30",
        "2026-13-01",
        "2026-00-01",
        "0000-01-01",
        "10000-01-01",
        "+2026-03-05",
        "-2026-03-05",
        "20260305",
        "2026/03/05",
        "2026-03-05Z",
        "2026-03-05+02:00",
        "2026-03-05T",
        "2026-03-05 ",
        "2026-03-05  12:34",
        "2026-03-05t12:34",
        "2026-03-05_12:34",
        "2026-03-05T12",
        "2026-03-05T1:34",
        "2026-03-05T24:00",
        "2026-03-05T12:60",
        "2026-03-05T12:34:60",
        "2026-03-05T12:34.5",
        "2026-03-05T12:34:56.",
        "2026-03-05T12:34:56.1234567",
        "2026-03-05T12:34:56,5",
        "2026-03-05T12:34:56:00",
        "2026-03-05T12:34z",
        "2026-03-05T12:34 Z",
        "2026-03-05T12:34ZZ",
        "2026-03-05T12:34+02",
        "2026-03-05T12:34+0200",
        "2026-03-05T12:34+2:00",
        "2026-03-05T12:34+24:00",
        "2026-03-05T12:34+02:60",
        "2026-03-05T12:34+02:00Z",
        "2026-03-05T12:34+02:00:00",
        "2026-03-05T12:34−02:00",
        "2026-03-05T12:34 Europe/Berlin",
        "٢٠٢٦-٠٣-٠٥",
        "2026-03-0５",
    ] {
        let error = TimeSpec::parse(text).expect_err(text);
        assert_eq!(kind_of(&error), Kind::Usage, "{text:?}");
    }
}

#[test]
fn a_time_that_clocks_skip_is_refused_unless_it_has_an_offset() {
    let skipped = TimeSpec::parse("2026-03-29T02:30").unwrap();
    assert_eq!(kind_of(&skipped.resolve(at("2026-03-30T00:00:00"), berlin()).unwrap_err()), Kind::Usage);
    assert_eq!(meant("2026-03-29T02:30", Zone::Utc), "2026-03-29T02:30:00");
    assert_eq!(meant("2026-03-29T02:30+01:00", berlin()), "2026-03-29T01:30:00");
    assert_eq!(meant("2026-03-29T03:00", berlin()), "2026-03-29T01:00:00");
}

#[test]
fn a_time_that_clocks_show_twice_is_the_first() {
    assert_eq!(meant("2026-10-25T02:30", berlin()), "2026-10-25T00:30:00");
    // Havana goes back at one o'clock: this midnight comes twice.
    assert_eq!(meant("2025-11-02", zone("America/Havana")), "2025-11-02T04:00:00");
}

#[test]
fn a_day_without_a_midnight_starts_when_clocks_skip_it() {
    assert_eq!(meant("2018-11-04", zone("America/Sao_Paulo")), "2018-11-04T03:00:00");
    // Samoa had no 30 December 2011 at all.
    assert_eq!(meant("2011-12-30", zone("Pacific/Apia")), "2011-12-30T10:00:00");
    assert_eq!(meant("2011-12-31", zone("Pacific/Apia")), "2011-12-30T10:00:00");
}

#[test]
fn longer_ago_than_postgresql_reaches_is_refused() {
    let now = at("2026-03-06T12:00:00");
    assert!(TimeSpec::parse("2400000d").unwrap().resolve(now, Zone::Utc).is_ok());
    let error = TimeSpec::parse("3000000d").unwrap().resolve(now, Zone::Utc).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Usage);
}

#[test]
fn zones_are_found_by_name_and_the_nearest_is_suggested() {
    assert_eq!(parse_zone("Europe/Berlin").unwrap(), berlin());
    assert_eq!(parse_zone("europe/berlin").unwrap(), berlin());
    assert_eq!(parse_zone("utc").unwrap(), Zone::Utc);
    for (typed, suggested) in [("Europe/Berln", "Europe/Berlin"), ("berlin", "Europe/Berlin"), ("Tokio", "Asia/Tokyo")]
    {
        let error = parse_zone(typed).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage);
        assert!(error.to_string().contains(suggested), "{error}");
    }
    for unlike in ["", "Foo/Bar", "+02:00"] {
        assert_eq!(parse_zone(unlike).unwrap_err().to_string(), "no such time zone");
    }
}

#[test]
fn a_time_is_written_as_it_can_be_typed() {
    for (typed, written) in [
        ("90s", "1m30s"),
        ("7d", "1w"),
        ("0s", "0s"),
        ("now", "now"),
        ("yesterday", "yesterday"),
        ("2026-03-05", "2026-03-05"),
        ("2026-03-05 12:34", "2026-03-05T12:34:00"),
        ("2026-03-05T12:34:56.5+02:00", "2026-03-05T10:34:56.500Z"),
    ] {
        let spec = TimeSpec::parse(typed).unwrap();
        assert_eq!(spec.to_string(), written);
        assert_eq!(TimeSpec::parse(written).unwrap(), spec);
    }
}

proptest! {
    #[test]
    fn no_text_panics(
        text in "\\PC*|[0-9T:. +Z-]{0,40}|[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]\\PC{0,9}",
        named in 0..TZ_NAMES.len(),
    ) {
        if let Ok(spec) = TimeSpec::parse(&text) {
            for zone in [Zone::Utc, zone(TZ_NAMES[named])] {
                for now in [at("2026-03-06T12:00:00"), Timestamp::INFINITY, Timestamp::FIRST, Timestamp::LAST] {
                    let _ = spec.resolve(now, zone);
                }
            }
        }
    }

    #[test]
    fn no_instant_before_the_start_of_a_day_has_its_date(days in -60_000_i64..60_000, named in 0..TZ_NAMES.len()) {
        let zone = zone(TZ_NAMES[named]);
        let day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + TimeDelta::days(days);
        let start = zone.start_of(day).unwrap();
        let shown = |utc: NaiveDateTime| utc.checked_add_offset(zone.offset_at(utc)).unwrap().date();
        prop_assert!(shown(start) >= day);
        prop_assert!(shown(start - TimeDelta::seconds(1)) < day);
    }

    #[test]
    fn an_instant_written_out_is_read_back(
        micros in at("0001-01-02T00:00:00").micros()..at("9999-12-31T00:00:00").micros(),
    ) {
        let instant = Timestamp::from_micros(micros);
        let read = TimeSpec::parse(&instant.to_string()).unwrap();
        prop_assert_eq!(read.resolve(Timestamp::LAST, Zone::Utc).unwrap(), instant);
        let read = TimeSpec::parse(&format!("{instant}Z")).unwrap();
        prop_assert_eq!(read.resolve(Timestamp::LAST, berlin()).unwrap(), instant);
    }
}
