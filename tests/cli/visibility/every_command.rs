//! Every actor runs the commands that count, name, explain and write, on the recorded and on random data. Results and
//! errors follow the rules of the oracle, and contain nothing that is hidden from the actor.

use crate::harness::{Data, Database, Engine, Output, Role, in_parallel, micros};
use crate::oracle::{Actor, Event, Feed, Named, World, Write, random};
use fastrand::Rng;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const SEEDS: std::ops::Range<u64> = 21..24;
const EVENTS: usize = 120;
const FIRST: &str = "0001-01-01 00:00:00";
const END: &str = "9999-12-31 00:00:00";

/// A command line to test.
#[derive(Debug, Clone)]
enum Question {
    Whoami,
    Boards,
    /// `summary --by`, or `errors --scope … --by`.
    Count(Feed, &'static str, &'static [&'static str]),
    /// An event by the first characters of its id.
    Explain(Uuid, usize),
    /// `--board`, `--agent` or `--task` with a text.
    Name(&'static str, &'static str, String),
    Complete(&'static str),
    DryRun(Write),
}

const BY: [&[&str]; 6] =
    [&["type"], &["board"], &["agent"], &["task"], &["type", "board", "agent", "task"], &["task", "agent"]];
/// Commands that take names, with the rule that decides in each.
const NAMING: [(&str, Feed); 4] = [
    ("list --all -o jsonl", Feed::Events),
    ("comments --all -o jsonl", Feed::Comments),
    ("tail --since 0001-01-01 --no-follow -o jsonl", Feed::Comments),
    ("tail --events --since 0001-01-01 --no-follow -o jsonl", Feed::Events),
];

/// All questions of the kinds that are few, and some of those that are many.
fn questions(world: &World, rng: &mut Rng) -> Vec<Question> {
    let mut asked = vec![Question::Whoami, Question::Boards];
    asked.extend(["board", "agent", "type"].map(Question::Complete));
    for (feed, command) in
        [(Feed::Events, "summary"), (Feed::Events, "errors --scope all"), (Feed::Dashboard, "errors --scope dashboard")]
    {
        asked.push(Question::Count(feed, command, BY[rng.usize(..BY.len())]));
    }
    for _ in 0..4 {
        let event = &world.events()[rng.usize(..world.events().len())];
        asked.push(Question::Explain(event.id, [36, 36, 18, 8][rng.usize(..4)]));
    }
    let texts = world.all_texts();
    for _ in 0..6 {
        let flag = ["--board", "--agent", "--task"][rng.usize(..3)];
        let text = texts[rng.usize(..texts.len())].clone();
        asked.push(Question::Name(NAMING[rng.usize(..NAMING.len())].0, flag, text));
    }
    for _ in 0..10 {
        asked.push(Question::DryRun(write(world, rng)));
    }
    asked
}

fn write(world: &World, rng: &mut Rng) -> Write {
    let mut some = |ids: Vec<Uuid>, chance: f64| (rng.f64() < chance).then(|| ids[rng.usize(..ids.len())]);
    let (board, task) = (some(world.all_boards(), 0.7), some(world.all_tasks(), 0.4));
    let agent = some(world.all_agents(), 0.3);
    // The same board as the task's, rather often.
    let board = task.and_then(|task| world.board_of(task)).filter(|_| rng.bool()).or(board);
    Write { board, task, agent }
}

impl Question {
    fn args(&self) -> Vec<String> {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        match self {
            Self::Whoami => words("whoami -o json"),
            Self::Boards => words("boards -o json"),
            Self::Count(_, command, by) => {
                let mut args = words(command);
                args.extend(["--by".into(), by.join(","), "-S".into(), FIRST.into(), "-U".into(), END.into()]);
                args.extend(words("-o json"));
                args
            }
            Self::Explain(id, length) => {
                vec!["explain".into(), id.to_string()[..*length].to_owned(), "-o".into(), "json".into()]
            }
            Self::Name(command, flag, text) => {
                let mut args = words(command);
                args.push(format!("{flag}={text}"));
                args
            }
            Self::Complete(_) => words("complete fish"),
            Self::DryRun(write) => {
                let mut args = words("log --dry-run --type task.updated --message x -o json");
                for (flag, id) in [("--board", write.board), ("--task", write.task), ("--agent", write.agent)] {
                    args.extend(id.into_iter().flat_map(|id| [flag.to_owned(), id.to_string()]));
                }
                args
            }
        }
    }

    fn run(&self, database: &Database, actor: Actor) -> Output {
        let role = match self {
            _ if !database.is_granted() => Role::Owner,
            Self::DryRun(_) => Role::Writer,
            // Nothing more than the least that reads.
            _ => Role::BareReader,
        };
        let mut args = self.args();
        match self {
            Self::Complete(kind) => {
                let line = format!("mc-activity list {} --{kind} ", actor.flags().join(" "));
                database.mc_as(role, args).stdin(line.replace(' ', "\0") + "\0").run()
            }
            _ => {
                args.extend(actor.flags());
                database.mc_as(role, args).run()
            }
        }
    }

    /// What is wrong with the answer.
    fn complaint(&self, world: &World, database: &Database, actor: Actor) -> Option<String> {
        let mut output = self.run(database, actor);
        if let Self::Complete(_) = self {
            // It gives up after a moment, so that a busy machine may need several.
            for _ in 0..20 {
                if self.wrong(world, actor, &output).is_none() {
                    break;
                }
                output = self.run(database, actor);
            }
        }
        let mut said = format!("{}{}", output.stdout, output.stderr);
        self.args().iter().for_each(|arg| said = said.replace(arg.rsplit('=').next().unwrap_or(arg), ""));
        let leak = world
            .hidden(actor, matches!(self, Self::DryRun(_)))
            .into_iter()
            .find(|hidden| said.contains(hidden.as_str()));
        let leak = leak.map(|hidden| format!("{hidden:?} is hidden, and told"));
        let what = self.wrong(world, actor, &output).or(leak)?;
        Some(format!("{actor:?} on {:?}: {what}\n{output}", database.engine))
    }

    fn wrong(&self, world: &World, actor: Actor, output: &Output) -> Option<String> {
        let wanted = self.code(world, actor);
        if output.code != wanted {
            return Some(format!("exit {} instead of {wanted}", output.code));
        }
        if wanted != 0 {
            return (!output.stdout.is_empty()).then(|| "refused, and answered".to_owned());
        }
        let text = |text: Option<&str>| Value::from(text.map(str::to_owned));
        let id = |id: Option<Uuid>| Value::from(id.map(|id| id.to_string()));
        match self {
            Self::Whoami => {
                let answer = output.json();
                let (kind, me) = match actor {
                    Actor::User(me) => ("user", me),
                    Actor::Agent(me) => ("agent", me),
                };
                differs(
                    &answer,
                    &[
                        ("kind", kind.into()),
                        ("id", id(Some(me))),
                        ("organization", text(world.organization(actor))),
                        ("boards", world.boards(actor).len().into()),
                    ],
                )
            }
            Self::Boards => {
                let answer = output.json();
                let items = answer["items"].as_array()?;
                let key = |item: &Value| ["id", "name", "slug"].map(|key| item[key].as_str().unwrap_or("").to_owned());
                let got: BTreeSet<_> = items.iter().map(key).collect();
                let wanted = world.boards(actor).into_iter().map(|board| world.board_told(board)).collect();
                (got != wanted || items.len() != got.len()).then(|| format!("{got:?} instead of {wanted:?}"))
            }
            Self::Count(feed, command, by) => wrong_counts(world, actor, *feed, command, by, &output.json()),
            Self::Explain(prefix, length) => {
                let event = found(world, actor, *prefix, *length).ok()?;
                let [agent_name, task_title, board_name] = world.names(actor, Feed::Events, event).map(text);
                differs(
                    &output.json()["event"],
                    &[
                        ("id", id(Some(event.id))),
                        ("message", text(event.message.as_deref())),
                        ("board_id", id(world.resolved_board(event))),
                        ("agent_name", agent_name),
                        ("task_title", task_title),
                        ("board_name", board_name),
                    ],
                )
            }
            Self::Name(command, flag, name) => {
                let feed = NAMING.iter().find(|(line, _)| line == command)?.1;
                let Named::One(named) = named(world, actor, flag, name) else { return None };
                let mut wanted: BTreeMap<String, &Event> = BTreeMap::new();
                for event in world.visible(actor, feed) {
                    let has = match *flag {
                        "--board" => world.deciding_board(feed, event),
                        "--agent" => event.agent,
                        _ => event.task,
                    };
                    let in_time = !command.starts_with("tail") || event.created_at >= micros(FIRST);
                    if has == Some(named) && in_time {
                        wanted.insert(event.id.to_string(), event);
                    }
                }
                let items = output.jsonl();
                let wrong = |item: &Value| {
                    let Some(event) = item["id"].as_str().and_then(|id| wanted.get(id)) else {
                        return Some(format!("{} is not of it", item["id"]));
                    };
                    let [agent_name, task_title, board_name] = world.names(actor, feed, event).map(text);
                    let wanted = [("agent_name", agent_name), ("task_title", task_title), ("board_name", board_name)];
                    differs(item, &wanted)
                };
                let wrong = items.iter().find_map(wrong);
                wrong.or((items.len() != wanted.len()).then(|| format!("{} of {}", items.len(), wanted.len())))
            }
            Self::Complete("type") => {
                let known: BTreeSet<&str> = world.events().iter().map(|event| event.event_type.as_str()).collect();
                let visible = world.visible(actor, Feed::Events);
                let may: BTreeSet<&str> = visible.iter().map(|event| event.event_type.as_str()).collect();
                let stored = include_str!("../../../src/model/catalogue/catalogue.json");
                let extra = output.stdout.lines().skip(1).find(|line| {
                    known.contains(line) && !may.contains(line) && !stored.contains(&format!("\"{line}\""))
                });
                extra.map(|extra| format!("{extra} is of no event that the actor may see"))
            }
            Self::Complete(kind) => {
                let [boards, agents] = world.completions(actor);
                let wanted = if *kind == "board" { boards } else { agents };
                let got: BTreeSet<String> = output.stdout.lines().skip(1).map(str::to_owned).collect();
                (got != wanted).then(|| format!("{got:?} instead of {wanted:?}"))
            }
            Self::DryRun(write) => {
                let (board, agent) = world.written(actor, *write).ok()?;
                let item = output.json();
                differs(
                    &item,
                    &[
                        ("board_id", id(Some(board))),
                        ("task_id", id(write.task)),
                        ("agent_id", id(agent)),
                        ("board_name", world.board_told(board)[1].clone().into()),
                    ],
                )
            }
        }
    }

    fn code(&self, world: &World, actor: Actor) -> i32 {
        match self {
            Self::Explain(id, length) => found(world, actor, *id, *length).map_or_else(|code| code, |_| 0),
            Self::Name(_, flag, text) => match named(world, actor, flag, text) {
                Named::One(_) => 0,
                Named::Refused(code) => code,
            },
            Self::DryRun(write) => world.written(actor, *write).map_or_else(|code| code, |_| 0),
            _ => 0,
        }
    }
}

fn named(world: &World, actor: Actor, flag: &str, text: &str) -> Named {
    match flag {
        "--board" => world.board_named(actor, text),
        "--agent" => world.agent_named(actor, text),
        _ => world.task_named(actor, text),
    }
}

/// The one event that the actor may see whose id begins like this one.
fn found(world: &World, actor: Actor, id: Uuid, length: usize) -> Result<&Event, i32> {
    let prefix = id.to_string()[..length].to_owned();
    let mut found = world.visible(actor, Feed::Events);
    found.retain(|event| event.id.to_string().starts_with(&prefix));
    if found.len() == 1 { Ok(found[0]) } else { Err(3) }
}

fn differs(item: &Value, wanted: &[(&str, Value)]) -> Option<String> {
    let differs = wanted.iter().find(|(key, value)| item.get(key) != Some(value))?;
    Some(format!("{} is {:?} instead of {}", differs.0, item.get(differs.0), differs.1))
}

/// Every group with its names, events and, for errors, failures.
fn wrong_counts(world: &World, actor: Actor, feed: Feed, command: &str, by: &[&str], answer: &Value) -> Option<String> {
    let mut groups: BTreeMap<Vec<Option<String>>, (Option<String>, u64, u64)> = BTreeMap::new();
    let titled = by.contains(&"task");
    for event in world.visible(actor, feed) {
        if !(micros(FIRST)..micros(END)).contains(&event.created_at) {
            continue;
        }
        let [agent_name, task_title, board_name] = world.names(actor, feed, event).map(|name| name.map(str::to_owned));
        let id = |id: Option<Uuid>| id.map(|id| id.to_string());
        let mut key = Vec::new();
        for field in by {
            match *field {
                "type" => key.push(Some(event.event_type.clone())),
                "board" => key.extend([id(world.deciding_board(feed, event)), board_name.clone()]),
                "agent" => key.extend([id(event.agent), agent_name.clone()]),
                _ => key.push(id(event.task)),
            }
        }
        let group = groups.entry(key).or_default();
        group.0 = group.0.take().or(task_title.filter(|_| titled));
        group.1 += u64::from(event.is_failure());
        group.2 += 1;
    }
    let rows = answer[if command == "summary" { "rows" } else { "groups" }].as_array()?;
    let fields = by.iter().flat_map(|field| match *field {
        "type" => vec!["event_type"],
        "board" => vec!["board_id", "board_name"],
        "agent" => vec!["agent_id", "agent_name"],
        _ => vec!["task_id"],
    });
    let fields: Vec<&str> = fields.collect();
    let read = |row: &Value| {
        let key: Vec<Option<String>> = fields.iter().map(|field| row[field].as_str().map(str::to_owned)).collect();
        let title = row["task_title"].as_str().map(str::to_owned);
        let (errors, total) = match command {
            "summary" => (groups.get(&key).map_or(0, |group| group.1), row["count"].as_u64()),
            _ => (row["error_count"].as_u64().unwrap_or(u64::MAX), row["total_count"].as_u64()),
        };
        (key, (title, errors, total.unwrap_or(u64::MAX)))
    };
    let got: BTreeMap<_, _> = rows.iter().map(read).collect();
    let differs = groups.iter().find(|(key, group)| got.get(*key) != Some(*group));
    if let Some((key, group)) = differs {
        return Some(format!("{key:?}: {:?} instead of {group:?}", got.get(key)));
    }
    (rows.len() != groups.len()).then(|| format!("{} groups instead of {}", rows.len(), groups.len()))
}

fn all_of(world: &World, rng: &mut Rng) -> Vec<(Actor, Question)> {
    let of = |actor| questions(world, rng).into_iter().map(move |question| (actor, question)).collect::<Vec<_>>();
    world.actors().into_iter().flat_map(of).collect()
}

fn is_refused(world: &World, actor: Actor, question: &Question) -> bool {
    question.code(world, actor) != 0
}

/// A table whose every cell is of one kind proves little.
fn tells_apart(world: &World, asked: &[(Actor, Question)]) {
    for kind in ["Explain", "Name", "DryRun"] {
        let of_it: Vec<_> = asked.iter().filter(|(_, question)| format!("{question:?}").starts_with(kind)).collect();
        let refused = of_it.iter().filter(|(actor, question)| is_refused(world, *actor, question)).count();
        assert!(refused > of_it.len() / 10 && refused < of_it.len(), "{kind}: {refused} of {} refused", of_it.len());
    }
}

fn everybody_gets_what_the_rules_give(engine: Engine) {
    let world = World::new(&Data::recorded());
    let asked = all_of(&world, &mut Rng::with_seed(11));
    tells_apart(&world, &asked);
    in_parallel(&asked, |(actor, question)| question.complaint(&world, Database::shared(engine), *actor));
}

#[test]
fn on_the_deployed_schema_every_identity_gets_exactly_what_the_rules_allow() {
    everybody_gets_what_the_rules_give(Engine::Deployed);
}

#[test]
fn on_the_documented_schema_every_identity_gets_exactly_what_the_rules_allow() {
    everybody_gets_what_the_rules_give(Engine::Documented);
}

#[test]
fn on_sqlite_every_identity_gets_exactly_what_the_rules_allow() {
    everybody_gets_what_the_rules_give(Engine::Embedded);
}

#[test]
fn in_random_worlds_every_identity_gets_exactly_what_the_rules_allow() {
    for seed in SEEDS {
        let data = random(seed, EVENTS);
        let world = World::new(&data);
        let engine = Engine::ALL[seed as usize % Engine::ALL.len()];
        let database = Database::with(engine, &data);
        let asked = all_of(&world, &mut Rng::with_seed(seed));
        in_parallel(&asked, |(actor, question)| {
            let complaint = question.complaint(&world, &database, *actor)?;
            Some(format!("seed {seed}: {complaint}"))
        });
    }
}
