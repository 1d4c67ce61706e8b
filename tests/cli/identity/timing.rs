//! How long agents take to log in. Prints a table; run it with
//! `tests/run --release --test cli -- --ignored --nocapture login`.

use super::{agent, hash, whoami};
use crate::harness::{Data, Database, Engine, Table};
use std::io::Write as _;

/// What the backend writes today.
const ITERATIONS: u32 = 200_000;

#[test]
#[ignore = "a measurement; needs an optimized build"]
fn login_among_1_50_and_500_agents_takes_one_verification_when_named_or_remembered() {
    let mut out = std::io::stderr();
    writeln!(out, "agents   named   unnamed   remembered   wrong   (ms)").unwrap();
    for count in [1, 50, 500] {
        let database = crowd(count);
        let first = format!("Agent {count}");
        let run = |token: &str, args: &[&str]| {
            let output = whoami(&database).env("MC_AGENT_TOKEN", token).args(args).run();
            (output.code, output.took)
        };
        // The least recently seen, so the last one tried.
        let unnamed = run("token 1", &[]);
        let remembered = run("token 1", &[]);
        let named = run(&format!("token {count}"), &["--as-agent", &first]);
        let wrong = run("token of nobody", &[]);
        assert_eq!([named.0, unnamed.0, remembered.0, wrong.0], [0, 0, 0, 4]);
        let [named, unnamed, remembered, wrong] =
            [named, unnamed, remembered, wrong].map(|(_, took)| took.as_millis().to_string());
        writeln!(out, "{count:>6} {named:>7} {unnamed:>9} {remembered:>12} {wrong:>7}").unwrap();
    }
}

/// Agents with tokens `token 1` and so on, the first seen the longest ago.
fn crowd(count: u32) -> Database {
    let database = Database::empty(Engine::Deployed);
    let mut tables: Vec<Table> = Data::recorded().tables.into_iter().take(5).collect();
    let columns = "id board_id name status agent_token_hash last_seen_at is_board_lead created_at updated_at gateway_id \
                   lifecycle_generation wake_attempts";
    let mut agents = Table::new("agents", columns);
    for n in 1..=count {
        let seen = format!("2026-03-15 12:{:02}:{:02}", n / 60, n % 60);
        let (id, name, hash) = (agent(n), format!("Agent {n}"), hash(&format!("token {n}"), ITERATIONS));
        let board = "000000c0-0000-4000-8000-000000000001";
        let gateway = "000000c1-0000-4000-8000-000000000001";
        let row = [&id, board, &name, "online", &hash, &seen, "f", &seen, &seen, gateway, "0", "0"];
        agents.rows.push(row.map(|text| Some(text.to_owned())).to_vec());
    }
    tables.push(agents);
    database.load(&Data { tables });
    database
}
