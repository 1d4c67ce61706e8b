//! Marks secrets, and searches everything that a run prints, writes or shows for the marks.

use crate::auth::{PRIVATE, PUBLIC, hash, session_token};
use crate::harness::{Database, Engine, Output, Place, Role, for_each_engine};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

const PASSWORD: &str = "password-SECRETMARK";
const AGENT_TOKEN: &str = "agent-token-SECRETMARK";
const LOCAL_TOKEN: &str = "local-auth-token-SECRETMARK-of-more-than-fifty-characters";
const MARK: &str = "SECRETMARK";

/// Commands that succeed and commands that fail at every step.
const LINES: [&str; 16] = [
    "whoami",
    "whoami -o json",
    "boards -o json",
    "list --limit 3",
    "list --limit 3 -o json",
    "comments --limit 3 -o csv",
    "summary",
    "errors --html page.html",
    "tail --no-follow --cursor-file cursor",
    "tail --events --no-follow -o jsonl",
    "log --type task.updated --message x --board board-1 --dry-run",
    "list --board nowhere -o json",
    "list --since soon",
    "list --agent nobody",
    "list --as-user somebody -o json",
    "list --no-such-flag",
];

/// Fails if a secret is in the output or in a file that the run wrote.
fn search(output: &Output, place: &Place, more: &[&str]) {
    let secrets: Vec<&str> = more.iter().copied().chain([MARK]).collect();
    for text in [&output.stdout, &output.stderr] {
        for secret in &secrets {
            assert!(!text.contains(secret), "{secret} is in the output\n{output}\n{}", output.stderr);
        }
    }
    let mut dirs = vec![place.path().to_owned()];
    while let Some(dir) = dirs.pop() {
        for path in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            let given = ["given", ".env", "activity.db", "activity.db-wal", "activity.db-shm"];
            if path.is_dir() {
                dirs.push(path);
            } else if !given.into_iter().any(|name| path.file_name() == Some(name.as_ref())) {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                let found = secrets.iter().find(|secret| text.contains(**secret));
                assert_eq!(found, None, "in {}, after {}", path.display(), output.line);
            }
        }
    }
}

fn private(path: &Path) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
}

/// The server takes any password; what matters is that it is there.
fn url(database: &Database, role: Role) -> String {
    database.url_as(role).replacen('@', &format!(":{PASSWORD}@"), 1)
}

fn marked(engine: Engine) -> (Database, String) {
    let database = Database::recorded(engine);
    let hash = hash(AGENT_TOKEN, 1_000);
    database.sql(&format!("UPDATE agents SET agent_token_hash = '{hash}' WHERE name = 'Agent 1'"));
    (database, hash)
}

#[test]
fn no_secret_is_in_anything_that_a_run_prints_or_writes() {
    for_each_engine(|engine| {
        let (database, hash) = marked(engine);
        database.place.write("work/given", AGENT_TOKEN);
        private(&database.place.path().join("work/given"));
        let digest = hash.rsplit('$').next().unwrap();
        let now = chrono::Utc::now().timestamp();
        let jwt = session_token(&serde_json::json!({"sub": "oracle-user-1", "exp": now + 3_000}), PRIVATE);
        let signature = jwt.rsplit('.').next().unwrap().to_owned();
        let payload = jwt.split('.').nth(1).unwrap().to_owned();
        for line in LINES {
            for more in [&[][..], &["--show-sql", "-v"]] {
                let run = |settings: &[(&str, &str)], args: &[&str]| {
                    let words = line.split(' ').chain(more.iter().copied());
                    let role = if line.starts_with("log") { Role::Writer } else { Role::Login };
                    let mc = database.place.mc(words).args(args).env("DATABASE_URL", url(&database, role));
                    let mc = mc.env("PGPASSWORD", PASSWORD).env("CLERK_JWT_KEY", PUBLIC);
                    let output = settings.iter().fold(mc, |mc, (name, value)| mc.env(name, value)).run();
                    search(&output, &database.place, &[digest, &signature, &payload]);
                };
                run(&[("MC_AGENT_TOKEN", AGENT_TOKEN)], &[]);
                run(&[("MC_AGENT_TOKEN", AGENT_TOKEN)], &["--as-agent", "Agent 1"]);
                run(&[("MC_AGENT_TOKEN", AGENT_TOKEN)], &["--as-agent", "Agent 2"]);
                run(&[("MC_TOKEN", LOCAL_TOKEN), ("LOCAL_AUTH_TOKEN", LOCAL_TOKEN)], &[]);
                run(&[("MC_TOKEN", "wrong-SECRETMARK"), ("LOCAL_AUTH_TOKEN", LOCAL_TOKEN)], &[]);
                run(&[("AUTH_MODE", "local"), ("LOCAL_AUTH_TOKEN", LOCAL_TOKEN)], &[]);
                run(&[("MC_TOKEN", &jwt)], &[]);
                run(&[("MC_TOKEN", &jwt[..jwt.len() - 9])], &[]);
                run(&[], &["--agent-token-file", "given"]);
                run(&[], &["--token-file", "given"]);
            }
        }
    });
}

