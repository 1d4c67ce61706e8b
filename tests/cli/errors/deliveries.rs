//! What is a delivery, counted a second time by pairs that are typed by hand.

use super::{NOW, USER, event, heartbeats, world};
use crate::harness::{Data, Database, for_each_engine, in_parallel};
use crate::oracle::{Actor, Event, Feed, World, random};
use fastrand::Rng;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PAIRS: [[&str; 2]; 17] = [
    ["task.assignee_notified", "task.assignee_notify_failed"],
    ["task.rework_notified", "task.rework_notify_failed"],
    ["task.lead_notified", "task.lead_notify_failed"],
    ["task.lead_unassigned_notified", "task.lead_unassigned_notify_failed"],
    ["approval.lead_notified", "approval.lead_notify_failed"],
    ["board.lead_notified", "board.lead_notify_failed"],
    ["board.group.join.notified", "board.group.join.notify_failed"],
    ["board.group.leave.notified", "board.group.leave.notify_failed"],
    ["agent.nudge.sent", "agent.nudge.failed"],
    ["gateway.lead.ask_user.sent", "gateway.lead.ask_user.failed"],
    ["gateway.main.lead_message.sent", "gateway.main.lead_message.failed"],
    ["agent.provision.direct", "agent.provision.failed"],
    ["agent.update.direct", "agent.update.failed"],
    ["agent.delete.direct", "agent.delete.failed"],
    // Types of a fork.
    ["crew.lead_notified", "crew.lead_notify_failed"],
    ["mail.sent", "mail.failed"],
    ["fax.direct", "fax.failed"],
];
const OTHERS: [&str; 9] = [
    "agent.heartbeat",
    "agent.wakeup.sent",
    "task.comment",
    "task.assignee_woken",
    "task.assignee_wake_failed",
    "task.Failed",
    "x_failed",
    "failed",
    "gateway.main.lead_broadcast.sent",
];
const BROADCASTS: [(&str, u64, u64); 4] = [
    ("Broadcast handoff to 3 board leads (failed: 2).", 3, 2),
    ("Broadcast note to 0 board leads (failed: 4).", 0, 4),
    ("Broadcast question to 7 board leads (failed: 0).", 7, 0),
    ("Broadcast!", 0, 0),
];

/// Figures of one route, told by the rows.
#[derive(Debug, Default, PartialEq)]
struct Told {
    tried: u64,
    failed: u64,
    last_success: Option<i64>,
    /// When each failure was.
    failures: Vec<(i64, u64)>,
}

impl Told {
    fn add(&mut self, at: i64, made: u64, failed: u64) {
        self.tried += made + failed;
        self.failed += failed;
        if made > 0 {
            self.last_success = self.last_success.max(Some(at));
        }
        if failed > 0 {
            self.failures.push((at, failed));
        }
    }

    fn in_a_row(&self) -> u64 {
        self.failures.iter().filter(|(at, _)| Some(*at) > self.last_success).map(|(_, count)| count).sum()
    }
}

/// The route of an event, and how many deliveries arrived and did not.
fn told(event: &Event) -> Option<(&'static str, u64, u64)> {
    let event_type = event.event_type.as_str();
    if let Some([success, _]) = PAIRS.iter().find(|[success, _]| *success == event_type) {
        return Some((success, 1, 0));
    }
    if let Some([success, _]) = PAIRS.iter().find(|[_, failure]| *failure == event_type) {
        return Some((success, 0, 1));
    }
    match event_type {
        "gateway.main.lead_broadcast.sent" => {
            let text = event.message.as_deref().unwrap_or_default();
            let (_, made, failed) = BROADCASTS.iter().find(|(known, ..)| *known == text)?;
            (made + failed > 0).then_some(("gateway.main.lead_broadcast.sent", *made, *failed))
        }
        "task.assignee_wake_failed" => None,
        _ if event.is_failure() => Some(("(no pair)", 0, 1)),
        _ => None,
    }
}

/// A random world with types that tell of deliveries, some without a board, as broadcasts are.
fn delivering(seed: u64) -> Data {
    let mut data = random(seed, 400);
    let rng = &mut Rng::with_seed(seed);
    let table = data.tables.iter_mut().find(|table| table.name == "activity_events").unwrap();
    let at = |name: &str| table.columns.iter().position(|column| column == name).unwrap();
    let (types, messages) = (at("event_type"), at("message"));
    let flat: Vec<&str> = PAIRS.iter().flatten().copied().chain(OTHERS).collect();
    for row in &mut table.rows {
        let event_type = flat[rng.usize(..flat.len())];
        row[types] = Some(event_type.to_owned());
        if event_type.ends_with("broadcast.sent") {
            row[messages] = Some(BROADCASTS[rng.usize(..BROADCASTS.len())].0.to_owned());
        }
    }
    data
}

