//! Random data in which many rows have the same time: the pages of every actor together are the complete list, in order,
//! with nothing lost or repeated, by offset and by cursor, forward and in reverse.

use crate::harness::{Database, Engine, in_parallel};
use crate::oracle::{Actor, Event, Feed, World, difference, ids, random};
use crate::visibility::questions;
use fastrand::Rng;
use serde_json::Value;

const SEEDS: std::ops::Range<u64> = 1..4;
const EVENTS: usize = 250;

struct RandomWorld {
    seed: u64,
    world: World,
    databases: Vec<Database>,
}

/// One world on every engine; MC_TEST_SEED chooses another than the usual ones.
fn worlds() -> Vec<RandomWorld> {
    let chosen = std::env::var("MC_TEST_SEED").ok().map(|seed| seed.parse::<u64>().expect("MC_TEST_SEED is no number"));
    let seeds = chosen.map_or(SEEDS, |seed| seed..seed + 1);
    let make = |seed| {
        let data = random(seed, EVENTS);
        let databases = Engine::ALL.into_iter().map(|engine| Database::with(engine, &data)).collect();
        RandomWorld { seed, world: World::new(&data), databases }
    };
    seeds.map(make).collect()
}

impl RandomWorld {
    /// The users and agents who see the most and somebody who sees less, so that pages are many.
    fn some_actors(&self) -> Vec<Actor> {
        let mut actors = self.world.actors();
        actors.sort_by_key(|&actor| std::cmp::Reverse(self.world.visible(actor, Feed::Events).len()));
        let agent = actors.iter().copied().find(|actor| matches!(actor, Actor::Agent(_)));
        let users = actors.into_iter().filter(|actor| matches!(actor, Actor::User(_))).step_by(3).take(2);
        users.chain(agent).collect()
    }
}

#[test]
fn in_random_worlds_every_actor_sees_exactly_what_the_rules_allow() {
    let (worlds, questions) = (worlds(), questions());
    let mut asked = Vec::new();
    for random in &worlds {
        for database in &random.databases {
            for actor in random.world.actors() {
                // All the questions to all of them would take minutes: each actor is asked three, in turn.
                let mut rng = Rng::with_seed(random.seed ^ actor_bits(actor));
                asked.extend((0..3).map(|_| (random, database, actor, &questions[rng.usize(..questions.len())])));
            }
        }
    }
    in_parallel(&asked, |(random, database, actor, question)| {
        let complaint = question.complaint(&random.world, database, *actor)?;
        Some(format!("seed {}: {complaint}", random.seed))
    });
}

#[test]
fn pages_lose_and_repeat_nothing_however_many_rows_share_an_instant() {
    let worlds = worlds();
    let mut asked = Vec::new();
    for random in &worlds {
        for database in &random.databases {
            for actor in random.some_actors() {
                for (command, feed) in [("list", Feed::Events), ("comments", Feed::Comments)] {
                    for by_cursor in [false, true] {
                        for reverse in [false, true] {
                            asked.push(Walk { random, database, actor, command, feed, by_cursor, reverse });
                        }
                    }
                }
            }
        }
    }
    in_parallel(&asked, Walk::complaint);
}

/// From the first page to the last.
struct Walk<'a> {
    random: &'a RandomWorld,
    database: &'a Database,
    actor: Actor,
    command: &'a str,
    feed: Feed,
    by_cursor: bool,
    reverse: bool,
}

impl Walk<'_> {
    fn complaint(&self) -> Option<String> {
        let told = |what: String| {
            let how = if self.by_cursor { "by cursor" } else { "by offset" };
            let order = if self.reverse { "in reverse" } else { "forward" };
            let (seed, engine, actor) = (self.random.seed, self.database.engine, self.actor);
            Some(format!("seed {seed}, {engine:?}, {actor:?}: {} {how}, {order}: {what}", self.command))
        };
        let mut wanted: Vec<&Event> = self.random.world.visible(self.actor, self.feed);
        if !self.reverse {
            wanted.reverse();
        }
        let mut rng = Rng::with_seed(self.random.seed ^ actor_bits(self.actor));
        let mut limit = rng.usize(11..48);
        let mut got: Vec<String> = Vec::new();
        let mut position: Vec<String> = Vec::new();
        loop {
            let mut line =
                vec![self.command.to_owned(), "-o".into(), "json".into(), "--limit".into(), limit.to_string()];
            line.extend(self.reverse.then(|| "--reverse".into()));
            let output = self.database.mc(line).args(&position).args(self.actor.flags()).run();
            if output.code != 0 {
                return told(format!("exit {}: {}\n  $ mc-activity {}", output.code, output.stderr, output.line));
            }
            let page = output.json();
            if page["total"] != wanted.len() {
                return told(format!("total {} instead of {}", page["total"], wanted.len()));
            }
            let items = page["items"].as_array().cloned().unwrap_or_default();
            let rest = wanted.len() - got.len();
            if items.len() != limit.min(rest) {
                return told(format!("a page of {} with limit {limit} where {rest} are left", items.len()));
            }
            got.extend(items.iter().map(|item| item["id"].as_str().unwrap_or("(none)").to_owned()));
            let cursor = &page["next_cursor"];
            if got.len() >= wanted.len() {
                if *cursor != Value::Null {
                    return told(format!("next_cursor on the last page: {cursor}"));
                }
                break;
            }
            if self.by_cursor {
                let Some(cursor) = cursor.as_str() else { return told(format!("next_cursor is {cursor}")) };
                position = vec!["--after".into(), cursor.to_owned()];
                // A cursor is bound to the place, not to the size of the page.
                limit = rng.usize(11..48);
            } else {
                position = vec!["--offset".into(), got.len().to_string()];
            }
        }
        difference(&ids(wanted), &got).and_then(told)
    }
}

fn actor_bits(actor: Actor) -> u64 {
    let (Actor::User(id) | Actor::Agent(id)) = actor;
    id.as_u64_pair().1
}

#[test]
fn a_cursor_belongs_to_one_query_and_time_zone_in_whatever_order_the_filters_are_given() {
    let database = Database::shared(Engine::Deployed);
    let ask = |args: &[&str]| {
        database.mc(["list", "-q", "-o", "json", "--limit=1", "--as-user"]).args([crate::auth::user(0)]).args(args)
    };
    let cursor = |args: &[&str]| ask(args).ok().json()["next_cursor"].as_str().expect("a cursor").to_owned();
    let after = cursor(&["--type=task.*", "--type=agent.*"]);
    ask(&["--type=agent.*", "--type=task.*", "--after", &after]).ok();
    ask(&["--type=agent.*", "--after", &after]).fails(2);
    let day = cursor(&["-S", "2026-03-01"]);
    ask(&["-S", "2026-03-01", "--after", &day]).ok();
    ask(&["-S", "2026-03-01", "--tz=Pacific/Kiritimati", "--after", &day]).fails(2);
    let open = cursor(&[]);
    ask(&["--tz=Pacific/Kiritimati", "--after", &open]).ok();
}
