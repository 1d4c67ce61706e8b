//! Unusual rows: every command shows them in every format, without a crash and without losing other rows.

use crate::harness::{Database, Engine, for_each_engine, in_parallel};
use crate::harness::{READS, ask, events};
use serde_json::Value;
use std::time::Duration;

const FORMATS: [&str; 7] = ["table", "wide", "json", "jsonl", "csv", "tsv", "text"];

/// All commands succeed; all formats of list hold all of the ids.
fn all_answer(database: &Database, ids: &[&str]) {
    in_parallel(&READS, |line| {
        let output = ask(database, line).run();
        (output.code != 0).then(|| format!("{:?}\n{output}", database.engine))
    });
    in_parallel(&FORMATS, |format| {
        let output =
            ask(database, "list --fields id,created_at,event_type,message --limit 5000 -o").args([format]).run();
        // Tables shorten ids.
        let lost = ids.iter().find(|id| !["table", "wide", "text"].contains(format) && !output.stdout.contains(*id));
        (output.code != 0 || lost.is_some()).then(|| format!("{:?}: lost {lost:?}\n{output}", database.engine))
    });
}

#[test]
fn events_at_the_ends_of_time_are_shown_in_order() {
    for_each_engine(|engine| {
        let database = Database::empty(engine);
        let mut data = crate::harness::Data::recorded();
        data.tables.retain(|table| table.name != "activity_events");
        database.load(&data);
        database.load(&events(&[
            ("task.failed", Some("end"), "infinity"),
            ("task.failed", Some("last"), "2030-01-01 00:00:00"),
            ("x", Some("now"), "2026-03-15 12:00:00"),
            ("x", None, "0044-03-15 12:00:00 BC"),
            ("task.failed", Some("begin"), "-infinity"),
        ]));
        let first = if engine == Engine::Embedded { "-211813488000000000" } else { "'4714-11-24 BC'" };
        database.sql(&format!("UPDATE activity_events SET created_at = {first} WHERE message = 'begin'"));
        for line in
            ["errors -S 0001-01-01 -U 9999-12-31 -o json", "summary --by day -S 0001-01-01 -U 9999-12-31 -o json"]
        {
            ask(&database, line).ok();
        }
        let begin = if engine == Engine::Embedded { i64::MIN.to_string() } else { "'-infinity'".to_owned() };
        database.sql(&format!("UPDATE activity_events SET created_at = {begin} WHERE message = 'begin'"));
        let last = if engine == Engine::Embedded { "9223371331199999999" } else { "'294276-12-31 23:59:59.999999'" };
        database.sql(&format!("UPDATE activity_events SET created_at = {last} WHERE message = 'last'"));
        let wanted =
            ["infinity", "294276-12-31T23:59:59.999999", "2026-03-15T12:00:00", "0044-03-15T12:00:00 BC", "-infinity"];
        let times = |items: &[Value]| -> Vec<String> {
            items.iter().map(|item| item["created_at"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(times(&ask(&database, "list --all -o jsonl").ok().jsonl()), wanted);
        let mut reversed = times(&ask(&database, "tail --events --since 0001-01-01 --no-follow -o jsonl").ok().jsonl());
        reversed.reverse();
        assert_eq!(reversed, wanted[..3]);
        // Page by page, by the cursor.
        let (mut paged, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let mut mc = ask(&database, "list --limit 1 -o json");
            if let Some(cursor) = &cursor {
                mc = mc.args(["--after", cursor]);
            }
            let page = mc.ok().json();
            paged.extend(times(page["items"].as_array().unwrap()));
            assert!(paged.len() <= 5, "{paged:?}");
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(paged, wanted);
        for line in ["summary -S 0001-01-01 -U 9999-12-31 --by day -o json", "errors --scope all --range 1y -o json"] {
            ask(&database, line).ok();
        }
        all_answer(&database, &[]);
    });
}

#[test]
fn texts_of_any_size_and_kind_are_shown() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        if engine != Engine::Embedded {
            // An index entry has to fit a third of a page, so such a type exists only where no index is.
            database.sql(
                "DO $$ DECLARE i regclass; BEGIN
                   FOR i IN SELECT indexrelid FROM pg_index WHERE indrelid = 'activity_events'::regclass
                            AND pg_get_indexdef(indexrelid) LIKE '%event_type%'
                   LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END $$",
            );
        }
        let (kind, message) = ("k".repeat(1 << 20), "m\u{1b}[31m 日本\n".repeat(100_000));
        let at = "2027-01-01 00:00:00";
        database.load(&events(&[
            (&kind, Some("long type"), at),
            ("long.message", Some(&message), at),
            ("", Some(""), at),
            ("\u{202e}\u{0007}\u{1b}]0;x\u{7}'\"\\\n%_*?[", Some("\u{feff}\u{0301}"), at),
        ]));
        let numbers: Vec<String> = (0..4).map(|n| format!("0bad0000-0000-4000-8000-{n:012}")).collect();
        all_answer(&database, &numbers.iter().map(String::as_str).collect::<Vec<_>>());
        let items = ask(&database, "list --limit 5000 --no-total -o json").ok().json();
        let lengths: Vec<usize> = items["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["message"].as_str().unwrap_or_default().len())
            .collect();
        assert!(lengths.contains(&message.len()), "{lengths:?}");
    });
}

#[test]
fn a_message_of_fifty_megabytes_is_shown() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let long = "printf('%.*c', 52428800, 'x')";
        let long = if engine == Engine::Embedded { long } else { "repeat('x', 52428800)" };
        database.sql(&format!(
            "UPDATE activity_events SET message = {long}
             WHERE id = (SELECT e.id FROM activity_events e JOIN tasks t ON t.id = e.task_id JOIN boards b ON b.id = t.board_id
                         WHERE e.event_type = 'task.comment' AND b.name = 'Main' AND e.board_id = t.board_id LIMIT 1)"
        ));
        for line in
            ["list --all -o jsonl", "list --all -o table", "comments --all -o json", "list --all -o text -g xxxxx"]
        {
            let output = ask(&database, line).ok();
            assert!(output.took < Duration::from_secs(30), "{line}: {:?}", output.took);
        }
        let longest = ask(&database, "list --all -o jsonl").ok();
        assert!(longest.stdout.len() > 52_428_800);
    });
}

