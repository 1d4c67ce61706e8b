//! The binary in an empty environment, on a terminal and in the background: what the other tests take for granted.

use crate::harness::{Data, Database, Engine, Place, Table, for_each_engine};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn without_a_database_it_says_so_and_names_demo() {
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
fn a_variable_that_is_taken_away_is_not_seen() {
    let database = Database::shared(Engine::Deployed);
    database.mc(["list", "--count"]).without("DATABASE_URL").fails(5);
}

#[test]
fn a_terminal_of_any_width_is_not_overrun_by_the_table() {
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
fn the_server_is_reached_over_a_unix_socket_and_under_every_scheme_of_sqlalchemy() {
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
fn what_is_logged_from_stdin_is_listed() {
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

#[test]
fn tail_stops_showing_a_board_within_a_poll_of_losing_access_to_it() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        // User 3 reads board 1 by one row of organization_board_access, and nothing else.
        let user = ["--as-user", "000000b0-0000-4000-8000-000000000003"];
        let mut tail =
            database.mc(["tail", "--events", "-n", "1", "--poll", "200ms", "-o", "jsonl"]).args(user).start();
        tail.line(SOON);
        database.sql("DELETE FROM organization_board_access");
        std::thread::sleep(Duration::from_millis(600));
        database.load(&event_now("22222222-0000-4000-8000-000000000001"));
        // It may end or stay silent; it must not print.
        std::thread::sleep(Duration::from_secs(1));
        tail.kill();
        assert_eq!(tail.rest().0, "");
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

#[test]
fn a_plugin_that_cannot_answer_is_unknown_and_pages_nobody() {
    let place = Place::new();
    for args in ["errors --nagios --warn abc", "errors --nagios --range 2h", "errors --nagios"] {
        let output = place.mc(args.split(' ')).run();
        assert_eq!(output.code, 3, "{args}");
        assert!(output.stdout.starts_with("ACTIVITY UNKNOWN - "), "{args}: {}", output.stdout);
    }
}
