//! The roles of `queries/postgres/grants.sql`: what they cannot do, and the errors about missing privileges. That they
//! suffice is proved by all other tests, which run with them.

use crate::auth::{AGENT_1_TOKEN, agent, user};
use crate::harness::{Database, Engine, Role, in_parallel};
use std::time::Duration;

const SCHEMAS: [Engine; 2] = [Engine::Deployed, Engine::Documented];
const PRIVILEGES: &str = include_str!("../../../queries/postgres/missing_privileges.sql");
const NEEDED: &str = include_str!("../../../queries/postgres/parts/required_columns.sql");

#[test]
fn no_role_reads_secrets_or_changes_anything_that_it_need_not() {
    for engine in SCHEMAS {
        let database = Database::recorded(engine);
        database.sql("CREATE TABLE board_webhooks (id uuid, board_id uuid, secret varchar)");
        let refused = |roles: &[Role], statement: &str| {
            for role in roles {
                let said = database.refuses(*role, statement);
                let denied = said.as_ref().is_some_and(|said| said.contains("permission denied"));
                assert!(denied, "{role:?} may {statement} ({said:?})");
            }
        };
        let all = [Role::Reader, Role::BareReader, Role::Login, Role::Writer];
        for statement in [
            "SELECT token FROM gateways",
            "SELECT id FROM gateways",
            "SELECT secret FROM board_webhooks",
            "SELECT * FROM agents",
            "SELECT provision_confirm_token_hash FROM agents",
            "SELECT delete_confirm_token_hash FROM agents",
            "SELECT soul_template FROM agents",
            "SELECT description FROM tasks",
            "SELECT notes FROM users",
            "UPDATE activity_events SET message = ''",
            "DELETE FROM activity_events",
            "TRUNCATE activity_events",
            "UPDATE users SET active_organization_id = NULL",
            "INSERT INTO organization_board_access SELECT",
        ] {
            refused(&all, statement);
        }
        refused(&[Role::Reader, Role::BareReader, Role::Writer], "SELECT agent_token_hash FROM agents");
        let insert = "INSERT INTO activity_events (id, event_type, created_at) VALUES (gen_random_uuid(), 'x', now())";
        refused(&[Role::Reader, Role::BareReader, Role::Login], insert);
        assert_eq!(database.refuses(Role::Writer, insert), None);
        assert_eq!(database.refuses(Role::Login, "SELECT id, agent_token_hash FROM agents"), None);
    }
}

#[test]
fn what_the_binary_takes_for_necessary_is_what_the_grants_give() {
    let for_role = |flag: &str| -> String {
        let mut sent = true;
        let mut sql = String::new();
        for line in PRIVILEGES.lines() {
            match line.trim() {
                ":required_columns" => sql.push_str(NEEDED),
                "\\endif" => sent = true,
                condition if condition.starts_with("\\if") => sent = condition == format!("\\if :{{?{flag}}}"),
                command if command.starts_with('\\') => {}
                _ if sent => sql.push_str(line),
                _ => {}
            }
            sql.push('\n');
        }
        sql
    };
    for engine in SCHEMAS {
        let database = Database::shared(engine);
        let lacks = |role: Role, flag: &str| {
            let sql = for_role(flag);
            // Something missing divides by zero.
            database
                .refuses(role, &format!("SELECT 1 / (missing IS NULL)::int FROM ({sql}) AS x (role, missing)"))
                .is_some()
        };
        assert!(!lacks(Role::BareReader, "nothing"));
        assert!(!lacks(Role::Login, "hashes"));
        assert!(!lacks(Role::Writer, "write"));
        assert!(lacks(Role::BareReader, "hashes"));
        assert!(lacks(Role::Login, "write"));
        assert!(lacks(Role::Nobody, "nothing"));
    }
}

