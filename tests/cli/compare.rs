//! `compare`: the changes that plain loops find in the same events, for every actor, on every engine.

use crate::harness::{Data, Database, Engine, Table, for_each_engine};
use crate::oracle::{Actor, Event, Feed, World, random};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Messages of failures and their patterns.
const MESSAGES: [(&str, &str); 3] = [
    ("timeout after 30 s", "timeout after <n> s"),
    ("gateway 3f2504e0-4f89-41d3-9a0c-0305e82c3301 down", "gateway <id> down"),
    ("  no\troute ", "no route"),
];
const TYPES: [&str; 5] = ["task.updated", "task.x_failed", "agent.heartbeat", "x.failed", "task.Failed"];
const DAY: i64 = 86_400;
/// The end of the window, and its length in seconds.
const UNTIL: &str = "2026-03-20T12:00:00";
const SPAN: i64 = 3_600;

fn end() -> chrono::NaiveDateTime {
    UNTIL.parse().unwrap()
}

fn before_end(seconds: i64) -> String {
    (end() - chrono::TimeDelta::seconds(seconds)).to_string()
}

/// A random world whose events lie in the window, in those it may be compared with, at their edges and long before.
fn world(seed: u64) -> Data {
    let mut data = random(seed, 0);
    let rng = &mut Rng::with_seed(seed);
    let ids = |table: &str| -> Vec<String> { data.rows(table).map(|row| row("id").unwrap()).collect() };
    let (boards, agents, tasks) = (ids("boards"), ids("agents"), ids("tasks"));
    let mut events = Table::new("activity_events", "id event_type message agent_id task_id created_at board_id");
    for _ in 0..40 {
        let event_type = TYPES[rng.usize(..TYPES.len())];
        let message = (rng.f64() < 0.9).then(|| MESSAGES[rng.usize(..MESSAGES.len())].0.to_owned());
        let some = |rng: &mut Rng, ids: &[String]| (rng.f64() < 0.8).then(|| ids[rng.usize(..ids.len())].clone());
        let (agent, task, board) = (some(rng, &agents), some(rng, &tasks), some(rng, &boards));
        let mut add = |rng: &mut Rng, seconds: i64| {
            let id = Uuid::from_u128(rng.u128(..)).to_string();
            let (kind, at) = (Some(event_type.to_owned()), Some(before_end(seconds)));
            events.rows.push(vec![Some(id), kind, message.clone(), agent.clone(), task.clone(), at, board.clone()]);
        };
        // A window, the one before, a day and a week before.
        for start in [SPAN, 2 * SPAN, DAY + SPAN, 7 * DAY + SPAN] {
            let count = if rng.f64() < 0.3 { 0 } else { rng.i64(1..60) };
            for _ in 0..count {
                let seconds = start - rng.i64(0..SPAN);
                add(rng, seconds);
            }
        }
        [0, SPAN, 2 * SPAN].into_iter().for_each(|edge| add(rng, edge));
        if rng.bool() {
            add(rng, 30 * DAY);
        }
    }
    data.tables.retain(|table| table.name != "activity_events");
    data.tables.push(events);
    data
}

