//! Every actor of the recorded data, through every command: exactly the events that the rules allow, in order.

mod every_command;
mod naming_boards;

use crate::harness::{Data, Database, Engine, Output, in_parallel, micros};
use crate::oracle::{Actor, Event, Feed, World, difference, ids};
use serde_json::Value;

/// The dashboard's clock in the recorded data.
const NOW: &str = "2026-03-15 12:34:56.789012";
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A command and what it must answer.
pub struct Question {
    /// Arguments without the actor's.
    pub line: &'static str,
    /// The rule that decides.
    pub feed: Feed,
    /// First and last microsecond.
    pub window: (i64, i64),
    /// Oldest first, as the tail has it.
    pub ascending: bool,
}

/// All commands that show events.
pub fn questions() -> Vec<Question> {
    let always = (i64::MIN, i64::MAX);
    let since = (micros("0001-01-01 00:00:00"), i64::MAX);
    let now = micros(NOW);
    let year = (now - 365 * MICROS_PER_DAY, now);
    let half_open = (micros("2024-01-01 00:00:00"), now - 1);
    let question = |line, feed, window, ascending| Question { line, feed, window, ascending };
    vec![
        question("list --all -o jsonl", Feed::Events, always, false),
        question("list --all -o jsonl --reverse", Feed::Events, always, true),
        question("list --limit 200 --offset 0 -o json", Feed::Events, always, false),
        question("comments --all -o jsonl", Feed::Comments, always, false),
        question("comments --limit 200 -o json", Feed::Comments, always, false),
        question("tail --since 0001-01-01 --no-follow -o jsonl", Feed::Comments, since, true),
        question("tail --events --since 0001-01-01 --no-follow -o jsonl", Feed::Events, since, true),
        question("errors --scope all --range 1y --at NOW --limit 1000 -o json", Feed::Events, year, false),
        question("errors --scope dashboard --range 1y --at NOW --limit 1000 -o json", Feed::Dashboard, year, false),
        question("errors --scope all -S 2024-01-01 -U NOW --limit 1000 -o json", Feed::Events, half_open, false),
        question(
            "errors --scope dashboard -S 2024-01-01 -U NOW --limit 1000 -o json",
            Feed::Dashboard,
            half_open,
            false,
        ),
    ]
}

impl Question {
    /// As arguments.
    pub fn args(&self) -> Vec<String> {
        self.line.split(' ').map(|word| if word == "NOW" { NOW.into() } else { word.to_owned() }).collect()
    }

    /// What the rules allow of what the question is about.
    pub fn answer<'a>(&self, world: &'a World, actor: Actor) -> Vec<&'a Event> {
        let (first, last) = self.window;
        let mut events = world.visible(actor, self.feed);
        events.retain(|event| first <= event.created_at && event.created_at <= last);
        if !self.ascending {
            events.reverse();
        }
        events
    }

    /// Compares the output of the binary with the oracle: the events, their order, the counts and the fields.
    pub fn complaint(&self, world: &World, database: &Database, actor: Actor) -> Option<String> {
        let output = database.mc(self.args()).args(actor.flags()).run();
        self.wrong(world, actor, &output)
            .map(|what| format!("{actor:?} on {:?}: {what}\n  $ mc-activity {}", database.engine, output.line))
    }

    /// The same for an output that is there.
    pub fn wrong(&self, world: &World, actor: Actor, output: &Output) -> Option<String> {
        let told = Some;
        if output.code != 0 {
            return told(format!("exit {}: {}", output.code, output.stderr.trim_end()));
        }
        let events = self.answer(world, actor);
        if self.line.contains("jsonl") {
            let items = output.jsonl();
            return self.wrong_items(world, actor, &events, &items).and_then(told);
        }
        let answer = output.json();
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        if !self.line.starts_with("errors") {
            if answer["total"] != events.len() {
                return told(format!("total {} instead of {}", answer["total"], events.len()));
            }
            let page = &events[..events.len().min(200)];
            return self.wrong_items(world, actor, page, &items).and_then(told);
        }
        let failures: Vec<&Event> = events.iter().copied().filter(|event| event.is_failure()).collect();
        let rate = if events.is_empty() { 0.0 } else { failures.len() as f64 / events.len() as f64 * 100.0 };
        let counts = [&answer["error_count"], &answer["total_count"]].map(Value::as_u64);
        if counts != [Some(failures.len() as u64), Some(events.len() as u64)] {
            return told(format!("counts {counts:?} instead of {} of {}", failures.len(), events.len()));
        }
        if answer["error_rate_pct"].as_f64() != Some(rate) {
            return told(format!("rate {} instead of {rate}", answer["error_rate_pct"]));
        }
        self.wrong_items(world, actor, &failures, &items).and_then(told)
    }

    fn wrong_items(&self, world: &World, actor: Actor, events: &[&Event], items: &[Value]) -> Option<String> {
        let got: Vec<String> = items.iter().map(|item| item["id"].as_str().unwrap_or("(none)").to_owned()).collect();
        if let Some(difference) = difference(&ids(events.iter().copied()), &got) {
            return Some(difference);
        }
        let wrong = |(event, item): (&&Event, &Value)| {
            let [agent_name, task_title, board_name] = world.names(actor, self.feed, event).map(Value::from);
            let id = |id: Option<uuid::Uuid>| Value::from(id.map(|id| id.to_string()));
            let board = world.deciding_board(self.feed, event);
            let mut wanted = vec![
                ("created_at", Value::from(event.shown_at())),
                ("message", Value::from(event.message.clone())),
                ("agent_id", id(event.agent)),
                ("task_id", id(event.task)),
                ("board_id", id(board)),
                ("agent_name", agent_name),
                ("task_title", task_title),
                ("board_name", board_name),
            ];
            if self.feed != Feed::Comments {
                wanted.push(("event_type", Value::from(event.event_type.clone())));
            }
            let differs = wanted.into_iter().find(|(key, value)| item.get(key) != Some(value));
            differs.map(|(key, value)| format!("{}: {key} {:?} instead of {value}", event.id, item.get(key)))
        };
        events.iter().zip(items).find_map(wrong)
    }
}

