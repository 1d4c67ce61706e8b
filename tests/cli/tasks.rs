//! `tasks`: exactly the tasks that hang are found, in fleets that are made as the backend makes them, and nobody learns of a
//! task that is none of theirs.

use crate::harness::{Data, Database, Engine, Output, Role, Table, for_each_engine, in_parallel, micros};
use crate::oracle::{Actor, Event, Feed, World, random};
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const EARLY: &str = "2025-01-01 00:00:00";

/// A fleet whose hung tasks are known.
pub struct Fleet {
    pub data: Data,
    pub user: String,
    /// Task, state, deciding event and agent that is waited for.
    pub waiting: BTreeSet<(String, String, String, Option<String>)>,
    /// Tasks that are not done, by the table.
    pub open: BTreeSet<String>,
    /// The 95th percentile of the answers to assignments, in seconds.
    pub usual_seconds: i64,
}

struct Writer {
    rng: Rng,
    events: Table,
}

impl Writer {
    fn id(&mut self) -> String {
        Uuid::from_u128(self.rng.u128(..)).to_string()
    }

    fn at(&self, at: DateTime<Utc>) -> String {
        at.naive_utc().format("%Y-%m-%d %H:%M:%S%.6f").to_string()
    }

    /// Writes an event; its id.
    fn event(
        &mut self,
        at: DateTime<Utc>,
        (event_type, message): (&str, &str),
        agent: Option<&str>,
        (task, board): (Option<&str>, &str),
    ) -> String {
        let id = self.id();
        let some = |text: &str| Some(text.to_owned());
        self.events.rows.push(vec![
            some(&id),
            some(event_type),
            some(message),
            agent.map(str::to_owned),
            task.map(str::to_owned),
            some(&self.at(at)),
            some(board),
        ]);
        id
    }
}

/// What becomes of a task.
const FATES: [&str; 10] = [
    "done",
    "works",
    "not delivered",
    "no answer",
    "lead",
    "lead not told",
    "comments",
    "recent",
    "reassigned",
    "moved",
];