fn differs(
    database: &Database,
    world: &World,
    actor: Actor,
    window: &[String],
    [visible, inside]: [&[&Event]; 2],
) -> Option<String> {
    let mut routes: BTreeMap<&str, Told> = BTreeMap::new();
    let mut whole = Told::default();
    // A success that the actor never saw is no type of its world.
    let seen: BTreeSet<&str> = visible.iter().map(|event| event.event_type.as_str()).collect();
    for event in inside {
        if let Some((route, made, failed)) = told(event) {
            let is_stem = ["mail.sent", "fax.direct"].contains(&route);
            let route = if is_stem && !seen.contains(route) { "(no pair)" } else { route };
            routes.entry(route).or_default().add(event.created_at, made, failed);
            whole.add(event.created_at, made, failed);
        }
    }
    let line = ["errors", "-o", "json", "--by", "route", "--limit=0"].map(str::to_owned);
    let args: Vec<String> = line.into_iter().chain(actor.flags()).chain(window.iter().cloned()).collect();
    let answer = database.mc(&args).ok().json();
    let same = |figures: &Value, told: &Told| {
        let shown =
            |at: Option<i64>| at.and_then(|at| world.events().iter().find(|e| e.created_at == at)).map(Event::shown_at);
        let since = told.failures.iter().map(|(at, _)| *at).filter(|at| Some(*at) > told.last_success).min();
        figures["tried"] == told.tried
            && figures["failed"] == told.failed
            && figures["consecutive_failures"] == told.in_a_row()
            && figures["last_success_at"].as_str() == shown(told.last_success).as_deref()
            && figures["failing_since"].as_str() == shown(since).as_deref()
    };
    let groups = answer["groups"].as_array().unwrap();
    let names: Vec<&str> = groups.iter().map(|group| group["route"].as_str().unwrap()).collect();
    let mut wanted: Vec<&str> = routes.keys().copied().collect();
    wanted.sort_by_key(|route| (u64::MAX - routes[route].failed, u64::MAX - routes[route].tried, *route));
    let all = same(&answer["deliveries"], &whole) && groups.iter().zip(&wanted).all(|(g, r)| same(g, &routes[r]));
    (!all || names != wanted).then(|| format!("{args:?}\nwanted {whole:?} {routes:#?}\ngot {}", answer["groups"]))
}

#[test]
fn deliveries_are_counted_as_pairs_typed_by_hand_count_them() {
    for_each_engine(|engine| {
        for seed in 31..33 {
            let data = delivering(seed);
            let (database, world) = (Database::with(engine, &data), World::new(&data));
            let rng = &mut Rng::with_seed(seed);
            let times: Vec<&Event> = world.events().iter().filter(|e| e.shown_at().starts_with("20")).collect();
            let mut asked = Vec::new();
            for actor in world.actors() {
                for _ in 0..3 {
                    let (a, b) = (times[rng.usize(..times.len())], times[rng.usize(..times.len())]);
                    let (a, b) = if a.created_at <= b.created_at { (a, b) } else { (b, a) };
                    if a.created_at < b.created_at {
                        asked.push((actor, a.clone(), b.clone()));
                    }
                }
            }
            assert!(asked.len() > 10);
            in_parallel(&asked, |(actor, a, b)| {
                let window = [format!("--since={}", a.shown_at()), format!("--until={}", b.shown_at())];
                let mut visible = world.visible(*actor, Feed::Events);
                visible.retain(|event| event.created_at <= b.created_at);
                let mut inside = visible.clone();
                inside.retain(|event| (a.created_at..b.created_at).contains(&event.created_at));
                differs(&database, &world, *actor, &window, [&visible, &inside])
            });
        }
    });
}

