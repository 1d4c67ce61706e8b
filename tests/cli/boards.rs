//! `boards`: the boards that an actor may read, each with its newest event.

use crate::harness::{Data, Database, Engine, for_each_engine, in_parallel};
use crate::oracle::{Feed, World};
use std::collections::BTreeSet;
use uuid::Uuid;

#[test]
fn boards_lists_exactly_what_the_actor_may_name_with_the_newest_event_it_may_see() {
    let world = World::new(&Data::recorded());
    let asked: Vec<_> = Engine::ALL.into_iter().flat_map(|e| world.actors().into_iter().map(move |a| (e, a))).collect();
    in_parallel(&asked, |&(engine, actor)| {
        let output = Database::shared(engine).mc(["boards", "-o", "json"]).args(actor.flags()).run();
        let told = |what: String| Some(format!("{actor:?} on {engine:?}: {what}\n{output}"));
        if output.code != 0 {
            return told("it fails".into());
        }
        let answer = output.json();
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("null").to_owned();
        let key = |item: &serde_json::Value| ["id", "last_activity_at", "last_event_at"].map(|key| text(&item[key]));
        let got: Vec<_> = items.iter().map(key).collect();
        let visible = world.visible(actor, Feed::Events);
        let newest = |board: Uuid, heartbeats: bool| {
            let on_it = visible.iter().filter(|event| world.resolved_board(event) == Some(board));
            let counts = on_it.filter(|event| heartbeats || event.event_type != "agent.heartbeat");
            counts.map(|event| event.shown_at()).next_back().unwrap_or_else(|| "null".into())
        };
        let wanted: BTreeSet<_> =
            world.boards(actor).into_iter().map(|id| [id.to_string(), newest(id, false), newest(id, true)]).collect();
        let as_set: BTreeSet<_> = got.iter().cloned().collect();
        if as_set == wanted && got.len() == wanted.len() { None } else { told(format!("{wanted:?} wanted")) }
    });
}

#[test]
fn boards_shows_the_last_activity_however_old_by_the_board_that_decides() {
    const HOUR: f64 = -3_600.0;
    for_each_engine(|engine| {
        let database = crate::tail::quiet(engine);
        let literal = |id: &str| {
            if engine == Engine::Embedded { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") }
        };
        let of = |kind: &str, n: u32| literal(&format!("000000{kind}-0000-4000-8000-{n:012x}"));
        let board = |n: Option<u32>| n.map_or("NULL".to_owned(), |n| of("c0", n));
        database.sql(&format!("UPDATE boards SET organization_id = {}", of("a0", 1)));
        for (task, on) in [(1, 1), (2, 4), (3, 3)] {
            database.sql(&format!("UPDATE tasks SET board_id = {} WHERE id = {}", of("c0", on), of("f0", task)));
        }
        // Board 1: now. Board 2: within the week. Board 3: by its task. Board 4: its own, not its task's of board 1.
        let mut last = std::collections::BTreeMap::new();
        for (own, task, hours, newest_of) in [
            (Some(1), 1, 1.0, Some(1)),
            (Some(1), 1, 2.0, None),
            (Some(2), 1, 72.0, Some(2)),
            (Some(2), 1, 73.0, None),
            (None, 3, 480.0, Some(3)),
            (Some(3), 1, 720.0, None),
            (Some(1), 2, 490.0, None),
            (Some(4), 1, 730.0, Some(4)),
        ] {
            let id = crate::tail::write(&database, hours * HOUR);
            let (own, task, event) = (board(own), of("f0", task), literal(&id));
            database.sql(&format!("UPDATE activity_events SET board_id = {own}, task_id = {task} WHERE id = {event}"));
            last.extend(newest_of.map(|n| (n, id)));
        }
        let ask = |line: &str| {
            let who = ["--as-user", crate::tail::USER];
            database.mc(line.split(' ')).args(who).ok()
        };
        let times: std::collections::HashMap<String, serde_json::Value> = (ask("list -o jsonl").jsonl().into_iter())
            .map(|event| (event["id"].as_str().unwrap().to_owned(), event["created_at"].clone()))
            .collect();
        let shown = ask("boards -o json").json();
        assert_eq!(shown["items"].as_array().unwrap().len(), last.len(), "{shown}");
        for item in shown["items"].as_array().unwrap() {
            let number = u32::from_str_radix(&item["id"].as_str().unwrap()[24..], 16).unwrap();
            assert_eq!(item["last_activity_at"], times[&last[&number]], "{engine:?}, board {number}: {shown}");
        }
    });
}
