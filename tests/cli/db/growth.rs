//! A table that outgrew one table, or one server: what that costs, and which partitions are read.
//!
//! With `MC_GROWTH_EVENTS` set, that many events are loaded, and the time of each query is printed (`--nocapture`).

use super::partitions::{by_month, over_servers};
use crate::db::plans::EVENTS;
use crate::harness::{Database, Engine, Server};
use std::collections::BTreeSet;
use std::time::Duration;

const USER: &str = "--as-user=00000000-0000-4000-8000-0000000000b1";
/// Command lines, first as usual, then without the exact total, which has to read all partitions.
const QUESTIONS: [&str; 7] = [
    "list",
    "tail --events --no-follow",
    "errors --range 24h",
    "list --no-total",
    "comments --no-total",
    "list --all",
    "comments --all --reverse",
];
const RUNS: usize = 9;

fn ask(database: &Database, line: &str) -> crate::harness::Mc {
    database.mc_as(crate::harness::Role::Owner, line.split(' ')).args([USER])
}

/// The events of `plans`, one every 130 seconds up to an instant, seconds since 1970.
fn events(count: u32, upto: i64) -> Database {
    let database = Database::empty(Engine::Deployed);
    let sql = EVENTS.replace("generate_series(1, 40000)", &format!("generate_series(1, {count})"));
    let sql = sql.replace("now() AT TIME ZONE 'utc'", &format!("to_timestamp({upto}) AT TIME ZONE 'utc'"));
    assert!(sql.contains(&count.to_string()) && sql.contains(&upto.to_string()));
    database.sql(&sql);
    database.sql("VACUUM ANALYZE");
    database
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// Months that the events reach over.
fn months(count: u32) -> u32 {
    count * 130 / 86_400 / 28 + 1
}

fn first(count: u32) -> String {
    format!("date_trunc('month', now() AT TIME ZONE 'utc' - interval '{} months')", months(count))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

#[test]
fn partitions_and_foreign_shards_of_many_events_give_the_answers_of_one_table() {
    let told = std::env::var("MC_GROWTH_EVENTS").ok();
    let count = told.as_ref().map_or(50_000, |told| told.parse().expect("MC_GROWTH_EVENTS is no number"));
    let now = now();
    let at = chrono::DateTime::from_timestamp(now, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ");
    let (whole, parted, sharded) = (events(count, now), events(count, now), events(count, now));
    by_month(&parted, &first(count), months(count) + 1);
    let shards: Vec<Server> = (0..3).map(|_| Server::start(&[], None, None)).collect();
    let bounds = [2, 1].map(|thirds| {
        let at = now - i64::from(count) * 130 * thirds / 3;
        format!("(to_timestamp({at}) AT TIME ZONE 'utc')")
    });
    over_servers(&sharded, &shards, &[&bounds[0], &bounds[1]]);
    let places = [&whole, &parted, &sharded];
    eprintln!("\n| {count} events, ms | one table | by month | ratio | 3 servers | ratio |\n|---|---|---|---|---|---|");
    for line in QUESTIONS {
        let said = places.map(|place| {
            let line = if line.starts_with("errors") {
                format!("{line} -o json --at {at}")
            } else {
                format!("{line} -o jsonl")
            };
            ask(place, &line).ok().stdout
        });
        assert!(said[0].lines().count() > 0 && said[0] == said[1] && said[0] == said[2], "{line}");
        if told.is_some() {
            measure(&places, line);
        }
    }
}

/// Prints what a question takes of each place, and how many times what the first takes.
fn measure(places: &[&Database; 3], line: &str) {
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..RUNS {
        // In turn, so that whatever else goes on hits all of them.
        for (place, times) in places.iter().zip(&mut times) {
            times.push(ask(place, line).ok().took);
        }
    }
    let [one, by_month, servers] = times.map(median);
    let ratios = [by_month / one, servers / one];
    eprintln!("| {line} | {one:.0} | {by_month:.0} | {:.1} | {servers:.0} | {:.1} |", ratios[0], ratios[1]);
}

/// The partitions in the plan of each statement, by the statement's name.
fn partitions(told: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut found: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in told.lines() {
        let name = line.strip_prefix("-- ").filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        if let Some(name) = name {
            found.push((name.to_owned(), BTreeSet::new()));
        }
        let on = line.split(" on events_").nth(1).and_then(|rest| rest.split([' ', '_']).next());
        if let (Some(on), Some((_, partitions))) = (on, found.last_mut()) {
            partitions.insert(on.to_owned());
        }
    }
    found
}

#[test]
fn old_partitions_are_not_read_for_what_is_new() {
    let database = events(40_000, now());
    let months = months(40_000);
    by_month(&database, &first(40_000), months + 1);
    let newest: BTreeSet<String> = [months.to_string(), (months - 1).to_string(), "rest".to_owned()].into();
    for (line, statement) in [
        // A plan of several for a list has a name that begins with that of the list.
        ("list --no-total --limit 5", "list"),
        ("list --no-total --since 1d", "list"),
        ("list --count --since 1d", "count"),
        ("comments --no-total --limit 5", "comments"),
        ("tail --events -n 2 --poll 100ms --for 1s", "poll_keys"),
        ("tail -n 2 --poll 100ms --for 1s", "poll_keys"),
        ("errors --range 24h", "error_rate"),
        ("summary --since 1d", "summary"),
    ] {
        let told = ask(&database, line).args(["--show-sql", "-v"]).run().stderr;
        let read = partitions(&told);
        let of_it: Vec<_> =
            read.iter().filter(|(name, partitions)| name.starts_with(statement) && !partitions.is_empty()).collect();
        assert!(!of_it.is_empty(), "{line}: no plan of {statement} shows a partition\n{told}");
        for (_, partitions) in of_it {
            assert!(partitions.is_subset(&newest), "{line}: {statement} reads {partitions:?}\n{told}");
        }
    }
}
