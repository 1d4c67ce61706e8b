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
fn lengths_of_time_are_read_as_people_write_them() {
    for written in
        ["2h", "-2h", "2h ago", "2 hours", "2 hours ago", "-2 hours", "2hrs", "120min", "1h60m", "1 hour 60 minutes"]
    {
        assert_eq!(meant(written, berlin()), "2026-03-06T10:00:00.250000", "{written}");
    }
    assert_eq!(meant("1h30m", Zone::Utc), "2026-03-06T10:30:00.250000");
    assert_eq!(meant("5min", Zone::Utc), "2026-03-06T11:55:00.250000");
    assert_eq!(meant("NOW", Zone::Utc), meant("now", Zone::Utc));
}

#[test]
fn seconds_since_the_epoch_have_no_zone() {
    assert_eq!(meant("@1700000000", berlin()), "2023-11-14T22:13:20");
    assert_eq!(meant("@1700000000.5", berlin()), "2023-11-14T22:13:20.500000");
    assert_eq!(meant("@0", berlin()), "1970-01-01T00:00:00");
    assert_eq!(meant("@-1.25", berlin()), "1969-12-31T23:59:58.750000");
}

#[test]
fn nanoseconds_are_rounded_up_to_what_an_event_can_have() {
    assert_eq!(meant("2026-03-05T12:34:56.123456000", Zone::Utc), "2026-03-05T12:34:56.123456");
    assert_eq!(meant("2026-03-05T12:34:56.123456001Z", Zone::Utc), "2026-03-05T12:34:56.123457");
    assert_eq!(meant("2026-03-05 23:59:59.999999999", berlin()), "2026-03-05T23:00:00");
    assert_eq!(meant("@0.000000001", Zone::Utc), "1970-01-01T00:00:00.000001");
    assert_eq!(meant("@-0.000000001", Zone::Utc), "1970-01-01T00:00:00");
}

/// What a range means on that Friday noon.
fn range(since: &str, until: &str, zone: Zone) -> (String, String) {
    let now = at("2026-03-06T12:00:00.25");
    let since = TimeSpec::parse(since).unwrap().resolve(now, zone).unwrap();
    let until = TimeSpec::parse(until).unwrap().resolve_end(now, zone, Some(since)).unwrap();
    (since.to_string(), until.to_string())
}

fn pair(since: &str, until: &str) -> (String, String) {
    (since.to_owned(), until.to_owned())
}

#[test]
fn a_time_of_day_is_todays_or_yesterdays_where_todays_lies_ahead() {
    assert_eq!(meant("12:00", Zone::Utc), "2026-03-06T12:00:00");
    assert_eq!(meant("12:00:01", Zone::Utc), "2026-03-05T12:00:01");
    assert_eq!(meant("00:00", Zone::Utc), meant("today", Zone::Utc));
    assert_eq!(meant("14:00", Zone::Utc), "2026-03-05T14:00:00");
    assert_eq!(meant("13:00", berlin()), "2026-03-06T12:00:00");
    assert_eq!(meant("13:01", berlin()), "2026-03-05T12:01:00");
    // On Kiritimati it is two in the morning of the day after.
    assert_eq!(meant("01:00", zone("Pacific/Kiritimati")), "2026-03-06T11:00:00");
    assert_eq!(meant("03:00", zone("Pacific/Kiritimati")), "2026-03-05T13:00:00");
}

#[test]
fn a_day_that_is_named_with_a_time_stays() {
    assert_eq!(meant("today 14:00", Zone::Utc), "2026-03-06T14:00:00");
    assert_eq!(meant("yesterday 14:00", Zone::Utc), "2026-03-05T14:00:00");
    assert_eq!(meant("Yesterday 14:00:30", berlin()), "2026-03-05T13:00:30");
}

