//! `agents`: who is alive, late or silent, held against fleets of which that is known, and against the rules told a second
//! time.

mod fleet;

use crate::harness::{Data, Database, Engine, Output, Role, for_each_engine, in_parallel, micros};
use crate::oracle::{Actor, World, random};
use fastrand::Rng;
use fleet::{Fleet, MINUTE, shown};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SEEDS: std::ops::Range<u64> = 1..9;
const AT: &str = "2026-05-01T12:00:00Z";

fn ask(database: &Database, user: uuid::Uuid, line: &str) -> Output {
    database.mc(line.split(' ')).args(["--as-user", &user.to_string(), "--at", AT]).run()
}

#[test]
fn exactly_the_agents_that_stopped_are_silent() {
    let asked: Vec<(Engine, u64)> = Engine::ALL.into_iter().flat_map(|e| SEEDS.map(move |seed| (e, seed))).collect();
    in_parallel(&asked, |&(engine, seed)| {
        let fleet = Fleet::new(seed);
        let database = Database::with(engine, &fleet.data);
        let output = ask(&database, fleet.user, "agents -o json");
        let complain = |what: String| Some(format!("seed {seed} on {engine:?}: {what}\n{output}"));
        let answer = output.json();
        let items = answer["items"].as_array().unwrap();
        if items.len() != fleet.agents.len() {
            return complain(format!("{} agents instead of {}", items.len(), fleet.agents.len()));
        }
        for agent in &fleet.agents {
            let item = items.iter().find(|item| item["agent_id"] == agent.id.to_string()).unwrap();
            let since = agent.failing_since.map(shown);
            let mut wanted = vec![
                ("agent_name", json!(agent.name)),
                ("state", json!(agent.state)),
                ("last_own_at", json!(agent.last.map(|(ago, _)| shown(ago)))),
                ("last_own_type", json!(agent.last.map(|(_, event_type)| event_type))),
                ("deliveries", json!({"tried": agent.tried, "failed": agent.failed, "failing_since": since})),
                ("wake_attempts", json!(1)),
            ];
            if let Some(every) = agent.configured {
                wanted.push(("usual_seconds", json!(every / 1_000_000)));
                wanted.push(("usual_source", json!("config")));
                wanted.push(("missed", json!(agent.last.map(|(ago, _)| ago / every))));
            }
            if let Some((key, value)) = wanted.iter().find(|(key, value)| item[*key] != *value) {
                return complain(format!("{}: {key} is {} instead of {value}", agent.name, item[*key]));
            }
            if agent.configured.is_none() && item["usual_source"] == "config" {
                return complain(format!("{}: an unreadable configuration was read", agent.name));
            }
        }
        let is_silent = |state: &str| ["silent", "never"].contains(&state);
        let silent: BTreeSet<&str> =
            fleet.agents.iter().filter(|agent| is_silent(agent.state)).map(|agent| agent.name.as_str()).collect();
        let listed = ask(&database, fleet.user, "agents --silent -o csv --no-header --fields agent_name").stdout;
        let listed: BTreeSet<&str> = listed.lines().collect();
        if listed != silent {
            return complain(format!("--silent lists {listed:?} instead of {silent:?}"));
        }
        None
    });
}

/// The fleets are only worth something if a wrong rule fails on them.
#[test]
fn simpler_rules_would_be_wrong_about_every_fleet() {
    let mut fleets_with_slow_agents = 0;
    for seed in SEEDS {
        let agents = Fleet::new(seed).agents;
        let fooled = agents.iter().filter(|agent| agent.state == "silent" && agent.naive == "alive").count();
        assert!(fooled >= 3, "seed {seed}: heartbeats of the backend fool nobody");
        assert!(agents.iter().any(|agent| agent.state == "never" && agent.naive == "alive"), "seed {seed}");
        let slow = |agent: &&fleet::Agent| agent.last.is_some_and(|(ago, _)| ago > 25 * MINUTE);
        let slow = agents.iter().filter(slow).any(|agent| agent.state != "silent");
        fleets_with_slow_agents += u64::from(slow);
    }
    assert!(fleets_with_slow_agents >= 4, "one interval would do for all agents");
}

