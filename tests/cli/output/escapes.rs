//! Stored text cannot control the terminal of the person who reads it.

use crate::harness::{Data, Database, Engine, Table};
use std::collections::BTreeSet;

/// All that moves the cursor, begins an escape, ends a line, turns the direction or is not seen; NUL is in no text of
/// PostgreSQL and in no argument.
fn dangerous() -> Vec<char> {
    let ranges = [
        '\u{1}'..='\u{1f}',
        '\u{7f}'..='\u{9f}',
        '\u{ad}'..='\u{ad}',
        '\u{61c}'..='\u{61c}',
        '\u{200b}'..='\u{200b}',
        '\u{200e}'..='\u{200f}',
        '\u{2028}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
        '\u{feff}'..='\u{feff}',
        '\u{fff9}'..='\u{fffb}',
        '\u{e0000}'..='\u{e007f}',
    ];
    ranges.into_iter().flatten().collect()
}

fn all() -> String {
    dangerous().into_iter().flat_map(|c| [c, 'x']).collect()
}

fn now() -> String {
    chrono::Utc::now().format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// An event for each dangerous character, which is in its type and its message.
fn events() -> Data {
    let mut table = Table::new("activity_events", "id event_type message agent_id task_id board_id created_at");
    let agent = "000000e0-0000-4000-8000-000000000001";
    let task = "000000f0-0000-4000-8000-000000000001";
    let board = "000000c0-0000-4000-8000-000000000001";
    for (n, c) in dangerous().into_iter().enumerate() {
        let ids = [format!("00000000-0000-4000-8000-{n:012x}"), format!("00000000-0000-4000-9000-{n:012x}")];
        let types = [format!("a{c}b.failed"), "task.comment".to_owned()];
        for (id, kind) in ids.into_iter().zip(types) {
            let message = format!("{c}message {c}\u{9b}31m\u{1b}]0;title\u{7}\r\nforged {c}");
            let row = [id, kind, message, agent.to_owned(), task.to_owned(), board.to_owned(), now()];
            table.rows.push(row.map(Some).to_vec());
        }
    }
    Data { tables: vec![table] }
}

/// The recorded data with every name, title and role hostile, and a board that has its namesake.
fn hostile(engine: Engine) -> Database {
    let mut data = Data::recorded();
    for table in &mut data.tables {
        for (column, name) in table.columns.clone().iter().enumerate() {
            for row in &mut table.rows {
                match (table.name.as_str(), name.as_str()) {
                    ("boards", "name" | "slug")
                    | ("organizations" | "users" | "agents", "name")
                    | ("tasks", "title") => {
                        row[column] = Some(format!("name {}", all()));
                    }
                    ("agents", "identity_profile") => {
                        row[column] = Some(serde_json::json!({"role": format!("role {}", all())}).to_string());
                    }
                    _ => {}
                }
            }
        }
    }
    data.tables.retain(|table| table.name != "activity_events");
    let database = Database::with(engine, &data);
    database.load(&events());
    database
}

/// Panics where a dangerous character came through; a line feed ends our own lines.
fn harmless(what: &str, text: &str) {
    let dangerous: BTreeSet<char> = dangerous().into_iter().filter(|c| *c != '\n').collect();
    let leaked: BTreeSet<char> = text.chars().filter(|c| dangerous.contains(c)).collect();
    assert!(leaked.is_empty(), "{what}: {leaked:?} came through\n{text:?}");
}

const FOR_PEOPLE: [&str; 25] = [
    "list --all",
    "list --all -o wide",
    "list --all -o text",
    "list --all --fields message,event_type,board_name",
    "comments --all",
    "comments --all -o wide",
    "comments --all -o text",
    "tail --no-follow -n 5000",
    "tail --no-follow -n 5000 --events",
    "tail --no-follow -n 5000 --events -o table",
    "errors --limit 1000",
    "errors --limit 1000 -o wide --by board,agent,task,type",
    "errors --limit 1000 -o text",
    "errors --nagios --warn 0",
    "summary --by type,board,agent,task",
    "summary --by type,board,agent,task -o wide",
    "summary --by type,board,agent,task -o text",
    "boards",
    "agents",
    "agents -o wide",
    "agents --nagios",
    "boards -o wide",
    "boards -o text",
    "whoami",
    "doctor",
];

#[test]
fn no_dangerous_character_comes_through_in_any_format_for_people() {
    let database = hostile(Engine::Deployed);
    let user = ["--as-user", "local-auth-user", "-v"];
    for line in FOR_PEOPLE {
        let output = database.mc(line.split(' ')).args(user).run();
        assert!(output.code <= 2 && !output.stdout.is_empty(), "{output}");
        harmless(line, &output.stdout);
        harmless(line, &output.stderr);
        let named = |c: &char| {
            let escape = match c {
                // A line break is shown as one, or the lines are counted.
                '\n' => if output.stdout.contains("lines)") { "lines)" } else { "↵" }.to_owned(),
                '\r' => "\\r".to_owned(),
                '\t' => "\\t".to_owned(),
                c => c.escape_unicode().to_string(),
            };
            output.stdout.contains(&escape)
        };
        let lists = line.contains("--all") || line.contains("-n 5000");
        assert!(!lists || dangerous().iter().all(named), "{line} does not name all of them");
        let narrow = database.mc(line.split(' ')).args(user).args(["--color", "never"]).on_terminal(80, 40);
        harmless(line, &narrow.stdout.replace("\u{1b}[", ""));
    }
    let told = database.mc(["explain", "00000000-0000-4000-8000-000000000001"]).args(user).ok();
    harmless("explain", &told.stdout);
}

#[test]
fn no_message_forges_a_line() {
    let database = hostile(Engine::Embedded);
    let user = ["--as-user", "local-auth-user", "-q"];
    let count: usize = database.mc(["list", "--count"]).args(user).ok().stdout.trim().parse().unwrap();
    for line in ["list --all -o text", "tail --events --no-follow -n 5000"] {
        let text = database.mc(line.split(' ')).args(user).ok().stdout;
        assert_eq!(text.lines().count(), count, "{line}");
    }
    // Heading, blank line, three lines of footer.
    for line in ["list --all", "list --all -o wide"] {
        assert_eq!(database.mc(line.split(' ')).args(user).ok().stdout.lines().count(), count + 5, "{line}");
    }
}

#[test]
fn errors_quote_typed_and_stored_text_escaped() {
    let database = hostile(Engine::Embedded);
    let typed = format!("typed {}", all());
    let name = format!("name {}", all());
    let near = format!("name {}y", all());
    let cases: [(&[&str], i32); 14] = [
        (&["list", "--board", &typed], 4),
        (&["list", "--board", &near], 4),
        (&["list", "--board", &name], 3),
        (&["list", "--agent", &name], 3),
        (&["list", "--agent", &typed], 3),
        (&["list", "--task", &typed], 3),
        (&["list", "--task", "0"], 3),
        (&["list", "--limit", &typed], 2),
        (&["list", "-o", &typed], 2),
        (&["list", "--fields", &typed], 2),
        (&["list", "--after", &typed], 2),
        (&["list", &typed], 2),
        (&["list", "--tz", &typed], 2),
        (&["list", "--database-url", &typed], 2),
    ];
    for (args, code) in cases {
        let output = database.mc(args).args(["--as-user", "local-auth-user"]).fails(code);
        harmless(args[1], &output.stderr);
    }
    database.mc(["list", "--as-user", &typed]).run().stderr.lines().for_each(|line| harmless("--as-user", line));
    let shown = database.mc(["list", "--show-sql", "-v", "--grep", &typed, "--as-user", "local-auth-user"]).ok();
    harmless("--show-sql", &shown.stderr);
    let unknown = database.mc(["errors", "--nagios", "--warn", &typed]).run();
    unknown.expect(3);
    harmless("--nagios", &unknown.stdout);
    let profile = database.mc(["list", "--profile", &typed]).run();
    harmless("--profile", &profile.stderr);
    let told = database.mc(["explain", &typed]).run();
    harmless("explain", &(told.stdout + &told.stderr));
}

#[test]
fn no_dangerous_character_is_in_a_page() {
    let database = hostile(Engine::Embedded);
    for line in ["errors --html page.html --by board,agent,task,type", "summary --html page.html --by board,type"] {
        database.mc(line.split(' ')).args(["--as-user", "local-auth-user"]).ok();
        let page = database.place.read("work/page.html").replace('\t', "");
        harmless(line, &page);
        assert!(page.contains("&lt;U+202E&gt;") && page.contains("&lt;U+009B&gt;"), "{line}");
    }
}

/// What programs read. On a terminal a person reads it.
const FOR_PROGRAMS: [&str; 22] = [
    "list --all -o json",
    "list --all -o jsonl",
    "list --all -o csv",
    "list --all -o tsv",
    "list --all -o csv --excel --no-header",
    "list --all -o tsv --fields message,board_name",
    "comments --all -o json",
    "comments --all -o jsonl",
    "comments --all -o csv",
    "comments --all -o tsv",
    "tail --no-follow -n 5000 --events -o jsonl",
    "tail --no-follow -n 5000 --events -o csv",
    "tail --no-follow -n 5000 --events -o tsv",
    "tail --no-follow -n 5000 -o sse",
    "errors --limit 1000 -o json --by board,agent,task,type",
    "errors --limit 1000 -o csv",
    "errors -o prometheus --by board,agent,task,type",
    "summary --by type,board,agent,task -o json",
    "summary --by type,board,agent,task -o tsv",
    "summary -o prometheus --by type,board,agent,task",
    "boards -o csv",
    "whoami -o json",
];

#[test]
fn no_dangerous_character_reaches_a_terminal_in_any_format_for_programs() {
    let database = hostile(Engine::Deployed);
    let user = ["--as-user", "local-auth-user", "-q"];
    for line in FOR_PROGRAMS {
        let piped = database.mc(line.split(' ')).args(user).ok().stdout;
        // The terminal writes CR LF for our CR LF, and for our LF.
        let shown = database.mc(line.split(' ')).args(user).on_terminal(200, 40).stdout.replace("\r\n", "\n");
        let own_tabs = if line.contains("-o tsv") { shown.replace('\t', " ") } else { shown.clone() };
        harmless(line, &own_tabs);
        assert!(shown.len() >= piped.len().min(200), "{line}: {shown:?}");
        if line.contains("json") {
            let values = |text: &str| -> Vec<serde_json::Value> {
                text.lines()
                    .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line:?}")))
                    .collect()
            };
            assert_eq!(values(&shown).len(), values(&piped).len(), "{line}");
            if line.starts_with("list") {
                assert_eq!(values(&shown), values(&piped), "{line}");
            }
        }
        // Escapes are for terminals alone.
        if line.contains("--all -o csv") || line.contains("--all -o jsonl") {
            assert!(piped.contains('\u{9b}') && piped.contains('\u{202e}'), "{line}");
        }
    }
}

