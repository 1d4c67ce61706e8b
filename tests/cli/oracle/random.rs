//! Random organizations, users, boards and events, in which the cases that queries get wrong are likely: rows
//! that share an instant, instants at the ends of time, tasks without boards, boards of other organizations.

use crate::harness::{Data, Table};
use fastrand::Rng;
use uuid::Uuid;

/// Types that end in `failed`, types that only seem to, comments and others.
const TYPES: [&str; 10] = [
    "task.comment",
    "task.comment",
    "task.comment",
    "task.updated",
    "task.Failed",
    "x_failed",
    "failed",
    "approval.lead_notify_failed",
    "board.lead_notified",
    "task.comment.failed",
];
const MESSAGES: [Option<&str>; 8] = [
    None,
    Some(""),
    Some("   "),
    Some("\t"),
    Some("done"),
    Some(" 100% _x_ \\ 'q' "),
    Some("日本語 🚀"),
    Some("Done\n"),
];
const ENDS_OF_TIME: [&str; 5] =
    ["infinity", "-infinity", "12026-01-01 00:00:00", "0044-03-15 12:00:00.5 BC", "0001-01-01 00:00:00"];
const EARLY: &str = "2025-01-01 00:00:00";

/// The same for the same seed, on any machine.
pub fn random(seed: u64, events: usize) -> Data {
    let rng = &mut Rng::with_seed(seed);
    let (organizations, gateway, boards) = (ids(rng, 3), id(rng), ids(rng, 7));
    let (users, agents, tasks) = (ids(rng, 8), ids(rng, 6), ids(rng, 14));

    let mut organization = Table::new("organizations", "id name created_at updated_at");
    organization.rows = organizations.iter().map(|id| texts([id, "Org", EARLY, EARLY])).collect();

    let mut user = Table::new("users", "active_organization_id id clerk_user_id name is_super_admin");
    for id in &users {
        user.rows.push(with(maybe(rng, &organizations, 0.6), texts([id, &format!("user_{id}"), "User", "f"])));
    }

    let mut gateways = Table::new(
        "gateways",
        "id organization_id name url workspace_root created_at updated_at disable_device_pairing allow_insecure_tls",
    );
    gateways.rows = vec![texts([&gateway, &organizations[0], "gw", "ws://127.0.0.1:1", "/w", EARLY, EARLY, "f", "f"])];

    let mut board = Table::new(
        "boards",
        "id organization_id name slug board_type goal_confirmed created_at updated_at description max_agents",
    );
    for (n, id) in boards.iter().enumerate() {
        let (name, slug) = (format!("Board {n}"), format!("board-{n}"));
        let of = pick(rng, &organizations);
        board.rows.push(texts([id, of, &name, &slug, "goal", "f", EARLY, EARLY, "", "1"]));
    }

    let mut agent = Table::new(
        "agents",
        "board_id id name status is_board_lead created_at updated_at gateway_id lifecycle_generation wake_attempts",
    );
    for (n, id) in agents.iter().enumerate() {
        let rest = texts([id, &format!("Agent {n}"), "online", "f", EARLY, EARLY, &gateway, "0", "0"]);
        agent.rows.push(with(maybe(rng, &boards, 0.7), rest));
    }

    let mut task = Table::new("tasks", "board_id id title status priority auto_created created_at updated_at");
    for (n, id) in tasks.iter().enumerate() {
        let rest = texts([id, &format!("Task {n}"), "inbox", "medium", "f", EARLY, EARLY]);
        task.rows.push(with(maybe(rng, &boards, 0.85), rest));
    }

    let (member, access) = memberships(rng, &organizations, &users, &boards);

    let mut event = Table::new("activity_events", "id event_type message agent_id task_id created_at board_id");
    let mut instant = moment(rng);
    for id in ids(rng, events) {
        // Bursts: most events share the instant of the one before.
        if rng.f64() < 0.15 {
            instant = moment(rng);
        }
        let (kind, message) = (text(pick::<&str>(rng, &TYPES)), pick(rng, &MESSAGES).map(str::to_owned));
        let (by, on, own) = (maybe(rng, &agents, 0.8), maybe(rng, &tasks, 0.7), maybe(rng, &boards, 0.6));
        event.rows.push(vec![text(&id), kind, message, by, on, text(&instant), own]);
    }
    Data { tables: vec![organization, user, gateways, board, agent, task, member, access, event] }
}

fn memberships(rng: &mut Rng, organizations: &[String], users: &[String], boards: &[String]) -> (Table, Table) {
    let mut members = Table::new(
        "organization_members",
        "id organization_id user_id role all_boards_read all_boards_write created_at updated_at",
    );
    let mut access = Table::new(
        "organization_board_access",
        "id organization_member_id board_id can_read can_write created_at updated_at",
    );
    for user in users {
        for organization in organizations {
            if rng.bool() {
                continue;
            }
            let member = id(rng);
            let role = pick(rng, &["owner", "admin", "member"]);
            let (read, write) = (flag(rng, 0.25), flag(rng, 0.15));
            // Few instants, so that the id has to decide which membership is the oldest.
            let since = pick(rng, &[EARLY, "2025-01-02 00:00:00"]);
            members.rows.push(texts([&member, organization, user, role, read, write, since, since]));
            for board in boards {
                if rng.f64() < 0.4 {
                    let (read, write) = (flag(rng, 0.5), flag(rng, 0.3));
                    access.rows.push(texts([&id(rng), &member, board, read, write, EARLY, EARLY]));
                }
            }
        }
    }
    (members, access)
}

fn moment(rng: &mut Rng) -> String {
    if rng.f64() < 0.1 {
        return (*pick(rng, &ENDS_OF_TIME)).to_owned();
    }
    let (day, hour, minute) = (rng.u32(1..=28), rng.u32(0..24), rng.u32(0..60));
    let micros = pick(rng, &[0, 1, 500_000, 999_999]);
    format!("2026-03-{day:02} {hour:02}:{minute:02}:00.{micros:06}")
}

fn id(rng: &mut Rng) -> String {
    Uuid::from_u128(rng.u128(..)).to_string()
}

fn ids(rng: &mut Rng, count: usize) -> Vec<String> {
    (0..count).map(|_| id(rng)).collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn texts<const N: usize>(values: [&str; N]) -> Vec<Option<String>> {
    values.map(text).to_vec()
}

fn with(first: Option<String>, rest: Vec<Option<String>>) -> Vec<Option<String>> {
    std::iter::once(first).chain(rest).collect()
}

fn flag(rng: &mut Rng, chance: f64) -> &'static str {
    if rng.f64() < chance { "t" } else { "f" }
}

fn pick<'a, T>(rng: &mut Rng, among: &'a [T]) -> &'a T {
    &among[rng.usize(..among.len())]
}

fn maybe(rng: &mut Rng, among: &[String], chance: f64) -> Option<String> {
    (rng.f64() < chance).then(|| pick(rng, among).clone())
}
