//! `timeline` and `list --around`: the story of a task and of a range, whole, in order and for nobody else's eyes.

use crate::harness::{Data, Database, for_each_engine, in_parallel, micros};
use crate::oracle::{Actor, Event, Feed, World, difference, ids};
use crate::tasks::{fleet, world_of_tasks};
use chrono::Utc;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Seconds in JSON, in microseconds.
fn micros_of(seconds: &Value) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let micros = (seconds.as_f64().unwrap() * 1e6).round() as i64;
    micros
}

fn item_ids(items: &Value) -> Vec<String> {
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Times by status, from the start of the messages alone, up to an instant.
fn dwells(events: &[&Event], until: i64) -> BTreeMap<Option<String>, (i64, u64)> {
    let mut found: BTreeMap<Option<String>, (i64, u64)> = BTreeMap::new();
    let target = |event: &Event| {
        let message = event.message.as_deref().unwrap();
        let name = message.strip_prefix("Task moved to ").unwrap().split(':').next().unwrap();
        name.to_owned()
    };
    let moves: Vec<_> = events.iter().filter(|event| event.event_type == "task.status_changed").collect();
    let created = events[0].event_type == "task.created";
    let first = created.then(|| "inbox".to_owned());
    let starts = std::iter::once((first, events[0].created_at))
        .chain(moves.iter().map(|event| (Some(target(event)), event.created_at)))
        .collect::<Vec<_>>();
    for (at, (status, from)) in starts.iter().enumerate() {
        let to = starts.get(at + 1).map_or(until, |(_, next)| *next);
        let dwell = found.entry(status.clone()).or_default();
        *dwell = (dwell.0 + to - from, dwell.1 + 1);
    }
    found
}

#[test]
fn the_times_in_each_status_add_up_to_the_life_of_the_task() {
    for_each_engine(|engine| {
        let now = Utc::now();
        let fleet = fleet(5, now);
        let (world, database) = (World::new(&fleet.data), Database::with(engine, &fleet.data));
        let at = now.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let until = micros(&now.naive_utc().format("%Y-%m-%d %H:%M:%S%.6f").to_string());
        in_parallel(&world.all_tasks(), |task| {
            let args = ["timeline", "--task", &task.to_string(), "--at", &at, "-o", "json", "--as-user", &fleet.user];
            let output = database.mc(args).run();
            output.expect(0);
            let answer = output.json();
            let events: Vec<_> = world.events().iter().filter(|event| event.task == Some(*task)).collect();
            let expected = dwells(&events, until);
            let got: BTreeMap<_, _> = answer["statuses"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| {
                    let status = row["status"].as_str().map(str::to_owned);
                    (status, (micros_of(&row["seconds"]), row["visits"].as_u64().unwrap()))
                })
                .collect();
            let life = until - events[0].created_at;
            let sum: i64 = got.values().map(|(micros, _)| micros).sum();
            let whole = sum == life && micros_of(&answer["task"]["seconds"]) == life;
            let items = difference(&ids(events.iter().copied()), &item_ids(&answer["items"]));
            let failed = events.iter().filter(|event| event.is_failure()).count();
            let deliveries = answer["deliveries"]["failed"].as_u64() == Some(failed as u64);
            (got != expected || !whole || items.is_some() || !deliveries)
                .then(|| format!("{task}: {expected:?} expected, {got:?}, {items:?}\n{output}"))
        });
    });
}

#[test]
fn everybody_is_told_exactly_the_events_that_they_may_see() {
    for_each_engine(|engine| {
        let data = world_of_tasks(21);
        let (world, database) = (World::new(&data), Database::with(engine, &data));
        let since = micros("0001-01-01 00:00:00");
        in_parallel(&world.actors(), |actor| {
            let mut visible = world.visible(*actor, Feed::Events);
            visible.retain(|event| event.created_at >= since);
            let output = database.mc(["timeline", "-S", "0001-01-01", "-o", "jsonl"]).args(actor.flags()).run();
            output.expect(0);
            let items = output.jsonl();
            let got: Vec<String> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
            if let Some(difference) = difference(&ids(visible.iter().copied()), &got) {
                return Some(format!("{actor:?}: {difference}"));
            }
            for (at, (event, item)) in visible.iter().zip(&items).enumerate() {
                let [_, title, _] = world.names(*actor, Feed::Events, event).map(Value::from);
                if item["task_title"] != title {
                    return Some(format!("{actor:?}: the title {} instead of {title}", item["task_title"]));
                }
                let before = at.checked_sub(1).map(|before| visible[before].created_at);
                let finite = |at: &i64| *at != i64::MAX && *at != i64::MIN;
                let elapsed = before.filter(finite).filter(|_| finite(&event.created_at));
                let expected = elapsed.map(|before| event.created_at - before);
                let told = Some(&item["elapsed_seconds"]).filter(|seconds| !seconds.is_null()).map(micros_of);
                // A double holds the microseconds of some centuries only.
                let near = expected.zip(told).is_some_and(|(a, b)| (a - b).abs() <= 1 + (a >> 40).abs());
                if expected.is_some() != told.is_some() || expected.is_some() && !near {
                    return Some(format!("{actor:?}: {expected:?} instead of {told:?} before {}", event.id));
                }
            }
            None
        });
    });
}

#[test]
fn a_task_that_the_actor_may_not_see_does_not_exist_by_any_name() {
    for_each_engine(|engine| {
        let mut data = world_of_tasks(22);
        // Titles that say which task it is.
        let tasks = data.tables.iter_mut().find(|table| table.name == "tasks").unwrap();
        for (n, row) in tasks.rows.iter_mut().enumerate() {
            row[2] = Some(format!("Work {n:02} of many"));
        }
        let (world, database) = (World::new(&data), Database::with(engine, &data));
        let titles: BTreeMap<Uuid, String> = data
            .rows("tasks")
            .map(|row| (Uuid::parse_str(&row("id").unwrap()).unwrap(), row("title").unwrap()))
            .collect();
        let asked: Vec<_> =
            world.actors().into_iter().flat_map(|actor| titles.keys().map(move |task| (actor, *task))).collect();
        in_parallel(&asked, |(actor, task)| {
            let named = world.tasks_on_boards_of(*actor).contains(task);
            let part = titles[task].to_uppercase().replace(" OF MANY", " OF");
            for name in [task.to_string(), part] {
                let output = database.mc(["timeline", "--task", &name, "-o", "json"]).args(actor.flags()).run();
                let events = output.code == 0;
                // By its id an event's task may be found, but no id of a task is one of an event.
                if events != named || !named && (output.code != 3 || output.stderr.contains(&titles[task])) {
                    return Some(format!("{actor:?}, {name}, may {named}\n{output}"));
                }
                if events {
                    let mut visible = world.visible(*actor, Feed::Events);
                    visible.retain(|event| event.task == Some(*task));
                    let got = item_ids(&output.json()["items"]);
                    if let Some(difference) = difference(&ids(visible.iter().copied()), &got) {
                        return Some(format!("{actor:?}, {name}: {difference}"));
                    }
                }
            }
            None
        });
    });
}

/// One task with a comment of several lines, retries, and text that is Markdown, HTML and terminal control.
fn story() -> (Data, String, String) {
    let mut fleet = fleet(7, Utc::now());
    let task = fleet.waiting.iter().find(|row| row.1 == "stuck").unwrap().0.clone();
    let board = fleet.data.rows("tasks").find(|row| row("id").as_deref() == Some(&task)).unwrap()("board_id");
    let events = fleet.data.tables.iter_mut().find(|table| table.name == "activity_events").unwrap();
    let mut add = |n: u128, event_type: &str, message: &str, at: &str| {
        events.rows.push(vec![
            Some(Uuid::from_u128(0xabcd << 112 | n).to_string()),
            Some(event_type.to_owned()),
            Some(message.to_owned()),
            None,
            Some(task.clone()),
            Some(at.to_owned()),
            board.clone(),
        ]);
    };
    add(1, "task.comment", "first line\n```\n# <b>no</b>\n````\n\u{1b}[31mlast line", "2026-01-02 10:00:00");
    add(2, "task.assignee_notify_failed", "Assignee notify failed: timeout (attempt 1)", "2026-01-02 10:05:00");
    add(3, "task.assignee_notify_failed", "Assignee notify failed: timeout (attempt 2)", "2026-01-02 10:05:30");
    add(4, "task.assignee_notify_failed", "Assignee notify failed: timeout (attempt 3)", "2026-01-02 10:06:00");
    (fleet.data, fleet.user, task)
}

#[test]
fn people_read_whole_comments_and_repeats_once_and_post_mortems_are_only_text() {
    let (data, user, task) = story();
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let run = |args: &[&str]| {
            let output = database.mc(["timeline", "--as-user", &user]).args(args).run();
            output.expect(0);
            output
        };
        let whole = run(&["--task", &task, "-U", "2026-01-03"]);
        let lines: Vec<_> = whole.stdout.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| *line == "first line").unwrap_or_else(|| panic!("{whole}"));
        assert_eq!(&lines[at..at + 5], ["first line", "```", "# <b>no</b>", "````", "\\u{1b}[31mlast line"], "{whole}");
        let retries: Vec<_> = lines.iter().filter(|line| line.contains("notify_failed")).collect();
        assert_eq!(retries.len(), 1, "{whole}");
        assert!(retries[0].contains("3× until 2026-01-02 10:06:00") && retries[0].contains("attempt 3"), "{whole}");
        assert!(whole.stdout.contains("history") && whole.stdout.contains("3 of 3 failed"), "{whole}");

        let markdown = run(&["--task", &task, "-U", "2026-01-03", "-o", "markdown"]).stdout;
        // Outside fences nothing is markup but ours; the fence is longer than what is in it.
        let mut fence: Option<String> = None;
        let mut comment = Vec::new();
        for line in markdown.lines().map(str::trim) {
            match &fence {
                Some(open) if line == open => fence = None,
                Some(_) => comment.push(line),
                None if line.starts_with("```") => fence = Some(line.trim_end_matches("text").to_owned()),
                None => assert!(!line.contains('<') && !line.contains('\u{1b}'), "{line}"),
            }
        }
        assert_eq!(fence, None, "{markdown}");
        assert!(comment.contains(&"# <b>no</b>") && comment.contains(&"\\u{1b}[31mlast line"), "{markdown}");
        assert!(markdown.contains("3 times until"), "{markdown}");

        // Each of these has every event.
        for format in ["jsonl", "csv", "wide"] {
            let output = run(&["--task", &task, "-U", "2026-01-03", "-o", format]);
            assert_eq!(output.stdout.matches("(attempt ").count(), 3, "{output}");
        }
        // An event's id leads to its task.
        let of_event = run(&["--task", "abcd0000-0000-0000-0000-000000000003", "-U", "2026-01-03", "-o", "jsonl"]);
        assert_eq!(of_event.jsonl().len(), 4, "{of_event}");
        let page = database.place.path().join("page.html");
        run(&["--task", &task, "--html", page.to_str().unwrap(), "-o", "jsonl"]);
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains("&lt;b&gt;no") && !page.contains("<b>no"), "{page}");
    });
}