/// A fleet as chance has it, up to `now`.
pub fn fleet(seed: u64, now: DateTime<Utc>) -> Fleet {
    let mut rng = Rng::with_seed(seed);
    let mut id = || Uuid::from_u128(rng.u128(..)).to_string();
    let (organization, gateway, user, member) = (id(), id(), id(), id());
    let boards: Vec<String> = (0..3).map(|_| id()).collect();
    let agents: Vec<[String; 3]> = (0..3).map(|_| [id(), id(), id()]).collect();
    let tasks: Vec<String> = (0..60).map(|_| id()).collect();
    let texts = |values: &[&str]| values.iter().map(|value| Some((*value).to_owned())).collect::<Vec<_>>();

    let mut organizations = Table::new("organizations", "id name created_at updated_at");
    organizations.rows.push(texts(&[&organization, "Org", EARLY, EARLY]));
    let mut users = Table::new("users", "active_organization_id id clerk_user_id name is_super_admin");
    users.rows.push(texts(&[&organization, &user, "user_1", "User", "f"]));
    let mut gateways = Table::new(
        "gateways",
        "id organization_id name url workspace_root created_at updated_at disable_device_pairing allow_insecure_tls",
    );
    gateways.rows.push(texts(&[&gateway, &organization, "gw", "ws://127.0.0.1:1", "/w", EARLY, EARLY, "f", "f"]));
    let mut board_table = Table::new(
        "boards",
        "id organization_id name slug board_type goal_confirmed created_at updated_at description max_agents",
    );
    let mut agent_table = Table::new(
        "agents",
        "board_id id name status is_board_lead created_at updated_at gateway_id lifecycle_generation wake_attempts",
    );
    for (n, (board, team)) in boards.iter().zip(&agents).enumerate() {
        let (name, slug) = (format!("Board {n}"), format!("board-{n}"));
        board_table.rows.push(texts(&[board, &organization, &name, &slug, "goal", "f", EARLY, EARLY, "", "1"]));
        for (m, agent) in team.iter().enumerate() {
            let (name, lead) = (format!("Agent {n}.{m}"), if m == 0 { "t" } else { "f" });
            agent_table.rows.push(texts(&[board, agent, &name, "online", lead, EARLY, EARLY, &gateway, "0", "0"]));
        }
    }
    let mut members = Table::new(
        "organization_members",
        "id organization_id user_id role all_boards_read all_boards_write created_at updated_at",
    );
    members.rows.push(texts(&[&member, &organization, &user, "owner", "t", "t", EARLY, EARLY]));

    let events = Table::new("activity_events", "id event_type message agent_id task_id created_at board_id");
    let mut writer = Writer { rng, events };
    let mut task_table =
        Table::new("tasks", "board_id id title status priority auto_created created_at updated_at assigned_agent_id");
    let (mut waiting, mut open, mut answers) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (n, task) in tasks.iter().enumerate() {
        let which = writer.rng.usize(..boards.len());
        let (board, [lead, worker, other]) = (&boards[which], &agents[which]);
        let title = format!("Task moved to done: {n}");
        // The first tasks are finished, so that the usual time is known.
        let fate = if n < 25 { "done" } else { FATES[writer.rng.usize(..FATES.len())] };
        let created = now - TimeDelta::minutes(writer.rng.i64(600..6 * 1_440));
        let of = (Some(task.as_str()), board.as_str());
        let mut status = "inbox";
        let mut assignee = Some(worker.clone());
        let wait = |state: &str, event: String, agent: Option<&String>| {
            (task.clone(), state.to_owned(), event, agent.cloned())
        };
        writer.event(created, ("task.created", &format!("Task created: {title}.")), None, of);
        let told = created + TimeDelta::seconds(2);
        if fate == "lead not told" {
            let id = writer.event(told, ("task.lead_notify_failed", "Lead notify failed: x"), Some(lead), of);
            waiting.insert(wait("stuck", id, Some(lead)));
            assignee = None;
        } else {
            let id = writer.event(told, ("task.lead_notified", "Lead agent notified for task: x."), Some(lead), of);
            if fate == "lead" {
                // A lead that only comments has not assigned the task.
                writer.event(told + TimeDelta::minutes(3), ("task.comment", "I see."), Some(lead), of);
                waiting.insert(wait("waits_for_lead", id, Some(lead)));
                assignee = None;
            }
        }
        if !fate.starts_with("lead") {
            let assigned = if fate == "recent" {
                now - TimeDelta::seconds(60)
            } else {
                created + TimeDelta::minutes(writer.rng.i64(5..60))
            };
            let heartbeat = ("agent.heartbeat", "Heartbeat received from x.");
            let assign = |writer: &mut Writer, at: DateTime<Utc>, agent: &str, delivered: bool| {
                writer.event(at, ("task.updated", &format!("Task updated: {title}.")), Some(lead), of);
                // The backend writes this heartbeat itself.
                writer.event(at + TimeDelta::milliseconds(5), heartbeat, Some(agent), (None, board));
                let woken = ("task.assignee_woken", "Assignee heartbeat set online (assignment): x.");
                writer.event(at + TimeDelta::milliseconds(9), woken, Some(agent), of);
                let kind = if delivered { "task.assignee_notified" } else { "task.assignee_notify_failed" };
                writer.event(at + TimeDelta::seconds(1), (kind, "Agent notified for assignment: x."), Some(agent), of)
            };
            let told = assigned + TimeDelta::seconds(1);
            let id = assign(&mut writer, assigned, worker, fate != "not delivered");
            let answer = TimeDelta::seconds(writer.rng.i64(600..1_800));
            let step = |writer: &mut Writer, after: TimeDelta, to: &str| {
                let message = format!("Task moved to {to}: {title}.");
                writer.event(told + after, ("task.status_changed", &message), Some(worker), of)
            };
            match fate {
                "not delivered" => drop(waiting.insert(wait("stuck", id, Some(worker)))),
                "no answer" => {
                    // Somebody else's words are no answer, and neither is a heartbeat.
                    writer.event(told + answer, ("task.comment", "Anybody?"), Some(other), of);
                    writer.event(told + answer, ("task.comment", "Hello?"), None, of);
                    writer.event(told + answer, heartbeat, Some(worker), (None, board));
                    waiting.insert(wait("stuck", id, Some(worker)));
                }
                "comments" => {
                    writer.event(told + answer, ("task.comment", "On it."), Some(worker), of);
                    answers.push(answer);
                }
                "reassigned" => {
                    let id = assign(&mut writer, told + TimeDelta::minutes(40), other, true);
                    // The first agent's words answer nothing any more.
                    let late = told + TimeDelta::minutes(50);
                    writer.event(late, ("task.comment", "Was it mine?"), Some(worker), of);
                    waiting.insert(wait("stuck", id, Some(other)));
                    assignee = Some(other.clone());
                }
                "recent" => {}
                _ => {
                    let moved = step(&mut writer, answer, "in_progress");
                    answers.push(answer);
                    status = "in_progress";
                    if fate == "moved" {
                        // As when the agent that has the task is deleted.
                        waiting.insert(wait("differs", moved, None));
                        (status, assignee) = ("inbox", None);
                    } else if fate == "done" {
                        step(&mut writer, answer + TimeDelta::minutes(30), "review");
                        step(&mut writer, answer + TimeDelta::minutes(60), "done");
                        status = "done";
                    }
                }
            }
        }
        if status != "done" {
            open.insert(task.clone());
        }
        let mut row = texts(&[board, task, &title, status, "medium", "f", EARLY, EARLY]);
        row.push(assignee);
        task_table.rows.push(row);
    }
    answers.sort();
    let rank = (answers.len() * 95).div_ceil(100);
    let usual_seconds = answers[rank - 1].num_seconds();
    let tables = vec![organizations, users, gateways, board_table, agent_table, task_table, members, writer.events];
    Fleet { data: Data { tables }, user, waiting, open, usual_seconds }
}

