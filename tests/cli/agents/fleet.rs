//! A fleet of agents as the backend writes it: own heartbeats, heartbeats that it writes on assigning a task, comments, and
//! deliveries. What became of each agent is known beforehand.

use crate::harness::{Data, Table};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use fastrand::Rng;
use uuid::Uuid;

const EARLY: &str = "2025-01-01 00:00:00";
pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// How long the fleet has been running.
const DAYS: i64 = 3;
const BOARDS: usize = 3;

/// What is true of an agent, whatever the log says.
#[derive(Debug, Clone)]
pub struct Agent {
    pub id: Uuid,
    pub name: String,
    pub board: usize,
    pub state: &'static str,
    /// Its newest own event: microseconds before the instant that is looked at, and type.
    pub last: Option<(i64, &'static str)>,
    /// Where `heartbeat_config` says how often it reports.
    pub configured: Option<i64>,
    pub tried: u64,
    pub failed: u64,
    /// Microseconds before the instant that is looked at.
    pub failing_since: Option<i64>,
    /// The state by its newest heartbeat, whoever wrote it, and the default interval: what one would think without the rule.
    pub naive: &'static str,
}

/// Rows, and what is true of them.
pub struct Fleet {
    pub data: Data,
    pub agents: Vec<Agent>,
    /// Reads all boards.
    pub user: Uuid,
    /// Reads only the first board.
    pub guest: Uuid,
}

/// The instant that is looked at.
pub fn now() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 5, 1).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

