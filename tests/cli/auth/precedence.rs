//! Which identity wins if several are given, and which combinations are refused.

use super::{AGENT_1_TOKEN, LOCAL_TOKEN, agent, message, told, user, whoami};
use crate::harness::{Database, Engine, for_each_engine};
use std::os::unix::ffi::OsStrExt as _;

#[test]
fn as_user_with_any_token_is_a_contradiction_whatever_else_is_wrong() {
    let database = Database::shared(Engine::Deployed);
    database.place.write("work/any", "any token\n");
    for name in ["MC_TOKEN", "MC_AGENT_TOKEN"] {
        let output = whoami(database).env(name, "any token").args(["--as-user", &user(3)]).fails(2);
        assert!(message(&output).contains(name), "{output}");
        assert!(!output.stderr.contains("any token"), "{output}");
    }
    for flag in ["--token-file", "--agent-token-file"] {
        let output = whoami(database).args([flag, "any", "--as-user", &user(3)]).fails(2);
        assert!(message(&output).contains(flag), "{output}");
    }
    // The error comes before the database is looked up.
    let nowhere = "postgres://127.0.0.1:1/nowhere";
    whoami(database).env("DATABASE_URL", nowhere).env("MC_TOKEN", "x").args(["--as-user", "y"]).fails(2);
}

#[test]
fn as_agent_with_a_user_s_token_is_a_contradiction() {
    let database = Database::shared(Engine::Deployed);
    let output = whoami(database).env("MC_TOKEN", LOCAL_TOKEN).env("LOCAL_AUTH_TOKEN", LOCAL_TOKEN);
    let output = output.args(["--as-agent", &agent(1)]).fails(2);
    assert!(message(&output).contains("MC_TOKEN in the environment is a user's token"), "{output}");
}

#[test]
fn an_agent_token_wins_over_a_user_token_with_a_notice() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let output = whoami(database).env("MC_AGENT_TOKEN", AGENT_1_TOKEN).env("MC_TOKEN", "not even looked at").ok();
        assert_eq!(told(&output).1, agent(1));
        let word = "warning: MC_AGENT_TOKEN in the environment wins over MC_TOKEN in the environment";
        assert!(output.stderr.contains(word), "{output}");
    });
}

#[test]
fn a_token_wins_over_auth_mode_local_and_so_does_a_name() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let mc = || whoami(database).env("AUTH_MODE", "local").env("LOCAL_AUTH_TOKEN", LOCAL_TOKEN);
        assert_eq!(told(&mc().ok()).1, user(0));
        assert_eq!(told(&mc().env("MC_AGENT_TOKEN", AGENT_1_TOKEN).ok()).1, agent(1));
        assert_eq!(told(&mc().args(["--as-user", "oracle-user-3"]).ok()).1, user(3));
        assert_eq!(told(&mc().args(["--as-agent", "Agent 2"]).ok()).1, agent(2));
        mc().env("MC_TOKEN", "wrong").fails(4);
    });
}

#[test]
fn a_token_that_is_no_utf_8_is_refused_and_leaves_the_question_to_nobody_else() {
    let token = std::ffi::OsStr::from_bytes(b"not \xff UTF-8");
    for_each_engine(|engine| {
        let mc = || whoami(Database::shared(engine)).env("AUTH_MODE", "local").env("LOCAL_AUTH_TOKEN", LOCAL_TOKEN);
        mc().env("MC_TOKEN", token).fails(4);
        mc().env("MC_AGENT_TOKEN", token).env("MC_AGENT", "Agent 1").fails(4);
    });
}

#[test]
fn users_and_agents_are_named_by_id_e_mail_clerk_id_or_name() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        for name in [user(3).as_str(), "u3@example.test", "oracle-user-3"] {
            let wanted = ("user".into(), user(3), "--as-user".into());
            assert_eq!(told(&whoami(database).args(["--as-user", name]).ok()), wanted);
        }
        for name in [agent(9).as_str(), "Ágent 🤖 9"] {
            let wanted = ("agent".into(), agent(9), "--as-agent".into());
            assert_eq!(told(&whoami(database).args(["--as-agent", name]).ok()), wanted);
        }
    });
}

#[test]
fn mc_agent_without_a_token_names_nobody() {
    let database = Database::shared(Engine::Deployed);
    whoami(database).env("MC_AGENT", "Agent 1").fails(4);
}

#[test]
fn a_profile_s_token_is_used() {
    let database = Database::shared(Engine::Deployed);
    let path = "config/mc-activity/bot.env";
    database.place.write(path, &format!("MC_AGENT_TOKEN={AGENT_1_TOKEN}\nMC_AGENT='Agent 1'\n"));
    let output = whoami(database).args(["--profile", "bot"]).ok();
    assert_eq!(told(&output).1, agent(1));
    assert!(output.stderr.contains("chmod 600"), "a profile that others may read is not warned about: {output}");
}