fn found(output: &Output) -> BTreeSet<(String, String, String, Option<String>)> {
    let answer = output.json();
    let items = answer["items"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    items
        .iter()
        .map(|item| {
            let [task, state, event] = ["task_id", "state", "event_id"].map(|key| text(&item[key]).unwrap_or_default());
            (task, state, event, text(&item["waits_for"]["agent_id"]))
        })
        .collect()
}

#[test]
fn exactly_the_tasks_that_hang_are_found_in_any_fleet() {
    for_each_engine(|engine| {
        for seed in 0..6 {
            let fleet = fleet(seed, Utc::now());
            let database = Database::with(engine, &fleet.data);
            let run = |args: &[&str]| database.mc(["tasks", "--as-user", &fleet.user]).args(args).run();
            let output = run(&["-o", "json"]);
            output.expect(0);
            assert_eq!(found(&output), fleet.waiting, "seed {seed}\n{output}");
            let usual = &output.json()["usual_seconds"]["task.assignee_notified"];
            assert_eq!(usual.as_i64(), Some(fleet.usual_seconds), "seed {seed}");

            let all: BTreeSet<_> = found(&run(&["--all", "-o", "json"])).into_iter().map(|row| row.0).collect();
            assert_eq!(all, fleet.open, "seed {seed}");
            // Nobody answers within a second, and nothing hangs for a thousand years.
            let hasty = found(&run(&["--after", "1s", "-o", "json"]));
            assert!(hasty.is_superset(&fleet.waiting) || hasty == fleet.waiting, "seed {seed}");
            let patient = found(&run(&["--after", "365000d", "-o", "json"]));
            let failed = |row: &&(String, String, String, Option<String>)| row.1 != "stuck";
            assert!(patient.iter().filter(failed).eq(fleet.waiting.iter().filter(failed)), "seed {seed}");
            assert!(patient.is_subset(&fleet.waiting), "seed {seed}");

            // An agent sees its own events alone: they show what it has not answered, and not that the table is wrong.
            let agents: BTreeSet<&String> = fleet.waiting.iter().filter_map(|row| row.3.as_ref()).collect();
            assert!(!agents.is_empty());
            for agent in agents {
                let output = database.mc(["tasks", "--as-agent", agent, "-o", "json"]).ok();
                let own = found(&output);
                assert!(own.iter().all(|row| row.1 != "differs"), "seed {seed}\n{output}");
                let mut waits = fleet.waiting.iter().filter(|row| row.3.as_ref() == Some(agent) && row.1 == "stuck");
                assert!(waits.all(|row| own.contains(row)), "seed {seed}, {agent}\n{output}");
            }
        }
    });
}

#[test]
fn every_format_names_the_stuck_task_and_thresholds_are_exit_codes() {
    for_each_engine(|engine| {
        let fleet = fleet(1, Utc::now());
        let database = Database::with(engine, &fleet.data);
        let run = |args: &[&str]| database.mc(["tasks", "--as-user", &fleet.user]).args(args).run();
        let stuck = fleet.waiting.iter().filter(|row| row.1 == "stuck").count();
        let (task, ..) = fleet.waiting.iter().find(|row| row.1 == "stuck").unwrap();
        for format in ["wide", "json", "jsonl", "csv", "tsv", "prometheus"] {
            let output = run(&["-o", format]);
            output.expect(0);
            assert!(output.stdout.contains(task.as_str()), "{output}");
        }
        let table = run(&[]);
        assert!(table.stdout.contains(&format!("{stuck} tasks are stuck")), "{table}");
        assert!(table.stdout.contains("task.assignee_notified"), "{table}");
        run(&["--fail"]).expect(6);
        let nagios = run(&["--nagios"]);
        nagios.expect(2);
        assert!(nagios.stdout.starts_with(&format!("ACTIVITY CRITICAL - {stuck} tasks")), "{nagios}");
        assert!(nagios.stdout.contains(&format!("stuck={stuck};;;0")), "{nagios}");
        // Before anything happened, nothing was wrong.
        let early = ["--at", "2025-06-01"];
        run(&["--fail", early[0], early[1]]).expect(0);
        run(&["--nagios", early[0], early[1]]).expect(0);
        assert!(run(&early).stdout.contains("no task waits"));
        run(&["--nagios", "--board", "nowhere"]).expect(3);
        run(&["--after", "soon"]).expect(2);
    });
}

#[test]
fn filters_leave_a_part_of_the_same_tasks() {
    for_each_engine(|engine| {
        let fleet = fleet(2, Utc::now());
        let database = Database::with(engine, &fleet.data);
        let run = |args: &[&str]| {
            let output = database.mc(["tasks", "-o", "json", "--as-user", &fleet.user]).args(args).run();
            output.expect(0);
            found(&output)
        };
        let boards: BTreeMap<String, String> =
            fleet.data.rows("tasks").map(|row| (row("id").unwrap(), row("board_id").unwrap())).collect();
        for board in boards.values().collect::<BTreeSet<_>>() {
            let of_board: BTreeSet<_> = fleet.waiting.iter().filter(|row| boards[&row.0] == *board).cloned().collect();
            assert_eq!(run(&["--board", board]), of_board);
            assert_eq!(run(&["--exclude-board", board]).union(&of_board).count(), fleet.waiting.len());
        }
        for agent in fleet.waiting.iter().filter_map(|row| row.3.as_ref()) {
            let of_agent: BTreeSet<_> =
                fleet.waiting.iter().filter(|row| row.3.as_ref() == Some(agent)).cloned().collect();
            assert_eq!(run(&["--agent", agent]), of_agent);
        }
        let task = &fleet.waiting.first().unwrap().0;
        assert!(run(&["--task", task]).iter().all(|row| row.0 == *task));
    });
}

#[test]
fn without_the_right_to_read_the_status_the_log_alone_decides_and_the_answer_says_so() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let fleet = fleet(3, Utc::now());
        let database = Database::with(engine, &fleet.data);
        database.sql("REVOKE SELECT (status, assigned_agent_id) ON tasks FROM mc_activity_reader");
        let run =
            |args: &[&str]| database.mc_as(Role::BareReader, ["tasks", "--as-user", &fleet.user]).args(args).run();
        let output = run(&["-o", "json"]);
        output.expect(0);
        let by_log: BTreeSet<_> = fleet.waiting.iter().filter(|row| row.1 != "differs").cloned().collect();
        assert_eq!(found(&output), by_log, "{output}");
        assert_eq!(output.json()["missing_columns"].as_array().unwrap().len(), 2, "{output}");
        let table = run(&[]);
        assert!(table.stdout.contains("not readable here, so not used: tasks.status"), "{table}");
        let all: BTreeSet<_> = found(&run(&["--all", "-o", "json"])).into_iter().map(|row| row.0).collect();
        assert_eq!(all, fleet.open);
    }
}

