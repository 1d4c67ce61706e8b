//! What is written about the program is true of the program: README, help, manual pages, completions, schemas.

mod docs;
mod hostile;
mod json;
mod page;
mod scrape;
mod screens;
mod scripts;
mod spreadsheets;
mod tab;

use crate::harness::Place;
use clap::Command;
use mc_activity::for_tests;
use std::path::{Path, PathBuf};

/// The instant that every example is made for.
const AT: &str = "2026-03-06T12:00:00Z";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The README and the pages of docs/: paths from the root, and texts.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths = vec![PathBuf::from("README.md")];
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    paths.extend(docs.map(|entry| PathBuf::from("docs").join(entry.unwrap().file_name())));
    paths.sort();
    assert!(paths.len() >= 10, "only {} pages were found", paths.len());
    let text = |path: &PathBuf| std::fs::read_to_string(root().join(path)).unwrap();
    paths.iter().map(|path| (path.clone(), text(path))).collect()
}

fn scripting() -> String {
    std::fs::read_to_string(root().join("docs/scripting.md")).unwrap()
}

/// Set to write the committed files anew where they are compared.
fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// A home with the embedded store of the examples.
fn with_demo() -> Place {
    let place = Place::new();
    place.mc(["demo", "--at", AT, "-q"]).ok();
    place
}

/// The commands that people see.
fn commands() -> Vec<Command> {
    let mut program = for_tests::command();
    program.build();
    program.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help").cloned().collect()
}

#[test]
fn every_command_has_examples_that_name_it() {
    for mut command in commands() {
        let help = command.render_long_help().to_string();
        let examples =
            help.split_once("Examples:").unwrap_or_else(|| panic!("{} has no examples", command.get_name())).1;
        assert!(examples.contains(&format!("mc-activity {}", command.get_name())), "{examples}");
    }
}

#[test]
fn every_flag_and_argument_says_what_it_does() {
    for command in commands().iter().chain([&for_tests::command()]) {
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{} of {} is not documented", arg.get_id(), command.get_name());
            assert!(!help.ends_with('.'), "{} of {} ends in a full stop", arg.get_id(), command.get_name());
        }
    }
}

#[test]
fn the_committed_completions_are_what_the_program_prints() {
    for (name, text) in for_tests::completion_files() {
        let path = root().join("completions").join(&name);
        if update() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{name} is stale: UPDATE=1 cargo test --test cli surface");
        assert!(text.contains("exclude-board") || text.contains("mc-activity complete"), "{name}");
    }
    let printed = Place::new().mc(["completions", "bash"]).ok().stdout;
    assert_eq!(printed, std::fs::read_to_string(root().join("completions/mc-activity.bash")).unwrap());
}

#[test]
fn there_is_a_manual_page_for_the_program_and_for_each_command() {
    let place = Place::new();
    place.mc(["man", "--out-dir", "pages"]).ok();
    let mut names: Vec<String> = commands().iter().map(|c| format!("mc-activity-{}", c.get_name())).collect();
    names.push("mc-activity".to_owned());
    assert_eq!(for_tests::man_pages().len(), names.len());
    for name in names {
        let page = place.read(&format!("work/pages/{name}.1"));
        assert!(page.contains(".TH ") && page.contains(".SH NAME") && page.contains("Examples"), "{name}\n{page}");
    }
    assert!(place.mc(["man", "errors"]).ok().stdout.contains("fail\\-over"));
    assert!(place.mc(["man", "erors"]).fails(2).stderr.contains("hint: did you mean 'errors'?"));
    assert!(place.mc(["man", "nothing"]).fails(2).stderr.contains("hint: commands: list, "));
}

#[test]
fn the_table_of_exit_codes_in_the_documentation_is_that_of_the_program() {
    let text = scripting();
    let rows: Vec<(String, String)> = text
        .lines()
        .skip_while(|line| *line != "## Exit codes")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
            let (code, name) = (cells.next()?, cells.next()?);
            code.parse::<u8>().ok().map(|code| (code.to_string(), name.to_owned()))
        })
        .collect();
    let expected: Vec<(String, String)> = std::iter::once(("0".to_owned(), String::new()))
        .chain(for_tests::exit_codes().into_iter().map(|(code, name)| (code.to_string(), name.to_owned())))
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn explain_needs_a_database_for_an_event_only() {
    let place = Place::new();
    let told = place.mc(["explain", "agent.nudge.failed"]).ok().stdout;
    assert!(told.contains("the actor") && told.contains("nowhere"), "{told}");
    place.mc(["explain", "7f3a91c2"]).fails(5);
    let place = with_demo();
    let first = place.mc(["list", "--limit", "1", "-o", "jsonl", "-q"]).ok().jsonl().remove(0);
    let id = first["id"].as_str().unwrap();
    for name in [id, &id[..8]] {
        let told = place.mc(["explain", name, "-o", "json", "-q"]).ok().json();
        assert_eq!(told["event"], first);
        assert_eq!(told["explanation"]["event_type"], first["event_type"]);
    }
    place.mc(["explain", "00000000-0000-4000-8000-00000000ffff", "-q"]).fails(3);
}