#[test]
fn a_weekday_is_the_last_that_has_begun() {
    for (name, day) in [("friday", 6), ("Thursday", 5), ("wed", 4), ("tuesday", 3), ("monday", 2), ("SUNDAY", 1)] {
        assert_eq!(meant(name, Zone::Utc), format!("2026-03-0{day}T00:00:00"), "{name}");
    }
    assert_eq!(meant("saturday", Zone::Utc), "2026-02-28T00:00:00");
    assert_eq!(meant("friday 11:00", Zone::Utc), "2026-03-06T11:00:00");
    assert_eq!(meant("friday 14:00", Zone::Utc), "2026-02-27T14:00:00");
    assert_eq!(meant("saturday", zone("Pacific/Kiritimati")), "2026-03-06T10:00:00");
}

#[test]
fn the_end_of_a_range_that_lies_ahead_is_the_first_after_its_start() {
    assert_eq!(range("11:00", "14:00", Zone::Utc), pair("2026-03-06T11:00:00", "2026-03-06T14:00:00"));
    assert_eq!(range("13:00", "14:00", Zone::Utc), pair("2026-03-05T13:00:00", "2026-03-05T14:00:00"));
    assert_eq!(range("14:00", "14:00", Zone::Utc), pair("2026-03-05T14:00:00", "2026-03-06T14:00:00"));
    assert_eq!(range("15:00", "14:00", Zone::Utc), pair("2026-03-05T15:00:00", "2026-03-06T14:00:00"));
    assert_eq!(range("23:00", "01:00", Zone::Utc), pair("2026-03-05T23:00:00", "2026-03-06T01:00:00"));
    assert_eq!(range("wednesday", "13:00", Zone::Utc), pair("2026-03-04T00:00:00", "2026-03-04T13:00:00"));
    assert_eq!(range("2026-03-01 13:30", "13:00", Zone::Utc), pair("2026-03-01T13:30:00", "2026-03-02T13:00:00"));
    assert_eq!(range("14:00", "15:00", berlin()), pair("2026-03-05T13:00:00", "2026-03-05T14:00:00"));
    let alone = TimeSpec::parse("14:00").unwrap().resolve_end(at("2026-03-06T12:00:00"), Zone::Utc, None).unwrap();
    assert_eq!(alone.to_string(), "2026-03-06T14:00:00");
}

#[test]
fn a_time_of_day_follows_the_clocks_when_they_change() {
    let meant =
        |text: &str, now: &str| TimeSpec::parse(text).unwrap().resolve(at(now), berlin()).map(|at| at.to_string());
    // 29 March 2026: from 02:00 to 03:00. Before that, 02:30 is yesterday's; after it there is none.
    assert_eq!(meant("02:30", "2026-03-29T00:30:00").unwrap(), "2026-03-28T01:30:00");
    let error = meant("02:30", "2026-03-29T01:00:00").unwrap_err();
    assert!(error.to_string().contains("skip 2026-03-29 02:30:00"), "{error}");
    assert_eq!(meant("03:00", "2026-03-29T01:00:00").unwrap(), "2026-03-29T01:00:00");
    assert_eq!(meant("12:00", "2026-03-29T09:00:00").unwrap(), "2026-03-28T11:00:00");
    // 25 October 2026: the hour from 02:00 comes twice, and the first of them counts.
    assert_eq!(meant("02:30", "2026-10-25T00:29:59").unwrap(), "2026-10-24T00:30:00");
    assert_eq!(meant("02:30", "2026-10-25T00:30:00").unwrap(), "2026-10-25T00:30:00");
    assert_eq!(meant("02:30", "2026-10-25T01:15:00").unwrap(), "2026-10-25T00:30:00");
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
    assert_eq!(meant("2026-03-05T12", berlin()), "2026-03-05T11:00:00");
    assert_eq!(meant("2026-03-05T12Z", berlin()), "2026-03-05T12:00:00");
    assert_eq!(meant("2026-03-05T12:34+02", berlin()), "2026-03-05T10:34:00");
    assert_eq!(meant("2026-03-05 12-0530", berlin()), "2026-03-05T17:30:00");
    assert_eq!(meant("2026-03-05T12:34:56.5-05:30", berlin()), "2026-03-05T18:04:56.500000");
    assert_eq!(meant("0001-01-01T00:00+14:00", berlin()), "0001-12-31T10:00:00 BC");
    assert_eq!(meant("9999-12-31T23:59:59.999999-14:00", berlin()), "10000-01-01T13:59:59.999999");
}