const KINDS: [(&str, &str); 12] = [
    ("task.comment", "Words."),
    ("task.comment", "Task moved to done: no."),
    ("task.updated", "Task updated: x."),
    ("task.created", "Task created: x."),
    ("task.status_changed", "Task moved to in_progress: Task moved to done: x."),
    ("task.status_changed", "Task moved to done: x."),
    ("task.assignee_notified", "Agent notified for assignment: x."),
    ("task.assignee_notified", "Agent notified for assignment: x."),
    ("task.assignee_notify_failed", "Assignee notify failed: x"),
    ("task.assignee_woken", "Assignee heartbeat set online (assignment): x."),
    ("task.lead_notified", "Lead agent notified for task: x."),
    ("approval.lead_notify_failed", "Lead notify failed for approval x: y"),
];

/// A random world whose events are steps of tasks.
pub fn world_of_tasks(seed: u64) -> Data {
    let mut data = random(seed, 400);
    let mut rng = Rng::with_seed(seed);
    let events = data.tables.iter_mut().find(|table| table.name == "activity_events").unwrap();
    for row in &mut events.rows {
        let (kind, message) = KINDS[rng.usize(..KINDS.len())];
        (row[1], row[2]) = (Some(kind.to_owned()), Some(message.to_owned()));
    }
    data
}