/// `dimension`, `event_type`, `pattern`, `board_id`, `agent_id`.
type Key = (&'static str, Option<String>, Option<String>, Option<Uuid>, Option<Uuid>);

fn keys(world: &World, event: &Event) -> Vec<Key> {
    let name = || Some(event.event_type.clone());
    let board = world.resolved_board(event);
    let mut keys = vec![("agent", None, None, None, event.agent), ("type_agent", name(), None, None, event.agent)];
    if event.event_type != "agent.heartbeat" {
        keys.push(("type", name(), None, None, None));
        keys.push(("board", None, None, board, None));
        keys.push(("type_board", name(), None, board, None));
        if event.is_failure() {
            let message = event.message.as_deref().unwrap_or_default();
            let pattern = MESSAGES.iter().find(|(text, _)| *text == message).map_or("", |(_, pattern)| pattern);
            keys.push(("pattern", name(), Some(pattern.to_owned()), None, None));
        }
    }
    keys
}

/// Keys that may explain one, by the rule that a wider key leaves out a part.
fn wider(key: &Key) -> Vec<Key> {
    let (dimension, name, _, board, agent) = key.clone();
    let by_type = ("type", name, None, None, None);
    match dimension {
        "pattern" => vec![by_type],
        "type_board" => vec![by_type, ("board", None, None, board, None)],
        "type_agent" => vec![by_type, ("agent", None, None, None, agent)],
        _ => Vec::new(),
    }
}

/// The exact test by its definition, in logarithms of factorials.
fn probability(before: u64, after: u64, share: f64) -> f64 {
    let n = before + after;
    let ln_factorial = |n: u64| (1..=n).map(|i| (i as f64).ln()).sum::<f64>();
    let ln_power = |share: f64, k: u64| if k == 0 { 0.0 } else { share.ln() * k as f64 };
    let whole = ln_factorial(n);
    let of = |k: u64| {
        (whole - ln_factorial(k) - ln_factorial(n - k) + ln_power(share, k) + ln_power(1.0 - share, n - k)).exp()
    };
    let most = of(after) * (1.0 + 1e-7);
    (0..=n).map(of).filter(|p| *p <= most).sum()
}

fn kind(before: u64, after: u64) -> &'static str {
    match (before, after) {
        (0, _) => "new",
        (_, 0) => "gone",
        _ if after > before => "more",
        _ => "fewer",
    }
}

type Found = BTreeSet<(String, String, String)>;

/// What the answer should be: both totals, and the changes.
fn expected(world: &World, visible: &[&Event], windows: [(i64, i64); 2]) -> ([u64; 2], Found) {
    let mut totals = [0, 0];
    let mut counts: BTreeMap<Key, [u64; 2]> = BTreeMap::new();
    for event in visible {
        for (side, (since, until)) in windows.into_iter().enumerate() {
            if (since..until).contains(&event.created_at) {
                totals[side] += 1;
                keys(world, event).into_iter().for_each(|key| counts.entry(key).or_default()[side] += 1);
            }
        }
    }
    let limit = 1e-4 / counts.len() as f64;
    let mut shown: BTreeMap<&Key, [u64; 2]> = BTreeMap::new();
    for (key, [before, after]) in &counts {
        let twice = *after >= 2 * before || *before >= 2 * after;
        if before + after >= 5 && twice && probability(*before, *after, 0.5) < limit {
            shown.insert(key, [*before, *after]);
        }
    }
    let explained = |key: &Key, [before, after]: [u64; 2]| {
        wider(key).iter().filter_map(|wide| shown.get(wide)).any(|[wide_before, wide_after]| {
            let share = *wide_after as f64 / (wide_before + wide_after) as f64;
            (after > before) == (wide_after > wide_before) && probability(before, after, share) >= limit
        })
    };
    let first = |name: &Option<String>| {
        visible.iter().find(|event| Some(&event.event_type) == name.as_ref()).map(|event| event.shown_at())
    };
    let text = |(key, counts): (&&Key, &[u64; 2])| {
        let (dimension, name, pattern, board, agent) = (**key).clone();
        let seen = if dimension == "type" { first(&name) } else { None };
        let of = json!([dimension, name, pattern, board, agent]).to_string();
        (kind(counts[0], counts[1]).to_owned(), of, json!([counts, seen]).to_string())
    };
    (totals, shown.iter().filter(|(key, counts)| !explained(key, **counts)).map(text).collect())
}

fn found(answer: &Value) -> Found {
    let text = |change: &Value| {
        let of = ["dimension", "event_type", "pattern", "board_id", "agent_id"].map(|key| change[key].clone());
        let counts = json!([[change["before"], change["after"]], change["first_seen_at"]]);
        (change["kind"].as_str().unwrap().to_owned(), json!(of).to_string(), counts.to_string())
    };
    answer["changes"].as_array().unwrap().iter().map(text).collect()
}

