//! The plans that the queries rely on: no command that shows a few events reads the whole table for it, with statistics
//! or without, with an index on created_at or without.

use crate::harness::{Database, Engine};
use crate::harness::{answers, ask};

const USER: &str = "--as-user=00000000-0000-4000-8000-0000000000b1";
const AGENT: &str = "--as-agent=00000000-0000-4000-8000-0000000000e1";

/// 40,000 events in 60 days: half of them on board 1, one in twelve on board 2, 40 on board 3, none on board 4, one in
/// fifty without a board but with a task of board 1. Messages are long enough to make reading all of it dear.
pub const EVENTS: &str = "
CREATE FUNCTION pg_temp.id(kind text, k bigint) RETURNS uuid LANGUAGE sql
  AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(kind || to_hex(k), 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.t0() RETURNS timestamp LANGUAGE sql AS $$ SELECT timestamp '2026-01-01' $$;
INSERT INTO organizations VALUES (pg_temp.id('a', 1), 'Org', pg_temp.t0(), pg_temp.t0());
INSERT INTO gateways (id, organization_id, name, url, workspace_root, created_at, updated_at, disable_device_pairing,
                      allow_insecure_tls)
  VALUES (pg_temp.id('a', 2), pg_temp.id('a', 1), 'gw', 'ws://localhost:1', '/w', pg_temp.t0(), pg_temp.t0(), false, false);
INSERT INTO users (id, clerk_user_id, is_super_admin, active_organization_id)
  VALUES (pg_temp.id('b', 1), 'u1', false, pg_temp.id('a', 1));
INSERT INTO organization_members
  VALUES (pg_temp.id('d', 1), pg_temp.id('a', 1), pg_temp.id('b', 1), 'owner', true, false, pg_temp.t0(), pg_temp.t0());
INSERT INTO boards (id, organization_id, name, slug, gateway_id, board_type, goal_confirmed, created_at, updated_at,
                    description, max_agents)
  SELECT pg_temp.id('c', k), pg_temp.id('a', 1), 'Board ' || k, 'board-' || k, pg_temp.id('a', 2), 'goal', false,
         pg_temp.t0(), pg_temp.t0(), '', 5
  FROM generate_series(1, 6) k;
INSERT INTO agents (id, board_id, name, status, is_board_lead, created_at, updated_at, gateway_id, lifecycle_generation,
                    wake_attempts)
  SELECT pg_temp.id('e', k), pg_temp.id('c', 1), 'Agent ' || k, 'online', false, pg_temp.t0(), pg_temp.t0(),
         pg_temp.id('a', 2), 0, 0
  FROM generate_series(1, 9) k;
INSERT INTO tasks (id, board_id, title, status, priority, auto_created, created_at, updated_at)
  SELECT pg_temp.id('f', k), pg_temp.id('c', 1 + k % 2), 'Task ' || k, CASE WHEN k % 8 = 0 THEN 'in_progress' ELSE 'done' END, 'medium', false, pg_temp.t0(), pg_temp.t0()
  FROM generate_series(1, 400) k;
INSERT INTO activity_events (id, event_type, message, agent_id, task_id, created_at, board_id)
  SELECT md5(k::text)::uuid,
         (ARRAY['task.comment', 'agent.heartbeat', 'task.comment', 'task.assignee_notify_failed', 'task.updated'])[1 + k % 5],
         repeat('words ', 30) || k,
         pg_temp.id('e', 1 + k % 9),
         pg_temp.id('f', 2 + 2 * (k % 199)),
         now() AT TIME ZONE 'utc' - k * interval '130 seconds',
         CASE WHEN k % 50 = 7 THEN NULL
              WHEN k % 12 = 5 THEN pg_temp.id('c', 2)
              WHEN k % 1000 = 3 THEN pg_temp.id('c', 3)
              WHEN k % 2 = 0 THEN pg_temp.id('c', 1)
              ELSE pg_temp.id('c', 5) END
  FROM generate_series(1, 40000) k;
";

fn board(number: u32) -> String {
    format!("--board=board-{number}")
}

/// What is sent, with the plans.
fn plans(database: &Database, args: &[&str]) -> String {
    database.mc(args.iter().copied()).args(["--limit=25", "--show-sql", "-v"]).ok().stderr
}

fn reads_no_more_than_it_must(database: &Database, with: &str) {
    let cursor = database.mc(["list", "-o", "json", "--no-total", "--limit=1", "--offset=20000", USER]).ok().json();
    let after = format!("--after={}", cursor["next_cursor"].as_str().expect("a cursor"));
    let boards: Vec<String> = (1..=4).map(board).collect();
    let mut questions: Vec<Vec<&str>> = vec![
        vec!["list", USER],
        vec!["list", USER, "--reverse"],
        vec!["list", USER, &after],
        vec!["list", USER, "--since=1d"],
        vec!["list", USER, "--type=task.updated"],
        vec!["list", USER, "--type=*failed"],
        vec!["list", USER, "--grep=words"],
        vec!["list", USER, "--task=00000000-0000-4000-8000-0000000000f2"],
        vec!["list", USER, "--agent=Agent 5"],
        vec!["list", AGENT],
        vec!["comments", USER],
        vec!["comments", USER, "--task=00000000-0000-4000-8000-0000000000f2"],
        vec!["errors", "--range=24h", "-o", "json", USER],
        vec!["errors", "--scope=all", "--slo=1", "--by=route,board", "-o", "json", USER],
        vec!["errors", "--since=2h", USER],
    ];
    for board in &boards {
        questions.push(vec!["list", USER, board]);
        questions.push(vec!["comments", USER, board]);
    }
    let check = |question: &[&str], told: &str| {
        assert!(told.contains("ix_activity_events"), "{with}: {question:?} shows no plan\n{told}");
        assert!(!told.contains("Seq Scan on activity_events"), "{with}: {question:?} reads the whole table\n{told}");
    };
    for question in questions {
        check(&question, &plans(database, &question));
    }
    for against in ["--against=before", "--against=week"] {
        let told = database.mc(["compare", "--span=1d", against, USER, "--show-sql", "-v"]).ok().stderr;
        check(&["compare", against], &told);
    }
    let whole: [&[&str]; 5] = [
        &["boards"],
        &["agents"],
        &["tasks"],
        &["timeline", "--task=00000000-0000-4000-8000-0000000000f2"],
        &["timeline", "--task=Task 12"],
    ];
    for question in whole {
        let args = question.iter().copied().chain([USER, "--show-sql", "-v"]);
        check(question, &database.mc(args).ok().stderr);
    }
}

#[test]
fn no_query_for_a_few_events_reads_the_whole_table() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let database = Database::empty(engine);
        database.sql(EVENTS);
        reads_no_more_than_it_must(&database, &format!("{engine:?}, never analysed"));
        database.sql("VACUUM ANALYZE");
        reads_no_more_than_it_must(&database, &format!("{engine:?}, analysed"));
        let name = "current_database()";
        for setting in ["work_mem = '64kB'", "jit = on", "jit_above_cost = 0", "plan_cache_mode = force_generic_plan"] {
            database.sql(&format!(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting}', {name}); END $$",
                setting = setting.replace('\'', "''")
            ));
        }
        reads_no_more_than_it_must(&database, &format!("{engine:?}, little memory, jit, generic plans"));
    }
}