/// The rules told a second time, for one task and the events of it that an actor may see, oldest first: the state and the
/// deciding event, where the task waits for an hour and more.
fn waits(events: &[&Event], from: i64, to: i64) -> Option<(String, String)> {
    let events: Vec<_> = events.iter().filter(|event| event.created_at <= to).collect();
    let says_done = |event: &&&&Event| event.message.as_deref().unwrap().starts_with("Task moved to done");
    let moved = events.iter().rfind(|event| event.event_type == "task.status_changed");
    let turns = |event: &&&Event| {
        let quiet = ["task.comment", "task.updated"].contains(&event.event_type.as_str());
        event.created_at >= from && !quiet
    };
    let at = events.iter().rposition(turns)?;
    let point = events[at];
    if moved.as_ref().is_some_and(says_done) {
        return None;
    }
    let answered = events[at + 1..]
        .iter()
        .any(|event| event.event_type == "task.comment" && event.agent.is_some() && event.agent == point.agent);
    let state = match point.event_type.as_str() {
        "task.assignee_notify_failed" | "approval.lead_notify_failed" => "stuck",
        "task.assignee_notified" if !answered && to - point.created_at > 3_600_000_000 => "stuck",
        "task.lead_notified" => "waits_for_lead",
        _ => return None,
    };
    Some((state.to_owned(), point.id.to_string()))
}

#[test]
fn nobody_learns_of_a_task_that_they_may_not_see_and_everybody_of_those_that_wait() {
    for_each_engine(|engine| {
        for seed in [11, 12, 13] {
            let data = world_of_tasks(seed);
            let (world, database) = (World::new(&data), Database::with(engine, &data));
            let (from, to) = (micros("2026-03-02 00:00:00"), micros("2026-03-27 12:00:00"));
            in_parallel(&world.actors(), |actor| {
                let line = ["tasks", "-o", "json", "--after", "1h", "--at", "2026-03-27T12:00", "-S", "2026-03-02"];
                let output = database.mc(line).args(actor.flags()).run();
                let mut by_task: BTreeMap<Uuid, Vec<&Event>> = BTreeMap::new();
                let visible = world.visible(*actor, Feed::Events);
                for event in visible {
                    event.task.into_iter().for_each(|task| by_task.entry(task).or_default().push(event));
                }
                let boards = world.boards(*actor);
                let may = |task: &Uuid, events: &[&Event]| match (actor, world.board_of(*task)) {
                    (_, None) => false,
                    (Actor::User(_), Some(board)) => boards.contains(&board),
                    (Actor::Agent(_), board) => events.iter().any(|event| world.resolved_board(event) == board),
                };
                let expected: BTreeSet<_> = by_task
                    .iter()
                    .filter(|(task, events)| may(task, events))
                    .filter_map(|(task, events)| {
                        waits(events, from, to).map(|(state, event)| (task.to_string(), state, event))
                    })
                    .collect();
                let got: BTreeSet<_> = found(&output).into_iter().map(|row| (row.0, row.1, row.2)).collect();
                (got != expected).then(|| format!("seed {seed}, {actor:?}: {expected:?} expected\n{output}"))
            });
        }
    });
}
