//! `--chain` and `verify`: what was changed in the database after an archive was made is found, and nothing else is.

use crate::harness::{Data, Database, Engine, Output, Place, for_each_engine, in_parallel, micros};
use crate::oracle::{Actor, Event, Feed, World, random};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;
use uuid::Uuid;

/// An id as a literal of either engine.
fn literal(engine: Engine, id: Uuid) -> String {
    if engine == Engine::Embedded { format!("x'{}'", id.simple()) } else { format!("'{id}'") }
}

/// An instant as a literal of either engine; the embedded store counts microseconds from 2000.
fn instant(engine: Engine, text: &str) -> String {
    if engine == Engine::Embedded { micros(text).to_string() } else { format!("timestamp '{text}'") }
}

fn archive(database: &Database, actor: Actor, flags: &[&str]) -> String {
    let args = ["list", "--all", "--chain", "-o", "jsonl", "-q"];
    database.mc(args).args(flags).args(actor.flags()).ok().stdout
}

fn verify(database: &Database, actor: Actor, file: &str, flags: &[&str]) -> Output {
    database.mc(["verify", file, "-o", "json", "-q"]).args(flags).args(actor.flags()).run()
}

/// Writes a file beside the database.
fn write(database: &Database, name: &str, text: &str) -> String {
    database.place.write(name, text);
    database.place.path().join(name).display().to_string()
}

fn counts(answer: &Value) -> BTreeMap<String, u64> {
    let counts = answer["counts"].as_object().unwrap().iter().map(|(name, n)| (name.clone(), n.as_u64().unwrap()));
    counts.filter(|(_, count)| *count > 0).collect()
}