#[test]
fn a_small_table_is_read_as_a_whole_and_gives_the_answers_of_a_large_one() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let (large, small) = (Database::recorded(engine), Database::recorded(engine));
        small.sql("VACUUM FULL activity_events");
        assert_eq!(answers(&small), answers(&large), "{engine:?}");
        let asked = |database: &Database, line: &str| {
            let told = ask(database, line).args(["--show-sql"]).ok().stderr;
            questions(&told).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(
            asked(&large, "list")
                .contains(&(if engine == Engine::Deployed { "event_type_bounds" } else { "time_bounds" }).to_owned())
        );
        for line in ["list", "list --all", "comments", "errors --range 1y"] {
            let asked = asked(&small, line);
            assert!(
                asked.len() <= if line.starts_with("errors") { 8 } else { 4 }
                    && !asked.iter().any(|stem| stem == "event_type_bounds" || stem == "time_bounds"),
                "{line}: {asked:?}"
            );
        }
    }
}

#[test]
fn all_events_are_read_window_by_window_and_never_sorted_as_a_whole() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let database = Database::empty(engine);
        database.sql(EVENTS);
        for with in ["never analysed", "analysed"] {
            for all in [&["list", "--all"][..], &["list", "--all", "--reverse"], &["comments", "--all"]] {
                let asked = database.mc(all.iter().copied()).args([USER, "-o", "jsonl", "--show-sql", "-v"]).ok();
                let (told, kind) = (asked.stderr, all[0]);
                let rows = if kind == "list" { 40_000 } else { 16_000 };
                assert_eq!(asked.stdout.lines().count(), rows);
                let times = questions(&told).iter().filter(|stem| stem.starts_with(kind)).count();
                assert!((2..=8).contains(&times), "{engine:?}, {with}: {all:?} asks {times} times\n{told}");
                assert!(told.contains("\n--   ->  Nested Loop  (") && told.contains("Function Scan on w"), "{told}");
                assert!(!told.contains("Seq Scan on activity_events"), "{engine:?}, {with}: {all:?}\n{told}");
            }
            database.sql("VACUUM ANALYZE");
        }
    }
}

