//! SQLite files of all kinds: in use, in any journal mode, write-protected, damaged, created by SQLAlchemy.

use crate::harness::{Database, Engine, without_cursors};
use crate::harness::{READS, answers, ask};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

fn file(database: &Database) -> PathBuf {
    PathBuf::from(database.url.strip_prefix("sqlite:").unwrap())
}

fn refused(database: &Database, told: &str) {
    for line in READS.into_iter().chain(["log --type x --board Main"]) {
        let output = ask(database, line).fails(5);
        assert!(output.stderr.contains(told) && output.stderr.contains("activity.db"), "{output}");
    }
}

/// Leaves a file that holds everything and nothing beside it.
fn settled(mode: &str) -> Database {
    let database = Database::recorded(Engine::Embedded);
    database.sql(&format!("PRAGMA journal_mode = {mode}"));
    database
}

#[test]
fn what_is_no_database_is_named() {
    let database = settled("delete");
    std::fs::remove_file(file(&database)).unwrap();
    refused(&database, "No such file");
    std::fs::create_dir(file(&database)).unwrap();
    refused(&database, "a directory");
    std::fs::remove_dir(file(&database)).unwrap();
    std::fs::write(file(&database), "").unwrap();
    refused(&database, "an empty file");
    std::fs::write(file(&database), "Dear diary,\n".repeat(1000)).unwrap();
    refused(&database, "not a database");
}

#[test]
fn a_truncated_or_corrupted_file_is_no_crash_and_no_wrong_answer() {
    let whole = settled("delete");
    let bytes = std::fs::read(file(&whole)).unwrap();
    let right = answers(&whole);
    for (n, damage) in (0..24).map(|n| (n, n * bytes.len() / 24)) {
        let database = settled("delete");
        let mut broken = bytes.clone();
        if n % 2 == 0 {
            broken.truncate(damage.max(50));
        } else {
            let end = (damage + 3000).min(broken.len());
            broken[damage..end].fill(0x5a);
        }
        std::fs::write(file(&database), broken).unwrap();
        for ((line, code, said), (_, _, before)) in answers(&database).into_iter().zip(&right) {
            assert!([0, 1, 3, 4, 5].contains(&code), "{line}: {code}");
            // What lies in a page of text may read as another text; a cut file is always noticed.
            assert!(n % 2 == 1 || code != 0 || said == *before, "{line}, cut at {damage}");
        }
    }
}

#[test]
fn a_protected_file_is_read_in_either_journal_mode() {
    for mode in ["delete", "wal"] {
        let database = settled(mode);
        let right = answers(&database);
        let directory = file(&database).parent().unwrap().join("protected");
        std::fs::create_dir(&directory).unwrap();
        let protected = directory.join("activity.db");
        std::fs::copy(file(&database), &protected).unwrap();
        std::fs::set_permissions(&protected, PermissionsExt::from_mode(0o444)).unwrap();
        std::fs::set_permissions(&directory, PermissionsExt::from_mode(0o555)).unwrap();
        // Root may write everywhere, other users may not.
        for ancestor in directory.ancestors().skip(1).take(2) {
            std::fs::set_permissions(ancestor, PermissionsExt::from_mode(0o755)).unwrap();
        }
        let url = format!("sqlite:{}", protected.display());
        for (line, code, said) in right.iter().filter(|(line, ..)| line.contains("-o json")) {
            let words = crate::harness::words(line).chain(crate::harness::ME.map(str::to_owned));
            let shell = "[ $(id -u) != 0 ] && exec \"$0\" \"$@\"
                         cp \"$0\" /tmp/mc-activity-for-nobody.$$ && chmod 755 /tmp/mc-activity-for-nobody.$$
                         cd / && setpriv --reuid=65534 --regid=65534 --clear-groups /tmp/mc-activity-for-nobody.$$ \"$@\"
                         code=$?; rm /tmp/mc-activity-for-nobody.$$; exit $code";
            let output = database.place.sh(shell, words).env("DATABASE_URL", &url).run();
            assert_eq!(output.code, *code, "{mode} {output}");
            let shown =
                output.stdout.lines().filter(|line| !line.contains("\"database\":")).collect::<Vec<_>>().join("\n");
            assert_eq!(without_cursors(&shown), without_cursors(said), "{mode} {line}");
        }
        std::fs::set_permissions(&directory, PermissionsExt::from_mode(0o755)).unwrap();
    }
}

#[test]
fn readers_and_a_busy_writer_do_not_disturb_each_other() {
    for mode in ["delete", "wal"] {
        let database = settled(mode);
        let before: usize = ask(&database, "list --count").ok().stdout.trim().parse().unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in 0..40 {
                    ask(&database, "log --type busy --board Main --message").args([n.to_string()]).ok();
                }
            });
            while !writer.is_finished() {
                for line in ["list -o json", "list --count", "tail --events --no-follow"] {
                    ask(&database, line).ok();
                }
            }
        });
        assert_eq!(ask(&database, "list --count").ok().stdout, format!("{}\n", before + 40), "{mode}");
    }
}

