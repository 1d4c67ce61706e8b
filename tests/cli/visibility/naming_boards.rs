//! Naming a board: allowed for those who may read it, refused for all others, whether the board exists or not.

use crate::harness::{Data, Database, Engine, for_each_engine, in_parallel};
use crate::oracle::{Actor, Feed, World, difference, ids};
use uuid::Uuid;

/// Commands that take a board, and the rule that decides in each; all of them show the newest or all events.
const COMMANDS: [(&str, Feed); 6] = [
    ("list --all -o jsonl", Feed::Events),
    ("comments --all -o jsonl", Feed::Comments),
    ("tail --events --since 0001-01-01 --no-follow -o jsonl", Feed::Events),
    ("tail --since 0001-01-01 --no-follow -o jsonl", Feed::Comments),
    ("errors --scope all -S 2024-01-01 -o json --limit 1000", Feed::Events),
    ("errors --scope dashboard -S 2024-01-01 -o json --limit 1000", Feed::Dashboard),
];
const NO_BOARD: Uuid = Uuid::from_u128(0xdead_0000_0000_4000_8000_0000_0000_0000);

fn boards_are_given_or_refused(engine: Engine) {
    let world = World::new(&Data::recorded());
    let database = Database::shared(engine);
    let mut asked = Vec::new();
    for actor in world.actors() {
        let mine = world.boards(actor);
        for board in world.all_boards().into_iter().chain([NO_BOARD]) {
            // What is refused is refused alike everywhere; a few actors show that, the others ask one command.
            let few = if mine.contains(&board) || actor == world.actors()[3] { COMMANDS.len() } else { 1 };
            asked.extend(COMMANDS.into_iter().take(few).map(|(line, feed)| (actor, board, line, feed)));
        }
    }
    in_parallel(&asked, |&(actor, board, line, feed)| {
        let words =
            line.split(' ').map(str::to_owned).chain(["--board".into(), board.to_string()]).chain(actor.flags());
        let output = database.mc(words).run();
        let told = |what: String| Some(format!("{actor:?} on {engine:?}: {what}\n  $ mc-activity {}", output.line));
        if !world.boards(actor).contains(&board) {
            let refused = output.code == 4 && output.stdout.is_empty() && !output.stderr.is_empty();
            return if refused { None } else { told(format!("not refused\n{output}")) };
        }
        if output.code != 0 {
            return told(format!("exit {}: {}", output.code, output.stderr.trim_end()));
        }
        let mut wanted = world.visible(actor, feed);
        wanted.retain(|event| world.deciding_board(feed, event) == Some(board));
        let items = if line.starts_with("errors") {
            let since = crate::harness::micros("2024-01-01 00:00:00");
            // -U is the database's clock: the recorded events from the future are left out.
            let clock = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S%.6f").to_string();
            let until = crate::harness::micros(&clock);
            wanted.retain(|event| event.is_failure() && event.created_at >= since && event.created_at < until);
            wanted.reverse();
            output.json()["items"].as_array().cloned().unwrap_or_default()
        } else {
            if line.starts_with("tail") {
                wanted.retain(|event| event.created_at >= crate::harness::micros("0001-01-01 00:00:00"));
            } else {
                wanted.reverse();
            }
            output.jsonl()
        };
        let got: Vec<String> = items.iter().map(|item| item["id"].as_str().unwrap_or("(none)").to_owned()).collect();
        difference(&ids(wanted), &got).and_then(told)
    });
}

#[test]
fn on_the_deployed_schema_a_board_is_shown_only_to_those_who_may_read_it() {
    boards_are_given_or_refused(Engine::Deployed);
}

#[test]
fn on_the_documented_schema_a_board_is_shown_only_to_those_who_may_read_it() {
    boards_are_given_or_refused(Engine::Documented);
}

#[test]
fn on_sqlite_a_board_is_shown_only_to_those_who_may_read_it() {
    boards_are_given_or_refused(Engine::Embedded);
}

#[test]
fn an_agent_may_not_name_another_agent() {
    let agent = |n: u128| Uuid::from_u128(0x0000_00e0_0000_4000_8000_0000_0000_0000 + n);
    for_each_engine(|engine| {
        let me = Actor::Agent(agent(1)).flags();
        let database = Database::shared(engine);
        for command in ["list", "comments", "errors", "summary"] {
            database.mc([command, "--agent", &agent(2).to_string()]).args(&me).fails(4);
            database.mc([command, "--agent", &agent(1).to_string()]).args(&me).ok();
        }
    });
}

#[test]
fn a_command_without_an_identity_is_refused_with_a_hint() {
    for_each_engine(|engine| {
        if engine == Engine::Embedded {
            return; // It answers for its own local user.
        }
        let output = Database::shared(engine).mc(["list", "-o", "json"]).fails(4);
        let said: serde_json::Value = serde_json::from_str(&output.stderr).expect("no JSON on stderr");
        let hint = said["error"]["hint"].as_str().unwrap_or_default();
        for way in ["--as-user", "--as-agent", "MC_AGENT_TOKEN", "MC_TOKEN", "LOCAL_AUTH_TOKEN"] {
            assert!(hint.contains(way), "the hint does not name {way}: {hint}");
        }
    });
}

#[test]
fn an_unknown_user_or_agent_is_exit_3() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        for flag in ["--as-user", "--as-agent"] {
            database.mc(["list", flag, &NO_BOARD.to_string()]).fails(3);
            database.mc(["list", flag, "nobody of that name"]).fails(3);
        }
    });
}
