//! Times that are typed and shown in local time and in named time zones.

use crate::harness::{Database, Output, Place, for_each_engine};

fn with_demo(at: &str) -> Place {
    let place = Place::new();
    place.mc(["demo", "--at", at, "-q"]).ok();
    place
}

/// `--local` with this `TZ`.
fn local(place: &Place, tz: &str, line: &str) -> Output {
    place.mc(line.split(' ')).args(["--local", "-q"]).env("TZ", tz).run()
}

fn named(place: &Place, zone: &str, line: &str) -> Output {
    place.mc(line.split(' ')).args(["--tz", zone, "-q"]).env("TZ", "Asia/Tokyo").run()
}

fn range(output: &Output) -> (String, String) {
    let summary = output.json();
    (summary["since"].as_str().unwrap().to_owned(), summary["until"].as_str().unwrap().to_owned())
}

#[test]
fn days_of_both_changes_are_the_same_by_local_and_by_name() {
    // Zone, first and last moment as typed, and both in UTC.
    let cases = [
        // Santiago's clocks go back at midnight: 23:00 to 24:00 come twice, on the day before.
        ("America/Santiago", "2025-04-05", "2025-04-06", "2025-04-05T03:00:00", "2025-04-06T04:00:00"),
        ("America/Santiago", "2025-04-06", "2025-04-07", "2025-04-06T04:00:00", "2025-04-07T04:00:00"),
        ("America/Santiago", "2025-04-05T23:30", "2025-04-06T00:00", "2025-04-06T02:30:00", "2025-04-06T04:00:00"),
        // They skip the first hour of this day.
        ("America/Santiago", "2025-09-07", "2025-09-08", "2025-09-07T04:00:00", "2025-09-08T03:00:00"),
        ("Europe/Berlin", "2025-03-30", "2025-03-31", "2025-03-29T23:00:00", "2025-03-30T22:00:00"),
        ("Europe/Berlin", "2025-10-26", "2025-10-27", "2025-10-25T22:00:00", "2025-10-26T23:00:00"),
        ("Europe/Berlin", "2025-10-26T02:00", "2025-10-26T03:00", "2025-10-26T00:00:00", "2025-10-26T02:00:00"),
        ("Europe/Berlin", "2025-10-26T02:59:59", "2025-10-26T03:00", "2025-10-26T00:59:59", "2025-10-26T02:00:00"),
        // Havana's midnight comes twice.
        ("America/Havana", "2025-11-02", "2025-11-03", "2025-11-02T04:00:00", "2025-11-03T05:00:00"),
        ("Australia/Lord_Howe", "2025-04-06T01:45", "2025-04-06T02:00", "2025-04-05T14:45:00", "2025-04-05T15:30:00"),
        ("Asia/Kathmandu", "2025-06-01", "2025-06-02", "2025-05-31T18:15:00", "2025-06-01T18:15:00"),
    ];
    let place = with_demo("2025-04-06T12:00:00Z");
    for (zone, since, until, first, last) in cases {
        let line = format!("summary -S {since} -U {until} -o json");
        let expected = (first.to_owned(), last.to_owned());
        for output in
            [local(&place, zone, &line), local(&place, &format!(":{zone}"), &line), named(&place, zone, &line)]
        {
            assert_eq!(range(&output), expected, "{zone} {since} {until}");
        }
    }
}

#[test]
fn events_of_a_day_with_25_hours_are_the_same_by_local_and_by_name() {
    let place = with_demo("2025-04-07T12:00:00Z");
    let zone = "America/Santiago";
    for line in [
        "list -S 2025-04-05 -U 2025-04-06 --all -o csv",
        "list -S 2025-04-05 -U 2025-04-06 --all -o wide",
        "list -S 2025-04-06 --reverse --limit 30 -o text",
        "comments -S 2025-04-05 -U 2025-04-06 -o text",
        "tail --no-follow --events -S 2025-04-06",
    ] {
        let by_name = named(&place, zone, line);
        // The heading names the zone, in one case as "local".
        let by_local = local(&place, zone, line).stdout.replace("(local)", "(America/Santiago)");
        let squeezed = |text: &str| {
            text.split_whitespace().collect::<Vec<_>>().join(" ").replace("times in local", "times in America/Santiago")
        };
        assert_eq!(squeezed(&by_local), squeezed(&by_name.stdout), "{line}");
        assert!(by_name.stdout.lines().count() > 20, "{by_name}");
    }
}

