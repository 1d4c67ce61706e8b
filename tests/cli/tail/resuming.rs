//! The cursor file.

use super::{A_WHILE, SOON, following, id, insert_all, next, quiet, tail, write};
use crate::harness::{Database, Engine, for_each_engine};
use std::collections::HashMap;
use uuid::Uuid;

fn cursor(database: &Database) -> String {
    database.place.path().join("work/cursor").display().to_string()
}

#[test]
fn after_a_clean_end_it_goes_on_without_loss_and_without_repeat() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let flag = format!("--cursor-file {}", cursor(&database));
        let mut child = following(&database, &flag);
        child.signal("TERM");
        assert_eq!(child.end_within(SOON), 0);
        let missed = [write(&database, -60.0), write(&database, -1.0)];
        // The cursor beats both.
        let mut child = tail(&database, &format!("{flag} -n 50 --since 1d")).start();
        assert_eq!([next(&mut child), next(&mut child)], missed);
        child.is_silent(A_WHILE);
        child.interrupt();
        assert_eq!(child.end_within(SOON), 0);
        assert_eq!(tail(&database, &format!("{flag} --no-follow")).ok().stdout, "");
    });
}

#[test]
fn what_a_count_left_over_comes_the_next_time() {
    let database = quiet(Engine::Deployed);
    let ids: Vec<Uuid> = (0..2_500).map(|_| Uuid::new_v4()).collect();
    database.sql(&insert_all(&database, &ids[..2_000], -3_000.0));
    database.sql(&insert_all(&database, &ids[2_000..], -1.0));
    let flag = format!("--cursor-file {} --since 2h --lookback 10s", cursor(&database));
    let mut seen: HashMap<String, u32> = HashMap::new();
    for count in [1, 999, 1_000, 1, 499] {
        let output = tail(&database, &format!("{flag} --until-count {count}")).ok();
        assert_eq!(output.stdout.lines().count(), count, "{output}");
        output.stdout.lines().for_each(|line| *seen.entry(id(line)).or_default() += 1);
    }
    assert!(seen.len() == ids.len() && seen.values().all(|times| *times == 1));
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_repeats_a_batch_at_most() {
    let database = quiet(Engine::Deployed);
    write(&database, 0.0);
    let flag = format!("-n 0 --cursor-file {} --lookback 5s", cursor(&database));
    assert_eq!(tail(&database, &format!("{flag} --no-follow")).ok().stdout, "");
    let mut written = Vec::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut kills = 0;
    for round in 0..12_u64 {
        let mut child = tail(&database, &flag).start();
        for _ in 0..4 {
            let ids: Vec<Uuid> = (0..200).map(|_| Uuid::new_v4()).collect();
            database.sql(&insert_all(&database, &ids, 0.0));
            written.extend(ids);
            std::thread::sleep(std::time::Duration::from_millis(20 + 13 * round));
        }
        child.signal("KILL");
        kills += 1;
        child.end_within(SOON);
        child.rest().0.lines().for_each(|line| *seen.entry(id(line)).or_default() += 1);
    }
    let rest = tail(&database, &format!("{flag} --no-follow")).ok();
    rest.stdout.lines().for_each(|line| *seen.entry(id(line)).or_default() += 1);
    let lost = written.iter().filter(|id| !seen.contains_key(&id.to_string())).count();
    assert_eq!(lost, 0, "of {}", written.len());
    let repeats: u32 = seen.values().map(|times| times - 1).sum();
    assert!(repeats <= kills * 1_000, "{repeats} repeats");
}

#[test]
fn a_damaged_file_is_an_error_that_names_it() {
    let database = quiet(Engine::Deployed);
    let file = cursor(&database);
    let flag = format!("--cursor-file {file} --no-follow");
    write(&database, 0.0);
    tail(&database, &flag).ok();
    let whole = std::fs::read(&file).unwrap();
    for damage in [&whole[..whole.len() - 9], &[], b"\xff\xfe", b"{}\n"] {
        std::fs::write(&file, damage).unwrap();
        let output = tail(&database, &flag).fails(1);
        assert!(output.stderr.contains(&file), "{output}");
        assert_eq!(std::fs::read(&file).unwrap(), damage, "it was touched");
    }
    std::fs::write(&file, whole).unwrap();
    tail(&database, &flag).ok();
}

#[test]
fn a_file_of_another_question_is_refused() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let file = cursor(&database);
        let run = |who: &str, more: &str| {
            let line = format!("tail --as-user {who} --no-follow --cursor-file {file} {more}");
            database.mc(line.split_whitespace()).run()
        };
        run("local-auth-user", "").expect(0);
        for (who, more) in [
            ("oracle-user-1", ""),
            ("local-auth-user", "--events"),
            ("local-auth-user", "--board board-1"),
            ("local-auth-user", "--grep x"),
        ] {
            let output = run(who, more);
            output.expect(2);
            assert!(output.stderr.contains(&file) && output.stdout.is_empty(), "{output}");
        }
        // How it starts, looks and waits is no part of the question.
        run("local-auth-user", "--since 1h -o jsonl --poll 9s").expect(0);
        run("local-auth-user", "--out-file x").expect(2);
        let other = quiet(engine);
        let line = format!("tail --as-user local-auth-user --no-follow --cursor-file {file}");
        other.mc(line.split_whitespace()).fails(2);
    });
}