#[test]
fn around_an_event_or_a_time_everything_is_listed_with_the_time_before_and_after() {
    let (data, user, _) = story();
    for_each_engine(|engine| {
        let database = Database::with(engine, &data);
        let run = |args: &[&str]| database.mc(["list", "-o", "json", "--as-user", &user]).args(args).run();
        let offsets = |args: &[&str]| -> Vec<i64> {
            let answer = run(args).json();
            answer["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| micros_of(&item["offset_seconds"]) / 1_000_000)
                .collect()
        };
        let event = Uuid::from_u128(0xabcd << 112 | 3).to_string();
        assert_eq!(offsets(&["--around", &event]), [30, 0, -30]);
        assert_eq!(offsets(&["--around", &event, "--within", "30s", "--reverse"]), [-30, 0, 30]);
        assert_eq!(offsets(&["--around", &event, "--within", "29s"]), [0]);
        assert_eq!(offsets(&["--around", "2026-01-02T10:04:00Z", "--within", "5m"]), [120, 90, 60, -240]);
        assert_eq!(offsets(&["--around", "2026-01-02T10:04", "--within", "5m", "--type", "*failed"]), [120, 90, 60]);
        let page = run(&["--around", &event, "--limit", "2"]).json();
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let cursor = page["next_cursor"].as_str().unwrap();
        assert_eq!(offsets(&["--around", &event, "--limit", "2", "--after", cursor]), [-30]);
        run(&["--around", "2026-01-02T10:04Z", "--limit", "2", "--after", cursor]).expect(2);
        let table = database.mc(["list", "--as-user", &user, "--around", &event]).ok();
        assert!(table.stdout.contains("OFFSET") && table.stdout.contains("+30s"), "{table}");
        run(&["--around", &Uuid::from_u128(1).to_string()]).expect(3);
        run(&["--around", "nonsense"]).expect(2);
        run(&["--within", "2m"]).expect(2);
        run(&["--around", &event, "-S", "1h"]).expect(2);
    });
}

#[test]
fn nobody_finds_an_event_of_others_by_looking_around_it() {
    for_each_engine(|engine| {
        let data = world_of_tasks(23);
        let (world, database) = (World::new(&data), Database::with(engine, &data));
        let finite = |event: &&Event| event.created_at.abs() < i64::MAX / 2;
        let some: Vec<&Event> = world.events().iter().filter(finite).step_by(40).collect();
        let asked: Vec<(Actor, &Event)> =
            world.actors().into_iter().flat_map(|actor| some.iter().map(move |event| (actor, *event))).collect();
        in_parallel(&asked, |(actor, event)| {
            let line = ["list", "--around", &event.id.to_string(), "--within", "1h", "-o", "jsonl"];
            let output = database.mc(line).args(actor.flags()).run();
            let visible = world.visible(*actor, Feed::Events);
            let comments = world.visible(*actor, Feed::Comments);
            if !visible.iter().chain(&comments).any(|known| known.id == event.id) {
                return (output.code != 3).then(|| output.to_string());
            }
            let near = |known: &&&Event| (known.created_at.saturating_sub(event.created_at)).abs() <= 3_600_000_000;
            let expected = ids(visible.iter().rev().filter(near).copied());
            let got: Vec<_> = output.jsonl().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
            difference(&expected, &got).map(|difference| format!("{difference}\n{output}"))
        });
    });
}

#[test]
fn a_task_is_named_by_a_unique_part_of_its_title_in_any_letter_case() {
    for_each_engine(|engine| {
        let mut fleet = fleet(8, Utc::now());
        let tasks = fleet.data.tables.iter_mut().find(|table| table.name == "tasks").unwrap();
        let title = ["Pay 100% of it, now", "Refund", "Refund for order 7", "Ärger mit [a-z]* \\d"];
        for (row, title) in tasks.rows.iter_mut().zip(title) {
            row[2] = Some(title.to_owned());
        }
        let task: Vec<_> = tasks.rows.iter().map(|row| row[1].clone().unwrap()).collect();
        let database = Database::with(engine, &fleet.data);
        let run = |name: &str| {
            let line = ["list", "-o", "jsonl", "--all", "--as-user", &fleet.user, "--task", name];
            database.mc(line).run()
        };
        for (name, nth) in [
            ("pay 100%", 0),
            ("100% of it, now", 0),
            ("Refund", 1),
            ("refund", 1),
            ("order 7", 2),
            ("ärger", 3),
            ("[A-Z]*", 3),
            ("\\D", 3),
        ] {
            let output = run(name);
            output.expect(0);
            let of: std::collections::BTreeSet<_> =
                output.jsonl().iter().map(|item| item["task_id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(of, [task[nth].clone()].into(), "{name}\n{output}");
        }
        let ambiguous = run("refun");
        ambiguous.expect(3);
        assert!(ambiguous.stderr.contains(&task[1]) && ambiguous.stderr.contains("Refund for order 7"), "{ambiguous}");
        run("no such title").expect(3);
        run("[b]").expect(3);
        let both = run("order 7,Ärger");
        both.expect(0);
    });
}