#[test]
fn a_user_sees_the_agents_of_its_boards_and_an_agent_itself() {
    for_each_engine(|engine| {
        let fleet = Fleet::new(1);
        let database = Database::with(engine, &fleet.data);
        let names = |output: Output| -> BTreeSet<String> {
            let text = |item: &Value| item["agent_name"].as_str().unwrap().to_owned();
            output.json()["items"].as_array().unwrap().iter().map(text).collect()
        };
        let of_board = |board: usize| -> BTreeSet<String> {
            fleet.agents.iter().filter(|agent| agent.board == board).map(|agent| agent.name.clone()).collect()
        };
        assert_eq!(names(ask(&database, fleet.guest, "agents -o json")), of_board(0));
        assert_eq!(names(ask(&database, fleet.user, "agents -o json --board board-1")), of_board(1));
        let others: BTreeSet<String> = of_board(1).into_iter().chain(of_board(2)).collect();
        assert_eq!(names(ask(&database, fleet.user, "agents -o json --exclude-board board-0")), others);
        let one = &fleet.agents[4];
        let own = database.mc(["agents", "-o", "json", "--at", AT, "--as-agent", &one.id.to_string()]).ok();
        assert_eq!(own.json()["items"][0]["state"], one.state, "{own}");
        assert_eq!(names(own), [one.name.clone()].into());
        let args = ["agents", "--at", AT, "--as-user", &fleet.user.to_string(), "-o", "json", "--agent", &one.name];
        assert_eq!(names(database.mc(args).ok()), [one.name.clone()].into());
        ask(&database, fleet.guest, "agents --board board-1").expect(4);
    });
}

/// The recorded events, or those of a random world, half of them turned into what tells who is alive.
fn with_signs(mut data: Data, seed: u64) -> Data {
    const TYPES: [&str; 8] = [
        "agent.heartbeat",
        "agent.heartbeat",
        "task.assignee_woken",
        "task.assignee_wake_failed",
        "agent.nudge.sent",
        "task.assignee_notified",
        "task.assignee_notify_failed",
        "task.status_changed",
    ];
    let rng = &mut Rng::with_seed(seed);
    let events = data.tables.iter_mut().find(|table| table.name == "activity_events").unwrap();
    let column = events.columns.iter().position(|column| column == "event_type").unwrap();
    for row in &mut events.rows {
        if rng.bool() {
            row[column] = Some(TYPES[rng.usize(..TYPES.len())].to_owned());
        }
    }
    data
}

#[test]
fn every_actor_sees_its_agents_as_the_rules_have_them_and_nothing_of_others() {
    const THEN: &str = "2026-03-20 12:00:00";
    let mut worlds = vec![with_signs(Data::recorded(), 1)];
    worlds.extend((31..35).map(|seed| with_signs(random(seed, 150), seed)));
    let worlds: Vec<(World, Vec<Database>)> = worlds
        .iter()
        .map(|data| (World::new(data), Engine::ALL.map(|engine| Database::with(engine, data)).into()))
        .collect();
    let asked: Vec<(&World, &Database, Actor)> = worlds
        .iter()
        .flat_map(|(world, databases)| databases.iter().map(move |database| (world, database)))
        .flat_map(|(world, database)| world.actors().into_iter().map(move |actor| (world, database, actor)))
        .collect();
    in_parallel(&asked, |&(world, database, actor)| {
        let role = if database.is_granted() { Role::BareReader } else { Role::Owner };
        let args = ["agents", "-o", "json", "--at", &format!("{}Z", THEN.replace(' ', "T"))];
        let output = database.mc_as(role, args).args(actor.flags()).run();
        let complain = |what: String| Some(format!("{actor:?} on {:?}: {what}\n{output}", database.engine));
        if output.code != 0 {
            return complain("it fails".into());
        }
        let said = format!("{}{}", output.stdout, output.stderr);
        if let Some(leak) = world.hidden(actor, false).into_iter().find(|hidden| said.contains(hidden.as_str())) {
            return complain(format!("{leak:?} is hidden, and told"));
        }
        let answer = output.json();
        let items = answer["items"].as_array()?;
        let got: BTreeSet<&str> = items.iter().filter_map(|item| item["agent_id"].as_str()).collect();
        let shown: Vec<String> = world.agents_shown(actor).iter().map(ToString::to_string).collect();
        if got != shown.iter().map(String::as_str).collect() || items.len() != got.len() {
            return complain(format!("{shown:?} wanted"));
        }
        for item in items {
            let id = uuid::Uuid::parse_str(item["agent_id"].as_str()?).ok()?;
            let known = world.agent_known(actor, id, micros(THEN));
            let (at, event_type) = known.last_own.clone().unzip();
            let wanted = json!([
                known.state,
                at,
                event_type,
                known.last_heartbeat,
                {"tried": known.tried, "failed": known.failed, "failing_since": known.failing_since},
            ]);
            let got =
                ["state", "last_own_at", "last_own_type", "last_heartbeat_at", "deliveries"].map(|key| &item[key]);
            if json!(got) != wanted {
                return complain(format!("{id}: {} instead of {wanted}", json!(got)));
            }
        }
        None
    });
}

