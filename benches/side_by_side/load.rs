//! A server of its own with the data, in PostgreSQL and copied to SQLite.

use crate::measure::Line;
use crate::server::SERVER;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

static FILES: LazyLock<TempDir> = LazyLock::new(|| TempDir::with_prefix("mc-activity-bench.").unwrap());

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    Sqlite,
}

/// A database with the data.
pub struct Place {
    pub name: String,
    pub url: String,
    pub events: u64,
    pub engine: Engine,
    /// Only for what a process costs.
    pub small: bool,
    /// The server's log, where it is ours.
    pub log: Option<PathBuf>,
}

impl Place {
    pub fn given(url: &str) -> Self {
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let mut place = Self { name: "given".into(), url: url.into(), events: 0, engine, small: false, log: None };
        place.events = place.theirs("SELECT count(*) FROM activity_events").output().parse().unwrap();
        place
    }

    pub fn ours(&self, args: impl IntoIterator<Item = String>) -> Line {
        let mut args: Vec<String> = args.into_iter().collect();
        args.extend(["--database-url".into(), self.url.clone(), "-q".into()]);
        Line { program: env!("CARGO_BIN_EXE_mc-activity").into(), args }
    }

    pub fn theirs(&self, sql: &str) -> Line {
        let (program, args) = match self.engine {
            Engine::Postgres => ("psql", vec!["-XqAt", self.url.as_str(), "-c", sql]),
            Engine::Sqlite => ("sqlite3", vec!["-readonly", self.url.trim_start_matches("sqlite:"), sql]),
        };
        Line { program: program.into(), args: args.into_iter().map(str::to_owned).collect() }
    }

    /// The cursor after this many events.
    pub fn cursor(&self, who: &str, depth: u64) -> String {
        let offset = format!("--offset={}", depth.saturating_sub(1));
        let args = ["list", "-o", "json", "--no-total", "--limit=1", &offset, who];
        let answer = self.ours(args.map(str::to_owned)).output();
        let envelope: serde_json::Value = serde_json::from_str(&answer).unwrap();
        envelope["next_cursor"].as_str().unwrap_or("none").to_owned()
    }
}

/// Loads what is to be measured.
pub fn places(sizes: &[u64], on: &[String]) -> Vec<Place> {
    let wanted = |name: &str| on.iter().any(|given| given == name);
    sql("postgres", "ALTER SYSTEM SET ssl = on");
    sql(
        "postgres",
        "COPY (SELECT 1) TO PROGRAM 'openssl req -new -x509 -days 9 -nodes -subj /CN=localhost \
         -out server.crt -keyout server.key 2>&1; chmod 600 server.key'",
    );
    sql("postgres", "ALTER SYSTEM SET log_line_prefix = '%a|'");
    sql("postgres", "SELECT pg_reload_conf()");
    let socket = sql("postgres", "SHOW unix_socket_directories");
    let log = PathBuf::from(socket).join("log");
    let mut places = Vec::new();
    let postgres = |name: &str, events, url: String| Place {
        name: name.into(),
        url,
        events,
        engine: Engine::Postgres,
        small: events <= 1_000,
        log: Some(log.clone()),
    };
    load("small", 1_000);
    places.push(postgres("a small table", 1_000, SERVER.url("small")));
    places.push(postgres("a small table, TLS", 1_000, format!("{}?sslmode=require", SERVER.url("small"))));
    for events in sizes {
        let deployed = format!("deployed_{events}");
        load(&deployed, *events);
        if wanted("sqlite") {
            let path = copy_to_sqlite(&deployed, *events);
            places.push(Place {
                name: "SQLite".into(),
                url: format!("sqlite:{path}"),
                events: *events,
                engine: Engine::Sqlite,
                small: false,
                log: None,
            });
        }
        if wanted("documented") {
            let documented = format!("documented_{events}");
            sql("postgres", &format!("CREATE DATABASE {documented} TEMPLATE {deployed}"));
            file(&documented, &format!("{ROOT}/tests/fixtures/conformance/schema-documented.sql"), &[]);
            sql(&documented, "VACUUM ANALYZE");
            places.push(postgres("documented schema", *events, SERVER.url(&documented)));
        }
        if wanted("deployed") {
            places.push(postgres("deployed schema", *events, SERVER.url(&deployed)));
        }
    }
    places
}