#[test]
fn rates_of_a_year_are_counted_in_parallel() {
    let database = Database::empty(Engine::Deployed);
    database.sql(EVENTS);
    database.sql("VACUUM ANALYZE");
    // As if the table were large.
    for setting in ["min_parallel_table_scan_size = 0", "parallel_setup_cost = 0"] {
        database
            .sql(&format!("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET {setting}'; END $$"));
    }
    let told = database.mc(["errors", "--range=1y", "-o", "json", USER, "--show-sql", "-v"]).ok().stderr;
    assert!(told.contains("Partial "), "{told}");
}

#[test]
fn a_poll_of_tail_reads_no_more_than_it_must_however_many_there_were() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let database = Database::empty(engine);
        database.sql(EVENTS);
        for events in [&["--events"][..], &[]] {
            let args = ["tail", USER, "--poll=20ms", "--for=2s", "--show-sql", "-v"];
            let told = database.mc(args.into_iter().chain(events.iter().copied())).ok().stderr;
            let polls = told.matches("-- poll_keys\n").count();
            assert!(polls > 5, "{engine:?}: {polls} polls\n{told}");
            assert!(!told.contains("Seq Scan on activity_events"), "{engine:?}, {events:?}\n{told}");
        }
    }
}

/// The questions that were asked, by the names of their files.
fn questions(told: &str) -> Vec<&str> {
    let name = |line: &'_ str| line.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    told.lines().filter_map(|line| line.strip_prefix("-- ")).filter(|line| name(line)).collect()
}

#[test]
fn a_command_sends_few_queries() {
    let database = Database::empty(Engine::Deployed);
    database.sql(EVENTS);
    let told = database.mc(["list", USER, "--limit=10", "--show-sql"]).ok().stderr;
    assert_eq!(questions(&told), ["session_info", "user_with_boards", "event_type_bounds", "list_by_type"], "{told}");
    assert!(!told.contains("enable_seqscan = on"), "{told}");
    // Five in an hour: the first window is as wide as it takes.
    let told = database.mc(["list", USER, "--limit=25", "--type=task.updated", "--show-sql"]).ok().stderr;
    assert_eq!(questions(&told), ["session_info", "user_with_boards", "event_type_bounds", "list_by_type"], "{told}");
    // Some hundred events of one task need no walk through time.
    let told = database.mc(["list", USER, "--task=00000000-0000-4000-8000-0000000000f2", "--show-sql"]).ok().stderr;
    assert_eq!(
        questions(&told).last_chunk(),
        Some(&["tasks_by_id_range", "match_estimate_by_task", "list_by_selective_index"]),
        "{told}"
    );
    let told = database.mc(["tail", USER, "--events", "--poll=100ms", "--for=2s", "--show-sql"]).ok().stderr;
    let asked = questions(&told);
    assert!(
        asked
            .windows(5)
            .any(|poll| poll == ["poll_snapshot", "user_with_boards", "event_types", "poll_keys", "poll_snapshot"]),
        "{told}"
    );
}

#[test]
fn a_text_that_is_nowhere_is_not_looked_for_along_an_index_on_created_at() {
    let database = Database::empty(Engine::Documented);
    database.sql(EVENTS);
    database.sql("VACUUM ANALYZE");
    let told = plans(&database, &["list", USER, "--grep=nowhere"]);
    let last = told.rsplit("-- list_by_selective_index\n").next().unwrap_or_default();
    assert!(last.contains("Seq Scan on activity_events") && last.contains("-- 0 rows in"), "{told}");
}

#[test]
fn an_index_that_keeps_no_order_does_not_pass_for_one_that_does() {
    let database = Database::empty(Engine::Deployed);
    database.sql(EVENTS);
    let asked = || {
        let told = database.mc(["list", USER, "--limit=10", "--show-sql"]).ok().stderr;
        questions(&told).join(" ")
    };
    let missing = || {
        let told = database.mc(["doctor", "-o", "json"]).run().json();
        let missing = told["facts"]["missing_indexes"].as_array().expect("a list");
        missing.iter().map(|index| index["columns"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    database.sql("CREATE INDEX ON activity_events USING brin (created_at)");
    database.sql("CREATE INDEX ON activity_events (lower(message), created_at)");
    assert_eq!(asked(), "session_info user_with_boards event_type_bounds list_by_type");
    assert_eq!(missing(), ["created_at", "board_id"]);
    database.sql("DROP INDEX ix_activity_events_event_type_created_at");
    database.sql("CREATE INDEX ON activity_events (event_type) INCLUDE (created_at)");
    assert_eq!(asked(), "session_info user_with_boards list");
    assert_eq!(missing(), ["event_type", "created_at", "board_id"]);
}