#[test]
fn an_hour_of_failing_deliveries_among_the_heartbeats_of_forty_agents_is_critical() {
    for_each_engine(|engine| {
        let mut events = heartbeats();
        events.extend((0..60).map(|n| event(n * 60 + 5, "task.assignee_notify_failed")));
        let failing = world(engine, &events);
        let check = |args: &[&str]| {
            let line = ["errors", "--nagios", "--warn=2", "--crit=10", USER, "--at", NOW];
            failing.mc(line.iter().chain(args)).run()
        };
        let critical = check(&["--min-events=50"]);
        critical.expect(2);
        let said = "ACTIVITY CRITICAL - 100% of 60 deliveries failed in 24h, 60 in a row since ";
        assert!(critical.stdout.starts_with(said), "{}", critical.stdout);
        assert!(critical.stdout.contains("; all events: 1.03% of 5820 | "), "{}", critical.stdout);
        let drowned = check(&["--scope=all"]);
        drowned.expect(0);
        assert!(
            drowned.stdout.contains("5760 of the 5820 events are heartbeats, which cannot fail"),
            "{}",
            drowned.stdout
        );
        failing.mc(["errors", "--fail-over=50", USER, "--at", NOW]).run().expect(6);
        failing.mc(["errors", "--fail-over=50", "--scope=all", USER, "--at", NOW]).ok();
    });
}

#[test]
fn forty_quiet_agents_are_ok() {
    for_each_engine(|engine| {
        let mut events = heartbeats();
        events.extend((0..60).map(|n| event(n * 900 + 5, "task.assignee_notified")));
        let quiet = world(engine, &events);
        let ok = quiet.mc(["errors", "--nagios", "--warn=2", "--crit=10", "--slo=99", USER, "--at", NOW]).run();
        ok.expect(0);
        assert!(ok.stdout.starts_with("ACTIVITY OK - 0% of 60 deliveries failed in 24h"), "{}", ok.stdout);
    });
}

#[test]
fn scope_deliveries_counts_them_in_every_figure() {
    for_each_engine(|engine| {
        let mut events = heartbeats();
        events.extend((0..6).map(|n| event(n * 600 + 5, "task.assignee_notify_failed")));
        events.extend((0..4).map(|n| event(n * 600 + 3_700, "task.assignee_notified")));
        events.push(event(30, "task.assignee_wake_failed"));
        let database = world(engine, &events);
        let line = ["errors", "--scope=deliveries", "--by=route,board,agent", "-o", "json", USER, "--at", NOW];
        let answer = database.mc(line).ok().json();
        assert_eq!((&answer["error_count"], &answer["total_count"]), (&6.into(), &10.into()));
        assert_eq!(answer["error_rate_pct"], 60.0);
        let values = answer["error_rate"]["primary"]["points"].as_array().unwrap().iter();
        assert_eq!(values.filter(|point| point["value"] == 100.0).count(), 1, "{answer:#}");
        assert_eq!(answer["items"].as_array().unwrap().len(), 6, "what was not sent is no delivery");
        let group = &answer["groups"][0];
        let keys: Vec<&String> = group.as_object().unwrap().keys().collect();
        assert_eq!(keys[..5], ["route", "board_id", "board_name", "agent_id", "agent_name"], "{group}");
        assert_eq!((&group["route"], &group["board_name"]), (&"task.assignee_notified".into(), &"Payments".into()));
        assert_eq!(
            (&group["error_count"], &group["tried"], &group["agent_name"]),
            (&6.into(), &10.into(), &"Agent 1".into())
        );
        assert_eq!(group["consecutive_failures"], 6);
        let boards = database.mc(["errors", "--by=board", "-o", "json", USER, "--at", NOW]).ok().json();
        assert_eq!((&boards["groups"][0]["total_count"], &boards["groups"][0]["tried"]), (&5771.into(), &10.into()));
    });
}

#[test]
fn an_agent_that_broadcasts_sees_how_many_leads_it_reached() {
    for_each_engine(|engine| {
        let text = |seconds, message| super::Event {
            message,
            board: None,
            ..event(seconds, "gateway.main.lead_broadcast.sent")
        };
        let events = [
            text(300, "Broadcast handoff to 3 board leads (failed: 2)."),
            text(200, "Broadcast handoff to 0 board leads (failed: 5)."),
            text(100, "Broadcast of another form"),
        ];
        let database = world(engine, &events);
        let as_agent = "--as-agent=00000000-0000-4000-8000-000000000001";
        let answer = database.mc(["errors", "-o", "json", as_agent, "--at", NOW]).ok().json();
        assert_eq!(answer["deliveries"]["tried"], 10);
        assert_eq!(
            (&answer["deliveries"]["failed"], &answer["deliveries"]["consecutive_failures"]),
            (&7.into(), &5.into())
        );
        assert_eq!(answer["error_count"], 0, "no type of it ends in failed");
        assert_eq!(answer["warnings"][0], "1 broadcast has a text that cannot be read, so it counts nothing");
        let user = database.mc(["errors", "-o", "json", USER, "--at", NOW]).ok().json();
        assert_eq!(user["deliveries"]["tried"], 0, "it is on no board");
    });
}