#[test]
fn profiles_with_nul_and_lone_surrogates_hide_no_comment() {
    for_each_engine(|engine| {
        let before = ask(Database::shared(engine), "comments --all -o jsonl").ok().jsonl();
        for profile in
            [r#"{"role": "a\u0000b"}"#, r#"{"role": "x\ud800y", "\udfff": "\u0000"}"#, r#"{"\u0000": 1}"#, "[]"]
        {
            let database = Database::recorded(engine);
            database.sql(&format!("UPDATE agents SET identity_profile = '{profile}'"));
            let after = ask(&database, "comments --all -o jsonl").ok().jsonl();
            assert_eq!(after.len(), before.len(), "{profile}");
            all_answer(&database, &[]);
        }
    });
}

#[test]
fn a_task_without_a_board_and_an_event_without_anything_are_no_problem() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before = ask(&database, "list --count").ok().stdout;
        let id = if engine == Engine::Embedded {
            "x'0bad0000000040008000000000000001'"
        } else {
            "'0bad0000-0000-4000-8000-000000000001'"
        };
        let at = if engine == Engine::Embedded { "0" } else { "now()" };
        database.sql(&format!(
            "INSERT INTO activity_events (id, event_type, created_at) VALUES ({id}, 'task.comment', {at})"
        ));
        assert_eq!(ask(&database, "list --count").ok().stdout, before);
        database.sql("UPDATE tasks SET board_id = NULL");
        all_answer(&database, &[]);
        assert_eq!(ask(&database, "comments --count").ok().stdout, "0\n");
    });
}

