//! How long the authentication of an agent takes with a growing number of agents: complete processes, against a PostgreSQL
//! server of its own.
//!
//! `cargo bench --bench login` prints a table in Markdown. Every stored hash has the 200,000 iterations that the backend
//! gives it; the token's owner is the one seen the longest ago, which is tried last.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/cli/harness/server.rs"]
#[allow(dead_code, unreachable_pub)]
mod server;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use server::SERVER;
use sha2::Sha256;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use wait4::Wait4 as _;

const AGENTS: [u32; 3] = [1, 50, 500];
/// Runs of each kind; the median is printed.
const RUNS: usize = 3;
const ITERATIONS: u32 = 200_000;
const TOKEN: &str = "a-token-of-the-agent-that-was-seen-the-longest-ago";

fn main() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("agent login, medians of {RUNS} whole processes, {cores} cores, {ITERATIONS} iterations a hash:");
    println!("milliseconds from start to end, in brackets those of processor time\n");
    println!("| agents | named | unnamed, first time | remembered | wrong token |");
    println!("|---|---|---|---|---|");
    for agents in AGENTS {
        let url = crowd(agents);
        let [empty, kept] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let median = |cache: &Path, forgets: bool, token: &str, named: bool, code: i32| {
            let times: Vec<[f64; 2]> = (0..RUNS).map(|_| login(&url, cache, forgets, token, named, code)).collect();
            let [wall, processor] = [0, 1].map(|which| {
                let mut times: Vec<f64> = times.iter().map(|both| both[which]).collect();
                times.sort_by(f64::total_cmp);
                times[RUNS / 2]
            });
            format!("{wall:.0} ({processor:.0})")
        };
        let named = median(empty.path(), true, TOKEN, true, 0);
        let unnamed = median(empty.path(), true, TOKEN, false, 0);
        login(&url, kept.path(), false, TOKEN, false, 0);
        let remembered = median(kept.path(), false, TOKEN, false, 0);
        let wrong = median(empty.path(), true, "a token of nobody", false, 4);
        println!("| {agents} | {named} | {unnamed} | {remembered} | {wrong} |");
    }
}

/// Milliseconds from the start of a process to its end, and of processor time.
fn login(url: &str, cache: &Path, forgets: bool, token: &str, named: bool, code: i32) -> [f64; 2] {
    if forgets {
        let _ = std::fs::remove_dir_all(cache.join("mc-activity"));
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_mc-activity"));
    command.env_clear().current_dir("/").args(["whoami", "-o", "json"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("DATABASE_URL", url).env("MC_AGENT_TOKEN", token).env("XDG_CACHE_HOME", cache);
    if named {
        command.env("MC_AGENT", "Agent 1");
    }
    let start = Instant::now();
    let ended = command.spawn().unwrap().wait4().unwrap();
    let took = start.elapsed();
    assert_eq!(ended.status.code(), Some(code));
    [took, ended.rusage.utime + ended.rusage.stime].map(|time| time.as_secs_f64() * 1e3)
}

/// A database with this many agents, the first seen the longest ago.
fn crowd(agents: u32) -> String {
    let database = format!("login_{agents}");
    psql("postgres", &format!("CREATE DATABASE {database}"));
    psql(&database, include_str!("../tests/fixtures/conformance/schema.sql"));
    let ([mine, others], id) = ([TOKEN, "somebody else's token"].map(hash), "00000000-0000-4000-8000-000000000001");
    psql(
        &database,
        &format!(
            "INSERT INTO organizations (id, name, created_at, updated_at) VALUES ('{id}', 'Org', now(), now());
             INSERT INTO gateways (id, organization_id, name, url, workspace_root, created_at, updated_at,
                                   disable_device_pairing, allow_insecure_tls)
               VALUES ('{id}', '{id}', 'gw', 'ws://127.0.0.1:1', '/w', now(), now(), false, false);
             INSERT INTO agents (id, name, status, agent_token_hash, last_seen_at, is_board_lead, created_at, updated_at,
                                 gateway_id, lifecycle_generation, wake_attempts)
               SELECT gen_random_uuid(), 'Agent ' || n, 'online', CASE n WHEN 1 THEN '{mine}' ELSE '{others}' END,
                      timestamp '2026-03-15' + n * interval '1 s', false, now(), now(), '{id}', 0, 0
               FROM generate_series(1, {agents}) AS n"
        ),
    );
    SERVER.url(&database)
}

fn psql(database: &str, sql: &str) {
    let mut command = Command::new("psql");
    command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", &SERVER.url(database), "-c", sql]);
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
}

fn hash(token: &str) -> String {
    let (salt, mut digest) = ([7; 16], [0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(token.as_bytes(), &salt, ITERATIONS, &mut digest);
    format!("pbkdf2_sha256${ITERATIONS}${}${}", URL_SAFE_NO_PAD.encode(salt), URL_SAFE_NO_PAD.encode(digest))
}
