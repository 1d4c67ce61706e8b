//! `errors`: failures and the error rate. An alarm is right: deliveries apart from heartbeats, since when, how fast, and never
//! silently healthy.

mod deliveries;
mod never_silent;
mod screen;
mod since_when;

use crate::harness::{Database, Engine, ME, Place, for_each_engine};

#[test]
fn the_error_rate_is_the_share_of_failures_among_the_events_of_the_range() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let range = ["-S", "2024-01-01", "-U", "2026-06-01"];
        let report = database.mc(["errors", "--scope", "all", "-o", "json"]).args(range).args(ME).ok().json();
        let events = database.mc(["list", "--count"]).args(range).args(ME).ok().stdout;
        let (failed, total) = (report["error_count"].as_f64().unwrap(), report["total_count"].as_f64().unwrap());
        assert_eq!(events.trim(), report["total_count"].to_string(), "{report}");
        assert!(failed > 0.0 && failed < total, "{report}");
        assert!((report["error_rate_pct"].as_f64().unwrap() - 100.0 * failed / total).abs() < 1e-9, "{report}");
    });
}

#[test]
fn a_nagios_plugin_that_cannot_answer_exits_with_unknown_and_never_with_critical() {
    let place = Place::new();
    for args in ["errors --nagios --warn abc", "errors --nagios --range 2h", "errors --nagios"] {
        let output = place.mc(args.split(' ')).run();
        assert_eq!(output.code, 3, "{args}");
        assert!(output.stdout.starts_with("ACTIVITY UNKNOWN - "), "{args}: {}", output.stdout);
    }
}

/// Who looks: a user who may read everything.
pub const USER: &str = "--as-user=00000000-0000-4000-8000-0000000000b1";
/// When the worlds of these tests end.
pub const NOW: &str = "2026-03-06T12:00:00Z";

/// An organization with two boards, 40 agents on the first, and events by `events` (SQL that PostgreSQL and SQLite share).
/// Ids are `00000000-0000-4000-8000-0000000000` and two hexadecimal digits.
pub fn world(engine: Engine, events: &[Event<'_>]) -> Database {
    let mut data = crate::harness::Data::default();
    let mut add = |name: &str, columns: &str, rows: Vec<Vec<Option<String>>>| {
        let mut table = crate::harness::Table::new(name, columns);
        table.rows = rows;
        data.tables.push(table);
    };
    let text = |text: &str| Some(text.to_owned());
    let early = "2025-01-01 00:00:00";
    let row = |values: &[&str]| values.iter().map(|value| text(value)).collect::<Vec<_>>();
    add("organizations", "id name created_at updated_at", vec![row(&[&id(0xa1), "Org", early, early])]);
    add(
        "users",
        "id clerk_user_id name is_super_admin active_organization_id",
        vec![row(&[&id(0xb1), "user_1", "Ada", "f", &id(0xa1)]), row(&[&id(0xb2), "user_2", "Nobody", "f", &id(0xa1)])],
    );
    add(
        "gateways",
        "id organization_id name url workspace_root created_at updated_at disable_device_pairing allow_insecure_tls",
        vec![row(&[&id(0xa2), &id(0xa1), "gw", "ws://127.0.0.1:1", "/w", early, early, "f", "f"])],
    );
    let board =
        |n: u8, name: &str| row(&[&id(n), &id(0xa1), name, &name.to_lowercase(), "goal", "f", early, early, "", "9"]);
    add(
        "boards",
        "id organization_id name slug board_type goal_confirmed created_at updated_at description max_agents",
        vec![board(0xc1, "Payments"), board(0xc2, "Infra")],
    );
    let agent = |n: u8| {
        let name = format!("Agent {n}");
        row(&[&id(n), &id(0xc1), &id(0xa2), &name, "online", "f", early, early, "0", "0"])
    };
    add(
        "agents",
        "id board_id gateway_id name status is_board_lead created_at updated_at lifecycle_generation wake_attempts",
        (1..=40).map(agent).collect(),
    );
    add(
        "organization_members",
        "id organization_id user_id role all_boards_read all_boards_write created_at updated_at",
        vec![
            row(&[&id(0xd1), &id(0xa1), &id(0xb1), "owner", "t", "f", early, early]),
            row(&[&id(0xd2), &id(0xa1), &id(0xb2), "member", "f", "f", early, early]),
        ],
    );
    let events = events.iter().enumerate().map(|(number, event)| {
        vec![
            text(&format!("10000000-0000-4000-8000-{number:012x}")),
            text(event.event_type),
            text(event.message),
            event.agent.map(id),
            text(&event.at),
            event.board.map(id),
        ]
    });
    add("activity_events", "id event_type message agent_id created_at board_id", events.collect());
    Database::with(engine, &data)
}

/// A row of activity_events.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// `2026-03-06 11:00:00`.
    pub at: String,
    /// Its type.
    pub event_type: &'a str,
    /// Its text.
    pub message: &'a str,
    /// The last digits of the agent's id.
    pub agent: Option<u8>,
    /// Those of the board's.
    pub board: Option<u8>,
}

/// An event on the first board, some seconds before the end.
pub fn event(seconds_before: i64, event_type: &str) -> Event<'_> {
    let end = chrono::NaiveDate::from_ymd_opt(2026, 3, 6).and_then(|day| day.and_hms_opt(12, 0, 0)).unwrap();
    let at = (end - chrono::TimeDelta::seconds(seconds_before)).format("%Y-%m-%d %H:%M:%S").to_string();
    Event { at, event_type, message: "text", agent: Some(1), board: Some(0xc1) }
}

/// A heartbeat of each of 40 agents every ten minutes for a day.
pub fn heartbeats() -> Vec<Event<'static>> {
    let of = |agent: u8| {
        (0..144).map(move |n| Event { agent: Some(agent), ..event(n * 600 + i64::from(agent), "agent.heartbeat") })
    };
    (1..=40).flat_map(of).collect()
}

fn id(digits: u8) -> String {
    format!("00000000-0000-4000-8000-0000000000{digits:02x}")
}
