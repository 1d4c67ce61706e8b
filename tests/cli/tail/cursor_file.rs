//! `--cursor-file`: resuming after an exit.

use super::{A_WHILE, SOON, following, id, insert_all, next, quiet, tail, write};
use crate::harness::{Database, Engine, for_each_engine};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

fn cursor(database: &Database) -> String {
    database.place.path().join("work/cursor").display().to_string()
}

#[test]
fn after_a_clean_exit_tail_resumes_without_loss_and_without_repetition() {
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

/// What one run printed: whole lines alone.
fn printed(out: &str) -> Vec<String> {
    out.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(id).collect()
}

#[test]
fn killed_at_any_moment_it_loses_nothing_and_repeats_only_what_it_printed_last() {
    const BATCH: usize = 1_000;
    for engine in [Engine::Deployed, Engine::Embedded] {
        let database = quiet(engine);
        let flag = format!("-n 0 --cursor-file {} --lookback 5s --poll 20ms", cursor(&database));
        assert_eq!(tail(&database, &format!("{flag} --no-follow")).ok().stdout, "");
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut written = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let ids: Vec<Uuid> = (0..fastrand::usize(1..400)).map(|_| Uuid::new_v4()).collect();
                    database.sql(&insert_all(&database, &ids, 0.0));
                    written.extend(ids.iter().map(Uuid::to_string));
                    std::thread::sleep(Duration::from_millis(fastrand::u64(..20)));
                }
                written
            });
            let (mut runs, mut busy) = (Vec::new(), 0);
            while busy < 20 {
                let mut child = tail(&database, &flag).start();
                std::thread::sleep(Duration::from_millis(fastrand::u64(20..500)));
                child.signal("KILL");
                assert_eq!(child.end_within(SOON), 128 + 9);
                runs.push(printed(&child.rest().0));
                busy += usize::from(runs.last().is_some_and(|run| !run.is_empty()));
            }
            stop.store(true, Ordering::Relaxed);
            let written = writer.join().unwrap();
            runs.push(printed(&tail(&database, &format!("{flag} --no-follow")).ok().stdout));
            // How many of the events printed before each is among.
            let mut seen: HashSet<&String> = HashSet::new();
            for (nth, run) in runs.iter().enumerate() {
                let distinct: HashSet<&String> = run.iter().collect();
                assert_eq!(distinct.len(), run.len(), "a run repeats itself");
                let repeated: HashSet<&String> = distinct.intersection(&seen).copied().collect();
                let last = runs[..nth].iter().rev().find(|run| !run.is_empty()).map_or(&[][..], Vec::as_slice);
                let batch = &last[last.len().saturating_sub(BATCH)..];
                let at_the_end = last.iter().rev().take_while(|id| repeated.contains(id)).count();
                assert!(repeated.len() <= at_the_end.min(batch.len()), "{engine:?}: repeated what was saved");
                seen.extend(distinct);
            }
            let lost = written.iter().filter(|id| !seen.contains(id)).count();
            assert_eq!((lost, seen.len()), (0, written.len()), "{engine:?}");
        });
    }
}

#[test]
fn where_no_cursor_can_be_written_nothing_is_printed() {
    let database = quiet(Engine::Deployed);
    write(&database, 0.0);
    let output = tail(&database, "--cursor-file /nonexistent/cursor --no-follow").fails(1);
    assert!(output.stderr.contains("/nonexistent/cursor"), "{output}");
}

#[test]
fn a_damaged_file_is_an_error_that_names_it() {
    let database = quiet(Engine::Deployed);
    let file = cursor(&database);
    let flag = format!("--cursor-file {file} --no-follow");
    write(&database, 0.0);
    tail(&database, &flag).ok();
    let whole = std::fs::read(&file).unwrap();
    for damage in [&whole[..whole.len() - 9], b"\n", b"\xff\xfe", b"{}\n"] {
        std::fs::write(&file, damage).unwrap();
        let output = tail(&database, &flag).fails(1);
        assert!(output.stderr.contains(&file), "{output}");
        assert_eq!(std::fs::read(&file).unwrap(), damage, "it was touched");
    }
    std::fs::write(&file, whole).unwrap();
    tail(&database, &flag).ok();
}

#[test]
fn a_cursor_file_of_other_filters_is_refused() {
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