#[test]
fn explain_finds_a_comment_by_the_board_of_its_task_too() {
    use crate::harness::{Database, Engine};
    let database = Database::recorded(Engine::Deployed);
    let id = "c0c0c0c0-0000-4000-8000-000000000001";
    // The only board of user 4 is that of the task, not the event's own.
    database.sql(&format!(
        "INSERT INTO activity_events (id, event_type, message, task_id, board_id, created_at)
         SELECT '{id}', 'task.comment', 'far', t.id, (SELECT id FROM boards b WHERE b.id <> t.board_id LIMIT 1), now()
         FROM tasks t WHERE t.id = '000000f0-0000-4000-8000-000000000001'"
    ));
    for who in (0..12).map(crate::identity::user) {
        let ask = |line: &str| database.mc(line.split(' ')).args(["--as-user", &who]).run();
        let (listed, read) = (ask("list --all -o jsonl --fields id"), ask("comments --all -o jsonl --fields id"));
        let may = listed.stdout.contains(id) || read.stdout.contains(id);
        assert_eq!(ask(&format!("explain {id}")).code == 0, may, "{who}");
    }
}

#[test]
fn doctor_tells_a_database_that_is_fine_from_one_that_cannot_be_used() {
    let fine = with_demo().mc(["doctor", "-o", "json", "-q"]).ok().json();
    assert_eq!((&fine["exit_code"], &fine["facts"]["schema"]), (&0.into(), &"documented".into()), "{fine}");
    let place = Place::new();
    let none = place.mc(["doctor", "-o", "json"]).run();
    none.expect(5);
    assert_eq!(none.json()["checks"][0]["state"], "unusable");
    place.write("work/other.db", "");
    place.mc(["doctor", "--database-url", "sqlite:other.db"]).run().expect(5);
}

#[test]
fn doctor_names_the_columns_that_are_missing_and_the_actor_who_is() {
    use crate::harness::{Database, Engine};
    let database = Database::recorded(Engine::Deployed);
    database.mc(["doctor", "--as-user", "nobody"]).run().expect(1);
    for (column, table, code) in [("identity_profile", "agents", 1), ("all_boards_write", "organization_members", 5)] {
        database.sql(&format!("ALTER TABLE {table} RENAME {column} TO elsewhere"));
        let output = database.mc(["doctor", "-o", "json"]).run();
        output.expect(code);
        let missing = output.json()["facts"]["missing_columns"].to_string();
        assert!(missing.contains(&format!("{table}.{column}")), "{output}");
    }
    let zoned = Database::recorded(Engine::Deployed);
    zoned.sql("ALTER TABLE activity_events ALTER created_at TYPE timestamptz");
    for line in ["doctor", "list --as-user local-auth-user"] {
        let output = zoned.mc(line.split(' ')).run();
        output.expect(5);
        assert!(format!("{output}").contains("created_at is timestamp with time zone"), "{output}");
    }
    let place = with_demo();
    assert_eq!(place.mc(["doctor", "-o", "json", "-q"]).ok().json()["facts"]["missing_columns"], serde_json::json!([]));
}

#[test]
fn doctor_knows_the_role_the_indexes_and_the_clock_of_a_server() {
    use crate::harness::{Database, Engine};
    let output = Database::shared(Engine::Deployed).mc(["doctor", "-o", "json"]).run();
    let told = output.json();
    let facts = &told["facts"];
    assert_eq!(facts["schema"], "deployed", "{output}");
    assert_eq!(facts["privileges"].as_array().unwrap().len(), 8, "{output}");
    assert!(facts["clock_skew_seconds"].as_f64().unwrap().abs() < 2.0, "{output}");
    let missing: Vec<&str> =
        facts["missing_indexes"].as_array().unwrap().iter().map(|m| m["statement"].as_str().unwrap()).collect();
    assert!(
        missing.iter().any(|m| m.starts_with("CREATE INDEX CONCURRENTLY") && m.ends_with("(created_at, id);")),
        "{output}"
    );
    assert!(facts["unseen_events"].as_i64().unwrap() > 0, "{output}");
    assert_eq!(facts["actor"], serde_json::Value::Null, "{output}");
    let actor = told["checks"].as_array().unwrap().iter().find(|check| check["check"] == "actor").unwrap();
    assert!(actor["hint"].as_str().unwrap().contains("--as-user"), "{output}");
    output.expect(0);
}