fn findings(answer: &Value, verdict: &str) -> Vec<String> {
    let of = answer["findings"].as_array().unwrap().iter().filter(|finding| finding["verdict"] == verdict);
    let mut ids: Vec<String> = of.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

/// A world, and the user who sees most of it.
fn world(seed: u64) -> (Data, World, Actor) {
    let data = random(seed, 150);
    let world = World::new(&data);
    let users = world.actors().into_iter().filter(|actor| matches!(actor, Actor::User(_)));
    let actor = users.max_by_key(|actor| world.visible(*actor, Feed::Events).len()).unwrap();
    (data, world, actor)
}

fn is_ordinary(event: &Event) -> bool {
    event.shown_at().starts_with("2026-03-")
}

#[test]
fn an_archive_of_what_has_not_changed_is_whole_and_every_event_in_it_unchanged() {
    let seeds: Vec<u64> = (0..3).collect();
    for_each_engine(|engine| {
        in_parallel(&seeds, |seed| {
            let (data, world, _) = world(*seed);
            let database = Database::with(engine, &data);
            for actor in world.actors() {
                let visible = world.visible(actor, Feed::Events).len() as u64;
                if visible == 0 {
                    continue;
                }
                for flags in [&[][..], &["--reverse"]] {
                    let file = write(&database, "archive", &archive(&database, actor, flags));
                    let output = verify(&database, actor, &file, &[]);
                    let answer = output.json();
                    let wanted = BTreeMap::from([("unchanged".to_owned(), visible)]);
                    if output.code != 0 || counts(&answer) != wanted || answer["verdict"] != "explained" {
                        return Some(format!("{seed} {actor:?} {flags:?}: {output}"));
                    }
                }
            }
            None
        });
    });
}

#[test]
fn an_archive_without_a_line_is_not_verified() {
    for_each_engine(|engine| {
        let (database, _, actor, _) = archived(engine);
        let file = write(&database, "empty.jsonl", "");
        let output = verify(&database, actor, &file, &[]);
        output.expect(2);
        assert!(output.stderr.contains("nothing to verify"), "{output}");
        verify(&database, actor, "/dev/null", &[]).expect(2);
    });
}

/// What is done to a database after an archive was made; the verdict that it should lead to, for which events.
fn plant(database: &Database, world: &World, actor: Actor, rng: &mut Rng) -> BTreeMap<&'static str, Vec<String>> {
    let engine = database.engine;
    let mut visible: Vec<&Event> = world.visible(actor, Feed::Events).into_iter().filter(|e| is_ordinary(e)).collect();
    rng.shuffle(&mut visible);
    let mut planted: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut note = |verdict, id: Uuid| planted.entry(verdict).or_default().push(id.to_string());
    let mut sql = String::new();
    let (deleted_agent, deleted_task) = (visible[0].agent, visible[1].task);
    let board = world.resolved_board(visible[2]).unwrap();
    let hidden = world.all_boards().into_iter().find(|board| !world.boards(actor).contains(board)).unwrap();
    let hidden = literal(engine, hidden);
    let mut left = visible[3..].iter().filter(|event| event.agent != deleted_agent && event.task != deleted_task);
    let mut next = || left.next().unwrap();
    for (verdict, change) in [
        ("rewritten", "event_type = 'task.forged'"),
        ("rewritten", "message = 'forged'"),
        ("rewritten", "created_at = later"),
        ("rewritten", "board_id = hidden"),
        ("gone", ""),
        ("gone", ""),
    ] {
        let event = next();
        let id = literal(engine, event.id);
        sql += &match change {
            "" => format!("DELETE FROM activity_events WHERE id = {id};"),
            _ => {
                let later = instant(engine, "2026-02-01 00:00:00");
                let change = change.replace("later", &later).replace("hidden", &hidden);
                format!("UPDATE activity_events SET {change} WHERE id = {id};")
            }
        };
        note(verdict, event.id);
    }
    for _ in 0..2 {
        let id = Uuid::from_u128(rng.u128(..));
        let (literal, at) = (literal(engine, id), instant(engine, &next().shown_at().replace('T', " ")));
        let board = self::literal(engine, board);
        sql += &format!(
            "INSERT INTO activity_events (id, event_type, message, created_at, board_id)
             VALUES ({literal}, 'task.updated', 'it was always there', {at}, {board});"
        );
        note("inserted", id);
    }
    let all = world.visible(actor, Feed::Events);
    let untouched = |planted: &BTreeMap<&str, Vec<String>>, is_meant: &dyn Fn(&Event) -> bool| -> Vec<String> {
        let ids = all.iter().filter(|event| is_meant(event)).map(|event| event.id.to_string());
        ids.filter(|id| !planted.values().flatten().any(|known| known == id)).collect()
    };
    // As the backend does it.
    if let Some(task) = deleted_task {
        let id = literal(engine, task);
        sql += &format!("DELETE FROM activity_events WHERE task_id = {id}; DELETE FROM tasks WHERE id = {id};");
        let ids = untouched(&planted, &|event| event.task == Some(task));
        planted.insert("gone_with_task", ids);
    }
    if let Some(agent) = deleted_agent {
        let id = literal(engine, agent);
        sql += &format!(
            "UPDATE activity_events SET agent_id = NULL WHERE agent_id = {id}; DELETE FROM agents WHERE id = {id};"
        );
        let ids = untouched(&planted, &|event| event.agent == Some(agent));
        planted.insert("agent_deleted", ids);
    }
    database.sql(&sql);
    planted.retain(|_, ids| !ids.is_empty());
    planted.values_mut().for_each(|ids| ids.sort());
    planted
}

#[test]
fn every_planted_change_is_found_with_its_verdict_and_none_is_invented() {
    let seeds: Vec<u64> = (10..16).collect();
    for_each_engine(|engine| {
        in_parallel(&seeds, |seed| {
            let (data, world, actor) = world(*seed);
            let database = Database::with(engine, &data);
            let visible = world.visible(actor, Feed::Events).len() as u64;
            let text = archive(&database, actor, &[]);
            let file = write(&database, "archive", &text);
            let planted = plant(&database, &world, actor, &mut Rng::with_seed(*seed));
            let output = verify(&database, actor, &file, &[]);
            let answer = output.json();
            let mut wanted: BTreeMap<String, u64> =
                planted.iter().map(|(verdict, ids)| ((*verdict).to_owned(), ids.len() as u64)).collect();
            let changed: u64 = wanted.iter().filter(|(verdict, _)| *verdict != "inserted").map(|(_, n)| n).sum();
            wanted.insert("unchanged".to_owned(), visible - changed);
            let wrong = planted.iter().find(|(verdict, ids)| findings(&answer, verdict) != **ids);
            let fine = output.code == 1 && counts(&answer) == wanted && wrong.is_none();
            (!fine).then(|| format!("{seed}: wanted {wanted:?}, {wrong:?}\n{output}"))
        });
    });
}