fn micros_before_end(seconds: i64) -> i64 {
    crate::harness::micros(&before_end(seconds))
}

#[test]
fn every_actor_gets_the_changes_that_plain_loops_find_in_its_events() {
    let mut changes = 0;
    for seed in 0..3 {
        let data = world(seed);
        let model = World::new(&data);
        let databases = Engine::ALL.map(|engine| Database::with(engine, &data));
        for actor in model.actors() {
            let visible = model.visible(actor, Feed::Events);
            for (against, back) in [("before", SPAN), ("day", DAY), ("week", 7 * DAY)] {
                let window = |back: i64| (micros_before_end(back + SPAN), micros_before_end(back));
                let (totals, wanted) = expected(&model, &visible, [window(back), window(0)]);
                for database in &databases {
                    let args = ["compare", "--at", UNTIL, "--against", against, "-o", "json"];
                    let answer = database.mc(args).args(actor.flags()).ok().json();
                    let at = format!("{seed} {actor:?} {against} {:?}", database.engine);
                    assert_eq!([&answer["before"]["total"], &answer["after"]["total"]], totals, "{at}");
                    assert_eq!(found(&answer), wanted, "{at}");
                    changes += wanted.len();
                }
            }
        }
        let user = model.actors().into_iter().find(|actor| matches!(actor, Actor::User(_))).unwrap();
        let args = ["compare", "--at", UNTIL, "-o", "json"];
        let texts = databases.each_ref().map(|database| database.mc(args).args(user.flags()).ok().stdout);
        assert!(texts.iter().all(|text| *text == texts[0]), "{seed}: the engines differ");
    }
    assert!(changes > 300, "{changes}");
}

/// One board that one user reads, and events on it: type, message, agent 1 or 2, seconds before the end.
fn small(events: &[(&str, &str, usize, i64)]) -> Data {
    let mut data = random(1, 0);
    let world = World::new(&data);
    let reads = |actor: &Actor| matches!(actor, Actor::User(_)) && !world.boards(*actor).is_empty();
    let user = world.actors().into_iter().find(reads).unwrap();
    let board = world.boards(user).into_iter().next().unwrap();
    let agents = world.all_agents();
    let mut table = Table::new("activity_events", "task_id id event_type message agent_id created_at board_id");
    for (n, (event_type, message, agent, seconds)) in events.iter().enumerate() {
        let id = Uuid::from_u128(n as u128 + 1).to_string();
        let (agent, board, at) = (agents[*agent].to_string(), board.to_string(), before_end(*seconds));
        let texts = [&id, *event_type, *message, &agent, &at, &board].map(|text| Some(text.to_owned()));
        table.rows.push(std::iter::once(None).chain(texts).collect());
    }
    data.tables.retain(|table| table.name != "activity_events");
    data.tables.push(table);
    data
}

fn reader(data: &Data) -> [String; 2] {
    let world = World::new(data);
    let actor = world.actors().into_iter().find(|actor| !world.visible(*actor, Feed::Events).is_empty());
    actor.unwrap().flags()
}

fn incident() -> Data {
    let ordinary = (0..120).map(|n| ("task.updated", "x", 0, 60 * n + 30));
    let failing = (0..40).map(|n| ("task.x_failed", "gateway 7 down", 1, 60 * n + 20));
    let silenced = (0..30).map(|n| ("task.comment", "hello", 1, SPAN + 60 * n + 1));
    small(&ordinary.chain(failing).chain(silenced).collect::<Vec<_>>())
}

#[test]
fn a_window_compared_with_one_that_is_the_same_has_no_change() {
    let events = (0..200).map(|n| ([TYPES[0], TYPES[1], TYPES[3]][n as usize % 3], "x", n as usize % 2, 1 + 17 * n));
    let twice: Vec<_> = events.flat_map(|(t, m, a, s)| [(t, m, a, s), (t, m, a, s + SPAN)]).collect();
    let data = small(&twice);
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let answer = database.mc(["compare", "--at", UNTIL, "-o", "json"]).args(reader(&data)).ok().json();
        assert_eq!((&answer["before"]["total"], &answer["after"]["total"]), (&json!(200), &json!(200)));
        assert_eq!(answer["changes"], json!([]));
        let report =
            database.mc(["compare", "--at", UNTIL, "--fail-on", "new,gone,more,fewer"]).args(reader(&data)).ok();
        assert!(report.stdout.starts_with("no change beyond chance\n"), "{report}");
    });
}

