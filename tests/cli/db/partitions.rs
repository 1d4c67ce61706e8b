//! A table that outgrew one table, or one server: the same answers, and old partitions are left alone.

use crate::harness::{Database, Engine, Server, in_parallel, wait_until};
use crate::harness::{answers, ask};

const COLUMNS: &str = "id uuid NOT NULL, event_type varchar NOT NULL, message varchar, agent_id uuid, task_id uuid,
                       created_at timestamp NOT NULL, board_id uuid";
const INDEXES: &str = "CREATE INDEX ON activity_events (agent_id);
                       CREATE INDEX ON activity_events (event_type, created_at);
                       CREATE INDEX ON activity_events (task_id, created_at);
                       CREATE INDEX ON activity_events (board_id);";

/// Turns the table into one that is partitioned by month: a number of months from an SQL expression on, and the rest.
pub fn by_month(database: &Database, first: &str, months: u32) {
    let mut sql = format!(
        "ALTER TABLE activity_events RENAME TO whole;
         CREATE TABLE activity_events ({COLUMNS}, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
         CREATE TABLE events_rest PARTITION OF activity_events DEFAULT;"
    );
    for n in 0..months {
        sql += &format!(
            "CREATE TABLE events_{n} PARTITION OF activity_events
             FOR VALUES FROM ({first} + interval '{n} months') TO ({first} + interval '{} months');",
            n + 1
        );
    }
    sql += &format!(
        "INSERT INTO activity_events SELECT id, event_type, message, agent_id, task_id, created_at, board_id FROM whole;
         DROP TABLE whole; {INDEXES} ANALYZE activity_events;"
    );
    database.sql(&sql);
}

/// Turns the table into one of foreign partitions, a server each, with bounds between them as SQL expressions.
pub fn over_servers(database: &Database, shards: &[Server], between: &[&str]) {
    let mut sql = format!(
        "CREATE EXTENSION postgres_fdw;
         ALTER TABLE activity_events RENAME TO whole;
         CREATE TABLE activity_events ({COLUMNS}) PARTITION BY RANGE (created_at);"
    );
    let bounds: Vec<&str> = ["MINVALUE"].iter().chain(between).chain(&["MAXVALUE"]).copied().collect();
    for (n, shard) in shards.iter().enumerate() {
        Database::at(&shard.url("postgres"))
            .sql(&format!("DROP TABLE IF EXISTS activity_events; CREATE TABLE activity_events ({COLUMNS}); {INDEXES}"));
        sql += &format!(
            "CREATE SERVER shard_{n} FOREIGN DATA WRAPPER postgres_fdw
               OPTIONS (host '127.0.0.1', port '{}', dbname 'postgres', use_remote_estimate 'true', fetch_size '10000',
                        async_capable 'true');
             CREATE USER MAPPING FOR postgres SERVER shard_{n} OPTIONS (user 'postgres');
             CREATE FOREIGN TABLE events_{n} PARTITION OF activity_events FOR VALUES FROM ({}) TO ({})
               SERVER shard_{n} OPTIONS (table_name 'activity_events');",
            shard.port,
            bounds[n],
            bounds[n + 1]
        );
    }
    sql += "INSERT INTO activity_events SELECT id, event_type, message, agent_id, task_id, created_at, board_id FROM whole;
            DROP TABLE whole;";
    database.sql(&sql);
    for shard in shards {
        let shard = Database::at(&shard.url("postgres"));
        shard.sql("ANALYZE");
        assert!(shard.number("SELECT count(*) FROM activity_events") > 0);
    }
}

#[test]
fn a_table_partitioned_by_month_gives_the_same_answers() {
    let whole = Database::recorded(Engine::Deployed);
    let parted = Database::recorded(Engine::Deployed);
    by_month(&parted, "timestamp '2026-01-01'", 6);
    assert_eq!(answers(&parted), answers(&whole));

    // A count leaves alone what lies outside the range; feeds look there for event types and for how much there is. March is the month of most of the data.
    let looked_at = || {
        parted.number(
            "SELECT coalesce(sum(seq_scan + idx_scan), 0)::int8 FROM pg_stat_user_tables WHERE relname IN ('events_0', 'events_5')",
        )
    };
    // A session reports its counts when it ends.
    let all_ended = || wait_until("all sessions ended", || parted.sessions_of_program() == 0);
    all_ended();
    let before = looked_at();
    ask(&parted, "list --count --since 2026-03-01 --until 2026-03-31").ok();
    all_ended();
    assert_eq!(looked_at(), before);

    // The key is (id, created_at) now; the same line sent twice is still written once.
    let id = "0bad0000-0000-4000-8000-0000000000aa";
    let line = format!("log --type x --board Main --id {id}");
    assert_eq!(ask(&parted, &line).ok().stdout, format!("{id}\n"));
    assert_eq!(ask(&parted, &line).ok().stdout, format!("{id}\n"));
    assert_eq!(parted.number(&format!("SELECT count(*) FROM activity_events WHERE id = '{id}'")), 1);
    let other = "0bad0000-0000-4000-8000-0000000000bb";
    in_parallel(&[(); 12], |()| {
        let output = ask(&parted, &format!("log --type x --board Main --id {other}")).run();
        (output.code != 0).then(|| output.to_string())
    });
    assert_eq!(parted.number(&format!("SELECT count(*) FROM activity_events WHERE id = '{other}'")), 1);
}

#[test]
fn shards_on_three_servers_give_the_same_answers() {
    let whole = Database::recorded(Engine::Deployed);
    let parted = Database::recorded(Engine::Deployed);
    let shards: Vec<Server> = (0..3).map(|_| Server::start(&[], None, None)).collect();
    over_servers(&parted, &shards, &["'2026-03-01'", "'2026-03-15'"]);
    assert_eq!(answers(&parted), answers(&whole));
    ask(&parted, "log --type x --board Main").ok();
    let tail = ask(&parted, "tail --events -o jsonl -n 3 --poll 100ms --until-count 3 --for 30s").ok();
    assert_eq!(tail.jsonl().len(), 3);
}