#[test]
fn no_message_forges_a_line_of_csv_on_a_terminal() {
    let database = hostile(Engine::Embedded);
    let user = ["--as-user", "local-auth-user", "-q"];
    let count: usize = database.mc(["list", "--count"]).args(user).ok().stdout.trim().parse().unwrap();
    for line in ["list --all -o csv", "list --all -o tsv", "tail --events --no-follow -n 5000 -o csv"] {
        let shown = database.mc(line.split(' ')).args(user).on_terminal(80, 24).stdout;
        assert_eq!(shown.replace("\r\n", "\n").lines().count(), count + 1, "{line}");
    }
}

#[test]
fn the_name_of_a_database_drives_no_terminal() {
    let name = "x\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\u{7f}\u{200b}y\rz";
    let recorded = Database::recorded(Engine::Deployed);
    let (server, template) = recorded.url.rsplit_once('/').unwrap();
    recorded.sql(&format!("CREATE DATABASE \"{name}\" TEMPLATE {template}"));
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mc = |line: &str| recorded.place.mc(line.split(' ')).env("DATABASE_URL", format!("{server}/{encoded}"));
    let user = ["--as-user", "local-auth-user", "--color", "never", "-v"];
    for line in [
        "list",
        "list -o wide --show-sql",
        "errors",
        "errors --nagios --warn 1",
        "errors -o prometheus",
        "summary -o json",
        "whoami",
        "whoami -o json",
        "doctor",
        "doctor -o json",
        "tail --events --for 1500ms --poll 100ms",
        "list --board nowhere",
        "list --board nowhere -o json",
    ] {
        let shown = mc(line).args(user).on_terminal(200, 40).stdout;
        // What the status line and its clearing use.
        let ours = ["\u{1b}[2K", "\u{1b}[1A", "\u{1b}[1B", "\r"];
        let rest = ours.into_iter().fold(shown, |text, sequence| text.replace(sequence, ""));
        harmless(line, &rest);
    }
    // A server that is not there.
    let gone = recorded.place.mc(["list"]).args(user).env("DATABASE_URL", format!("postgres://127.0.0.1:1/{encoded}"));
    harmless("unreachable", &gone.on_terminal(200, 40).stdout);
    recorded.sql(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
}