#[test]
fn a_kind_of_change_named_by_fail_on_is_exit_6_after_the_answer_and_another_is_not() {
    let data = incident();
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let run = |flags: &[&str]| {
            database.mc(["compare", "--at", UNTIL, "-o", "json"]).args(flags).args(reader(&data)).run()
        };
        let plain = run(&[]);
        plain.expect(0);
        let over = run(&["--fail-on", "new"]);
        over.expect(6);
        assert_eq!(over.stdout, plain.stdout);
        assert!(over.stderr.contains("\"code\":\"threshold\"") && over.stderr.contains("1 new"), "{over}");
        run(&["--fail-on", "more,fewer"]).expect(0);
        run(&["--fail-on", "more", "--fail-on", "gone"]).expect(6);
        run(&["--fail-on", "worse"]).expect(2);
    });
}

#[test]
fn the_report_and_the_rows_tell_the_same_changes() {
    let data = incident();
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let run = |format: &str| database.mc(["compare", "--at", UNTIL, "-o", format]).args(reader(&data)).ok();
        let report = run("table").stdout;
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines[0], "2 changes", "{report}");
        assert_eq!(lines[1], "after: 100 events, 2026-03-20 11:00:00 to 2026-03-20 12:00:00");
        assert_eq!(lines[2], "before: 90 events, 2026-03-20 10:00:00 to 2026-03-20 11:00:00");
        assert!(lines[5].starts_with("new     type  task.x_failed") && lines[5].ends_with("first ever"), "{report}");
        assert!(lines[6].starts_with("gone    type  task.comment"), "{report}");
        let json = run("json").json();
        assert_eq!(json!(run("jsonl").jsonl()), json["changes"]);
        let csv = run("csv").stdout;
        assert_eq!(
            csv.lines().next().unwrap(),
            "kind,dimension,event_type,pattern,board_id,board_name,agent_id,agent_name,before,after,ratio,first_seen_at"
        );
        assert_eq!(csv.lines().nth(1).unwrap(), "new,type,task.x_failed,,,,,,0,40,,2026-03-20T11:20:40");
        assert_eq!(run("tsv").stdout.lines().count(), 3);
        assert!(run("wide").stdout.contains("FIRST_SEEN_AT"));
        let some = database.mc(["compare", "--at", UNTIL, "-o", "csv", "--fields", "event_type,after"]);
        assert_eq!(some.args(reader(&data)).ok().stdout, "event_type,after\r\ntask.x_failed,40\r\ntask.comment,0\r\n");
        database.mc(["compare", "-o", "prometheus"]).args(reader(&data)).fails(2);
    });
}

#[test]
fn a_failure_whose_message_changed_is_shown_by_its_pattern() {
    let old = (0..40).map(|n| ("task.x_failed", "timeout after 30 s", 0, SPAN + 60 * n + 1));
    let new = (0..40).map(|n| ("task.x_failed", "gateway 10.0.0.7 down", 0, 60 * n + 1));
    let data = small(&old.chain(new).collect::<Vec<_>>());
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let answer = database.mc(["compare", "--at", UNTIL, "-o", "json"]).args(reader(&data)).ok().json();
        let told = |n: usize| ["kind", "dimension", "pattern"].map(|key| answer["changes"][n][key].clone());
        assert_eq!(answer["changes"].as_array().unwrap().len(), 2, "{answer}");
        assert_eq!(told(0), ["new", "pattern", "gateway <n> down"].map(Value::from));
        assert_eq!(told(1), ["gone", "pattern", "timeout after <n> s"].map(Value::from));
    });
}