fn load(database: &str, events: u64) {
    eprintln!("loading {database} …");
    sql("postgres", &format!("CREATE DATABASE {database}"));
    file(database, &format!("{ROOT}/tests/fixtures/conformance/schema.sql"), &[]);
    file(database, &format!("{ROOT}/benches/big.sql"), &["-v", &format!("n={events}")]);
    // A board without events besides.
    sql(
        database,
        "CREATE TEMP TABLE b AS SELECT * FROM boards WHERE slug = 'board-1'; \
         UPDATE b SET id = '0b1600c0-0000-4000-8000-000000000029', slug = 'board-41', name = 'Board 41'; \
         INSERT INTO boards SELECT * FROM b",
    );
    // As a table is that has been there for a while: autovacuum would do it meanwhile, and disturb.
    sql(database, "VACUUM ANALYZE");
    sql(database, "CHECKPOINT");
}

fn sql(database: &str, text: &str) -> String {
    let args = ["-XqAt", "-v", "ON_ERROR_STOP=1", &SERVER.url(database), "-c", text];
    Line { program: "psql".into(), args: args.map(str::to_owned).to_vec() }.output()
}

fn file(database: &str, path: &str, also: &[&str]) {
    let url = SERVER.url(database);
    let args = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", &url, "-f", path]
        .into_iter()
        .chain(also.iter().copied())
        .map(str::to_owned);
    Line { program: "psql".into(), args: args.collect() }.output();
}

/// The rows of the tables that the SQLite database has, written as INSERT statements by the server and read by the shell.
fn copy_to_sqlite(database: &str, events: u64) -> String {
    let path = FILES.path().join(format!("{events}.db")).display().to_string();
    eprintln!("copying {database} to SQLite …");
    let id = |name: &str| format!("coalesce('x''' || replace({name}::text, '-', '') || '''', 'NULL')");
    let text = |name: &str| format!("coalesce('''' || replace({name}::text, '''', '''''') || '''', 'NULL')");
    let flag = |name: &str| format!("{name}::int");
    let time = |name: &str| format!("(extract(epoch FROM {name}) * 1000000)::bigint - 946684800000000");
    let tables: [(&str, Vec<String>); 8] = [
        ("organizations(id, name, created_at)", vec![id("id"), text("name"), time("created_at")]),
        (
            "users(id, clerk_user_id, email, name, active_organization_id)",
            vec![id("id"), text("clerk_user_id"), text("email"), text("name"), id("active_organization_id")],
        ),
        (
            "organization_members(id, organization_id, user_id, role, all_boards_read, all_boards_write, created_at)",
            vec![
                id("id"),
                id("organization_id"),
                id("user_id"),
                text("role"),
                flag("all_boards_read"),
                flag("all_boards_write"),
                time("created_at"),
            ],
        ),
        ("boards(id, organization_id, name, slug)", vec![id("id"), id("organization_id"), text("name"), text("slug")]),
        (
            "organization_board_access(id, organization_member_id, board_id, can_read, can_write)",
            vec![id("id"), id("organization_member_id"), id("board_id"), flag("can_read"), flag("can_write")],
        ),
        (
            "agents(id, board_id, name, status, is_board_lead, identity_profile)",
            vec![
                id("id"),
                id("board_id"),
                text("name"),
                text("status"),
                flag("is_board_lead"),
                text("identity_profile"),
            ],
        ),
        ("tasks(id, board_id, title, status)", vec![id("id"), id("board_id"), text("title"), text("status")]),
        (
            "activity_events(id, event_type, message, agent_id, task_id, created_at, board_id)",
            vec![
                id("id"),
                text("event_type"),
                text("message"),
                id("agent_id"),
                id("task_id"),
                time("created_at"),
                id("board_id"),
            ],
        ),
    ];
    let mut script = String::from("\\echo 'PRAGMA synchronous = off; PRAGMA cache_size = -2000000; BEGIN;'\n");
    for (into, values) in tables {
        let table = into.split('(').next().unwrap_or(into);
        let order = if table == "activity_events" { " ORDER BY created_at" } else { "" };
        let values = values.join(", ");
        script += &format!(
            "COPY (SELECT concat('INSERT INTO {into} VALUES(', concat_ws(',', {values}), ');') FROM {table}{order}) TO STDOUT;\n"
        );
    }
    script += "\\echo 'COMMIT; ANALYZE;'\n";
    let script_path = FILES.path().join("copy.sql");
    std::fs::write(&script_path, script).unwrap();
    for schema in ["schema", "schema_2"] {
        let schema = format!(".read '{ROOT}/queries/sqlite/{schema}.sql'");
        let status = Command::new("sqlite3").arg(&path).arg(schema).status().unwrap();
        assert!(status.success());
    }
    let mut psql = Command::new("psql")
        .args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", &SERVER.url(database), "-f"])
        .arg(&script_path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let rows = psql.stdout.take().unwrap();
    let status = Command::new("sqlite3").args(["-bail", &path]).stdin(rows).stdout(Stdio::null()).status().unwrap();
    assert!(status.success() && psql.wait().unwrap().success());
    path
}
