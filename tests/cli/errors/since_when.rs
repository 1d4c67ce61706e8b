//! Since when it fails, how fast it burns an objective, and whether it goes on.

use super::{NOW, USER, event, heartbeats, world};
use crate::harness::for_each_engine;

#[test]
fn an_incident_has_its_first_failure_as_its_start_and_its_events_as_its_figures() {
    for_each_engine(|engine| {
        let mut events = heartbeats();
        events.extend((0..200).map(|n| event(3_700 + n * 300, "task.assignee_notified")));
        events.extend((0..40).map(|n| event(n * 75 + 30, "task.assignee_notify_failed")));
        let database = world(engine, &events);
        let ask = |scope: &str| {
            let line = ["errors", "-o", "json", "--limit=1", USER, "--at", NOW, scope];
            database.mc(line).ok().json()
        };
        let start = "2026-03-06T11:10:45";
        for (scope, before, after) in [("--scope=deliveries", 200, 40), ("--scope=all", 5_760, 240)] {
            let answer = ask(scope);
            let regimes = answer["regimes"].as_array().unwrap();
            assert_eq!(regimes.len(), 2, "{answer:#}");
            assert_eq!((&regimes[0]["until"], &regimes[1]["since"]), (&start.into(), &start.into()));
            assert_eq!(
                (&regimes[0]["total_count"], &regimes[0]["error_count"]),
                (&before.into(), &0.into()),
                "{scope}"
            );
            assert_eq!(
                (&regimes[1]["total_count"], &regimes[1]["error_count"]),
                (&after.into(), &40.into()),
                "{scope}"
            );
            assert_eq!((&regimes[0]["since"], &regimes[1]["until"]), (&answer["since"], &answer["until"]));
            assert_eq!(
                (&answer["first_failure_at"], &answer["last_failure_at"]),
                (&start.into(), &"2026-03-06T11:59:30".into())
            );
        }
        let report = database.mc(["errors", "--limit=0", USER, "--at", NOW]).ok().stdout;
        assert!(report.contains("since 11:10:45: 100.00 % (40 of 40); before that: 0.00 % (0 of 200)"), "{report}");
        assert!(
            report.contains("still failing: 40 in a row since 11:10:45; last failure 30s ago, success 1h ago"),
            "{report}"
        );
        // The mark stands under the last bar, that of the newest hour, which is two columns wide.
        let line_of =
            |part: &str| report.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{report}"));
        let place = |line: &str, mark| line.chars().position(|letter| letter == mark);
        let (bars, marks) = (line_of("100 % \u{2524}"), line_of(" changed"));
        assert_eq!(marks.matches('\u{25b2}').count(), 1, "{report}");
        assert_eq!(place(marks, '\u{25b2}'), Some(bars.trim_end().chars().count() - 2), "{report}");
        let directory = tempfile::tempdir().expect("a directory");
        let page = directory.path().join("report.html");
        database.mc(["errors", USER, "--at", NOW, "--html", page.to_str().expect("UTF-8")]).ok();
        let page = std::fs::read_to_string(&page).expect("a page");
        assert!(page.contains("<dt>Asked by</dt>"));
        let chart = page.split("rate changed</span>").nth(1).expect("a chart behind its legend");
        assert_eq!(chart.matches("<path class=\"mark\"").count(), 1, "the mark in the chart");
    });
}

#[test]
fn an_incident_that_is_over_is_said_to_be_over() {
    for_each_engine(|engine| {
        let failing = (0..40).map(|n| event(30_000 + n * 60, "task.assignee_notify_failed"));
        let sound = (0..180).filter(|n| !(97..109).contains(n)).map(|n| event(n * 300 + 150, "task.assignee_notified"));
        let database = world(engine, &failing.chain(sound).collect::<Vec<_>>());
        let report = database.mc(["errors", "--limit=0", USER, "--at", NOW]).ok().stdout;
        assert!(
            report.contains("from 03:01:00 to 03:55:00: 100.00 % (40 of 40); since then: 0.00 % (0 of 97)"),
            "{report}"
        );
        assert!(report.contains("over: none of 3 failed in the last 15 min"), "{report}");
    });
}

