//! pgbouncer in transaction mode, otherwise as Debian ships it.

use crate::harness::{Database, Engine, SERVER, free_port, guard, in_parallel, wait_at_most, wait_until};
use crate::harness::{READS, answers, ask};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Ends with the value, or with this process.
struct Pooler {
    port: u16,
    _alive: ChildStdin,
    _dir: TempDir,
}

impl Pooler {
    fn start() -> Self {
        let port = free_port().unwrap();
        let dir = TempDir::with_prefix("mc-activity-pooler.").unwrap();
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let settings = dir.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n",
            SERVER.port
        );
        std::fs::write(&settings, text).unwrap();
        let line = "PATH=$PATH:/usr/sbin; pgbouncer -q \"$0\" >&2 & pid=$!; cat >/dev/null; kill $pid";
        let mut shell = guard().unwrap();
        shell.args(["sh", "-c", line]).arg(&settings).process_group(0).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let alive = shell.spawn().unwrap().stdin.take().unwrap();
        let what = "pgbouncer accepts connections (apt-get install pgbouncer)";
        wait_until(what, || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, _alive: alive, _dir: dir }
    }

    fn url(&self, database: &Database) -> String {
        database.url.replace(&format!(":{}/", SERVER.port), &format!(":{}/", self.port))
    }
}

#[test]
fn behind_pgbouncer_in_transaction_mode_every_command_answers_the_same() {
    let pooler = Pooler::start();
    for engine in [Engine::Deployed, Engine::Documented] {
        let mut database = Database::recorded(engine);
        let straight = answers(&database);
        database.url = pooler.url(&database);
        // Many at once and again, so that connections are handed from one to the other.
        let again: Vec<&str> = READS.iter().flat_map(|line| [*line; 4]).collect();
        in_parallel(&again, |line| {
            let output = ask(&database, line).run();
            (output.code != 0 || !output.stderr.is_empty()).then(|| output.to_string())
        });
        assert_eq!(answers(&database), straight, "{engine:?}");
        database.url = database.url.replace(&format!(":{}/", pooler.port), &format!(":{}/", SERVER.port));
    }
}

#[test]
fn behind_pgbouncer_events_are_written_and_followed() {
    let pooler = Pooler::start();
    let database = Database::recorded(Engine::Deployed);
    let url = pooler.url(&database);
    let line = "tail -v --events -o jsonl -n 0 --poll 100ms --until-count 30 --for 50s";
    let mut tail = ask(&database, line).env("DATABASE_URL", &url).start();
    crate::tail::wait_for_start(&mut tail);
    let numbers: Vec<u32> = (0..30).collect();
    in_parallel(&numbers, |n| {
        let message = format!("message {n}");
        let output = ask(&database, "log --type pooled --board Main --message").args([&message]);
        let output = output.env("DATABASE_URL", &url).run();
        (output.code != 0).then(|| output.to_string())
    });
    assert_eq!(tail.end_within(Duration::from_secs(55)), 0);
    assert_eq!(tail.rest().0.lines().filter(|line| line.contains("\"pooled\"")).count(), 30);
}

#[test]
fn behind_pgbouncer_an_interrupted_query_is_gone_from_the_server() {
    let pooler = Pooler::start();
    let database = Database::recorded(Engine::Deployed);
    database.sql(
        "ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS SELECT e.* FROM real_events e, (SELECT pg_sleep(60)) AS s;",
    );
    let mut child = ask(&database, "list").env("DATABASE_URL", pooler.url(&database)).start();
    database.wait_for_sleeping_query();
    child.interrupt();
    assert_eq!(child.end_within(Duration::from_secs(2)), 130);
    wait_at_most(Duration::from_millis(1_500), "the query is gone", || database.sleeping_queries() == 0);
}
