//! pgpool-II with load balancing, otherwise as Debian ships it: a primary, and a standby that is always behind.

use crate::harness::{Database, Engine, SERVER, Server, free_port, guard, in_parallel, wait_until};
use crate::harness::{READS, answers, ask};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::TempDir;

/// It shows each commit this much later.
static STANDBY: LazyLock<Server> =
    LazyLock::new(|| Server::start(&["recovery_min_apply_delay=300ms"], None, Some(&SERVER)));

/// Ends with the value, or with this process.
struct Pgpool {
    port: u16,
    _alive: ChildStdin,
    _dir: TempDir,
}

impl Pgpool {
    /// It sends to the standby whatever it may.
    fn start() -> Self {
        let pool = Self::over(&[(SERVER.port, 0), (STANDBY.port, 1)]);
        let url = SERVER.url("postgres").replace(&format!(":{}/", SERVER.port), &format!(":{}/", pool.port));
        // It accepts connections before it has found out which server is the primary.
        wait_until("pgpool knows the primary", || {
            let nodes = Command::new("psql").args(["-XAtc", "SHOW pool_nodes", &url]).output().unwrap();
            String::from_utf8_lossy(&nodes.stdout).lines().any(|node| node.split('|').nth(6) == Some("primary"))
        });
        pool
    }

    /// Over servers by port, each with its weight.
    fn over(servers: &[(u16, u8)]) -> Self {
        let (port, pcp_port) = (free_port().unwrap(), free_port().unwrap());
        let dir = TempDir::with_prefix("mc-activity-pgpool.").unwrap();
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o777)).unwrap();
        let place = dir.path().display();
        let mut settings = format!(
            "backend_clustering_mode = 'streaming_replication'\nload_balance_mode = on\nlisten_addresses = '127.0.0.1'\n\
             port = {port}\npcp_listen_addresses = '127.0.0.1'\npcp_port = {pcp_port}\nsocket_dir = '{place}'\n\
             pcp_socket_dir = '{place}'\nwd_ipc_socket_dir = '{place}'\npid_file_name = '{place}/pgpool.pid'\n\
             logdir = '{place}'\nnum_init_children = 16\nsr_check_user = 'postgres'\nsr_check_period = 1\n\
             failover_on_backend_error = off\n"
        );
        for (n, (port, weight)) in servers.iter().enumerate() {
            settings += &format!(
                "backend_hostname{n} = '127.0.0.1'\nbackend_port{n} = {port}\nbackend_weight{n} = {weight}\n\
                 backend_flag{n} = 'DISALLOW_TO_FAILOVER'\n"
            );
        }
        for (name, text) in [("pgpool.conf", settings.as_str()), ("pool_hba.conf", ""), ("pcp.conf", "")] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let line = "PATH=$PATH:/usr/sbin; cd \"$0\"; pgpool -n -f pgpool.conf -a pool_hba.conf -F pcp.conf >log 2>&1 & \
                    pid=$!; cat >/dev/null; kill -INT $pid; wait $pid";
        let mut shell = guard().unwrap();
        shell.args(["sh", "-c", line]).arg(dir.path()).process_group(0).current_dir("/");
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let alive = shell.spawn().unwrap().stdin.take().unwrap();
        let what = "pgpool accepts connections (apt-get install pgpool2)";
        wait_until(what, || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, _alive: alive, _dir: dir }
    }

    fn url(&self, database: &Database) -> String {
        database.url.replace(&format!(":{}/", SERVER.port), &format!(":{}/", self.port))
    }
}

/// Waits until the standby has all that the primary has.
fn caught_up(primary: &Database) {
    let standby = Database::at(&STANDBY.url("postgres"));
    let lsn = primary.number("SELECT (pg_current_wal_flush_lsn() - '0/0')::int8");
    wait_until("the standby follows", || standby.number("SELECT (pg_last_wal_replay_lsn() - '0/0')::int8") >= lsn);
}

/// How many events of a type a tail through pgpool prints, while writers commit them to the primary.
fn followed(pool: &Pgpool, database: &Database, count: u32) -> usize {
    let line = format!("tail -v --events -o jsonl -n 0 --poll 50ms --until-count {count} --for 50s");
    let mut tail = ask(database, &line).env("DATABASE_URL", pool.url(database)).start();
    crate::tail::wait_for_start(&mut tail);
    let writers: Vec<u32> = (0..8).collect();
    in_parallel(&writers, |writer| {
        for n in 0..count / 8 {
            database.sql(&format!(
                "INSERT INTO activity_events (id, event_type, message, board_id, created_at)
                 SELECT gen_random_uuid(), 'pooled', '{writer} {n}', id, now() AT TIME ZONE 'utc'
                 FROM boards WHERE id = '000000c0-0000-4000-8000-000000000001'"
            ));
        }
        None
    });
    let code = tail.end_within(Duration::from_secs(60));
    let (out, told) = tail.rest();
    assert!(code == 0 || out.lines().count() < count as usize, "{told}");
    out.lines().filter(|line| line.contains("\"pooled\"")).count()
}

#[test]
fn behind_pgpool_with_a_standby_that_is_behind_tail_loses_nothing() {
    let database = Database::recorded(Engine::Deployed);
    caught_up(&database);
    let pool = Pgpool::start();
    // Without a remark, a query does go to the standby.
    let through = Database::at(&pool.url(&database));
    let standby = i64::from(STANDBY.port);
    wait_until("pgpool sends queries to the standby", || {
        through.number("SELECT current_setting('port')::int8") == standby
    });
    let runs =
        std::env::var("MC_PGPOOL_RUNS").ok().map_or(1, |runs| runs.parse().expect("MC_PGPOOL_RUNS is no number"));
    for _ in 0..runs {
        assert_eq!(followed(&pool, &database, 800), 800);
    }
}

#[test]
fn behind_pgpool_every_command_answers_as_the_primary_does_and_log_writes() {
    let mut database = Database::recorded(Engine::Deployed);
    caught_up(&database);
    let pool = Pgpool::start();
    let straight = database.url.clone();
    for n in 0..8 {
        database.url = pool.url(&database);
        let id = ask(&database, &format!("log --type pooled --board Main --message {n}")).ok().stdout;
        let (count, newest) = (
            ask(&database, "list --count").ok().stdout,
            ask(&database, "list --type pooled -n 1 -o jsonl").ok().stdout,
        );
        assert!(newest.contains(id.trim_end()), "{newest}");
        database.url.clone_from(&straight);
        assert_eq!(count, ask(&database, "list --count").ok().stdout);
    }
    // Their age is shown, and it changes.
    database.sql("DELETE FROM activity_events WHERE event_type = 'pooled'");
    let on_primary = answers(&database);
    database.url = pool.url(&database);
    let again: Vec<&str> = READS.iter().flat_map(|line| [*line; 2]).collect();
    in_parallel(&again, |line| {
        let output = ask(&database, line).run();
        (output.code != 0 || !output.stderr.is_empty()).then(|| output.to_string())
    });
    assert_eq!(answers(&database), on_primary);
    let chosen = format!("{}?target_session_attrs=read-write", database.url);
    ask(&database, "list").env("DATABASE_URL", chosen).ok();
}

#[test]
fn behind_pgpool_without_a_primary_the_missing_answer_is_named() {
    let database = Database::recorded(Engine::Deployed);
    caught_up(&database);
    let pool = Pgpool::over(&[(STANDBY.port, 1)]);
    let output = ask(&database, "log --type x --board Main").env("DATABASE_URL", pool.url(&database)).run();
    output.expect(5);
    assert!(!output.stderr.contains("column"), "{output}");
}
