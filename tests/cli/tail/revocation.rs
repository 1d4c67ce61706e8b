//! Access that changes while a tail runs. A poll sees one state of the database, so an event that is written after a
//! change of access is never shown under the access of before.

use crate::auth::{agent, hash, user};
use crate::harness::{Data, Database, Engine, Role, Table, for_each_engine};
use crate::tail::wait_for_start;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);
const TAIL: [&str; 8] = ["tail", "--events", "-n", "0", "--poll", "200ms", "-o", "jsonl"];

#[test]
fn a_board_that_was_taken_away_is_silent_and_the_others_and_new_ones_are_not() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        // User 10 reads boards 1, 2 and 4, one by one.
        let mut tail = database.mc(TAIL).args(["-v", "--as-user", &user(10)]).start();
        wait_for_start(&mut tail);
        let mut next = 0;
        let mut write = |board: u32| {
            next += 1;
            let id = format!("33333333-0000-4000-8000-{next:012}");
            database.load(&event(&id, board));
            id
        };
        let shown = write(1);
        assert!(tail.line(SOON).contains(&shown));
        // Both rows of all members: only user 10's matter here.
        database.sql(&format!("DELETE FROM organization_board_access WHERE board_id = {}", literal(engine, &board(1))));
        write(1);
        let shown = write(4);
        assert!(tail.line(SOON).contains(&shown), "board 1 is shown after it was taken away, or board 4 is not");
        write(3);
        let mut access = Table::new(
            "organization_board_access",
            "id organization_member_id board_id can_read can_write created_at updated_at",
        );
        let (id, member) = ("44444444-0000-4000-8000-000000000001", "000000d0-0000-4000-8000-00000000000c");
        let now = "2026-01-01 00:00:00";
        access.rows.push([id, member, &board(3), "t", "f", now, now].map(|text| Some(text.to_owned())).to_vec());
        database.load(&Data { tables: vec![access] });
        let shown = write(3);
        // What was written shortly before can be read now and is within the look-back, as is what is dated ahead.
        assert!((0..20).any(|_| tail.line(SOON).contains(&shown)), "the new board is not shown");
        tail.interrupt();
        assert_eq!(tail.end_within(SOON), 0);
    });
}

#[test]
fn a_user_who_loses_the_membership_sees_no_more() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let mut tail = database.mc(TAIL).args(["-v", "--as-user", &user(1)]).start();
        wait_for_start(&mut tail);
        database.load(&event("55555555-0000-4000-8000-000000000001", 1));
        tail.line(SOON);
        database.sql("UPDATE organization_members SET all_boards_read = false, all_boards_write = false");
        database.load(&event("55555555-0000-4000-8000-000000000002", 1));
        tail.is_silent(Duration::from_millis(1_200));
    });
}

#[test]
fn a_tail_whose_actor_vanishes_ends_with_exit_4() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let (now, id) = ("2026-01-01 00:00:00", agent(99));
        let some = |row: &[&str]| row.iter().map(|text| Some((*text).to_owned())).collect();
        let mut users = Table::new("users", "id clerk_user_id is_super_admin");
        users.rows.push(some(&[&user(99), "mayfly", "f"]));
        let columns =
            "id name status is_board_lead created_at updated_at gateway_id lifecycle_generation wake_attempts";
        let mut agents = Table::new("agents", columns);
        let gateway = "000000c1-0000-4000-8000-000000000001";
        agents.rows.push(some(&[&id, "mayfly", "online", "f", now, now, gateway, "0", "0"]));
        database.load(&Data { tables: vec![users, agents] });
        for (flag, table, column) in [("--as-user", "users", "clerk_user_id"), ("--as-agent", "agents", "name")] {
            let mut tail = database.mc(TAIL).args(["-v", flag, "mayfly"]).start();
            wait_for_start(&mut tail);
            database.sql(&format!("DELETE FROM {table} WHERE {column} = 'mayfly'"));
            assert_eq!(tail.end_within(Duration::from_secs(10)), 4);
            let (stdout, stderr) = tail.rest();
            assert_eq!(stdout, "");
            assert!(stderr.contains("is no longer in the database"), "{stderr}");
        }
    });
}

#[test]
fn a_tail_whose_token_is_replaced_or_taken_away_ends_with_exit_4() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let set = |value: &str| {
            database.sql(&format!("UPDATE agents SET agent_token_hash = {value} WHERE name = 'Agent 16'"));
        };
        let quoted = |hash: String| format!("'{hash}'");
        for taken in
            ["NULL".to_owned(), quoted(String::new()), quoted("garbage".into()), quoted(hash("another", 1_000))]
        {
            set(&quoted(hash("mine", 1_000)));
            let mut tail = database.mc_as(Role::Login, TAIL).args(["-v"]).env("MC_AGENT_TOKEN", "mine").start();
            wait_for_start(&mut tail);
            // The same token in other words is still the agent's.
            set(&quoted(hash("mine", 2_000)));
            tail.is_silent(Duration::from_millis(700));
            set(&taken);
            assert_eq!(tail.end_within(Duration::from_secs(10)), 4, "{taken}");
            let (stdout, stderr) = tail.rest();
            assert_eq!(stdout, "");
            assert!(stderr.contains("is no longer that of the agent"), "{stderr}");
        }
    });
}

fn board(n: u32) -> String {
    format!("000000c0-0000-4000-8000-{n:012x}")
}

fn literal(engine: Engine, id: &str) -> String {
    if engine == Engine::Embedded { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") }
}

/// An event of now on a board, without a task.
fn event(id: &str, n: u32) -> Data {
    let mut table = Table::new("activity_events", "id event_type message board_id created_at");
    let now = chrono::Utc::now().format("%Y-%m-%d %H:%M:%S%.6f").to_string();
    table.rows.push([id, "task.updated", "just now", &board(n), &now].map(|text| Some(text.to_owned())).to_vec());
    Data { tables: vec![table] }
}