#[test]
fn what_a_role_may_not_read_is_left_out_and_the_answer_says_so() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let fleet = Fleet::new(2);
        let database = Database::with(engine, &fleet.data);
        let whole = ask(&database, fleet.user, "agents -o json").json();
        assert_eq!(whole["missing_columns"], json!([]));
        database.sql(
            "REVOKE SELECT (status, heartbeat_config, wake_attempts) ON agents FROM mc_activity_reader;
             ALTER TABLE agents DROP COLUMN last_provision_error;",
        );
        let missing =
            ["agents.heartbeat_config", "agents.status", "agents.last_provision_error", "agents.wake_attempts"];
        let output = ask(&database, fleet.user, "agents -o json");
        output.expect(0);
        let answer = output.json();
        assert_eq!(answer["missing_columns"], json!(missing), "{output}");
        let items = answer["items"].as_array().unwrap();
        assert_eq!(items.len(), fleet.agents.len());
        for item in items {
            let keys = item.as_object().unwrap();
            assert!(["status", "last_provision_error", "wake_attempts"].iter().all(|key| !keys.contains_key(*key)));
            assert!(keys.contains_key("last_seen_at") && item["usual_source"] != "config", "{output}");
        }
        for agent in fleet.agents.iter().filter(|agent| agent.state == "never") {
            let item = items.iter().find(|item| item["agent_id"] == agent.id.to_string()).unwrap();
            assert_eq!(item["state"], "never");
        }
        let table = ask(&database, fleet.user, "agents").stdout;
        assert!(table.contains("not readable here, so left out: agents.heartbeat_config, agents.status"), "{table}");
        assert!(!table.contains("STATUS") && table.contains("FAILING SINCE"), "{table}");
        let csv = ask(&database, fleet.user, "agents -o csv");
        assert!(csv.stderr.contains("note: not readable here"), "{csv}");
        assert!(csv.stdout.starts_with("agent_id,") && !csv.stdout.contains(",status,"), "{csv}");
        ask(&database, fleet.user, "agents -o csv --fields agent_name,status").expect(0);
        ask(&database, fleet.user, "boards").expect(0);
        let doctor = database.mc(["doctor"]).args(["--as-user", &fleet.user.to_string()]).run();
        assert!(doctor.stdout.contains("agents and tasks leave them out"), "{doctor}");
        assert!(doctor.stdout.contains("no column agents.last_provision_error"), "{doctor}");
        doctor.expect(0);
    }
}

#[test]
fn scripts_and_monitors_are_told_by_the_exit_code() {
    for_each_engine(|engine| {
        let fleet = Fleet::new(3);
        let database = Database::with(engine, &fleet.data);
        let count = |state: &str| fleet.agents.iter().filter(|agent| agent.state == state).count();
        let (silent, never, late) = (count("silent"), count("never"), count("late"));
        let failing = ask(&database, fleet.user, "agents --fail");
        failing.expect(6);
        assert!(failing.stderr.contains(&format!("{} agents give no sign of life", silent + never)), "{failing}");
        let checked = ask(&database, fleet.user, "agents --nagios");
        checked.expect(2);
        let total = fleet.agents.len();
        let line = format!("ACTIVITY CRITICAL - {silent} of {total} agents silent, {never} never gave a sign, ");
        assert!(checked.stdout.starts_with(&line), "{checked}");
        assert!(
            checked
                .stdout
                .contains(&format!("| silent={silent};;0;0;{total} never={never};;0;0;{total} late={late};0"))
        );
        let agent = |state: &str| fleet.agents.iter().find(|agent| agent.state == state).unwrap().name.clone();
        let only = |state: &str, flag: &str| {
            let args = ["agents", flag, "--agent", &agent(state), "--at", AT, "--as-user", &fleet.user.to_string()];
            database.mc(args).run()
        };
        only("alive", "--fail").expect(0);
        only("late", "--fail").expect(0);
        only("never", "--fail").expect(6);
        only("alive", "--nagios").expect(0);
        only("late", "--nagios").expect(1);
        only("silent", "--nagios").expect(2);
        // With enough patience nobody but those who were never there is silent.
        let patient = ask(&database, fleet.user, "agents --silent --grace 7d -o jsonl").jsonl();
        assert_eq!(patient.len(), never);
        let nobody = database
            .mc(["agents", "--nagios", "--at", AT, "--exclude-board", "board-0", "--board", "board-0"])
            .args(["--as-user", &fleet.user.to_string()])
            .run();
        nobody.expect(3);
        assert!(nobody.stdout.starts_with("ACTIVITY UNKNOWN - no agent that fleet-user may see"), "{nobody}");
    });
}