/// As PostgreSQL writes it.
fn at(ago: i64) -> String {
    (now() - TimeDelta::microseconds(ago)).format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// As the answer has it.
pub fn shown(ago: i64) -> String {
    let at = now() - TimeDelta::microseconds(ago);
    let whole = at.and_utc().timestamp_subsec_micros() == 0;
    at.format(if whole { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.6f" }).to_string()
}

fn state(age: Option<i64>, usual: i64) -> &'static str {
    match age {
        None => "never",
        Some(age) if age <= usual + 5 * MINUTE => "alive",
        Some(age) if age <= 2 * usual + 5 * MINUTE => "late",
        Some(_) => "silent",
    }
}

/// An event: microseconds ago, type, message, with a task.
type Written = (i64, &'static str, String, bool);

impl Fleet {
    /// The same for the same seed.
    pub fn new(seed: u64) -> Self {
        let rng = &mut Rng::with_seed(seed);
        let mut id = || Uuid::from_u128(rng.u128(..));
        let [organization, gateway, user, guest, member, guest_member, access, task] = std::array::from_fn(|_| id());
        let boards: [Uuid; BOARDS] = std::array::from_fn(|_| id());
        let agents: Vec<(Agent, Vec<Written>, Vec<Option<String>>)> =
            (0..18).map(|n| agent(rng, n, &boards, gateway)).collect();

        let text = |value: &dyn ToString| Some(value.to_string());
        let row = |values: &[&dyn ToString]| values.iter().map(|value| Some(value.to_string())).collect::<Vec<_>>();
        let mut tables = vec![
            Table::new("organizations", "id name created_at updated_at"),
            Table::new("users", "id clerk_user_id name is_super_admin active_organization_id"),
            Table::new(
                "gateways",
                "id organization_id name url workspace_root created_at updated_at disable_device_pairing allow_insecure_tls",
            ),
            Table::new(
                "boards",
                "id organization_id name slug board_type goal_confirmed created_at updated_at description max_agents",
            ),
            Table::new(
                "agents",
                "id board_id name status is_board_lead created_at updated_at gateway_id lifecycle_generation wake_attempts \
                 heartbeat_config last_seen_at last_provision_error",
            ),
            Table::new("tasks", "id board_id title status priority auto_created created_at updated_at"),
            Table::new(
                "organization_members",
                "id organization_id user_id role all_boards_read all_boards_write created_at updated_at",
            ),
            Table::new(
                "organization_board_access",
                "id organization_member_id board_id can_read can_write created_at updated_at",
            ),
            Table::new("activity_events", "id event_type message agent_id task_id created_at board_id"),
        ];
        tables[0].rows.push(row(&[&organization, &"Org", &EARLY, &EARLY]));
        for (id, name) in [(user, "fleet-user"), (guest, "fleet-guest")] {
            tables[1].rows.push(row(&[&id, &name, &name, &"f", &organization]));
        }
        tables[2].rows.push(row(&[&gateway, &organization, &"gw", &"ws://x", &"/w", &EARLY, &EARLY, &"f", &"f"]));
        for (n, board) in boards.iter().enumerate() {
            let (name, slug) = (format!("Board {n}"), format!("board-{n}"));
            tables[3].rows.push(row(&[board, &organization, &name, &slug, &"goal", &"f", &EARLY, &EARLY, &"", &"9"]));
        }
        tables[5].rows.push(row(&[&task, &boards[0], &"Task", &"inbox", &"low", &"f", &EARLY, &EARLY]));
        tables[6].rows.push(row(&[&member, &organization, &user, &"owner", &"t", &"t", &EARLY, &EARLY]));
        tables[6].rows.push(row(&[&guest_member, &organization, &guest, &"member", &"f", &"f", &EARLY, &EARLY]));
        tables[7].rows.push(row(&[&access, &guest_member, &boards[0], &"t", &"f", &EARLY, &EARLY]));
        let mut truths = Vec::new();
        for (agent, events, columns) in agents {
            tables[4].rows.push(columns);
            for (ago, event_type, message, has_task) in events {
                let id = Uuid::from_u128(rng.u128(..));
                // The task is on the first board, but the event's own board decides.
                let task = has_task.then(|| task.to_string());
                let (board, at) = (text(&boards[agent.board]), text(&at(ago)));
                tables[8].rows.push(vec![
                    text(&id),
                    text(&event_type),
                    Some(message),
                    text(&agent.id),
                    task,
                    at,
                    board,
                ]);
            }
            truths.push(agent);
        }
        Self { data: Data { tables }, agents: truths, user, guest }
    }
}

/// An agent with its fate, what the backend wrote, and its row.
fn agent(rng: &mut Rng, n: usize, boards: &[Uuid], gateway: Uuid) -> (Agent, Vec<Written>, Vec<Option<String>>) {
    let id = Uuid::from_u128(rng.u128(..));
    let (name, board) = (format!("Agent {n:02}"), n % BOARDS);
    let every = [5, 10, 30, 60][rng.usize(..4)] * MINUTE;
    let config = match n % 4 {
        0 | 1 => Some(format!(r#"{{"every": "{}m", "target": "last"}}"#, every / MINUTE)),
        2 => None,
        _ => Some([r#"{"every": "soon"}"#, "{}", "[]", r#"{"every": 5}"#][rng.usize(..4)].to_owned()),
    };
    let configured = (n % 4 < 2).then_some(every);
    // Long enough before a limit or after it that how exactly an interval is measured does not matter.
    let fate = ["alive", "alive", "late", "silent", "silent", "never"][n % 6];
    let last = match fate {
        "alive" => Some(rng.i64(SECOND..every * 8 / 10)),
        "late" => Some(every * 3 / 2 + 5 * MINUTE),
        "silent" => Some(every * 2 + rng.i64(8 * MINUTE..40 * HOUR) + 5 * MINUTE),
        _ => None,
    };
    let mut events: Vec<Written> = Vec::new();
    let mut beats = Vec::new();
    let ends_with_comment = last.is_some() && rng.bool();
    let mut due = last.map(|last| if ends_with_comment { last + rng.i64(MINUTE..every) } else { last });
    while let Some(ago) = due.filter(|ago| *ago < DAYS * 24 * HOUR) {
        beats.push(ago);
        due = Some(ago + every + rng.i64(-10 * SECOND..10 * SECOND));
    }
    events.extend(beats.iter().map(|ago| (*ago, "agent.heartbeat", format!("Heartbeat received from {name}."), false)));
    if let Some(last) = last.filter(|_| ends_with_comment) {
        events.push((last, "task.comment", "On it.".to_owned(), true));
    }
    for _ in 0..rng.usize(..6) {
        let ago = rng.i64(0..DAYS * 24 * HOUR);
        let act = ["task.comment", "task.status_changed", "task.updated"][rng.usize(..3)];
        if last.is_some_and(|last| ago > last) {
            events.push((ago, act, "Task updated: x.".to_owned(), true));
        }
    }
    // Assignments go on, whether the agent runs or not; the newest is minutes old.
    let down_since = rng.bool().then(|| rng.i64(HOUR..30 * HOUR));
    let (mut tried, mut failed, mut newest_success, mut failures) = (0, 0, i64::MAX, Vec::new());
    let newest_forged = rng.i64(10 * SECOND..9 * MINUTE);
    let mut assignments = vec![newest_forged];
    assignments.extend((0..rng.usize(4..20)).map(|_| rng.i64(10 * MINUTE..DAYS * 24 * HOUR)));
    for ago in assignments {
        let woken = ago - rng.i64(SECOND / 1_000..19 * SECOND / 10);
        // Between the two events of one request there is seldom a heartbeat of the agent's own.
        if beats.iter().any(|beat| (woken..=ago).contains(beat)) && ago != newest_forged {
            continue;
        }
        let wake = if rng.u8(..8) == 0 { "task.assignee_wake_failed" } else { "task.assignee_woken" };
        events.push((ago, "agent.heartbeat", format!("Heartbeat received from {name}."), false));
        events.push((woken, wake, format!("Assignee heartbeat set online (assignment): {name}."), true));
        let told = woken - 2 * SECOND;
        let fails = down_since.is_some_and(|since| told <= since);
        let (event_type, message) = match fails {
            true => ("task.assignee_notify_failed", "Assignee notify failed: gateway timeout"),
            false => ("task.assignee_notified", "Agent notified for assignment."),
        };
        events.push((told, event_type, message.to_owned(), true));
        if told <= 24 * HOUR {
            tried += 1;
            failed += u64::from(fails);
            if fails { failures.push(told) } else { newest_success = newest_success.min(told) }
        }
    }
    let failing_since = failures.iter().copied().filter(|ago| *ago < newest_success).max();
    let provisioning = fate == "never" && rng.bool();
    let columns = [
        Some(id.to_string()),
        Some(boards[board].to_string()),
        Some(name.clone()),
        Some(if provisioning { "provisioning" } else { "online" }.to_owned()),
        Some("f".to_owned()),
        Some(EARLY.to_owned()),
        Some(EARLY.to_owned()),
        Some(gateway.to_string()),
        Some("0".to_owned()),
        Some("1".to_owned()),
        config,
        Some(at(newest_forged)),
        provisioning.then(|| "gateway unreachable".to_owned()),
    ];
    let last = last.map(|ago| (ago, if ends_with_comment { "task.comment" } else { "agent.heartbeat" }));
    let naive = state(Some(newest_forged), 10 * MINUTE);
    let agent = Agent { id, name, board, state: fate, last, configured, tried, failed, failing_since, naive };
    (agent, events, columns.to_vec())
}
