//! Databases of other encodings than UTF8: text that an encoding cannot represent is in no row, so it matches nothing.

use crate::harness::Database;
use crate::harness::ask;

/// One organization with one board, an agent, a task and the local user, who reads and writes all of it, and some events.
const ROWS: &str = "
INSERT INTO organizations VALUES ('0bad0000-0000-4000-8000-00000000000a', 'Org', now(), now());
INSERT INTO gateways (id, organization_id, name, url, workspace_root, created_at, updated_at, disable_device_pairing,
                      allow_insecure_tls)
  VALUES ('0bad0000-0000-4000-8000-00000000000b', '0bad0000-0000-4000-8000-00000000000a', 'gw', 'ws://h', '/w', now(), now(),
          false, false);
INSERT INTO users (id, clerk_user_id, is_super_admin, active_organization_id)
  VALUES ('0bad0000-0000-4000-8000-00000000000c', 'local-auth-user', false, '0bad0000-0000-4000-8000-00000000000a');
INSERT INTO organization_members
  VALUES ('0bad0000-0000-4000-8000-00000000000d', '0bad0000-0000-4000-8000-00000000000a',
          '0bad0000-0000-4000-8000-00000000000c', 'owner', true, true, now(), now());
INSERT INTO boards (id, organization_id, name, slug, gateway_id, board_type, goal_confirmed, created_at, updated_at,
                    description, max_agents)
  VALUES ('0bad0000-0000-4000-8000-00000000000e', '0bad0000-0000-4000-8000-00000000000a', 'Main', 'main',
          '0bad0000-0000-4000-8000-00000000000b', 'goal', false, now(), now(), '', 5);
INSERT INTO agents (id, board_id, name, status, is_board_lead, created_at, updated_at, gateway_id, lifecycle_generation,
                    wake_attempts)
  VALUES ('0bad0000-0000-4000-8000-00000000000f', '0bad0000-0000-4000-8000-00000000000e', 'Ann', 'online', false, now(), now(),
          '0bad0000-0000-4000-8000-00000000000b', 0, 0);
INSERT INTO tasks (id, board_id, title, status, priority, auto_created, created_at, updated_at)
  VALUES ('0bad0000-0000-4000-8000-000000000010', '0bad0000-0000-4000-8000-00000000000e', 'T', 'done', 'medium', false,
          now(), now());
INSERT INTO activity_events (id, event_type, message, agent_id, task_id, board_id, created_at)
  SELECT gen_random_uuid(), (ARRAY['task.comment', 'task.updated'])[1 + n % 2], 'Plain ' || n,
         '0bad0000-0000-4000-8000-00000000000f', '0bad0000-0000-4000-8000-000000000010',
         '0bad0000-0000-4000-8000-00000000000e', now() AT TIME ZONE 'utc' - n * interval '1 minute'
  FROM generate_series(1, 4) n";

/// An encoding, a letter that it holds, the same in its other case, and texts that it cannot hold.
const ENCODINGS: [(&str, &str, &str, &[&str]); 7] = [
    ("LATIN1", "ÿ", "Ÿ", &["😀", "日本", "€", "λ"]),
    ("LATIN9", "ž", "Ž", &["😀", "日本", "¤", "λ"]),
    ("WIN1252", "œ", "Œ", &["😀", "日本", "λ"]),
    ("WIN1251", "ж", "Ж", &["😀", "日本", "é"]),
    ("KOI8R", "ж", "Ж", &["😀", "日本", "é"]),
    ("EUC_JP", "λ", "Λ", &["😀", "한", "é\u{301}ǟ"]),
    ("EUC_KR", "λ", "Λ", &["😀", "ÿ"]),
];

fn database(encoding: &str) -> Database {
    let database = Database::in_encoding(encoding);
    database.sql(ROWS);
    database
}