#[test]
fn text_that_is_no_utf8_is_shown_with_replacement_characters() {
    let ascii = Database::of_any_bytes();
    ascii.sql(
        "UPDATE activity_events SET message = 'bad' || chr(255) || chr(254), event_type = event_type || chr(200);
         UPDATE agents SET name = name || chr(255); UPDATE boards SET name = 'B' || chr(255), slug = slug || chr(255);
         UPDATE tasks SET title = 'T' || chr(255); UPDATE users SET name = 'U' || chr(255);
         UPDATE organizations SET name = 'O' || chr(255);",
    );
    let embedded = Database::recorded(Engine::Embedded);
    embedded.sql(
        "UPDATE activity_events SET message = CAST(x'626164fffe' AS TEXT), event_type = CAST(x'6576c8' AS TEXT);
         UPDATE agents SET name = CAST(x'41ff' AS TEXT); UPDATE boards SET name = CAST(x'42ff' AS TEXT);
         UPDATE tasks SET title = CAST(x'54ff' AS TEXT); UPDATE users SET name = CAST(x'55ff' AS TEXT);
         UPDATE organizations SET name = CAST(x'4fff' AS TEXT);",
    );
    for database in [ascii, embedded] {
        let count: usize = ask(&database, "list --count").ok().stdout.trim().parse().unwrap();
        let items = ask(&database, "list --all -o jsonl").ok().jsonl();
        assert!(count > 100);
        assert_eq!(items.len(), count, "{:?}", database.engine);
        assert!(items.iter().all(|item| item["message"] == "bad\u{fffd}\u{fffd}"), "{:?}", items[0]);
        let lines = READS.into_iter().filter(|line| !line.contains("--agent"));
        for line in lines {
            ask(&database, line).ok();
        }
    }
}

#[test]
fn ten_thousand_boards_are_listed() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before = ask(&database, "list --all -o jsonl").ok().stdout;
        let organization = "000000a0-0000-4000-8000-000000000001";
        database.sql(&if engine == Engine::Embedded {
            let organization = organization.replace('-', "");
            format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                 INSERT INTO boards (id, organization_id, name, slug)
                 SELECT randomblob(16), x'{organization}', 'Many ' || i, 'many-' || i FROM n"
            )
        } else {
            format!(
                "INSERT INTO boards (id, organization_id, name, slug, board_type, goal_confirmed, created_at, updated_at,
                                     description, max_agents)
                 SELECT gen_random_uuid(), '{organization}', 'Many ' || i, 'many-' || i, 'goal', false, now(), now(), '', 1
                 FROM generate_series(1, 10000) AS n (i)"
            )
        });
        assert_eq!(ask(&database, "list --all -o jsonl").ok().stdout, before);
        assert_eq!(ask(&database, "boards -o json").ok().json()["items"].as_array().unwrap().len(), 10_003);
        assert_eq!(ask(&database, "list --board many-9999 --count").ok().stdout, "0\n");
        for line in READS {
            let output = ask(&database, line).ok();
            assert!(output.took < Duration::from_secs(10), "{line}: {:?}", output.took);
        }
    });
}

#[test]
fn very_many_event_types_hide_no_event() {
    let kinds: Vec<String> = (0..1_200).map(|n| format!("a.{n:04}")).collect();
    let rows: Vec<_> = kinds.iter().map(|kind| (kind.as_str(), None, "2020-01-01 00:00:00")).collect();
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let lines = [
            "list --all -o jsonl -S 2024-01-01",
            "list --all -o jsonl --type task.*",
            "list --limit 1000 --no-total -o json --reverse --type *failed",
            "errors --scope all -S 2024-01-01 -U 2027-01-01 -o json",
            "errors --scope all -S 2019-01-01 -U 2027-01-01 -o json --type *failed",
            "summary -S 2019-01-01 -U 2027-01-01 -o json --type task.*",
            "tail --events --no-follow -o jsonl --since 2019-01-01 --type task.*",
        ];
        let answers = || lines.map(|line| ask(&database, line).ok().stdout);
        let before = answers();
        database.load(&events(&rows));
        for ((line, before), after) in lines.iter().zip(before).zip(answers()) {
            assert!(before.contains("task."), "{engine:?}: {line}: {before}");
            assert_eq!(after, before, "{engine:?}: {line}");
        }
        assert_eq!(ask(&database, "list --type a.* --all -o jsonl").ok().stdout.lines().count(), kinds.len());
    });
}

