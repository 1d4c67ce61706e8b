//! What keeps the events, where they outgrew one table: Citus, TimescaleDB, tables that inherit, a subscription. Of Citus and
//! TimescaleDB the traits by which the program knows them are imitated, since neither can be installed here.

use super::partitions::over_servers;
use crate::harness::{Child, Data, Database, Engine, READS, Role, Server, answers, ask, wait_until, words};
use crate::tail::{SOON, following, insert_all, next, quiet, wait_for_start, write};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;
use uuid::Uuid;

/// Citus marks a distributed table so.
const DISTRIBUTED: &str = "
    CREATE FUNCTION citus_truncate_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER truncate_trigger BEFORE TRUNCATE ON activity_events
      FOR EACH STATEMENT EXECUTE FUNCTION citus_truncate_trigger();";
/// What Citus tells of the transactions of all servers.
const CLUSTER: &str = "
    SET allow_system_table_mods = on;
    CREATE VIEW pg_catalog.citus_stat_activity AS SELECT * FROM pg_stat_activity;
    GRANT SELECT ON pg_catalog.citus_stat_activity TO PUBLIC;";
/// All events lie in a table that inherits.
const INHERITED: &str = "
    CREATE TABLE events_child (LIKE activity_events INCLUDING ALL) INHERITS (activity_events);
    WITH moved AS (DELETE FROM ONLY activity_events RETURNING *) INSERT INTO events_child SELECT * FROM moved;
    ANALYZE;";

fn doctor(database: &Database) -> Value {
    database.mc_as(Role::Owner, ["doctor", "-o", "json"]).run().json()
}

/// The messages and hints of a check.
fn check(told: &Value, name: &str) -> String {
    let checks = told["checks"].as_array().unwrap().iter().filter(|check| check["check"] == name);
    checks.map(|check| format!("{} {}\n", check["message"], check["hint"])).collect()
}

/// The statements that make the missing indexes; null where none can.
fn statements(told: &Value) -> Vec<Option<String>> {
    let missing = told["facts"]["missing_indexes"].as_array().unwrap();
    assert!(!missing.is_empty());
    missing.iter().map(|index| index["statement"].as_str().map(str::to_owned)).collect()
}

/// What tail with -v says when its first poll has ended.
fn state(tail: &mut Child) -> String {
    loop {
        let said = tail.said(SOON);
        if said.starts_with("following ") {
            return said;
        }
    }
}