#[test]
fn filters_narrow_both_windows() {
    let data = incident();
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let run = |flags: &[&str]| {
            let args = ["compare", "--at", UNTIL, "-o", "json"];
            let answer = database.mc(args).args(flags).args(reader(&data)).ok().json();
            let types = answer["changes"].as_array().unwrap().iter().filter(|change| change["dimension"] == "type");
            let kinds = types.map(|change| change["kind"].clone()).collect::<Vec<_>>();
            (answer["before"]["total"].clone(), answer["after"]["total"].clone(), kinds)
        };
        assert_eq!(run(&["--type", "*failed"]), (json!(0), json!(40), vec![json!("new")]));
        assert_eq!(run(&["--exclude-type", "*failed"]), (json!(90), json!(60), vec![json!("gone")]));
        assert_eq!(run(&["-g", "hello"]), (json!(30), json!(0), vec![json!("gone")]));
    });
}

#[test]
fn the_windows_are_as_long_as_each_other_and_do_not_overlap() {
    let data = incident();
    let database = Database::with(Engine::Embedded, &data);
    let windows = |flags: &[&str]| {
        let answer = database.mc(["compare", "-o", "json"]).args(flags).args(reader(&data)).ok().json();
        ["before", "after"].map(|side| {
            let at = |edge: &str| answer[side][edge].as_str().unwrap().replace("2026-03-", "");
            format!("{} {}", at("since"), at("until"))
        })
    };
    for (flags, expected) in [
        (vec!["--at", UNTIL], ["20T10:00:00 20T11:00:00", "20T11:00:00 20T12:00:00"]),
        (vec!["--at", UNTIL, "--span", "15m"], ["20T11:30:00 20T11:45:00", "20T11:45:00 20T12:00:00"]),
        (vec!["--at", UNTIL, "--against", "day"], ["19T11:00:00 19T12:00:00", "20T11:00:00 20T12:00:00"]),
        (vec!["--at", UNTIL, "--against", "week"], ["13T11:00:00 13T12:00:00", "20T11:00:00 20T12:00:00"]),
        (
            vec!["--at", UNTIL, "--span", "1d", "--against", "day"],
            ["18T12:00:00 19T12:00:00", "19T12:00:00 20T12:00:00"],
        ),
        (vec!["-S", "2026-03-20 08:00", "-U", UNTIL], ["20T04:00:00 20T08:00:00", "20T08:00:00 20T12:00:00"]),
        (vec!["-U", UNTIL, "--span", "2h"], ["20T08:00:00 20T10:00:00", "20T10:00:00 20T12:00:00"]),
    ] {
        assert_eq!(windows(&flags), expected, "{flags:?}");
    }
    for flags in [
        vec!["--at", UNTIL, "--span", "25h", "--against", "day"],
        vec!["--at", UNTIL, "--span", "8d", "--against", "week"],
        vec!["--at", UNTIL, "-S", "1h"],
        vec!["--span", "1h", "-S", "1h"],
        vec!["--span", "0s"],
        vec!["-S", "2999-01-01"],
        vec!["-S", "2026-03-02", "-U", "2026-03-01"],
        vec!["--against", "month"],
    ] {
        database.mc(["compare"]).args(&flags).args(reader(&data)).fails(2);
    }
}

#[test]
fn who_sees_no_event_gets_no_change_and_who_names_a_hidden_board_is_refused() {
    let data = world(1);
    let model = World::new(&data);
    let blind = model.actors().into_iter().find(|actor| model.visible(*actor, Feed::Events).is_empty());
    let blind = blind.expect("an actor who sees nothing").flags();
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let answer = database.mc(["compare", "--at", UNTIL, "-o", "json"]).args(&blind).ok().json();
        assert_eq!((&answer["after"]["total"], &answer["changes"]), (&json!(0), &json!([])));
        let board = model.all_boards()[0].to_string();
        let refused = database.mc(["compare", "--at", UNTIL, "--board", &board]).args(&blind).fails(4);
        assert_eq!(refused.stdout, "");
    });
}
