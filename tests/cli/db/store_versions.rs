//! SQLite databases that an earlier release created.

use crate::harness::ask;
use crate::harness::{Database, Engine, in_parallel};
use std::path::PathBuf;

const READS: [&str; 5] = [
    "list --all -o jsonl",
    "comments --all -o jsonl",
    "tail --events --no-follow -o jsonl",
    "boards -o json",
    "list --count",
];

/// Three events, all at the same time, in one file.
fn first_version() -> (Database, PathBuf) {
    let database = Database::recorded(Engine::Embedded);
    let file = PathBuf::from(database.url.strip_prefix("sqlite:").unwrap());
    for beside in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{beside}", file.display()));
    }
    database.sql(include_str!("../../fixtures/store_version_1.sql"));
    (database, file)
}

/// `user_version`, by the place that it has in a file (sqlite.org/fileformat2.html).
fn version(file: &PathBuf) -> u8 {
    std::fs::read(file).unwrap()[63]
}

fn answers(database: &Database) -> Vec<String> {
    READS.iter().map(|line| ask(database, line).ok().stdout).collect()
}

#[test]
fn readers_leave_it_as_it_is_and_the_first_writer_migrates_it() {
    let (database, file) = first_version();
    let before = std::fs::read(&file).unwrap();
    let right = answers(&database);
    assert_eq!(right[4], "3\n");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    ask(&database, "log --type x --board Main --message four").ok();
    assert_eq!(version(&file), 3);
    assert_eq!(ask(&database, "list --count").ok().stdout, "4\n");
    let after = ask(&database, "list --all -o jsonl --exclude-type x").ok().stdout;
    assert_eq!(after, right[0]);
    // Fails where a column of the newest version is missing.
    database.sql(
        "UPDATE tasks SET assigned_agent_id = (SELECT id FROM agents), in_progress_at = 0;
         UPDATE agents SET heartbeat_config = '{}', last_provision_error = 'none', wake_attempts = wake_attempts + 1",
    );
    // Equal times come off the new index in order.
    let plan = ask(&database, "comments --show-sql -v").ok().stderr;
    assert!(
        plan.contains("ix_activity_events_event_type_created_at_id") && !plan.contains("B-TREE FOR LAST"),
        "{plan}"
    );
}

#[test]
fn of_many_writers_at_once_one_migrates_it() {
    let (database, file) = first_version();
    let numbers: Vec<u32> = (0..16).collect();
    in_parallel(&numbers, |n| {
        let output = ask(&database, "log --type x --board Main --message").args([n.to_string()]).run();
        (output.code != 0).then(|| output.to_string())
    });
    assert_eq!(version(&file), 3);
    assert_eq!(ask(&database, "list --count").ok().stdout, "19\n");
}

#[test]
fn a_migration_that_fails_is_reported_and_changes_nothing() {
    let (database, file) = first_version();
    database.sql("CREATE INDEX ix_activity_events_event_type_created_at_id ON tasks (title)");
    let right = answers(&database);
    let output = ask(&database, "log --type x --board Main").fails(1);
    assert!(output.stderr.contains("newest version") && output.stderr.contains("already exists"), "{output}");
    assert_eq!(version(&file), 1);
    assert_eq!(answers(&database), right);
}

#[test]
fn a_store_that_is_made_now_has_the_newest_version() {
    let (database, _) = first_version();
    database.place.mc(["demo", "-q"]).ok();
    assert_eq!(version(&database.place.path().join("data/mc-activity/activity.db")), 3);
}