/// A database of one seed and its archive.
fn archived(engine: Engine) -> (Database, World, Actor, String) {
    let (data, world, actor) = world(3);
    let database = Database::with(engine, &data);
    let text = archive(&database, actor, &[]);
    (database, world, actor, text)
}

#[test]
fn what_mission_control_deletes_itself_is_explained_and_exit_0() {
    for_each_engine(|engine| {
        let (database, world, actor, text) = archived(engine);
        let file = write(&database, "archive", &text);
        let board = world.boards(actor).into_iter().max_by_key(|board| {
            world.visible(actor, Feed::Events).iter().filter(|e| world.resolved_board(e) == Some(*board)).count()
        });
        let board = board.unwrap();
        let id = literal(engine, board);
        let lost = world.visible(actor, Feed::Events);
        let lost = lost.iter().filter(|event| world.resolved_board(event) == Some(board)).count();
        database.sql(&format!(
            "DELETE FROM activity_events WHERE board_id = {id}
               OR board_id IS NULL AND task_id IN (SELECT id FROM tasks WHERE board_id = {id});
             UPDATE activity_events SET task_id = NULL WHERE task_id IN (SELECT id FROM tasks WHERE board_id = {id});
             DELETE FROM tasks WHERE board_id = {id};
             UPDATE agents SET board_id = NULL WHERE board_id = {id};
             DELETE FROM organization_board_access WHERE board_id = {id};
             DELETE FROM boards WHERE id = {id};"
        ));
        let output = verify(&database, actor, &file, &[]);
        output.expect(0);
        let answer = output.json();
        assert_eq!(counts(&answer).get("gone_with_board"), Some(&(lost as u64)), "{output}");
        assert_eq!(answer["verdict"], "explained");
    });
}

#[test]
fn a_board_that_can_no_longer_be_read_is_as_good_as_gone() {
    let (data, world, _) = world(3);
    let database = Database::with(Engine::Deployed, &data);
    let is_reader = |actor: &Actor| matches!(actor, Actor::User(_)) && !world.visible(*actor, Feed::Events).is_empty();
    let actor = world.actors().into_iter().find(is_reader).expect("somebody who reads anything");
    let file = write(&database, "archive", &archive(&database, actor, &[]));
    database.sql("UPDATE organization_members SET all_boards_read = false, all_boards_write = false");
    database.sql("UPDATE organization_board_access SET can_read = false, can_write = false");
    let output = verify(&database, actor, &file, &[]);
    output.expect(0);
    let count = world.visible(actor, Feed::Events).len() as u64;
    assert_eq!(counts(&output.json()), BTreeMap::from([("gone_with_board".to_owned(), count)]));
}

#[test]
fn a_line_that_is_changed_removed_or_moved_breaks_the_chain_and_is_exit_2() {
    let (database, _, actor, text) = archived(Engine::Embedded);
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let mut changed = lines.clone();
    let forged = changed[5].replacen("\"message\":", "\"message\":\"forged\",\"was\":", 1);
    changed[5] = &forged;
    let mut swapped = lines.clone();
    swapped.swap(4, 5);
    let removed = [&lines[..5], &lines[6..]].concat();
    for (what, lines, at) in [("changed", &changed, 6), ("swapped", &swapped, 5), ("removed", &removed, 6)] {
        let file = write(&database, what, &joined(lines));
        let output = verify(&database, actor, &file, &[]);
        output.expect(2);
        let answer = output.json();
        let broken = answer["findings"].as_array().unwrap().iter().find(|f| f["verdict"] == "chain_broken").unwrap();
        assert_eq!(broken["line"], at, "{what}: {answer}");
        assert_eq!(answer["verdict"], "broken");
    }
    let cut = write(&database, "cut", &joined(&lines[..lines.len() - 3]));
    let whole = verify(&database, actor, &write(&database, "whole", &text), &[]).json();
    let head = whole["head"].as_str().unwrap();
    verify(&database, actor, &write(&database, "whole", &text), &["--head", head]).expect(0);
    let output = verify(&database, actor, &cut, &["--head", head]);
    output.expect(2);
    assert_eq!(output.json()["is_kept_head"], false);
    let torn = write(&database, "torn", &format!("{}\n{{\"id\":", lines[0]));
    verify(&database, actor, &torn, &[]).expect(2);
    let plain = database.mc(["list", "--all", "-o", "jsonl"]).args(actor.flags()).ok().stdout;
    let refused = verify(&database, actor, &write(&database, "plain", &plain), &[]);
    refused.expect(2);
    assert!(refused.stderr.contains("no archive made with --chain"), "{refused}");
    verify(&database, actor, "/nowhere", &[]).expect(2);
}