#[test]
fn a_failure_of_the_last_minutes_is_not_over() {
    for_each_engine(|engine| {
        for seconds in [890, 800, 620] {
            let mut events = heartbeats();
            events.push(event(seconds, "task.assignee_notify_failed"));
            let database = world(engine, &events);
            let report = database.mc(["errors", "--limit=0", "--scope=all", USER, "--at", NOW]).ok().stdout;
            assert!(!report.contains("over:") && !report.contains("nothing failed"), "{seconds}: {report}");
            assert!(report.contains("still failing"), "{seconds}: {report}");
        }
    });
}

#[test]
fn a_quiet_day_has_one_regime() {
    for_each_engine(|engine| {
        let sound = (0..280).map(|n| event(n * 300 + 150, "task.assignee_notified"));
        let database = world(engine, &sound.chain([event(40_000, "task.assignee_notify_failed")]).collect::<Vec<_>>());
        let answer = database.mc(["errors", "-o", "json", USER, "--at", NOW]).ok().json();
        assert_eq!(answer["regimes"].as_array().unwrap().len(), 1, "{answer:#}");
    });
}

#[test]
fn an_objective_that_burns_fast_pages_and_one_that_burns_slowly_is_a_ticket() {
    for_each_engine(|engine| {
        let sound = || (0..800).map(|n| event(n * 300 + 150, "task.assignee_notified"));
        let fast = world(
            engine,
            &sound().chain((0..30).map(|n| event(n * 100 + 20, "task.assignee_notify_failed"))).collect::<Vec<_>>(),
        );
        let check = |database: &crate::harness::Database, args: &[&str]| {
            database.mc(["errors", "--slo=99", USER, "--at", NOW].iter().chain(args)).run()
        };
        let paged = check(&fast, &["--nagios"]);
        paged.expect(2);
        assert!(paged.stdout.contains("the objective burns too fast over 1h and 5m"), "{}", paged.stdout);
        let failed = check(&fast, &["-o", "json"]);
        failed.expect(6);
        let burn: serde_json::Value = serde_json::from_str(&failed.stdout).unwrap();
        assert_eq!(burn["burn"][0]["window"], "5m");
        // 3 of 4 in the last 5 minutes.
        assert_eq!((&burn["burn"][0]["rate_pct"], &burn["burn"][0]["burn"]), (&75.0.into(), &75.0.into()), "{burn:#}");
        assert_eq!((&burn["burn"].as_array().unwrap().len(), &burn["alarm"]), (&5, &"page".into()));
        let scraped = check(&fast, &["-o", "prometheus"]).stdout;
        assert!(scraped.contains("window=\"5m\"} 75\n"), "{scraped}");
        let slow = world(
            engine,
            &sound()
                .chain((0..30).map(|n| event(n * 8_000 + 2_000, "task.assignee_notify_failed")))
                .collect::<Vec<_>>(),
        );
        let ticket = check(&slow, &["--nagios"]);
        ticket.expect(1);
        assert!(ticket.stdout.contains("over 3d and 6h"), "{}", ticket.stdout);
        let few = world(engine, &(0..4).map(|n| event(n * 60 + 20, "task.assignee_notify_failed")).collect::<Vec<_>>());
        check(&few, &["--nagios"]).expect(0);
        let all = check(&fast, &["-o", "json", "--scope=all"]);
        assert!(
            all.stdout.contains("\"burn\":[{\"window\":\"5m\",\"rate_pct\":75.0"),
            "no heartbeats are in this world"
        );
    });
}

#[test]
fn short_ranges_have_short_buckets() {
    for_each_engine(|engine| {
        let database =
            world(engine, &[event(60, "task.assignee_notify_failed"), event(4_000, "task.assignee_notified")]);
        for (since, bucket, points) in [("2h", "minute", 120), ("12h", "5 minutes", 144), ("24h", "hour", 24)] {
            let answer = database.mc(["errors", "-o", "json", USER, "--at", NOW, "--since", since]).ok().json();
            let series = &answer["error_rate"]["primary"];
            assert_eq!(series["bucket"], bucket);
            assert_eq!(series["points"].as_array().unwrap().len(), points, "{since}");
            assert_eq!(
                series["points"].as_array().unwrap().iter().filter(|p| p["value"] == 100.0).count(),
                1,
                "{since}"
            );
        }
    });
}