#[test]
fn a_time_that_clocks_skip_is_refused_by_local_and_by_name() {
    let place = with_demo("2025-04-06T12:00:00Z");
    let line = "list -S 2025-03-30T02:30";
    for output in [local(&place, "Europe/Berlin", line), named(&place, "Europe/Berlin", line)] {
        output.expect(2);
        assert!(output.stderr.contains("2025-03-30"), "{output}");
    }
    local(&place, "America/Santiago", "list -S 2025-09-07T00:30").expect(2);
}

#[test]
fn tz_may_be_a_file_a_rule_or_empty() {
    let place = with_demo("2025-04-06T12:00:00Z");
    let line = "summary -S 2025-07-01 -U 2025-07-02 -o json";
    // A zone file of version 3 without transitions: RFC 9636, section 3.
    let mut block = b"TZif3".to_vec();
    block.extend([0; 15 + 4 * 4]);
    block.extend([0, 0, 0, 1, 0, 0, 0, 4]);
    block.extend([0; 6]);
    block.extend(b"UTC\0");
    let mut file = block.repeat(2);
    file.extend(b"\nXST-5\n");
    let path = place.path().join("zone");
    std::fs::write(&path, file).unwrap();
    for (tz, since) in [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2025-06-30T22:00:00"),
        (":CET-1CEST,M3.5.0,M10.5.0/3", "2025-06-30T22:00:00"),
        ("<+0330>-3:30", "2025-06-30T20:30:00"),
        ("JST-9", "2025-06-30T15:00:00"),
        ("", "2025-07-01T00:00:00"),
        ("europe/berlin", "2025-06-30T22:00:00"),
        (":/usr/share/zoneinfo/Europe/Berlin", "2025-06-30T22:00:00"),
        (&format!(":{}", path.display()), "2025-06-30T19:00:00"),
        (path.to_str().unwrap(), "2025-06-30T19:00:00"),
    ] {
        assert_eq!(range(&local(&place, tz, line)).0, since, "TZ={tz:?}");
    }
}

#[test]
fn an_unknown_tz_is_an_error_where_it_matters_and_nowhere_else() {
    let place = with_demo("2025-04-06T12:00:00Z");
    for tz in ["Nonsense", "Europe/Berln", ":/no/such/file", "UTC+99"] {
        for line in ["list", "errors -o json", "tail --no-follow", "summary -S 2025-04-01 -U 2025-04-02", "boards"] {
            let output = local(&place, tz, line);
            output.expect(2);
            assert!(output.stdout.is_empty() && output.stderr.contains(tz), "{output}");
        }
        place.mc(["list", "-q"]).env("TZ", tz).ok();
        place.mc(["list", "-q", "--tz", "Europe/Berlin"]).env("TZ", tz).ok();
    }
    place.mc(["errors", "--nagios", "--local"]).env("TZ", "Nonsense").run().expect(3);
}

#[test]
fn a_start_in_the_future_is_reported_and_has_no_rate() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let ask = |line: &str, since: &str| {
            let user = ["--as-user", crate::tail::USER];
            database.mc(line.split(' ')).args(["-S", since]).args(user).env("TZ", "Asia/Tokyo").run()
        };
        // What the clock on the wall of a user in Tokyo showed a minute ago.
        let tokyo = chrono::Utc::now() + chrono::TimeDelta::hours(9) - chrono::TimeDelta::minutes(1);
        let tokyo = tokyo.format("%Y-%m-%d %H:%M:%S").to_string();
        let hint = "use --local";
        for line in ["list", "list --all -o jsonl", "list --count", "comments -o json", "tail --events --no-follow"] {
            let output = ask(line, &tokyo);
            output.expect(0);
            assert!(output.stderr.contains("--since is in the future") && output.stderr.contains(hint), "{output}");
            let output = ask(line, "2999-01-01");
            assert!(output.stderr.contains("in the future") && !output.stderr.contains(hint), "{output}");
            assert!(!ask(line, "1h").stderr.contains("future"));
            assert!(!ask(line, "now").stderr.contains("future"));
            assert!(!ask(&format!("{line} --local"), &tokyo).stderr.contains("future"));
        }
        for line in ["errors", "summary", "errors --fail-over 0 --min-events 0 -o json", "errors -U 2999-01-02"] {
            for since in [tokyo.as_str(), "2999-01-01"] {
                let output = ask(line, since);
                output.expect(2);
                assert!(output.stdout.is_empty() && output.stderr.contains("in the future"), "{output}");
            }
            assert_eq!(ask(&format!("{line} --local"), &tokyo).code, 0, "{line}");
        }
        let plugin = ask("errors --nagios --warn 1 --crit 2", &tokyo);
        plugin.expect(3);
        assert!(plugin.stdout.contains("UNKNOWN") && plugin.stdout.contains("future"), "{plugin}");
    });
}