#[test]
fn the_hashes_are_those_that_jq_and_sha256sum_make_of_the_documented_text() {
    const SCRIPT: &str = r#"
        previous=$(printf '%064d' 0)
        while IFS= read -r line; do
          hash=$(printf '%s' "$line" | jq -j --arg previous "$previous" '
            "\($previous)\n\(.id)\n\(.created_at)\n\(.archived_at)\n",
            "\(.event_type | utf8bytelength) \(.event_type)\n",
            if .message == null then "-\n" else "\(.message | utf8bytelength) \(.message)\n" end' | sha256sum | cut -d ' ' -f 1)
          printf '%s' "$line" | jq -e --arg previous "$previous" --arg hash "$hash" \
            '.previous_hash == $previous and .hash == $hash' > /dev/null || { echo "broken: $line"; exit 1; }
          previous=$hash
        done
        echo "$previous""#;
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let user = ["--as-user", "local-auth-user"];
        let listed = database.mc(["list", "--all", "--chain", "-o", "jsonl"]).args(user).run();
        listed.expect(0);
        let lines: Vec<&str> = listed.stdout.lines().collect();
        assert!(lines.len() > 40, "{}", lines.len());
        let some: String = lines[..40].iter().map(|line| format!("{line}\n")).collect();
        let place = Place::new();
        let output = place.sh(SCRIPT, [""]).stdin(some).ok();
        let last: Value = serde_json::from_str(lines[39]).unwrap();
        assert_eq!(output.stdout.trim(), last["hash"].as_str().unwrap());
        let end: Value = serde_json::from_str(lines.last().unwrap()).unwrap();
        assert!(listed.stderr.contains(end["hash"].as_str().unwrap()), "the head is said: {}", listed.stderr);
    });
}

#[test]
fn archives_that_follow_each_other_verify_together_and_in_no_other_order() {
    let (data, world, actor) = world(3);
    let database = Database::with(Engine::Embedded, &data);
    let middle = "2026-03-15";
    let first = archive(&database, actor, &["-U", middle]);
    let last: Value = serde_json::from_str(first.lines().last().unwrap()).unwrap();
    let head = last["hash"].as_str().unwrap();
    let args = ["list", "--all", "-o", "jsonl", "-q", "-S", middle];
    let second = database.mc(args).args([format!("--chain={head}")]).args(actor.flags()).ok().stdout;
    let files = [write(&database, "first", &first), write(&database, "second", &second)];
    let run = |files: &[&String]| {
        let args = ["verify", "-o", "json", "-q"];
        database.mc(args).args(files.iter().map(|file| file.as_str())).args(actor.flags()).run()
    };
    let both = run(&[&files[0], &files[1]]);
    both.expect(0);
    assert_eq!(both.json()["counts"]["unchanged"], world.visible(actor, Feed::Events).len());
    run(&[&files[1], &files[0]]).expect(2);
    let alone = run(&[&files[1]]);
    assert_eq!(alone.json()["previous_hash"], head);
    let text = both.json()["head"].as_str().unwrap().to_owned();
    let report = database.mc(["verify", &files[0], &files[1]]).args(actor.flags()).ok().stdout;
    assert!(report.contains(&format!("head:\n{text}\n")) && report.contains("does not prove"), "{report}");
    // Without the range that it was made with, what came later would not be in it.
    let piped = database.mc(["verify", "-", "-o", "json", "-U", middle]).args(actor.flags()).stdin(first).ok().json();
    assert_eq!(piped["verdict"], "explained");
}