fn everybody_sees_what_the_rules_allow(engine: Engine) {
    let world = World::new(&Data::recorded());
    let actors = world.actors();
    assert_eq!(actors.len(), 12 + 16, "the recorded users and agents are not all there");
    let questions = questions();
    let asked: Vec<_> = questions.iter().flat_map(|q| actors.iter().map(move |&actor| (q, actor))).collect();
    in_parallel(&asked, |(question, actor)| question.complaint(&world, Database::shared(engine), *actor));
}

#[test]
fn on_the_deployed_schema_every_actor_sees_exactly_what_the_rules_allow() {
    everybody_sees_what_the_rules_allow(Engine::Deployed);
}

#[test]
fn on_the_documented_schema_every_actor_sees_exactly_what_the_rules_allow() {
    everybody_sees_what_the_rules_allow(Engine::Documented);
}

#[test]
fn on_sqlite_every_actor_sees_exactly_what_the_rules_allow() {
    everybody_sees_what_the_rules_allow(Engine::Embedded);
}

/// The model is only worth something if it tells the actors apart.
#[test]
fn the_oracle_gives_different_actors_different_answers() {
    let world = World::new(&Data::recorded());
    let user = |n: u128| Actor::User(uuid::Uuid::from_u128(0x0000_00b0_0000_4000_8000_0000_0000_0000 + n));
    let counts = |feed| [0, 1, 3, 4, 5, 6, 8, 9, 10].map(|n| world.visible(user(n), feed).len());
    let [all, read, one, other, none, foreign, homeless, oldest, mixed] = counts(Feed::Events);
    assert_eq!((all, none, homeless), (read, 0, 0));
    assert!(0 < foreign && foreign < other.max(one) && one + other == all, "{:?}", counts(Feed::Events));
    assert!(oldest == foreign && one + foreign == mixed, "{:?}", counts(Feed::Events));
    assert_ne!(counts(Feed::Events), counts(Feed::Dashboard));
    assert_ne!(counts(Feed::Comments), counts(Feed::Dashboard));
}

/// The model's own proof: it must give the real backend's totals and pages.
#[test]
fn the_oracle_agrees_with_the_recorded_answers() {
    let world = World::new(&Data::recorded());
    let text = std::fs::read_to_string(Data::fixtures().join("golden.jsonl")).unwrap();
    let mut agreed = 0;
    for case in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let id = uuid::Uuid::parse_str(case["actor"]["id"].as_str().unwrap()).unwrap();
        let actor = if case["actor"]["kind"] == "user" { Actor::User(id) } else { Actor::Agent(id) };
        let board = case["params"]["board_id"].as_str().map(|id| uuid::Uuid::parse_str(id).unwrap());
        let feed = match case["endpoint"].as_str().unwrap() {
            "activity" => Feed::Events,
            "task-comments" => Feed::Comments,
            _ => continue,
        };
        let refused = board.is_some_and(|board| !world.boards(actor).contains(&board));
        assert_eq!(case["status"] == 403, refused, "{}", case["id"]);
        if !refused {
            let mut events = world.visible(actor, feed);
            events.retain(|event| board.is_none() || world.deciding_board(feed, event) == board);
            events.reverse();
            assert_eq!(case["body"]["total"], events.len(), "{}", case["id"]);
            let number = |name: &str| case["params"][name].as_u64().unwrap() as usize;
            let page: Vec<_> = events.into_iter().skip(number("offset")).take(number("limit")).collect();
            let items = case["body"]["items"].as_array().unwrap();
            let times = |items: &[Value]| items.iter().map(|i| i["created_at"].clone()).collect::<Vec<_>>();
            let model: Vec<_> = page.iter().map(|event| Value::from(event.shown_at())).collect();
            assert_eq!(times(items), model, "{}", case["id"]);
            if case["border_ties"].is_null() {
                let mut got: Vec<_> = items.iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect();
                let mut wanted = ids(page);
                got.sort();
                wanted.sort();
                assert_eq!(got, wanted, "{}", case["id"]);
            }
        }
        agreed += 1;
    }
    assert_eq!(agreed, 28 + 20 + 45 + 18);
}