#[test]
fn each_agent_has_a_series_of_its_silence() {
    for_each_engine(|engine| {
        let fleet = Fleet::new(4);
        let database = Database::with(engine, &fleet.data);
        let text = ask(&database, fleet.user, "agents -o prometheus").stdout;
        for agent in &fleet.agents {
            let start = format!("mc_activity_agent_silence_seconds{{agent_id=\"{}\",", agent.id);
            let line = text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("{text}"));
            let value: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
            match agent.last {
                #[allow(clippy::cast_precision_loss)]
                Some((ago, _)) => assert!((value - ago as f64 / 1e6).abs() < 1e-3, "{line}"),
                None => assert!(value.is_infinite() && line.ends_with(" +Inf"), "{line}"),
            }
        }
        let silent = fleet.agents.iter().filter(|agent| agent.state == "silent").count();
        let counted = |line: &&str| line.starts_with("mc_activity_agents{state=\"silent\",");
        assert!(text.lines().find(counted).unwrap().ends_with(&format!(" {silent}")), "{text}");
    });
}

#[test]
fn an_agent_is_judged_as_of_the_instant_that_is_asked_for() {
    for_each_engine(|engine| {
        let fleet = Fleet::new(5);
        let database = Database::with(engine, &fleet.data);
        let agent = fleet.agents.iter().find(|agent| agent.state == "silent" && agent.configured.is_some()).unwrap();
        let (last, _) = agent.last.unwrap();
        let usual = agent.configured.unwrap();
        let at = |ago: i64| {
            let args = ["agents", "-o", "jsonl", "--agent", &agent.name, "--at", &format!("{}Z", shown(ago))];
            database.mc(args).args(["--as-user", &fleet.user.to_string()]).ok().jsonl()[0]["state"].clone()
        };
        for (age, state) in [
            (0, "alive"),
            (usual + 5 * MINUTE, "alive"),
            (usual + 5 * MINUTE + 1, "late"),
            (2 * usual + 5 * MINUTE, "late"),
            (2 * usual + 5 * MINUTE + 1, "silent"),
        ] {
            assert_eq!(at(last - age), state, "{engine:?}, {age} after {}", shown(last));
        }
        let until = ["agents", "-o", "json", "-S", "2026-04-29", "-U", "2026-04-30", "--as-user"];
        let answer = database.mc(until).args([fleet.user.to_string()]).ok().json();
        assert_eq!([&answer["since"], &answer["at"]], ["2026-04-29T00:00:00", "2026-04-29T23:59:59.999999"]);
        database.mc(["agents", "--at", AT, "-U", AT, "--as-user", &fleet.user.to_string()]).fails(2);
    });
}

#[test]
fn boards_counts_silent_agents_and_failed_deliveries_and_sets_heartbeats_apart() {
    for_each_engine(|engine| {
        let fleet = Fleet::new(6);
        let database = Database::with(engine, &fleet.data);
        let answer = ask(&database, fleet.user, "boards -o json").json();
        let of_board = |board: usize| fleet.agents.iter().filter(move |agent| agent.board == board);
        for (board, item) in answer["items"].as_array().unwrap().iter().enumerate() {
            let silent = of_board(board).filter(|agent| ["silent", "never"].contains(&agent.state)).count();
            let failed: u64 = of_board(board).map(|agent| agent.failed).sum();
            assert_eq!(item["slug"], format!("board-{board}"));
            assert_eq!(
                [&item["silent_agents"], &item["failed_deliveries"]],
                [&json!(silent), &json!(failed)],
                "{answer}"
            );
            let newest = |more: &[&str]| {
                let slug = item["slug"].as_str().unwrap();
                let args =
                    ["list", "-o", "jsonl", "--limit", "1", "--board", slug, "--as-user", &fleet.user.to_string()];
                database.mc(args).args(more.iter().copied()).ok().jsonl()[0]["created_at"].clone()
            };
            assert_eq!(item["last_event_at"], newest(&[]), "{answer}");
            assert_eq!(item["last_activity_at"], newest(&["--exclude-type", "agent.heartbeat"]), "{answer}");
        }
        let earlier = ["boards", "-o", "json", "--at", "2026-04-30T06:00:00Z", "--as-user", &fleet.user.to_string()];
        let earlier = database.mc(earlier).ok().json();
        for item in earlier["items"].as_array().unwrap() {
            assert!(item["last_event_at"].as_str().unwrap() <= "2026-04-30T06:00:00", "{earlier}");
        }
    });
}