#[test]
fn a_privilege_that_is_missing_is_named_with_its_role_column_and_table() {
    for engine in SCHEMAS {
        let database = Database::recorded(engine);
        database.sql("REVOKE SELECT (identity_profile) ON agents FROM mc_activity_reader");
        let me = ["--as-user", &user(0)];
        let output = database.mc(["comments"]).args(me).fails(5);
        let named = "permission denied for table agents: the role oncall lacks SELECT (identity_profile) ON agents\n";
        assert!(output.stderr.contains(named), "{output}");
        assert!(output.stderr.contains("mc_activity_reader"), "{output}");
        database.mc(["list"]).args(me).ok();
        let output = database.mc(["whoami"]).env("MC_AGENT_TOKEN", AGENT_1_TOKEN).fails(5);
        assert!(output.stderr.contains("the role oncall lacks SELECT (agent_token_hash"), "{output}");
        assert!(output.stderr.contains("mc_activity_login"), "{output}");
        let event = ["log", "--type", "task.updated", "--message", "x", "--board", "board-1"];
        let output = database.mc_as(Role::Reader, event).args(me).fails(5);
        assert!(output.stderr.contains("the role oncall lacks INSERT (id, event_type, message"), "{output}");
        let output = database.mc_as(Role::Nobody, ["list"]).args(me).fails(5);
        for lacking in
            ["the role nobody lacks SELECT (", "SELECT (id, event_type, message", "SELECT (id, name) ON organizations"]
        {
            assert!(output.stderr.contains(lacking), "{output}");
        }
    }
}

#[test]
fn without_usage_on_the_schema_the_hint_says_so() {
    let database = Database::recorded(Engine::Deployed);
    database.sql("REVOKE USAGE ON SCHEMA public FROM PUBLIC, mc_activity_reader");
    let output = database.mc(["list"]).args(["--as-user", &user(0)]).fails(5);
    assert!(output.stderr.contains("USAGE on the schema"), "{output}");
}

#[test]
fn every_command_that_reads_works_without_the_right_to_watch_other_sessions() {
    let me = user(0);
    let id = agent(1);
    let lines: Vec<Vec<&str>> = [
        "list",
        "list --all -o jsonl",
        "list --count",
        "list --agent Agent\u{a0}1",
        "list --task 000000f0",
        "comments",
        "errors",
        "errors --by board --by agent",
        "summary --by type,board,agent,task,day",
        "boards",
        "agents",
        "whoami",
        "tail --no-follow",
        "tail --events --no-follow",
        "tail --events --for 1s --poll 200ms",
    ]
    .iter()
    .map(|line| line.split(' ').collect())
    .collect();
    let asked: Vec<_> = SCHEMAS.into_iter().flat_map(|engine| lines.iter().map(move |line| (engine, line))).collect();
    in_parallel(&asked, |(engine, line)| {
        let words: Vec<String> = line.iter().map(|word| word.replace('\u{a0}', " ")).collect();
        for actor in [["--as-user", me.as_str()], ["--as-agent", id.as_str()]] {
            let output = Database::shared(*engine).mc_as(Role::BareReader, &words).args(actor).run();
            // A prefix may stand for several tasks, and agents may have none.
            if output.code != 0 && output.code != 3 {
                return Some(output.to_string());
            }
        }
        None
    });
}

#[test]
fn a_reader_that_may_not_watch_other_sessions_can_follow() {
    for engine in SCHEMAS {
        let database = Database::recorded(engine);
        let args = ["tail", "--events", "-n", "1", "--poll", "200ms", "-o", "jsonl", "--as-user"];
        let mut tail = database.mc_as(Role::BareReader, args).args([user(0)]).start();
        tail.line(Duration::from_secs(20));
        let event = ["log", "--type", "task.updated", "--message", "x", "--board", "board-1", "--as-user"];
        let id = database.mc(event).args([user(0)]).ok().stdout;
        assert!(tail.line(Duration::from_secs(20)).contains(id.trim()));
    }
}
