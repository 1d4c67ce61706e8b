//! Every answer says what it rests on: for whom, which boards of how many, which range, what was left out, what is unknown.

use crate::auth::{agent, user};
use crate::harness::{Database, for_each_engine};
use serde_json::{Value, json};

const DOCUMENTS: [&str; 10] = [
    "list",
    "list --no-total -S 2026-03-01 -U 2026-04-01",
    "comments",
    "errors --range 1y",
    "summary -S 2026-03-01 -U 2026-04-01",
    "agents",
    "tasks",
    "timeline -S 2026-03-01 -U 2026-04-01",
    "compare -S 2026-03-01 -U 2026-03-02",
    "boards",
];

#[test]
fn each_document_says_for_whom_it_is_what_was_read_and_what_is_unknown() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        for line in DOCUMENTS {
            let ask = |flag: &str, id: String| {
                database.mc(line.split(' ')).args(["-o", "json", flag, &id]).ok().json()["coverage"].clone()
            };
            let mine = ask("--as-user", user(0));
            assert_eq!([&mine["for"]["kind"], &mine["for"]["how"]], ["user", "--as-user"], "{line}");
            assert_eq!(mine["for"]["id"], user(0), "{line}");
            assert!(mine["boards"]["readable"].as_u64() > Some(1), "{line}: {mine}");
            assert_eq!(mine["boards"]["read"], mine["boards"]["readable"], "{line}");
            let rule = if line == "comments" { "events without a task on a board" } else { "events that belong to no board" };
            assert_eq!(mine["left_out"], json!([rule]), "{line}");
            assert_eq!(mine["history"]["exact"], Value::Null, "{line}");
            assert_eq!(mine["history"]["unknown"].as_array().unwrap().len(), 2, "{line}");
            if line.contains("-S ") && !line.starts_with("compare") {
                assert_eq!([&mine["since"], &mine["until"]], ["2026-03-01T00:00:00", "2026-04-01T00:00:00"], "{line}");
            }
            let machine = ask("--as-agent", agent(1));
            assert_eq!((&machine["for"]["kind"], &machine["boards"]), (&"agent".into(), &Value::Null), "{line}");
        }
    });
}

#[test]
fn a_filter_on_boards_is_counted_and_the_dashboards_rule_is_named() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let ask = |line: &str| database.mc(line.split(' ')).args(["-o", "json", "--as-user", &user(0)]).ok().json();
        let all = ask("list")["coverage"]["boards"]["readable"].as_u64().unwrap();
        assert_eq!(ask("list --board board-1")["coverage"]["boards"], json!({"read": 1, "readable": all}));
        let without = ask("summary --exclude-board board-1")["coverage"]["boards"].clone();
        assert_eq!(without, json!({"read": all - 1, "readable": all}));
        let dashboard = ask("errors --scope dashboard")["coverage"]["left_out"].clone();
        assert_eq!(dashboard, json!(["events without a task on a board"]));
    });
}

#[test]
fn footers_and_reports_say_it_and_lines_for_programs_do_not() {
    let database = Database::recorded(crate::harness::Engine::Deployed);
    let me = ["--as-user", &user(0)];
    let said = "boards read; left out: events without a board; unknown: deleted events";
    for line in ["list", "errors", "summary", "agents", "tasks", "boards", "timeline -S 2026-03-01", "compare"] {
        let table = database.mc(line.split(' ')).args(me).ok().stdout;
        assert!(table.contains(said), "{line}: {table}");
    }
    for line in ["list", "summary", "agents", "errors"] {
        let lines = database.mc([line, "-o", "jsonl"]).args(me).ok().stdout;
        assert!(!lines.contains("coverage"), "{line}: {lines}");
    }
    let page = database.place.path().join("page.html");
    database.mc(["errors", "--html", page.to_str().unwrap()]).args(me).ok();
    assert!(std::fs::read_to_string(page).unwrap().contains("boards read; left out: events without a board"));
    // Policies of others hide rows, which the answer admits.
    database.sql("ALTER TABLE tasks ENABLE ROW LEVEL SECURITY; CREATE POLICY some ON tasks USING (true)");
    let history = database.mc(["list", "-o", "json"]).args(me).ok().json()["coverage"]["history"].clone();
    assert_eq!(history["exact"], false);
    assert!(history["unknown"][2].as_str().unwrap().starts_with("row-level security is active on tasks"), "{history}");
}