#[test]
fn a_file_that_stays_locked_is_busy_after_two_seconds() {
    let database = settled("delete");
    let hold = format!(
        "import sqlite3, time\nc = sqlite3.connect('{}', isolation_level=None)\nc.execute('BEGIN EXCLUSIVE')\n\
         print('locked', flush=True)\ntime.sleep(60)",
        file(&database).display()
    );
    let mut holder = Command::new("python3").args(["-c", &hold]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "locked\n");
    let output = ask(&database, "list").run();
    // Ctrl-C also ends a command that waits for a lock.
    for (line, code) in [("list", 130), ("log --type x --board Main", 130), ("tail --events", 0)] {
        let mut child = ask(&database, line).start();
        child.wait_for_open(&file(&database));
        child.interrupt();
        assert_eq!(child.end_within(Duration::from_millis(1_500)), code, "{line}");
    }
    holder.kill().unwrap();
    holder.wait().unwrap();
    output.expect(1);
    assert!(output.stderr.contains("busy"), "{output}");
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_one_of_an_older_is_read() {
    let database = settled("delete");
    let right = answers(&database);
    database.sql("PRAGMA user_version = 0");
    assert_eq!(answers(&database), right);
    database.sql("PRAGMA user_version = 4");
    refused(&database, "newer");
}

/// Turns our own tables into those that SQLAlchemy makes of the backend's models.
fn as_sqlalchemy(database: &Database, id: fn(&str) -> String, id_type: &str) {
    let time = |name: &str| {
        format!(
            "strftime('%Y-%m-%d %H:%M:%S', {name} / 1000000 + 946684800, 'unixepoch') || printf('.%06d', {name} % 1000000)"
        )
    };
    let tables = [
        ("organizations", "id name created_at"),
        ("users", "id clerk_user_id email name active_organization_id"),
        ("organization_members", "id organization_id user_id role all_boards_read all_boards_write created_at"),
        ("boards", "id organization_id name slug"),
        ("organization_board_access", "id organization_member_id board_id can_read can_write"),
        ("agents", "id board_id name status is_board_lead agent_token_hash identity_profile last_seen_at"),
        ("tasks", "id board_id title status"),
        ("activity_events", "id event_type message agent_id task_id created_at board_id"),
    ];
    let mut sql = String::from("PRAGMA foreign_keys = off; PRAGMA legacy_alter_table = on;\n");
    for (table, columns) in tables {
        let (mut declared, mut chosen) = (Vec::new(), Vec::new());
        for name in columns.split(' ') {
            let is_id = name == "id" || name.ends_with("_id") && name != "clerk_user_id";
            let kind = match name {
                _ if is_id => id_type,
                "created_at" | "last_seen_at" => "DATETIME",
                _ if name.starts_with("all_") || name.starts_with("can_") || name.starts_with("is_") => "BOOLEAN",
                "identity_profile" => "JSON",
                _ => "VARCHAR",
            };
            declared.push(format!("{name} {kind}"));
            chosen.push(if is_id {
                id(name)
            } else if kind == "DATETIME" {
                time(name)
            } else {
                name.to_owned()
            });
        }
        sql += &format!(
            "ALTER TABLE {table} RENAME TO old_{table}; CREATE TABLE {table} ({});
             INSERT INTO {table} SELECT {} FROM old_{table}; DROP TABLE old_{table};\n",
            declared.join(", "),
            chosen.join(", ")
        );
    }
    database.sql(&sql);
}

#[test]
fn files_made_by_sqlalchemy_give_the_same_answers() {
    let hyphens = |name: &str| {
        let part = |from, length| format!("substr(lower(hex({name})), {from}, {length})");
        let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
        format!("CASE WHEN {name} IS NOT NULL THEN {} END", parts.join(" || '-' || "))
    };
    let simple = |name: &str| format!("CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END");
    for (id, id_type) in [(simple as fn(&str) -> String, "CHAR(32)"), (hyphens, "CHAR(36)")] {
        let database = settled("delete");
        // SQLite's own calendar, with which the times are written here, begins with the year 0 and ends with 9999.
        database.sql(
            "DELETE FROM activity_events WHERE created_at NOT BETWEEN 0 AND 252423993599999999;
             UPDATE activity_events SET action = NULL, user_id = NULL, actor_id = NULL",
        );
        let right = answers(&database);
        as_sqlalchemy(&database, id, id_type);
        assert_eq!(answers(&database), right, "{id_type}");
        let output = ask(&database, "log --type x --board Main").fails(5);
        assert!(output.stderr.contains("another program"), "{output}");
        // A time that is no text is what the embedded store holds, and may have a fraction.
        database.sql("UPDATE activity_events SET created_at = 800000000000000.5");
        let all = ask(&database, "list --all -o jsonl").ok().jsonl();
        assert!(!all.is_empty() && all.iter().all(|item| item["created_at"] == "2025-05-08T06:13:20"), "{all:?}");
        let followed = ask(&database, "tail --events -n 5000 --no-follow -o jsonl").ok().jsonl();
        assert_eq!(followed.len(), all.len());
    }
}

#[test]
fn a_file_that_is_opened_for_reading_alone_is_read_and_not_written() {
    let database = settled("wal");
    let read = |path: PathBuf| std::fs::read(path).unwrap();
    let before = read(file(&database));
    let url = format!("{}?mode=ro", database.url);
    let mc = |line: &str| database.place.mc(line.split(' ')).args(crate::harness::ME).env("DATABASE_URL", &url);
    assert_eq!(mc("list --count").ok().stdout, ask(&database, "list --count").ok().stdout);
    for line in ["log --type task.updated --message x --board board-1", "log --jsonl -"] {
        let output = mc(line).stdin("{\"type\": \"x\", \"board\": \"board-1\"}\n").fails(4);
        assert!(output.stderr.contains("mode=ro"), "{output}");
    }
    let output = database.place.mc(["demo", "--database-url", &url]).fails(4);
    assert!(output.stderr.contains("mode=ro"), "{output}");
    assert!(before == read(file(&database)), "the file has changed");
    let writable = database.url.clone() + "?mode=rw";
    database
        .place
        .mc(["log", "--type", "x", "--message", "x", "--board", "board-1"])
        .args(crate::harness::ME)
        .env("DATABASE_URL", writable)
        .ok();
}