#[test]
fn a_board_with_very_many_tasks_hides_no_event_without_a_board() {
    let database = Database::recorded(Engine::Deployed);
    let board = "000000c0-0000-4000-8000-000000000001";
    database.sql(&format!(
        "INSERT INTO tasks (id, board_id, title, status, priority, auto_created, created_at, updated_at)
         SELECT md5('task ' || k)::uuid, '{board}', 'Task ' || k, 'done', 'medium', false, now(), now()
         FROM generate_series(1, 25000) k;
         INSERT INTO activity_events (id, event_type, message, task_id, created_at)
         SELECT md5('event ' || k)::uuid, 'task.comment', 'a needle', md5('task ' || k)::uuid,
                timestamp '2026-01-01' - k * interval '1 hour'
         FROM generate_series(100, 25000, 100) k"
    ));
    for line in
        ["list --all", "list --limit 1000", "list --limit 1000 --reverse", "comments --all", "comments --limit 1000"]
    {
        let output = ask(&database, line).args(["-g", "needle", "-o", "jsonl", "--board", board]).ok();
        assert_eq!(output.stdout.lines().count(), 250, "{line}");
    }
}

/// Values that the database must not hold, but that SQLite accepts: each in a row of its own, and whether the row
/// can be shown all the same.
const OF_A_WRONG_TYPE: [(&str, &str, bool); 11] = [
    ("created_at", "'yesterday'", true),
    ("created_at", "NULL", true),
    ("created_at", "x'00ff'", true),
    ("created_at", "5.5", true),
    ("message", "x'ff00fe'", true),
    ("event_type", "x'6576ff'", true),
    ("agent_id", "'no id'", true),
    ("action", "x'ff'", true),
    ("id", "7", false),
    ("id", "'no id'", false),
    ("id", "x'0102'", false),
];

