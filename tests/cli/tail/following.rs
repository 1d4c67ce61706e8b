//! What tail must print, and what it must not.

use super::{A_WHILE, SOON, following, id, insert_all, item, next, quiet, tail, write};
use crate::harness::{Database, Engine, for_each_engine};
use eventsource_stream::{Event, Eventsource};
use futures_util::{FutureExt, StreamExt};
use sqlx::{Connection, PgConnection};
use std::collections::HashSet;
use std::convert::Infallible;
use std::time::{Duration, Instant};
use uuid::Uuid;

#[test]
fn thousands_of_events_of_one_instant_are_shown_once_each() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let mut child = following(&database, "--seen-max 1");
        let ids: Vec<Uuid> = (0..5_000).map(|_| Uuid::new_v4()).collect();
        database.sql(&insert_all(&database, &ids, 0.0));
        let shown: HashSet<String> = (0..5_000).map(|_| next(&mut child)).collect();
        assert_eq!(shown.len(), 5_000);
        child.is_silent(A_WHILE);
    });
}

#[test]
fn an_event_dated_in_the_future_hides_no_later_event() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let mut child = following(&database, "");
        for seconds in [3_600.0, 0.0, 86_400.0, -1.0, 0.0] {
            let written = write(&database, seconds);
            assert_eq!(next(&mut child), written);
        }
        child.is_silent(A_WHILE);
    });
}

#[test]
fn an_event_of_a_transaction_longer_than_the_look_back_is_shown_when_it_commits() {
    let database = quiet(Engine::Deployed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = |conn: &mut PgConnection, sql: &str| {
        runtime.block_on(sqlx::raw_sql(sql).execute(conn)).unwrap();
    };
    let open = |id: Uuid| {
        let mut conn = runtime.block_on(PgConnection::connect(&database.url)).unwrap();
        run(&mut conn, "BEGIN");
        run(&mut conn, &insert_all(&database, &[id], 0.0));
        conn
    };
    let (early, late) = (Uuid::new_v4(), Uuid::new_v4());
    let mut before = open(early);
    std::thread::sleep(Duration::from_secs(2));
    let mut child = following(&database, "--lookback 1s");
    let mut after = open(late);
    for _ in 0..4 {
        std::thread::sleep(Duration::from_secs(1));
        let between = write(&database, 0.0);
        assert_eq!(next(&mut child), between);
    }
    run(&mut before, "COMMIT");
    assert_eq!(next(&mut child), early.to_string());
    run(&mut after, "COMMIT");
    assert_eq!(next(&mut child), late.to_string());
    child.is_silent(A_WHILE);
}

#[test]
fn revoked_access_ends_the_output_and_is_reported() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let mut child = following(&database, "");
        database.sql("UPDATE organization_members SET all_boards_read = false, all_boards_write = false");
        database.sql("DELETE FROM organization_board_access");
        let said = child.said(SOON);
        assert!(said.contains("0 boards can be read"), "{said}");
        write(&database, 0.0);
        child.is_silent(A_WHILE);
        child.interrupt();
        assert_eq!(child.end_within(SOON), 0);
    });
}

#[test]
fn a_terminated_connection_is_opened_again_and_each_is_reported_once() {
    let database = quiet(Engine::Deployed);
    let mut child = following(&database, "");
    database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'mc-activity tail'",
    );
    let meanwhile = write(&database, -5.0);
    assert!(child.said(SOON).contains("trying again"));
    assert!(child.said(SOON).contains("is back"));
    assert_eq!(next(&mut child), meanwhile);
    child.interrupt();
    assert_eq!(child.end_within(SOON), 0);
    assert_eq!(child.rest().1, "2 events, 1 late, 1 reconnect\n");
}

#[test]
fn without_retries_a_lost_connection_is_the_end() {
    let database = quiet(Engine::Deployed);
    let mut child = following(&database, "--max-retries 0");
    database.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'mc-activity tail'",
    );
    assert_eq!(child.end_within(SOON), 5);
}