/// Runs statements as an operator would who pastes them.
fn paste(database: &Database, statements: &str) {
    let mut psql = Command::new("psql");
    psql.args(["-qXv", "ON_ERROR_STOP=1", &database.url]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = psql.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{statements}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{statements}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_distributed_table_gets_plain_queries_alone_and_gives_the_same_answers() {
    let whole = Database::recorded(Engine::Deployed);
    let distributed = Database::recorded(Engine::Deployed);
    distributed.sql(DISTRIBUTED);
    assert_eq!(answers(&distributed), answers(&whole));
    let more = [
        "boards",
        "agents -o json",
        "tasks -o json",
        "list --board Main --type task.*",
        "list --agent Agent\u{a0}2 -o json",
        "comments --board Main -o json",
        "comments --board Main --all",
        "list --all --reverse",
        "errors --range 1y --by type -o json",
        "tail --events --type task.* --no-follow",
    ];
    for line in READS.iter().chain(&more) {
        let [straight, output] = [&whole, &distributed].map(|database| ask(database, line).args(["--show-sql"]).run());
        assert_eq!(output.code, straight.code, "{output}");
        plain(&output.stderr);
    }
    for line in ["boards -o csv", "tasks -o csv", "list -o csv"] {
        let agent = ["--as-agent", "000000e0-0000-4000-8000-000000000001"];
        let [straight, output] = [&whole, &distributed]
            .map(|database| database.mc_as(Role::Owner, words(line)).args(agent).args(["--show-sql"]).run());
        assert_eq!((output.code, &output.stdout), (0, &straight.stdout), "{output}");
        plain(&output.stderr);
    }
}

/// Checks that Citus takes what was sent about events.
fn plain(sql: &str) {
    let mut found = 0;
    for statement in sql.split("\n-- ").filter(|statement| statement.contains("FROM public.activity_events e")) {
        found += 1;
        let words: Vec<&str> = statement.split_whitespace().collect();
        let text = words.join(" ");
        for refused in ["RECURSIVE", "LATERAL", "SELECT FROM", "EXISTS (SELECT", "FROM unnest("] {
            assert!(!text.contains(refused), "{refused}: {statement}");
        }
    }
    assert!(found > 0 || sql.contains("-- user_with_boards"), "{sql}");
}

#[test]
fn an_agent_on_a_distributed_table_is_found_by_a_board_or_by_an_event_that_can_be_seen() {
    let [whole, distributed] = [(); 2].map(|()| Database::recorded(Engine::Deployed));
    distributed.sql(DISTRIBUTED);
    for user in 0..4 {
        for agent in (1..=10).map(|n| format!("Agent {n}")).chain(["Ágent 🤖 9".to_owned(), "nobody".to_owned()]) {
            let [straight, output] = [&whole, &distributed].map(|database| {
                let user = format!("000000b0-0000-4000-8000-{user:012}");
                database.mc_as(Role::Owner, ["list", "--as-user", &user, "-o", "jsonl", "--agent", &agent]).run()
            });
            assert_eq!((output.code, &output.stdout), (straight.code, &straight.stdout), "{output}");
        }
    }
}

#[test]
fn tail_on_a_distributed_table_asks_for_the_open_transactions_of_all_servers() {
    let database = quiet(Engine::Deployed);
    database.sql(DISTRIBUTED);
    database.sql(CLUSTER);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let early = Uuid::new_v4();
    let mut child = following(&database, "--lookback 100ms");
    let mut writer = runtime.block_on(PgConnection::connect(&database.url)).unwrap();
    let begun = format!("BEGIN; {}", insert_all(&database, &[early], 0.0));
    runtime.block_on(sqlx::raw_sql(&begun).execute(&mut writer)).unwrap();
    for _ in 0..4 {
        std::thread::sleep(Duration::from_millis(300));
        let between = write(&database, 0.0);
        assert_eq!(next(&mut child), between);
    }
    runtime.block_on(sqlx::raw_sql("COMMIT").execute(&mut writer)).unwrap();
    assert_eq!(next(&mut child), early.to_string());

    let told = doctor(&database);
    assert_eq!(
        (&told["facts"]["engine"], &told["facts"]["layout"]),
        (&"Citus".into(), &"distributed".into()),
        "{told}"
    );
    assert!(check(&told, "engine").contains("keeps its promise"), "{told}");
    assert!(told["facts"]["estimated_events"].is_null(), "{told}");
    assert!(check(&told, "notify").contains("no trigger"), "{told}");
}

#[test]
fn without_the_transactions_of_a_cluster_tail_counts_its_look_back_until_the_commit_and_says_so() {
    let database = quiet(Engine::Deployed);
    database.sql(DISTRIBUTED);
    // Neither where nothing tells of them nor where the role may not see them.
    for _ in 0..2 {
        let user = ["--as-user", crate::tail::USER];
        let line = "tail -v --events -n 0 --poll 100ms --until-count 1 --for 30s -o jsonl";
        let mut child = database.mc_as(Role::BareReader, words(line)).args(user).start();
        let said = state(&mut child);
        assert!(said.contains("fixed"), "{said}");
        let id = write(&database, 0.0);
        assert_eq!(next(&mut child), id);
        let told = database.mc_as(Role::BareReader, ["doctor", "-o", "json"]).run().json();
        let engine = check(&told, "engine");
        assert!(engine.contains("--lookback") && engine.contains("pg_read_all_stats"), "{engine}");
        if database.number("SELECT count(*) FROM pg_class WHERE relname = 'citus_stat_activity'") == 0 {
            database.sql(CLUSTER);
        }
    }
}

#[test]
fn events_in_tables_that_inherit_are_read_as_those_of_a_large_table() {
    let whole = Database::recorded(Engine::Deployed);
    let database = Database::recorded(Engine::Deployed);
    database.sql(INHERITED);
    assert_eq!(answers(&database), answers(&whole));
    let sql = |line: &str| ask(&database, line).args(["--show-sql"]).ok().stderr;
    // The table itself is empty, which says nothing of its size.
    assert!(sql("list").contains("-- event_type_bounds"), "{}", sql("list"));
    assert!(sql("list --type task.*").contains("-- event_type_bounds"));

    let told = doctor(&database);
    assert_eq!(told["facts"]["layout"], "inheritance", "{told}");
    let count = database.number("SELECT count(*) FROM activity_events");
    assert_eq!(told["facts"]["estimated_events"], count, "{told}");
    assert!(check(&told, "size").contains("1 tables that inherit"), "{told}");
    let statements: Vec<String> = statements(&told).into_iter().map(Option::unwrap).collect();
    paste(&database, &statements.join("\n"));
    let on_child =
        "SELECT count(*) FROM pg_indexes WHERE tablename = 'events_child' AND indexdef LIKE '%(created_at, id)'";
    assert_eq!(database.number(on_child), 1);
    // With an index on created_at no list of types is made, not even for a filter.
    assert!(!sql("list --type task.*").contains("known_type"), "{}", sql("list --type task.*"));
    assert_eq!(answers(&database), answers(&whole));

    let mut tail = ask(&database, "tail -v --events -o jsonl -n 0 --poll 100ms --until-count 1 --for 30s").start();
    wait_for_start(&mut tail);
    let id = ask(&database, "log --type x --board Main").ok().stdout;
    assert_eq!(next(&mut tail), id.trim_end());
}

#[test]
fn doctor_knows_a_hypertable_and_prints_what_it_takes() {
    let database = Database::recorded(Engine::Deployed);
    database.sql(&INHERITED.replace(
        "ANALYZE",
        "CREATE SCHEMA _timescaledb_internal; ALTER TABLE events_child SET SCHEMA _timescaledb_internal; ANALYZE",
    ));
    let told = doctor(&database);
    assert_eq!(
        (&told["facts"]["engine"], &told["facts"]["layout"]),
        (&"TimescaleDB".into(), &"hypertable".into()),
        "{told}"
    );
    for statement in statements(&told).into_iter().map(Option::unwrap) {
        assert!(statement.contains("WITH (timescaledb.transaction_per_chunk)"), "{statement}");
        assert!(!statement.contains("CONCURRENTLY"), "{statement}");
    }
    assert!(check(&told, "engine").contains("keeps its promise"), "{told}");
}

#[test]
fn doctor_prints_no_statement_for_a_view_or_for_a_table_of_another_server() {
    let view = Database::recorded(Engine::Deployed);
    view.sql(
        "ALTER TABLE activity_events RENAME TO real_events; CREATE VIEW activity_events AS SELECT * FROM real_events",
    );
    let foreign = Database::recorded(Engine::Deployed);
    let shards = [Server::start(&[], None, None)];
    over_servers(&foreign, &shards, &[]);
    for (database, layout) in [(&view, "view"), (&foreign, "foreign partitions")] {
        let told = doctor(database);
        assert_eq!(told["facts"]["layout"], layout, "{told}");
        assert_eq!(statements(&told), vec![None; 3], "{told}");
        assert!(!told.to_string().contains("CREATE INDEX"), "{told}");
    }
    assert!(check(&doctor(&foreign), "engine").contains("--lookback"));
}

#[test]
fn where_a_subscription_fills_the_table_nothing_is_written_and_the_look_back_counts_until_the_replication() {
    let publisher = Server::start(&["wal_level=logical"], None, None);
    let subscriber = Server::start(&[], None, None);
    let [there, here] = [&publisher, &subscriber].map(|server| Database::at(&Database::on(server, &Data::recorded())));
    there.sql("CREATE PUBLICATION events FOR TABLE activity_events");
    here.sql(&format!(
        "CREATE SUBSCRIPTION events CONNECTION 'host=127.0.0.1 port={} user=postgres dbname=postgres' PUBLICATION events
         WITH (copy_data = false)",
        publisher.port
    ));
    let count = here.number("SELECT count(*) FROM activity_events");
    let output = ask(&here, "log --type x --board Main").run();
    output.expect(5);
    assert!(output.stderr.contains("filled from another server"), "{output}");
    assert_eq!(here.number("SELECT count(*) FROM activity_events"), count);

    let mut tail = ask(&here, "tail -v --events -o jsonl -n 0 --poll 100ms --until-count 1 --for 50s").start();
    let said = state(&mut tail);
    assert!(said.contains("counts until the replication"), "{said}");
    wait_until("the table is subscribed", || {
        here.number("SELECT count(*) FROM pg_subscription_rel WHERE srsubstate IN ('s', 'r')") == 1
    });
    let id = ask(&there, "log --type x --board Main").ok().stdout;
    assert_eq!(next(&mut tail), id.trim_end());
    assert!(check(&doctor(&here), "engine").contains("log is refused"));
    assert!(!check(&doctor(&there), "engine").contains("log is refused"));
    // It is the primary from then on.
    here.sql(
        "ALTER SUBSCRIPTION events DISABLE; ALTER SUBSCRIPTION events SET (slot_name = NONE); DROP SUBSCRIPTION events",
    );
    ask(&here, "log --type x --board Main").ok();
}

#[test]
fn tail_repeats_a_poll_that_lists_an_event_whose_row_does_not_come() {
    let database = Database::recorded(Engine::Deployed);
    // What reads the rows sees less than what lists the keys.
    database.sql(
        "CREATE TABLE hidden AS SELECT false AS now;
         ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS
         SELECT e.* FROM real_events e WHERE NOT (current_query() LIKE '%e.id = ANY%' AND (SELECT now FROM hidden))",
    );
    let mut child = ask(&database, "tail -v --events -o jsonl -n 0 --poll 100ms --until-count 3 --for 50s").start();
    wait_for_start(&mut child);
    database.sql("UPDATE hidden SET now = true");
    let ids: Vec<String> = (0..3).map(|_| write(&database, 0.0)).collect();
    let said = child.said(SOON);
    assert!(said.contains("without a row") && said.contains("trying again"), "{said}");
    let output = ask(&database, "tail --events -o jsonl -n 3 --no-follow").run();
    output.expect(5);
    assert_eq!(output.stdout, "");
    database.sql("UPDATE hidden SET now = false");
    assert_eq!(child.end_within(Duration::from_secs(55)), 0);
    let out = child.rest().0;
    for id in ids {
        assert_eq!(out.matches(&format!("\"id\":\"{id}\"")).count(), 1, "{out}");
    }
}
