//! Smoke tests: the binary in an empty environment, on a terminal and in the background. The other tests rely on these.

use crate::harness::{Data, Database, Engine, Place, Table, for_each_engine};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn without_a_database_the_error_names_demo() {
    let output = Place::new().mc(["list"]).fails(5);
    assert!(output.stderr.contains("mc-activity demo"), "{output}");
}

#[test]
fn settings_come_from_the_dotenv_file_of_the_working_directory() {
    let place = Place::new();
    place.write("work/.env", &format!("DATABASE_URL={}\n", Database::shared(Engine::Deployed).url));
    let user = ["--as-user", "000000b0-0000-4000-8000-000000000000"];
    let output = place.mc(["list", "--count"]).args(user).ok();
    assert_eq!(output.stdout, Database::shared(Engine::Deployed).mc(["list", "--count"]).args(user).ok().stdout);
    assert!(place.read("work/.env").starts_with("DATABASE_URL="));
}

#[test]
fn a_variable_that_a_test_removes_is_not_set() {
    let database = Database::shared(Engine::Deployed);
    database.mc(["list", "--count"]).without("DATABASE_URL").fails(5);
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal() {
    let database = Database::shared(Engine::Deployed);
    let user = ["--as-user", "000000b0-0000-4000-8000-000000000000"];
    for columns in [60, 100, 200] {
        let output = database.mc(["list", "--limit", "20", "--color", "never"]).args(user).on_terminal(columns, 40);
        output.expect(0);
        let rows: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with(['✗', ' '])).collect();
        assert!(rows.len() > 20, "{output}");
        for line in rows {
            let width = unicode_width::UnicodeWidthStr::width(line);
            assert!(width <= usize::from(columns), "{width} columns of {columns}: {line}\n{output}");
        }
    }
}

#[test]
fn an_event_that_is_committed_while_tail_runs_is_printed_and_ctrl_c_ends_it_with_0() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let user = ["--as-user", "000000b0-0000-4000-8000-000000000000"];
        let mut tail =
            database.mc(["tail", "--events", "-n", "1", "--poll", "200ms", "-o", "jsonl"]).args(user).start();
        tail.line(SOON);
        let id = "11111111-0000-4000-8000-000000000001";
        database.load(&event_now(id));
        let line: serde_json::Value = serde_json::from_str(&tail.line(SOON)).unwrap();
        assert_eq!(line["id"], id, "{line}");
        tail.is_silent(Duration::from_millis(500));
        tail.interrupt();
        assert_eq!(tail.end_within(SOON), 0);
        let said = tail.said(SOON);
        assert!(said.contains('2'), "the last line does not count the two events: {said}");
        assert_eq!(tail.rest(), (String::new(), String::new()));
    });
}

#[test]
fn unix_sockets_and_every_url_scheme_of_sqlalchemy_work() {
    let database = Database::shared(Engine::Deployed);
    let count = |url: &str| {
        let line = ["list", "--count", "--as-user", "local-auth-user"];
        database.place.mc(line).env("DATABASE_URL", url).ok().stdout
    };
    let wanted = count(&database.url);
    assert_eq!(count(&database.socket_url().unwrap()), wanted);
    for scheme in ["postgresql", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg"] {
        assert_eq!(count(&database.url.replacen("postgres", scheme, 1)), wanted, "{scheme}");
    }
}

#[test]
fn events_written_by_log_are_listed() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let user = ["--as-user", "local-auth-user"];
        let lines = r#"{"type": "task.updated", "message": "one", "board": "board-1"}
{"type": "deploy.failed", "message": "two \u65e5", "board": "board-1"}
"#;
        let ids = database.mc(["log", "--jsonl", "-"]).args(user).stdin(lines).ok().stdout;
        let ids: Vec<&str> = ids.lines().collect();
        let all = database.mc(["list", "--all", "--reverse", "-o", "jsonl"]).args(user).ok().jsonl();
        let message = |id: &&str| all.iter().find(|item| item["id"] == **id).map(|item| item["message"].clone());
        let messages: Vec<_> = ids.iter().filter_map(message).collect();
        assert_eq!(messages, ["one", "two 日"]);
    });
}

/// An event on task 1, which is on board 1.
fn event_now(id: &str) -> Data {
    let mut event = Table::new("activity_events", "id event_type message task_id created_at");
    let now = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S%.6f").to_string();
    let task = "000000f0-0000-4000-8000-000000000001";
    event.rows.push([id, "task.updated", "just now", task, &now].map(|text| Some(text.to_owned())).to_vec());
    Data { tables: vec![event] }
}