#[test]
fn every_fifteen_seconds_of_silence_an_sse_client_gets_a_ping() {
    let database = quiet(Engine::Deployed);
    let mut child = tail(&database, "-n 0 -o sse").start();
    let start = Instant::now();
    let ping = child.line(Duration::from_secs(40));
    assert!(start.elapsed() >= Duration::from_secs(15), "after {:?}", start.elapsed());
    assert!(ping.starts_with(": ping - 2") && ping.ends_with("+00:00\r"), "{ping:?}");
    let written = write(&database, 0.0);
    let stream: Vec<String> = (0..4).map(|_| child.line(SOON) + "\n").collect();
    // A standard SSE client receives only the event.
    let events = received(&(ping + "\n" + &stream.concat()));
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].event.as_str(), &item(&events[0].data)["activity"]["id"]), ("activity", &written.into()));
}

#[test]
fn an_sse_client_gets_its_pings_on_a_busy_stream_too() {
    for engine in [Engine::Deployed, Engine::Embedded] {
        let database = quiet(engine);
        let mut child = tail(&database, "-n 0 -o sse --poll 50ms").start();
        let start = Instant::now();
        while !child.line(SOON).starts_with(": ping - 2") {
            write(&database, 0.0);
            assert!(start.elapsed() < Duration::from_secs(40), "no ping");
        }
        assert!(start.elapsed() >= Duration::from_secs(15), "after {:?}", start.elapsed());
    }
}

/// What an EventSource makes of a stream, however it is cut up on the way.
fn received(stream: &str) -> Vec<Event> {
    let parts = stream.as_bytes().chunks(7).map(Ok::<_, Infallible>);
    let events = futures_util::stream::iter(parts).eventsource().map(Result::unwrap).collect();
    FutureExt::now_or_never(events).expect("the whole stream is there")
}

#[test]
fn an_event_source_receives_what_json_lines_have() {
    let database = Database::recorded(Engine::Deployed);
    let nasty = "UPDATE activity_events SET message = E'a\\r\\n\\r\\ndata: {}\\n\\nevent: x\\rid: 1\\n: \\u2028 \\U0001F600' || coalesce(message, '')
                 WHERE id IN (SELECT id FROM activity_events ORDER BY created_at DESC LIMIT 5)";
    database.sql(nasty);
    for (flag, name) in [("--events", "activity"), ("", "comment")] {
        let run = |format: &str| {
            let line = format!("tail --as-user {} --since 2000-01-01 --no-follow {flag} -o {format}", super::USER);
            database.mc(line.split_whitespace()).ok().stdout
        };
        let (events, lines) = (received(&run("sse")), run("jsonl"));
        assert!(events.len() > 20);
        assert_eq!(events.len(), lines.lines().count());
        for (event, line) in events.iter().zip(lines.lines()) {
            assert_eq!((event.event.as_str(), event.id.as_str(), event.retry), (name, "", None));
            let (mut line, data) = (item(line), item(&event.data));
            line.as_object_mut().unwrap().remove("late_seconds");
            assert_eq!(data[name], line);
        }
    }
}

#[test]
fn with_the_trigger_tail_does_not_wait_for_the_next_poll() {
    let database = quiet(Engine::Deployed);
    let doctor = || database.mc(["doctor", "--as-user", super::USER]).run().stdout;
    assert!(doctor().contains("no trigger notifies; tail polls"));
    database.sql(include_str!("../../../queries/postgres/install_notify_trigger.sql"));
    assert!(doctor().contains("mc_activity_notify notifies; tail wakes on it"), "{}", doctor());
    let mut child = following(&database, "--poll 1h");
    std::thread::sleep(A_WHILE);
    for _ in 0..3 {
        let written = write(&database, 0.0);
        assert_eq!(id(&child.line(SOON)), written);
    }
    // The trigger may be installed twice, and events are written without anybody listening.
    database.sql(include_str!("../../../queries/postgres/install_notify_trigger.sql"));
    child.interrupt();
    assert_eq!(child.end_within(SOON), 0);
    write(&database, 0.0);
}