#[test]
fn a_tail_goes_on_with_its_chain_after_a_restart() {
    for_each_engine(|engine| {
        let (data, _, actor) = world(3);
        let database = Database::with(engine, &data);
        let tail = |flags: &[&str]| {
            let args = ["tail", "--events", "--chain", "-o", "jsonl", "-q", "--cursor-file", "cursor"];
            database.mc(args).args(flags).args(actor.flags())
        };
        let mut text = tail(&["--since", "0001-01-01", "--until-count", "30"]).ok().stdout;
        assert_eq!(text.lines().count(), 30);
        let parts = [tail(&["--until-count", "1"]).ok().stdout, tail(&["--no-follow"]).ok().stdout];
        let file = write(&database, "archive", &format!("{text}{}{}", parts[0], parts[1]));
        let answer = verify(&database, actor, &file, &[]).json();
        assert_eq!(answer["verdict"], "explained", "{answer}");
        assert_eq!((&answer["repeated"], &answer["counts"]["inserted"]), (&json!(0), &json!(0)));
        // Killed before it could note what it had printed, tail prints it again.
        text += &text.lines().skip(20).map(|line| format!("{line}\n")).collect::<String>();
        let file = write(&database, "again", &format!("{text}{}{}", parts[0], parts[1]));
        let answer = verify(&database, actor, &file, &[]).json();
        assert_eq!((&answer["verdict"], &answer["repeated"]), (&json!("explained"), &json!(10)), "{answer}");
    });
}

#[test]
fn an_event_that_was_committed_after_the_archive_was_read_is_late_and_not_inserted() {
    for_each_engine(|engine| {
        let (data, world, actor) = world(3);
        let database = Database::with(engine, &data);
        let board = literal(engine, *world.boards(actor).iter().next().unwrap());
        let insert = |seconds: i64| {
            let at = match engine {
                Engine::Embedded => {
                    format!(
                        "(SELECT CAST((julianday('now') - 2451544.5) * 86400 AS INTEGER) * 1000000 - {seconds}000000)"
                    )
                }
                _ => format!("now() AT TIME ZONE 'utc' - interval '{seconds} seconds'"),
            };
            let id = literal(engine, Uuid::from_u128(seconds as u128));
            database.sql(&format!(
                "INSERT INTO activity_events (id, event_type, created_at, board_id)
                 VALUES ({id}, 'task.updated', {at}, {board})"
            ));
        };
        let file = write(&database, "archive", &archive(&database, actor, &[]));
        insert(30);
        let output = verify(&database, actor, &file, &[]);
        assert_eq!((output.code, counts(&output.json()).get("late")), (0, Some(&1)), "{output}");
        insert(600);
        let output = verify(&database, actor, &file, &[]);
        assert_eq!((output.code, counts(&output.json()).get("inserted")), (1, Some(&1)), "{output}");
        verify(&database, actor, &file, &["--lookback", "15m"]).expect(0);
    });
}

#[test]
fn a_chain_is_for_all_events_as_json_lines_and_nothing_else() {
    let (data, _, actor) = world(3);
    let database = Database::with(Engine::Embedded, &data);
    for line in [
        "list --chain -o jsonl",
        "list --all --chain",
        "list --all --chain -o csv",
        "list --all --chain -o jsonl --fields id",
        "list --all --chain=abc -o jsonl",
        "tail --chain -o jsonl --no-follow",
        "tail --events --chain --no-follow",
        "verify",
        "verify archive --head abc",
    ] {
        database.mc(line.split(' ')).args(actor.flags()).fails(2);
    }
    let plain = database.mc(["list", "--all", "-o", "jsonl"]).args(actor.flags()).ok().stdout;
    assert!(!plain.contains("previous_hash"));
}

#[test]
fn a_terminal_shows_how_far_it_is_while_the_archive_is_read() {
    let (database, _, actor, text) = archived(Engine::Embedded);
    let pipe = database.place.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let screen = database.mc(["verify", &pipe.display().to_string()]).args(actor.flags());
    let mut screen = screen.start_on_terminal(100, 30);
    let mut file = std::fs::File::options().write(true).open(&pipe).unwrap();
    let (first, rest) = text.split_at(text.find('\n').unwrap() + 1);
    file.write_all(first.as_bytes()).unwrap();
    screen.shows("1 events");
    file.write_all(rest.as_bytes()).unwrap();
    drop(file);
    screen.shows("the chain is whole");
    assert_eq!(screen.end_within(Duration::from_secs(20)), 0);
}
