//! The memory of tail with many events.

use super::{SOON, insert_all, item, next, quiet, tail};
use crate::harness::used;
use crate::harness::{Child, Engine, Role};
use sqlx::{Connection, PgConnection};
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

/// Kilobytes.
const MOST: u64 = 64 * 1024;
/// Events, a thousand a second.
const TWELVE_MINUTES: usize = 720_000;

fn past() -> String {
    format!(
        "SET session_replication_role = replica;
         INSERT INTO activity_events (id, event_type, message, task_id, board_id, created_at)
         SELECT gen_random_uuid(), 'task.comment', 'as agreed', '000000f0-0000-4000-8000-000000000001',
                '000000c0-0000-4000-8000-000000000001', (now() AT TIME ZONE 'utc') - n * interval '1 ms'
         FROM generate_series(1, {TWELVE_MINUTES}) n;
         ANALYZE activity_events"
    )
}

#[track_caller]
fn is_frugal(child: &Child) {
    let (kilobytes, _) = used(child.id()).expect("it has ended");
    eprintln!("peak memory: {kilobytes} kB");
    assert!(kilobytes < MOST, "{kilobytes} kB");
}

#[test]
fn a_thousand_events_a_second_beside_a_transaction_of_ten_minutes_fit_into_64_mb() {
    let database = quiet(Engine::Deployed);
    database.sql(&past());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut open = runtime.block_on(PgConnection::connect(&database.url)).unwrap();
    let mut run = |sql: &str| runtime.block_on(sqlx::raw_sql(sql).execute(&mut open)).map(drop).unwrap();
    let held_back = Uuid::new_v4();
    run("BEGIN");
    run(&insert_all(&database, &[held_back], -590.0));
    // Who may not see since when others write has to think of ten minutes before the start.
    let url = database.url_as(Role::BareReader);
    let mut child = tail(&database, "-n 1 --cursor-file cursor").env("DATABASE_URL", url).start();
    child.line(Duration::from_secs(60));
    for _ in 0..5 {
        let second: Vec<Uuid> = (0..1_000).map(|_| Uuid::new_v4()).collect();
        database.sql(&insert_all(&database, &second, 0.0));
        let shown: HashSet<String> = (0..1_000).map(|_| next(&mut child)).collect();
        assert_eq!(shown, second.iter().map(Uuid::to_string).collect());
    }
    run("COMMIT");
    let line = item(&child.line(SOON));
    assert_eq!(line["id"], held_back.to_string());
    assert!(line["late_seconds"].as_f64().unwrap() >= 590.0, "{line}");
    is_frugal(&child);
}

#[test]
fn a_huge_backlog_is_printed_page_by_page() {
    let database = quiet(Engine::Deployed);
    database.sql(&past());
    let mut child = tail(&database, "-o tsv --fields id --since 1d").start();
    child.line(SOON);
    let mut seen = HashSet::new();
    for _ in 0..TWELVE_MINUTES {
        let line = child.line(SOON);
        assert!(seen.insert(Uuid::parse_str(&line).unwrap()));
    }
    is_frugal(&child);
    let more = super::write(&database, 0.0);
    assert_eq!(child.line(SOON), more);
    is_frugal(&child);
}
