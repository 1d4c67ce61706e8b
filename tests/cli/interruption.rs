//! Ctrl-C and SIGTERM during a query, and while the output is not read.

use crate::harness::{Database, Engine, wait_until};
use crate::harness::{ME, ask, words};
use std::time::{Duration, Instant};

/// A query of a minute: the events stand behind a view that sleeps.
fn slow() -> Database {
    let database = Database::recorded(Engine::Deployed);
    database.sql(
        "ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS SELECT e.* FROM real_events e, (SELECT pg_sleep(60)) AS s;",
    );
    database
}

/// What a signal in the middle of a query leads to: the time to the end of the command, and until the server did nothing
/// for it any more.
fn ended(database: &Database, line: &str, signal: &str) -> (Duration, Duration) {
    let mut child = ask(database, line).start();
    database.wait_for_sleeping_query();
    let start = Instant::now();
    child.signal(signal);
    let code = child.end_within(Duration::from_secs(5));
    let end = start.elapsed();
    let (out, said) = child.rest();
    assert!(out.is_empty(), "{line}: {out}{said}");
    if signal != "KILL" {
        assert!(code == 130 && said.contains("interrupted"), "{line}: {code} {said}");
    }
    wait_until(&format!("{line}: gone from the server"), || database.sessions_of_program() == 0);
    (end, start.elapsed())
}

/// Other work on the machine only ever adds to these times, so the best of a few tries is what the program takes.
const TRIES: usize = 5;

#[test]
fn a_command_ends_within_100_ms_of_ctrl_c_and_its_query_is_gone_from_the_server_within_a_second() {
    let writing = Database::recorded(Engine::Deployed);
    writing.sql(
        "CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
         CREATE TRIGGER sleep BEFORE INSERT ON activity_events FOR EACH ROW EXECUTE FUNCTION sleep();",
    );
    let reading = slow();
    let mut first = Vec::new();
    for (line, signal) in [
        ("list", "INT"),
        ("list", "TERM"),
        ("list", "KILL"),
        ("comments", "INT"),
        ("errors --range 1y", "INT"),
        ("summary -S 2024-01-01", "INT"),
        ("list --count", "INT"),
        ("list --all -o jsonl", "INT"),
        ("log --type x --board Main", "INT"),
        ("log --type x --board Main", "KILL"),
    ] {
        let database = if line.starts_with("log") { &writing } else { &reading };
        let mut tries = Vec::new();
        while tries.len() < TRIES {
            let (end, gone) = ended(database, line, signal);
            tries.push((end, gone));
            if end < Duration::from_millis(100) && gone < Duration::from_secs(1) {
                break;
            }
        }
        assert!(tries.iter().any(|(end, _)| *end < Duration::from_millis(100)), "{line}: {tries:?}");
        assert!(tries.iter().any(|(_, gone)| *gone < Duration::from_secs(1)), "{line}: {tries:?}");
        first.push(tries[0]);
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_millis()
    };
    let end = median(first.iter().map(|(end, _)| *end).collect());
    let gone = median(first.iter().map(|(_, gone)| *gone).collect());
    eprintln!("Ctrl-C: medians of {}: {end} ms to the end, {gone} ms until it was gone from the server", first.len());
    assert_eq!(writing.number("SELECT count(*) FROM activity_events WHERE event_type = 'x'"), 0);
}

#[test]
fn a_batch_that_is_killed_anywhere_is_written_whole_or_not_at_all() {
    const LINES: i64 = 1_500;
    for engine in [Engine::Deployed, Engine::Embedded] {
        let database = Database::recorded(engine);
        let count = || ask(&database, "list --type batch --count").ok().stdout.trim().parse::<i64>().unwrap();
        let lines: String = (0..LINES)
            .map(|n| {
                let (message, board) = ("m".repeat(200), "000000c0-0000-4000-8000-000000000001");
                format!("{{\"event_type\":\"batch\",\"message\":\"{n} {message}\",\"board_id\":\"{board}\"}}\n")
            })
            .collect();
        let log = || ask(&database, "log --jsonl -").stdin(lines.clone());
        let whole = log().ok().took;
        let mut written = LINES;
        assert_eq!(count(), written);
        let mut cut = 0;
        for eighth in 1..=8 {
            let mut child = log().start();
            std::thread::sleep(whole * eighth / 8);
            child.kill();
            if engine == Engine::Deployed {
                wait_until("gone from the server", || database.sessions_of_program() == 0);
            }
            let now = count();
            assert!(now == written || now == written + LINES, "{engine:?}: {now} after {written}");
            cut += usize::from(now == written);
            written = now;
        }
        assert!(cut > 0, "{engine:?}: nothing was killed in time");
        log().ok();
        assert_eq!(count(), written + LINES, "{engine:?}");
    }
}

#[test]
fn an_interrupted_command_ends_although_nobody_reads_its_output() {
    let database = Database::recorded(Engine::Deployed);
    database.sql(
        "INSERT INTO activity_events (id, event_type, message, created_at, board_id)
         SELECT gen_random_uuid(), 'x', repeat('y', 500), now(), '000000c0-0000-4000-8000-000000000001'
         FROM generate_series(1, 3000)",
    );
    let shell = "mkfifo pipe; exec 3<>pipe; \"$0\" \"$@\" >pipe & pid=$!; sleep 2; kill -INT $pid; wait $pid";
    let output = database
        .place
        .sh(shell, words("list --all -o jsonl").chain(ME.map(str::to_owned)))
        .env("DATABASE_URL", &database.url)
        .run();
    output.expect(130);
    assert!(output.took < Duration::from_secs(10), "{output}");
}

#[test]
fn the_time_of_a_slow_reader_does_not_count_against_timeout() {
    let database = Database::recorded(Engine::Embedded);
    database.sql(
        "INSERT INTO activity_events (id, event_type, message, created_at, board_id)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         SELECT randomblob(16), 'x', printf('%0500d', i), 800000000000000 + i, x'000000c0000040008000000000000001' FROM n",
    );
    let shell = "\"$0\" \"$@\" | { sleep 2; wc -l; }";
    let line = words("list --timeout 500ms --limit 3000 --type x -o jsonl").chain(ME.map(str::to_owned));
    let output = database.place.sh(shell, line).env("DATABASE_URL", &database.url).run();
    assert_eq!((output.stdout.trim(), output.stderr.as_str()), ("3000", ""));
}

#[test]
fn sqlite_is_interrupted_too_and_no_unfinished_file_is_left() {
    let database = Database::recorded(Engine::Embedded);
    // A recursion that does not end behind a view.
    database.sql(
        "ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT e.* FROM n JOIN real_events e ON e.created_at < n.i - 9000000000000000000",
    );
    let file = database.place.path().join("work/out.json");
    let output = ask(&database, "list --timeout 300ms").fails(1);
    assert!(output.stderr.contains("raise --timeout"), "{output}");
    let mut tail = ask(&database, "tail --events").start();
    let mut child = ask(&database, "list -o json --out-file").args([file.to_str().unwrap()]).start();
    child.wait_for_open(&database.place.path().join("activity.db"));
    let start = Instant::now();
    child.interrupt();
    assert_eq!(child.end_within(Duration::from_secs(5)), 130);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 0);
    tail.interrupt();
    assert_eq!(tail.end_within(Duration::from_secs(5)), 0);
}
