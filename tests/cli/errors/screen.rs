//! An answer on one screen, and the same for programs.

use super::{NOW, USER, event, heartbeats, world};
use crate::harness::{Engine, for_each_engine};

#[test]
fn the_report_fits_a_terminal_of_24_lines_with_the_verdict_first() {
    for_each_engine(|engine| {
        let mut events = heartbeats();
        for (n, kind) in ["task.assignee", "task.lead", "approval.lead", "board.lead"].iter().enumerate() {
            let failed: &'static str = Box::leak(format!("{kind}_notify_failed").into_boxed_str());
            events.extend((0..20).map(|i| event(i * 100 + 7 * n as i64 + 10, failed)));
        }
        // With these before it, the report has each of its lines.
        let success = (0..60).map(|n| event(n * 1_000 + 3_000, "agent.nudge.sent"));
        let mixed = world(engine, &events.clone().into_iter().chain(success).collect::<Vec<_>>());
        for columns in [80, 140] {
            let screen = mixed.mc(["errors", USER, "--at", NOW]).on_terminal(columns, 24).stdout;
            assert!(screen.lines().count() <= 23, "{screen}");
            assert!(screen.contains("80 of 140 deliveries failed") && screen.contains("since "), "{screen}");
            // What is left out is said.
            assert!(screen.contains(" of 4)") && screen.contains(" of 80 failures)"), "{screen}");
        }
        let database = world(engine, &events);
        for columns in [80, 140] {
            let screen = database.mc(["errors", USER, "--at", NOW]).on_terminal(columns, 24);
            let lines: Vec<&str> = screen.stdout.lines().filter(|line| !line.starts_with("no DATABASE_URL")).collect();
            assert!(lines.len() <= 23, "{} lines:\n{}", lines.len(), screen.stdout);
            assert!(lines[0].contains("80 of 80 deliveries failed (100.00 %)"), "{}", screen.stdout);
            for part in ["Payments", "still failing: 80 in a row", "task.assignee_notif"] {
                assert!(screen.stdout.contains(part), "{part}:\n{}", screen.stdout);
            }
        }
        let all = database.mc(["errors", USER, "--at", NOW, "--limit=80"]).on_terminal(140, 24);
        assert!(all.stdout.contains("80 of 80 failures listed"), "{}", all.stdout);
    });
}

#[test]
fn attempts_of_one_message_are_one_row_on_a_screen() {
    let attempt =
        |n: i64, message| crate::errors::Event { message, ..event(300 - n * 30, "task.assignee_notify_failed") };
    let events = [
        attempt(1, "Assignee notify failed: timeout (attempt 1)"),
        attempt(2, "Assignee notify failed: timeout (attempt 2)"),
        attempt(3, "Assignee notify failed: timeout (attempt 3)"),
        event(20, "agent.nudge.failed"),
    ];
    let database = world(Engine::Deployed, &events);
    let screen = database.mc(["errors", USER, "--at", NOW]).on_terminal(160, 40).stdout;
    assert!(screen.contains("3 × Assignee notify failed: "), "{screen}");
    assert_eq!(screen.matches('✗').count(), 2, "{screen}");
    let piped = database.mc(["errors", USER, "--at", NOW]).ok().stdout;
    assert!(piped.contains("(attempt 2)"), "{piped}");
}

#[test]
fn a_limit_of_none_lists_no_failure() {
    let database = world(Engine::Deployed, &[event(60, "task.assignee_notify_failed")]);
    let report = database.mc(["errors", "--limit=0", USER, "--at", NOW]).ok().stdout;
    assert!(report.contains("0 of 1 failures listed") && !report.contains("MESSAGE"), "{report}");
    let json = database.mc(["errors", "--limit=0", "-o", "json", USER, "--at", NOW]).ok().json();
    assert_eq!((json["items"].as_array().unwrap().len(), &json["patterns"][0]["count"]), (0, &1.into()));
}

#[test]
fn every_section_is_rows_for_programs() {
    for_each_engine(|engine| {
        let mut events: Vec<_> = (0..12).map(|n| event(n * 60 + 5, "task.assignee_notify_failed")).collect();
        events.extend((0..90).map(|n| event(n * 600 + 4_000, "task.assignee_notified")));
        let database = world(engine, &events);
        let section = |name: &str| {
            let line = ["errors", "-o", "csv", "--by=board", "--slo=50", "--section", name, USER, "--at", NOW];
            database.mc(line).run().stdout
        };
        let lines = |name: &str| section(name).lines().map(str::to_owned).collect::<Vec<_>>();
        let groups = lines("groups");
        assert!(
            groups[0].starts_with("board_id,board_name,error_count,total_count,error_rate_pct,tried,failed,"),
            "{groups:?}"
        );
        assert!(groups[1].contains("Payments,12,102,"), "{groups:?}");
        assert_eq!(lines("patterns")[0], "event_type,pattern,count,first_at,last_at");
        assert!(lines("patterns")[1].contains("task.assignee_notify_failed,text,12,"), "{:?}", lines("patterns"));
        assert_eq!(lines("regimes").len(), 3, "{:?}", lines("regimes"));
        assert!(lines("routes")[1].starts_with("task.assignee_notified,12,102,"));
        assert_eq!(lines("burn").len(), 6);
        assert!(lines("summary")[1].contains("all,2026-03-05T12:00:00,2026-03-06T12:00:00,12,102,"));
        assert_eq!(lines("items").len(), 13);
        database.mc(["errors", "--section=groups", USER]).fails(2);
        database.mc(["errors", "--section=groups", "-o", "csv", USER]).fails(2);
    });
}

#[test]
fn the_page_holds_the_routes_and_can_be_read_from_the_keyboard() {
    for_each_engine(|engine| {
        let database = world(engine, &[event(60, "task.assignee_notify_failed"), event(90, "task.assignee_notified")]);
        let file = database.place.path().join("page.html");
        let html = format!("--html={}", file.display());
        database.mc(["errors", html.as_str(), "--by=board", USER, "--at", NOW]).ok();
        let page = std::fs::read_to_string(file).unwrap();
        assert!(page.contains("1 of 2 deliveries failed"), "{page}");
        assert!(page.contains("Deliveries by route"));
        let regions = page.matches("class=\"scroll\"").count();
        assert!(regions > 3);
        assert_eq!(page.matches("class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"").count(), regions);
        assert!(!page.contains("\"></th>"), "a heading without a text");
    });
}