#[test]
fn what_an_encoding_cannot_hold_matches_nothing_and_excludes_nothing() {
    for (encoding, _, _, texts) in ENCODINGS {
        let database = database(encoding);
        let count = |args: &[&str]| {
            let output = ask(&database, "list --count").args(args).ok();
            // That no event can have such a type is all that is said.
            let expected = |line: &str| line.starts_with("warning: no event has the type ");
            assert!(output.stderr.lines().all(expected), "{encoding}: {output}");
            output.stdout.trim().parse::<u32>().unwrap()
        };
        for text in texts {
            let glob = format!("{text}*");
            assert_eq!(count(&["-g", text]), 0, "{encoding}: {text}");
            assert_eq!(count(&["-i", "-g", text]), 0, "{encoding}: {text}");
            assert_eq!(count(&["-g", text, "-g", "Plain 1"]), 1, "{encoding}: {text}");
            assert_eq!(count(&["-i", "-g", text, "-g", "plain 1", "-g", "PLAIN 2"]), 2, "{encoding}: {text}");
            assert_eq!(count(&["--type", &glob]), 0, "{encoding}: {text}");
            assert_eq!(count(&["--type", &glob, "--type", "*.comment"]), 2, "{encoding}: {text}");
            assert_eq!(count(&["--exclude-type", &glob]), 4, "{encoding}: {text}");
            assert_eq!(count(&["--exclude-type", &glob, "--exclude-type", "*.comment"]), 2, "{encoding}: {text}");
            for line in ["list", "list --all", "comments", "errors --range 1y", "summary", "tail --no-follow"] {
                let output = ask(&database, line).args(["-g", text]).ok();
                assert!(!output.stdout.contains("Plain"), "{encoding}: {output}");
            }
            for (flag, code) in [("--board", 4), ("--exclude-board", 4), ("--agent", 3), ("--task", 3)] {
                let output = ask(&database, "list").args([flag, text]).fails(code);
                assert!(output.stderr.contains(text), "{encoding}: {output}");
            }
            for flag in ["--as-user", "--as-agent"] {
                database.mc(["list", flag, text]).fails(3);
            }
        }
    }
}

#[test]
fn what_an_encoding_holds_is_found_in_any_letter_case_and_written() {
    for (encoding, letter, other_case, texts) in ENCODINGS {
        let database = database(encoding);
        let written = format!("see {letter}[x]\\");
        ask(&database, "log --board main").args(["--type", &format!("x.{letter}"), "--message", &written]).ok();
        for found in [
            &["-g", &written][..],
            &["-i", "-g", &written.to_uppercase()],
            &["-i", "-g", other_case],
            &["-i", "-g", letter, "-g", texts[0]],
            &["--type", &format!("x.{letter}")],
            &["--type", &format!("?.{letter}"), "--type", texts[0]],
        ] {
            let items = ask(&database, "list -o jsonl").args(found).ok().jsonl();
            assert_eq!(items.len(), 1, "{encoding}: {found:?}");
            assert_eq!(items[0]["message"], written.as_str(), "{encoding}");
        }
    }
}

#[test]
fn log_names_the_character_that_the_encoding_cannot_hold_and_writes_nothing() {
    for (encoding, letter, _, texts) in ENCODINGS {
        let database = database(encoding);
        let c = texts[0].chars().next().unwrap();
        let told =
            format!("the database's encoding {encoding} cannot hold the character U+{:04X} ('{c}')", u32::from(c));
        let text = format!("{letter} {}", texts[0]);
        for args in [["--type", "x", "--message", &text], ["--type", &text, "--message", "x"]] {
            let output = ask(&database, "log --board main").args(args).fails(2);
            assert!(output.stderr.contains(&told), "{output}");
        }
        let line = |message: &str| format!("{{\"event_type\":\"x\",\"message\":\"{message}\",\"board\":\"main\"}}\n");
        let output = ask(&database, "log --jsonl -").stdin(line("good") + &line(&text)).fails(2);
        assert!(output.stderr.contains(&format!("line 2: {told}")), "{output}");
        ask(&database, "log --board main --type x --message good --dry-run").ok();
        assert_eq!(ask(&database, "list --count").ok().stdout, "4\n");
    }
}

#[test]
fn tail_asks_once_for_the_encoding_and_follows() {
    let database = database("LATIN1");
    let args = ["tail", "--events", "-n", "1", "-g", "Plain", "-g", "😀", "-i", "-o", "jsonl", "--poll", "50ms"];
    let mut tail = database.mc(args).args(crate::harness::ME).args(["--for", "2s", "--show-sql"]).start();
    assert!(tail.line(std::time::Duration::from_secs(20)).contains("Plain 1"));
    assert_eq!(tail.end_within(std::time::Duration::from_secs(20)), 0);
    let (_, told) = tail.rest();
    assert!(told.matches("-- poll_keys\n").count() > 3, "{told}");
    assert_eq!(told.matches("SELECT convert_from(").count(), 1, "{told}");
}