#[test]
fn a_value_of_a_wrong_type_hides_no_row_of_an_sqlite_file_and_is_reported() {
    let whole = Database::recorded(Engine::Embedded);
    // Whatever SQLite's declared types refuse, an older or a foreign writer's table may hold.
    let loosen = "PRAGMA foreign_keys = off; PRAGMA writable_schema = on;
         UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'activity_events';
         PRAGMA writable_schema = reset;";
    let before = ask(&whole, "list --count").ok().stdout.trim().parse::<usize>().unwrap();
    let tail = "tail --events --no-follow -o jsonl --since 2020-01-01";
    let followed = ask(&whole, tail).ok().stdout.lines().count();
    for (column, value, shown) in OF_A_WRONG_TYPE {
        let database = Database::recorded(Engine::Embedded);
        database.sql(&format!(
            "{loosen} UPDATE activity_events SET {column} = {value}
             WHERE id = (SELECT e.id FROM activity_events e JOIN boards b ON b.id = e.board_id
                         WHERE b.name = 'Main' AND e.event_type <> 'task.comment' LIMIT 1)"
        ));
        let case = format!("{column} = {value}");
        for line in ["list --all -o jsonl", "list --all -o jsonl --reverse", "list --limit 5000 -o jsonl"] {
            let output = ask(&database, line).ok();
            assert_eq!(output.stdout.lines().count(), before - usize::from(!shown), "{case}: {line}\n{output}");
            let told = output.stderr.contains("of this SQLite file");
            let silent = ["message", "event_type", "action"].contains(&column) || value == "5.5";
            assert_eq!(told, !silent, "{case}: {line}\n{output}");
        }
        // Page by page nothing is lost, whatever the order of values of several types.
        let (mut paged, mut cursor) = (0, None::<String>);
        loop {
            let mut mc = ask(&database, "list --limit 50 -o json");
            if let Some(cursor) = &cursor {
                mc = mc.args(["--after", cursor]);
            }
            let page = mc.ok().json();
            paged += page["items"].as_array().unwrap().len();
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(paged, before - usize::from(!shown), "{case}: page by page");
        for line in READS {
            let output = ask(&database, line).run();
            assert_eq!(output.code, 0, "{case}: {output}");
        }
        let output = ask(&database, tail).ok();
        assert!(output.stdout.lines().count() >= followed - 1, "{case}: {output}");
    }
}

#[test]
fn what_cannot_be_read_in_an_sqlite_file_is_counted_with_an_example() {
    let database = Database::recorded(Engine::Embedded);
    database.sql(
        "PRAGMA foreign_keys = off;
         UPDATE activity_events SET created_at = 'soon' WHERE rowid IN (
           SELECT e.rowid FROM activity_events e JOIN boards b ON b.id = e.board_id WHERE b.name = 'Main' LIMIT 3);
         UPDATE activity_events SET agent_id = 7, task_id = NULL WHERE event_type = 'task.updated';
         INSERT INTO activity_events (id, event_type, created_at, board_id)
           SELECT x'0102', 'x', 0, id FROM boards WHERE name = 'Main'",
    );
    let output = ask(&database, "list --all -o jsonl").ok();
    for part in [
        "3 events of this SQLite file have a created_at that is no time and are shown as of -infinity (the first has the rowid ",
        "1 row of this SQLite file cannot be read and is not shown (the first has the id x'0102')",
        "values of this SQLite file cannot be read and are shown as null (the first is agent_id of ",
    ] {
        assert!(output.stderr.contains(part), "{part}\n{output}");
    }
    let items = output.jsonl();
    assert_eq!(items.iter().filter(|item| item["created_at"] == "-infinity").count(), 3);
    assert!(items.iter().any(|item| item["event_type"] == "task.updated" && item["agent_id"].is_null()));
    // In quiet as little as otherwise.
    assert_eq!(ask(&database, "list --all -o jsonl -q").ok().stderr, "");
}

#[test]
fn fifty_messages_of_three_megabytes_are_shown_in_64_mb() {
    for_each_engine(|engine| {
        let database = Database::empty(engine);
        let mut data = crate::harness::Data::recorded();
        data.tables.retain(|table| table.name != "activity_events");
        database.load(&data);
        let times: Vec<String> = (0..50).map(|n| format!("2026-03-15 12:00:{n:02}")).collect();
        database.load(&events(&times.iter().map(|at| ("task.failed", Some("x"), at.as_str())).collect::<Vec<_>>()));
        let long =
            if engine == Engine::Embedded { "printf('%.*c', 3000000, 'x')" } else { "repeat('long word ', 300000)" };
        database.sql(&format!("UPDATE activity_events SET message = {long}"));
        let errors = "errors -S 2026-03-01 -U 2026-04-01 --limit 50";
        let lines =
            FORMATS.iter().flat_map(|format| [format!("list --limit 50 -o {format}"), format!("{errors} -o {format}")]);
        for line in lines.chain([format!("{errors} --html page.html -o json"), "list --all -o json".to_owned()]) {
            let (code, kilobytes) = ask(&database, &line).peak();
            assert_eq!(code, 0, "{engine:?}: {line}");
            eprintln!("{engine:?}: {line}: {kilobytes} kB");
            assert!(kilobytes < 64 * 1024, "{engine:?}: {line}: {kilobytes} kB");
        }
        // And all of them.
        for line in ["list --limit 50 -o json", &format!("{errors} --html page.html -o json")] {
            let items = ask(&database, line).ok().json()["items"].as_array().unwrap().clone();
            let lengths: Vec<usize> = items.iter().map(|item| item["message"].as_str().unwrap().len()).collect();
            assert_eq!(lengths, vec![3_000_000; 50], "{engine:?}: {line}");
        }
        assert_eq!(database.place.read("work/page.html").matches("<details>").count(), 50, "{engine:?}");
    });
}