#[test]
fn no_secret_is_in_an_error_about_a_database_that_cannot_be_used() {
    let place = Place::new();
    for url in [
        format!("postgres://u:{PASSWORD}@127.0.0.1:1/db"),
        format!("postgres://u:{PASSWORD}@127.0.0.1:port/db"),
        format!("postgres://u:{PASSWORD}@no.such.host.invalid/db"),
        format!("postgresql+psycopg://u:{PASSWORD}@[::1/db"),
        format!("postgres://u:{PASSWORD}@h/db?sslmode=sometimes"),
        format!("mysql://u:{PASSWORD}@h/db"),
        format!("u:{PASSWORD}@h/db"),
        format!("host=127.0.0.1 port=1 password={PASSWORD}"),
        format!("postgres://127.0.0.1:1/db?password={PASSWORD}"),
    ] {
        for more in [&["-o", "json"][..], &["--show-sql", "-v"]] {
            let line = ["list", "--as-user", "x"];
            let output = place.mc(line).args(more).env("DATABASE_URL", &url).run();
            assert!([2, 5].contains(&output.code), "{output}");
            search(&output, &place, &[]);
            // Other users can see it on the command line. A warning says so, without repeating it.
            let output = place.mc(["list", "--as-user", "x", "--database-url", &url]).args(more).run();
            assert!([2, 5].contains(&output.code), "{output}");
            search(&output, &place, &[]);
        }
    }
}

#[test]
fn no_secret_is_in_the_list_of_processes_or_on_the_server() {
    let (database, _) = marked(Engine::Deployed);
    database.place.write("work/given", AGENT_TOKEN);
    private(&database.place.path().join("work/given"));
    database.place.write("work/.env", &format!("DATABASE_URL={}\n", url(&database, Role::Login)));
    private(&database.place.path().join("work/.env"));
    let line = ["tail", "--events", "-n", "1", "-o", "jsonl", "--agent-token-file", "given"];
    let mut tail = database.place.mc(line).start();
    tail.line(Duration::from_secs(20));
    for file in ["cmdline", "comm", "environ"] {
        let bytes = std::fs::read(format!("/proc/{}/{file}", tail.id())).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!bytes.is_empty() && !text.contains(MARK), "{file}: {text}");
    }
    // The server shows what was sent last, and by whom.
    let shown = "SELECT 1 / (count(*) = 0)::int FROM pg_stat_activity s \
                 WHERE pid <> pg_backend_pid() AND s::text LIKE '%SECRET' || 'MARK%'";
    assert_eq!(database.refuses(Role::Reader, shown), None);
    tail.interrupt();
    assert_eq!(tail.end_within(Duration::from_secs(20)), 0);
    assert!(!tail.rest().1.contains(MARK));
}

#[test]
fn a_dotenv_file_with_a_secret_that_others_may_read_is_warned_about() {
    let database = Database::shared(Engine::Deployed);
    for (name, value) in [("MC_TOKEN", "x"), ("MC_AGENT_TOKEN", "x"), ("LOCAL_AUTH_TOKEN", "x")] {
        let place = Place::new();
        place.write("work/.env", &format!("{name}={value}\n"));
        let run = || place.mc(["list"]).env("DATABASE_URL", &database.url).run();
        assert!(run().stderr.contains(name) && run().stderr.contains("chmod 600"), "{}", run());
        private(&place.path().join("work/.env"));
        assert!(!run().stderr.contains("chmod 600"), "{}", run());
    }
}
