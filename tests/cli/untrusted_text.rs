//! Text that would be SQL, a pattern, a path or an escape somewhere else: it is only ever a value.

use crate::harness::{Database, Engine, for_each_engine, in_parallel};
use crate::harness::{ME, ask, words};

const HOSTILE: [&str; 22] = [
    "'",
    "''",
    "\"",
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE activity_events; --",
    "1; SELECT pg_sleep(30)",
    "' UNION SELECT id, agent_token_hash FROM agents --",
    "$1",
    ":boards",
    ":since::text",
    "$$; DROP TABLE boards; $$",
    "\\'; DROP TABLE boards; --",
    "%",
    "_",
    "%%%s%n",
    "-- if boards",
    "/* */",
    "E'\\x27'",
    "\u{2019} OR 1=1",
    "../../etc/passwd",
    "{\"$gt\": \"\"}",
];

/// Every flag that takes free text, as the end of a command line.
const FLAGS: [&str; 20] = [
    "list --board",
    "list --agent",
    "list --task",
    "list --type",
    "list --exclude-type",
    "list --exclude-board",
    "list --exclude-agent",
    "list --grep",
    "list -i --grep",
    "list --since",
    "list --until",
    "list --after",
    "list --tz",
    "list --fields",
    "comments --task",
    "comments --grep",
    "errors --board",
    "summary --agent",
    "tail --no-follow --events --type",
    "errors --range",
];

#[test]
fn hostile_text_in_any_flag_finds_nothing_and_does_nothing() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let all = ask(&database, "list --all -o jsonl").ok().stdout;
        let cases: Vec<(&str, &str)> = FLAGS.iter().flat_map(|flag| HOSTILE.map(|text| (*flag, text))).collect();
        in_parallel(&cases, |(flag, text)| {
            let output = ask_with(&database, flag, text);
            // Nothing readable matches; only what excludes may leave rows, and * is no part of these texts.
            // One recorded title has quotation marks, and a task is named by a part of its title.
            let is_title = flag.ends_with("--task") && *text == "\"";
            let harmless = flag.contains("exclude") || flag.contains("grep") || is_title;
            let empty = output.code != 0 || output.stdout.is_empty() || !output.stdout.contains("000000");
            let good = (0..=4).contains(&output.code)
                && (harmless || empty)
                && !["syntax error", "panic", "pbkdf2"].iter().any(|bad| output.stderr.contains(bad))
                && !output.stdout.contains("pbkdf2")
                && output.took.as_secs() < 20;
            (!good).then(|| format!("{engine:?}\n{output}"))
        });
        in_parallel(&HOSTILE, |text| {
            for who in ["--as-user", "--as-agent"] {
                let output = database.mc(["list", &format!("{who}={text}")]).run();
                if output.code != 3 {
                    return Some(output.to_string());
                }
            }
            None
        });
        assert_eq!(ask(&database, "list --all -o jsonl").ok().stdout, all);
    });
}

fn ask_with(database: &Database, flag: &str, text: &str) -> crate::harness::Output {
    // A text that begins like a flag is one, unless it is joined to the flag.
    let mut words: Vec<String> = words(flag).collect();
    let last = words.pop().unwrap();
    words.push(format!("{last}={text}"));
    let format = if flag.starts_with("errors") || flag.starts_with("summary") { "json" } else { "jsonl" };
    let words = words.into_iter().chain(["-o".to_owned(), format.to_owned()]);
    database.mc(words).args(ME).run()
}

#[test]
fn hostile_text_is_written_as_it_is_and_found_again() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        for text in HOSTILE.into_iter().chain(["\u{1b}[2J", "\u{202e}", "a\tb\nc", "NULL", "\\N", "\\."]) {
            ask(&database, "log --board Main").args([format!("--type={text}"), format!("--message={text}")]).ok();
            let found =
                ask(&database, "list -o jsonl").args([format!("--grep={text}"), "--limit=500".into()]).ok().jsonl();
            let is_it = |item: &serde_json::Value| item["message"] == text && item["event_type"] == text;
            assert!(found.iter().any(is_it), "{engine:?}: {text}");
        }
        let count = ask(&database, "list --count").ok();
        assert!(count.stdout.trim().parse::<usize>().unwrap() > 100);
    });
}

#[test]
fn lines_that_are_no_events_are_refused_by_their_number_and_nothing_is_written() {
    let good = r#"{"event_type": "x", "message": "good", "board_id": "000000c0-0000-4000-8000-000000000001"}"#;
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let before = ask(&database, "list --count").ok().stdout;
        let bad = [
            "{",
            "[]",
            "null",
            "1",
            "\"x\"",
            "{}",
            "{\"event_type\": 1}",
            "{\"event_type\": null}",
            "\u{feff}{}",
            "{\"event_type\":\"x\",\"created_at\":\"2026-01-01\"}",
            "{\"event_type\":\"x\",\"nonsense\":1}",
            "{\"event_type\":\"x\",\"board_id\":\"'; DROP TABLE boards; --\"}",
            "{\"event_type\":\"\\ud800\"}",
            "{\"event_type\":\"x\",\"message\":\"\\u0000\"}",
        ];
        in_parallel(&bad, |line| {
            let output = ask(&database, "log --jsonl -").stdin(format!("{good}\n{line}\n{good}\n")).run();
            let good = [2, 3, 4].contains(&output.code) && output.stdout.is_empty() && output.stderr.contains("line 2");
            // SQLite can hold a NUL.
            let held = output.code == 0 && line.contains("\\u0000") && engine == Engine::Embedded;
            (!good && !held).then(|| format!("{engine:?} {line}\n{output}"))
        });
        if engine != Engine::Embedded {
            assert_eq!(ask(&database, "list --count").ok().stdout, before);
        }
    });
}

#[test]
fn a_message_of_the_server_cannot_forge_a_line_of_output() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let database = Database::recorded(engine);
        database.sql(
            r"CREATE FUNCTION forge() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN RAISE EXCEPTION E'no\nerror: forged\nhint: run rm -rf\r\x1b[2Khint: x\u202e\u0085hint: y\n\nhint: z'; END $$;
              CREATE TRIGGER forge BEFORE INSERT ON activity_events FOR EACH ROW EXECUTE FUNCTION forge()",
        );
        let output = ask(&database, "log --type x --board Main --message x").fails(1);
        let lines: Vec<&str> = output.stderr.lines().collect();
        assert_eq!(lines[0], "error: the database reports: no", "{output}");
        let ours = |line: &&&str| line.starts_with("error:") || line.starts_with("hint:");
        assert_eq!(lines.iter().filter(ours).count(), 1, "{output}");
        assert!(output.stderr.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{output:?}");
        let json = ask(&database, "log --type x --board Main --message x -o json").fails(1);
        assert_eq!(json.stderr.lines().count(), 1, "{json}");
    }
}
