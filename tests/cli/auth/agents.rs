//! Agents authenticate with their tokens.

use super::{AGENT_1_TOKEN, agent, hash, message, told, whoami};
use crate::harness::{Database, Engine, Role, for_each_engine};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

/// Iterations that take seconds each.
const SLOW: u32 = 10_000_000;

#[test]
fn a_token_alone_finds_its_agent_from_the_environment_a_file_and_stdin() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let output = whoami(database).env("MC_AGENT_TOKEN", AGENT_1_TOKEN).ok();
        assert_eq!(told(&output), ("agent".into(), agent(1), "MC_AGENT_TOKEN in the environment".into()));
        database.place.write("work/token", &format!("{AGENT_1_TOKEN}\n"));
        for file in ["token", "-"] {
            let output = whoami(database).args(["--agent-token-file", file]).stdin(AGENT_1_TOKEN).ok();
            assert_eq!(told(&output), ("agent".into(), agent(1), "--agent-token-file".into()));
        }
    });
}

#[test]
fn an_authenticated_agent_sees_the_same_as_an_operator_with_as_agent() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let line = ["list", "--all", "-o", "jsonl"];
        let proved = database.mc_as(Role::Login, line).env("MC_AGENT_TOKEN", AGENT_1_TOKEN).ok();
        assert!(!proved.stdout.is_empty());
        assert_eq!(proved.stdout, database.mc(line).args(["--as-agent", &agent(1)]).ok().stdout);
    });
}

#[test]
fn an_agent_that_is_named_must_be_the_token_s_owner_and_each_refusal_says_why() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        database.sql("UPDATE agents SET agent_token_hash = 'garbage' WHERE name = 'Agent 3'");
        database.sql("UPDATE agents SET name = 'Agent 4' WHERE name = 'Agent 5'");
        let named = |name: &str| whoami(&database).env("MC_AGENT_TOKEN", AGENT_1_TOKEN).args(["--as-agent", name]);
        for name in [agent(1).as_str(), "Agent 1"] {
            assert_eq!(told(&named(name).ok()).1, agent(1));
            let output = whoami(&database).env("MC_AGENT_TOKEN", AGENT_1_TOKEN).env("MC_AGENT", name).ok();
            assert_eq!(told(&output).1, agent(1));
        }
        // The flag beats the variable.
        assert_eq!(told(&named("Agent 1").env("MC_AGENT", "Agent 2").ok()).1, agent(1));
        for (name, code, why) in [
            ("Agent 2", 4, "does not belong to the agent 'Agent 2'"),
            ("Agent 3", 4, "is damaged"),
            ("Agent 4", 3, "more than one agent"),
            ("Agent 11", 4, "has no token"),
            ("Agent 13", 4, "has no token"),
            ("Agent 99", 3, "no agent 'Agent 99'"),
        ] {
            let output = named(name).fails(code);
            assert!(message(&output).contains(why), "{output}");
        }
    });
}

#[test]
fn an_unknown_token_is_refused_and_a_damaged_hash_is_skipped() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        // Seen last, so tried first.
        let set = |n: u32, hash: &str| {
            database.sql(&format!("UPDATE agents SET agent_token_hash = '{hash}' WHERE name = 'Agent {n}'"));
        };
        for (n, garbage) in [(4, "garbage"), (5, "pbkdf2_sha256$0$AQ$AQ"), (1, "$$$"), (6, "pbkdf2_sha256$2$é$AQ")] {
            set(n, garbage);
        }
        set(16, &hash("mine", 1_000));
        assert_eq!(told(&whoami(&database).env("MC_AGENT_TOKEN", "mine").ok()).1, agent(16));
        let output = whoami(&database).env("MC_AGENT_TOKEN", "nobody's").fails(4);
        let wanted = "the token belongs to no agent: 10 were tried, 4 damaged hashes were skipped";
        assert_eq!(message(&output), wanted, "{output}");
    });
}

#[test]
fn a_named_or_cached_agent_costs_one_verification() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        // Everybody else would be tried first, and would take seconds.
        database.sql(&format!(
            "UPDATE agents SET agent_token_hash = '{}'",
            hash("x", 1).replace("$1$", &format!("${SLOW}$"))
        ));
        let mine =
            format!("UPDATE agents SET last_seen_at = NULL, agent_token_hash = '{}' WHERE id = ", hash("mine", 1));
        match engine {
            Engine::Embedded => database.sql(&format!("{mine}x'{}'", agent(16).replace('-', ""))),
            _ => database.sql(&format!("{mine}'{}'", agent(16))),
        }
        for args in [&["--as-agent", "Agent 16"][..], &[]] {
            let output = whoami(&database).env("MC_AGENT_TOKEN", "mine").args(args).ok();
            assert_eq!(told(&output).1, agent(16));
            assert!(output.took < Duration::from_secs(2), "{output}");
        }
    });
}

#[test]
fn the_token_cache_is_private_holds_no_token_and_is_never_trusted() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let login = |token: &str| whoami(&database).env("MC_AGENT_TOKEN", token);
        let set = |n: u32, token: &str| {
            let hash = hash(token, 1_000);
            database.sql(&format!("UPDATE agents SET agent_token_hash = '{hash}' WHERE name = 'Agent {n}'"));
        };
        set(2, "the token");
        assert_eq!(told(&login("the token").ok()).1, agent(2));
        let cache = database.place.path().join("cache/mc-activity");
        let file = cache.join("agent-tokens.json");
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&cache)), (0o600, 0o700));
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(&agent(2)) && !text.contains("the token"), "{text}");
        // Another token for the agent: the old one is worth nothing.
        set(2, "another");
        login("the token").fails(4);
        // Another agent has the token now, and is found.
        set(3, "the token");
        assert_eq!(told(&login("the token").ok()).1, agent(3));
        // A cache entry with the wrong agent has no effect.
        std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace(&agent(3), &agent(2))).unwrap();
        assert_eq!(told(&login("the token").ok()).1, agent(3));
        std::fs::write(&file, "garbage").unwrap();
        assert_eq!(told(&login("the token").ok()).1, agent(3));
    });
}

#[test]
fn a_token_file_that_others_may_read_is_warned_about() {
    let database = Database::shared(Engine::Embedded);
    let path = database.place.path().join("work/exposed");
    std::fs::write(&path, AGENT_1_TOKEN).unwrap();
    for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true)] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let output = whoami(database).args(["--agent-token-file", "exposed"]).ok();
        assert_eq!(output.stderr.contains("chmod 600"), warned, "{output}");
        assert_eq!(told(&output).1, agent(1));
    }
}

#[test]
fn a_token_file_without_a_token_is_a_usage_error() {
    let database = Database::shared(Engine::Embedded);
    for text in ["", "\n", "two\nlines\n", " \n"] {
        whoami(database).args(["--agent-token-file", "-"]).stdin(text).fails(2);
    }
    whoami(database).args(["--agent-token-file", "nowhere"]).fails(2);
}
