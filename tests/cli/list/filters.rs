//! Random combinations of filters in random worlds: the same field is OR, different fields are AND, exclusions keep what
//! is null, ranges hold their start and not their end.

use crate::harness::{Data, Database, Engine, for_each_engine, in_parallel, micros};
use crate::harness::{ask, events};
use crate::oracle::{Actor, Event, Feed, World, difference, ids, random};
use fastrand::Rng;
use std::collections::BTreeSet;
use uuid::Uuid;

const SEEDS: std::ops::Range<u64> = 11..13;
const EVENTS: usize = 250;
const ASKED: usize = 50;
type Glob = (&'static str, fn(&str) -> bool);
/// Globs, and the same told as a predicate.
const GLOBS: [Glob; 8] = [
    ("task.comment", |t| t == "task.comment"),
    ("task.*", |t| t.starts_with("task.")),
    ("*failed", |t| t.ends_with("failed")),
    ("?_failed", |t| t == "x_failed"),
    ("*.*.*", |t| t.matches('.').count() >= 2),
    ("task.f*", |t| t.starts_with("task.f")),
    ("[xt]*", |t| t.starts_with("[xt]")),
    ("%", |t| t == "%"),
];
const TEXTS: [&str; 6] = ["done", "100%", "_x_", "\\", "'q'", "日本"];

type Keep = Box<dyn Fn(&World, &Event) -> bool + Sync + Send>;

/// Filters as flags and as predicates, all of which must hold.
struct Filters {
    flags: Vec<String>,
    keeps: Vec<Keep>,
}

impl Filters {
    fn add(
        &mut self,
        flags: impl IntoIterator<Item = String>,
        keep: impl Fn(&World, &Event) -> bool + Sync + Send + 'static,
    ) {
        self.flags.extend(flags);
        self.keeps.push(Box::new(keep));
    }

    /// Each filter is there or not, with one or two values, repeated or with a comma.
    fn random(rng: &mut Rng, world: &World, actor: Actor, feed: Feed) -> Self {
        let mut filters = Self { flags: Vec::new(), keeps: Vec::new() };
        let (boards, tasks) = (world.boards(actor).into_iter().collect::<Vec<_>>(), world.tasks_on_boards_of(actor));
        let agents = if matches!(actor, Actor::User(_)) { world.all_agents() } else { Vec::new() };
        for exclude in [false, true] {
            let flag = |name: &str| if exclude { format!("--exclude-{name}") } else { format!("--{name}") };
            if let Some((flags, ids)) = values(rng, &flag("board"), &boards) {
                filters.add(flags, move |world, event| {
                    world.deciding_board(feed, event).map_or(exclude, |board| ids.contains(&board) != exclude)
                });
            }
            if let Some((flags, ids)) = values(rng, &flag("agent"), &agents) {
                filters
                    .add(flags, move |_, event| event.agent.map_or(exclude, |agent| ids.contains(&agent) != exclude));
            }
            if feed == Feed::Events && rng.f64() < 0.3 {
                // One alone is asked for in another way than several.
                let globs: Vec<Glob> = (0..rng.usize(1..3)).map(|_| GLOBS[rng.usize(..GLOBS.len())]).collect();
                let named: Vec<String> = globs.iter().flat_map(|(glob, _)| [flag("type"), (*glob).into()]).collect();
                filters
                    .add(named, move |_, event| globs.iter().any(|(_, matches)| matches(&event.event_type)) != exclude);
            }
        }
        if let Some((flags, ids)) = values(rng, "--task", &tasks) {
            filters.add(flags, move |_, event| event.task.is_some_and(|task| ids.contains(&task)));
        }
        if rng.f64() < 0.2 {
            let (text, any_case) = (TEXTS[rng.usize(..TEXTS.len())], rng.bool());
            let flags = ["-g".to_owned(), text.to_owned()].into_iter().chain(any_case.then(|| "-i".to_owned()));
            filters.add(flags, move |_, event| {
                let message = event.message.as_deref();
                message.is_some_and(|m| m.contains(text) || any_case && m.to_lowercase().contains(&text.to_lowercase()))
            });
        }
        // An end before its start is refused, so the start lies in the first half of the month.
        for (flag, early, days) in [("--since", true, 1..15), ("--until", false, 15..29)] {
            if rng.f64() < 0.25 {
                let at = format!("2026-03-{:02} {:02}:00:00", rng.u32(days), rng.u32(0..24));
                let instant = micros(&at);
                filters.add([flag.to_owned(), at], move |_, event| (event.created_at >= instant) == early);
            }
        }
        filters
    }
}

fn values(rng: &mut Rng, flag: &str, among: &[Uuid]) -> Option<(Vec<String>, Vec<Uuid>)> {
    if among.is_empty() || rng.f64() > 0.2 {
        return None;
    }
    let ids = [among[rng.usize(..among.len())], among[rng.usize(..among.len())]];
    let flags = match rng.u8(..3) {
        0 => return Some((vec![flag.into(), ids[0].to_string()], vec![ids[0]])),
        1 => vec![flag.into(), ids[0].to_string(), flag.into(), ids[1].to_string()],
        _ => vec![flag.into(), format!("{},{}", ids[0], ids[1])],
    };
    Some((flags, ids.to_vec()))
}

#[test]
fn random_filters_keep_exactly_what_their_fields_say() {
    let make = |seed| {
        let data: Data = random(seed, EVENTS);
        let databases: Vec<_> = Engine::ALL.into_iter().map(|engine| Database::with(engine, &data)).collect();
        (World::new(&data), databases)
    };
    let worlds: Vec<_> = SEEDS.map(make).collect();
    let mut rng = Rng::with_seed(7);
    let mut asked = Vec::new();
    for (world, databases) in &worlds {
        let mut actors = world.actors();
        actors.retain(|&actor| world.visible(actor, Feed::Events).len() > 20);
        assert!(actors.len() > 3, "a world in which nobody sees much");
        for _ in 0..ASKED {
            let actor = actors[rng.usize(..actors.len())];
            let (line, feed) = [
                ("list --all -o jsonl", Feed::Events),
                ("comments --all -o jsonl", Feed::Comments),
                ("list --all --reverse -o jsonl", Feed::Events),
            ][rng.usize(..3)];
            let filters = Filters::random(&mut rng, world, actor, feed);
            let mut wanted = world.visible(actor, feed);
            wanted.retain(|event| filters.keeps.iter().all(|keep| keep(world, event)));
            // A task's thread is read from its beginning.
            let thread = feed == Feed::Comments && filters.flags.contains(&"--task".to_owned());
            if !line.contains("--reverse") && !thread {
                wanted.reverse();
            }
            asked.push((databases, actor, line, filters.flags, ids(wanted)));
        }
    }
    assert!(
        asked.iter().filter(|asked| !asked.4.is_empty()).count() > asked.len() / 3,
        "too few answers hold anything"
    );
    let each: Vec<_> =
        asked.iter().flat_map(|asked| (0..Engine::ALL.len()).map(move |engine| (asked, engine))).collect();
    in_parallel(&each, |&((databases, actor, line, flags, wanted), engine)| {
        let database = &databases[engine];
        let told = |what: String| Some(format!("{:?}, {actor:?}, {line} {flags:?}: {what}", database.engine));
        let output = database.mc(line.split(' ')).args(flags).args(actor.flags()).run();
        if output.code != 0 {
            return told(format!("exit {}: {}", output.code, output.stderr.trim_end()));
        }
        let got: Vec<String> = output.jsonl().iter().map(|i| i["id"].as_str().unwrap_or("(none)").to_owned()).collect();
        let counted = database.mc(line.split(' ').take(1)).args(["--count"]).args(flags).args(actor.flags()).run();
        if counted.stdout.trim_end() != wanted.len().to_string() {
            return told(format!("--count says {:?} instead of {}", counted.stdout, wanted.len()));
        }
        difference(wanted, &got).and_then(told)
    });
}

#[test]
fn a_type_that_has_a_comma_itself_is_not_split() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        database.load(&events(&["odd,type", "odd", "type"].map(|kind| (kind, None, "2026-03-01 00:00:00"))));
        let kinds = |line: &str| -> BTreeSet<String> {
            let items = ask(&database, line).args(["-o", "jsonl"]).ok().jsonl();
            items.iter().map(|item| item["event_type"].as_str().unwrap().to_owned()).collect()
        };
        let set = |kinds: &[&str]| -> BTreeSet<String> { kinds.iter().map(|&kind| kind.to_owned()).collect() };
        for command in ["list --all", "tail --events --no-follow --since 2024-01-01"] {
            assert_eq!(kinds(&format!("{command} --type odd,type")), set(&["odd,type"]), "{engine:?}: {command}");
            assert_eq!(kinds(&format!("{command} --type type,odd")), set(&["odd", "type"]), "{engine:?}: {command}");
            let rest = kinds(&format!("{command} --exclude-type odd,type"));
            assert!(rest.contains("odd") && !rest.contains("odd,type"), "{engine:?}: {command}: {rest:?}");
        }
    });
}