#[test]
fn anything_else_is_a_usage_error() {
    for text in [
        "",
        "tomorrow",
        " now",
        "now ",
        "infinity",
        "-infinity",
        "5",
        "5M",
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
        "2026-03-05T1:34",
        "2026-03-05T24:00",
        "2026-03-05T12:60",
        "2026-03-05T12:34:60",
        "2026-03-05T12:34.5",
        "2026-03-05T12:34:56.",
        "2026-03-05T12:34:56,5",
        "2026-03-05T12:34:56:00",
        "2026-03-05T12:34z",
        "2026-03-05T12:34 Z",
        "2026-03-05T12:34ZZ",
        "2026-03-05T12:34+2:00",
        "2026-03-05T12:34+24:00",
        "2026-03-05T12:34+02:60",
        "2026-03-05T12:34+02:00Z",
        "2026-03-05T12:34+02:00:00",
        "2026-03-05T12:34−02:00",
        "2026-03-05T12:34 Europe/Berlin",
        "2026-03-05T12:34:56.1234567891",
        "2026-03-05T12:34+2",
        "2026-03-05T12:34+020",
        "2026-03-05T12:34+02:",
        "2026-03-05T+02",
        "-15m ago",
        "--15m",
        "- 15m",
        "+15m",
        "in 15m",
        "ago",
        " ago",
        "-",
        "now ago",
        "yesterday ago",
        "14",
        "14:",
        "14:0",
        "4:00",
        "24:00",
        "14:60",
        "14:00:60",
        "14:00:30.5",
        "14:00Z",
        "2pm",
        "yesterday 14",
        "yesterday  14:00",
        "yesterday14:00",
        "14:00 yesterday",
        "now 14:00",
        "fridays",
        "fr",
        "@",
        "@now",
        "@ 1700000000",
        "@+1700000000",
        "@1700000000.",
        "@1.0000000000",
        "@99999999999999999999",
        "@17e8",
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
        ("Friday 14:00", "fri 14:00:00"),
        ("14:00", "14:00:00"),
        ("2 hours ago", "2h"),
        ("@1700000000", "2023-11-14T22:13:20Z"),
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
        text in "\\PC*|[0-9T:. +Z@-]{0,40}|-?[0-9]{1,3} ?[a-z]{1,7}( ago)?|(today|fri|yesterday)? ?[0-2][0-9]:[0-5][0-9]|[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]\\PC{0,9}",
        named in 0..TZ_NAMES.len(),
    ) {
        if let Ok(spec) = TimeSpec::parse(&text) {
            for zone in [Zone::Utc, zone(TZ_NAMES[named])] {
                for now in [at("2026-03-06T12:00:00"), Timestamp::INFINITY, Timestamp::FIRST, Timestamp::LAST] {
                    let _ = spec.resolve(now, zone);
                    let _ = spec.resolve_end(now, zone, Some(Timestamp::LAST));
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

proptest! {
    #[test]
    fn a_time_of_day_is_the_newest_that_is_not_ahead(
        seconds in 0..86_400_u32,
        now in 0..2_000_000_000_000_000_i64,
        named in 0..TZ_NAMES.len(),
    ) {
        let (zone, now) = (zone(TZ_NAMES[named]), Timestamp::from_micros(now));
        let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap();
        let Ok(meant) = TimeSpec::parse(&time.to_string()).unwrap().resolve(now, zone) else { return Ok(()) };
        let shown = |at: Timestamp| {
            let utc = at.to_naive().unwrap();
            utc.checked_add_offset(zone.offset_at(utc)).unwrap()
        };
        prop_assert!(meant <= now);
        prop_assert_eq!(shown(meant).time(), time);
        prop_assert!(shown(meant).date() == shown(now).date() || shown(meant).date().succ_opt() == Some(shown(now).date()));
    }
}
