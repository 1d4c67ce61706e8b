//! The rows that the committed data file becomes.

use super::{data, dataset, loader, next_live};
use crate::db::demo_store::{Dataset, DemoEvent};
use crate::model::Timestamp;
use crate::model::catalogue;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

const MINUTES: f64 = 6e7;

/// Noon on a Friday, for which the data file is written.
fn noon() -> Timestamp {
    Timestamp::from_naive("2026-03-06T12:00:00".parse().unwrap())
}

fn demo() -> Dataset {
    dataset(noon()).unwrap()
}

fn minutes_ago(row: &DemoEvent) -> f64 {
    noon().micros_since(row.created_at) as f64 / MINUTES
}

fn agent(data: &Dataset, name: &str) -> Uuid {
    data.agents.iter().find(|agent| agent.name == name).unwrap().id
}

fn of_type<'a>(data: &'a Dataset, wanted: &'a str) -> impl Iterator<Item = &'a DemoEvent> {
    data.events.iter().filter(move |row| row.event.event_type == wanted)
}

/// Successes and failures of deliveries.
fn is_delivery(row: &DemoEvent) -> bool {
    let wake = ["task.assignee_woken", "task.assignee_wake_failed"].contains(&row.event.event_type.as_str());
    let name = &row.event.event_type;
    !wake && [".sent", "notified", "failed"].iter().any(|end| name.ends_with(end)) && !name.starts_with("agent.wakeup")
}

fn is_failure(row: &DemoEvent) -> bool {
    row.event.event_type.ends_with("failed")
}

fn board(data: &Dataset, row: &DemoEvent) -> Option<&'static str> {
    let of_task = || data.tasks.iter().find(|task| Some(task.id) == row.event.task_id).map(|task| task.board_id);
    let id = row.event.board_id.or_else(of_task)?;
    data.boards.iter().find(|board| board.id == id).map(|board| board.slug)
}

/// Whether a heartbeat was written by the backend on behalf of the agent.
fn is_forged(data: &Dataset, beat: &DemoEvent) -> bool {
    of_type(data, "task.assignee_woken").any(|woken| {
        let gap = woken.created_at.micros_since(beat.created_at);
        woken.event.agent_id == beat.event.agent_id && (0..2_000_000).contains(&gap)
    })
}

#[test]
fn the_same_instant_gives_the_same_rows() {
    assert_eq!(demo(), demo());
}

#[test]
fn another_instant_moves_the_times_and_changes_nothing_else() {
    let (first, mut second) = (demo(), dataset(noon().plus_seconds(12_345)).unwrap());
    for (a, b) in first.events.iter().zip(&mut second.events) {
        assert_eq!(b.created_at.micros_since(a.created_at), 12_345_000_000);
        b.created_at = a.created_at;
    }
    assert_eq!(first.events, second.events);
    for (a, b) in first.tasks.iter().zip(&second.tasks) {
        assert_eq!((a.id, a.title, a.status, a.assigned_agent_id), (b.id, b.title, b.status, b.assigned_agent_id));
    }
}

#[test]
fn nothing_is_later_than_the_instant_or_older_than_two_weeks() {
    let data = demo();
    let start = noon().plus_seconds(-14 * 86_400);
    assert!(data.events.iter().all(|row| start <= row.created_at && row.created_at <= noon()));
    assert!(data.events.is_sorted_by_key(|row| row.created_at));
    assert!(data.agents.iter().filter_map(|agent| agent.last_seen_at).all(|seen| seen <= noon()));
    assert!(data.tasks.iter().filter_map(|task| task.in_progress_at).all(|begun| begun <= noon()));
}

#[test]
fn extreme_instants_give_all_events_too() {
    let count = demo().events.len();
    for at in [Timestamp::FIRST, Timestamp::LAST, Timestamp::INFINITY, Timestamp::NEG_INFINITY] {
        let data = dataset(at).unwrap();
        assert!(data.events.iter().all(|row| row.created_at <= at));
        assert_eq!(data.events.len(), count);
    }
}

#[test]
fn sizes_are_those_of_a_small_company() {
    let data = demo();
    assert_eq!(data.boards.len(), 6);
    assert!((10..=15).contains(&data.agents.len()), "{}", data.agents.len());
    assert!((60..=100).contains(&data.tasks.len()), "{}", data.tasks.len());
    let other = data.events.iter().filter(|row| row.event.event_type != "agent.heartbeat").count();
    assert!((1_000..=2_000).contains(&other), "{other}");
    assert!(include_str!("demo.json").len() < 125_000);
}

#[test]
fn every_stored_type_occurs_and_no_other() {
    let data = demo();
    let seen: HashSet<&str> = data.events.iter().map(|row| row.event.event_type.as_str()).collect();
    let known: HashSet<&str> = catalogue::stored_types().collect();
    assert_eq!(seen.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(known.difference(&seen).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn ids_are_distinct_and_of_version_4() {
    let data = demo();
    let mut ids: Vec<Uuid> = data.events.iter().map(|row| row.event.id).collect();
    ids.extend(data.tasks.iter().map(|task| task.id));
    ids.extend(data.agents.iter().map(|agent| agent.id));
    ids.extend(data.boards.iter().map(|board| board.id));
    ids.extend([data.organization.id, data.user.id, data.membership.id]);
    assert!(ids.iter().all(|id| id.get_version_num() == 4));
    let count = ids.len();
    assert_eq!(ids.into_iter().collect::<HashSet<_>>().len(), count);
}

#[test]
fn every_reference_points_to_a_row() {
    let data = demo();
    let boards: HashSet<Uuid> = data.boards.iter().map(|board| board.id).collect();
    let agents: HashSet<Uuid> = data.agents.iter().map(|agent| agent.id).collect();
    let tasks: HashMap<Uuid, Uuid> = data.tasks.iter().map(|task| (task.id, task.board_id)).collect();
    assert!(data.agents.iter().filter_map(|agent| agent.board_id).all(|id| boards.contains(&id)));
    assert!(data.tasks.iter().filter_map(|task| task.assigned_agent_id).all(|id| agents.contains(&id)));
    assert!(tasks.values().all(|id| boards.contains(id)));
    for DemoEvent { event, .. } in &data.events {
        assert!(event.board_id.is_none_or(|id| boards.contains(&id)));
        assert!(event.agent_id.is_none_or(|id| agents.contains(&id)));
        if let Some(task) = event.task_id {
            assert!(event.board_id.is_none_or(|board| tasks.get(&task) == Some(&board)), "{event:?}");
            assert!(tasks.contains_key(&task));
        }
    }
    // As earlier releases of the backend wrote them.
    assert!(data.events.iter().any(|row| row.event.board_id.is_none() && row.event.task_id.is_some()));
}

#[test]
fn a_task_has_the_status_of_its_last_move_but_for_the_one_of_the_deleted_agent() {
    let data = demo();
    let mut disagree = Vec::new();
    for task in &data.tasks {
        let last = of_type(&data, "task.status_changed").filter(|row| row.event.task_id == Some(task.id)).last();
        let text = last.and_then(|row| row.event.message.as_deref()).unwrap_or("Task moved to inbox: ");
        let agrees = text.starts_with(&format!("Task moved to {}: ", task.status))
            || text.starts_with("Task returned to inbox: dependency reopened (") && task.status == "inbox";
        assert_eq!(task.in_progress_at.is_some(), task.status == "in_progress", "{}", task.title);
        if !agrees {
            disagree.push(task.title);
        }
    }
    assert_eq!(disagree, ["Speed up the nightly export"]);
}

#[test]
fn titles_and_names_are_as_in_their_texts() {
    let data = demo();
    for row in
        of_type(&data, "task.status_changed").filter(|row| !row.event.message.as_ref().unwrap().contains("reopened"))
    {
        let title = data.tasks.iter().find(|task| Some(task.id) == row.event.task_id).unwrap().title;
        let text = row.event.message.as_deref().unwrap();
        let status = text.strip_prefix("Task moved to ").and_then(|rest| rest.strip_suffix(&format!(": {title}.")));
        assert!(["inbox", "in_progress", "review", "done"].contains(&status.unwrap_or_default()), "{text}");
    }
    for row in &data.events {
        let message = row.event.message.as_deref().unwrap();
        assert!(!message.is_empty() && message.trim() == message && !message.contains("{about}"), "{message}");
    }
}

#[test]
fn an_agent_sends_144_heartbeats_a_day() {
    let data = demo();
    let mads = agent(&data, "Mads");
    let own: Vec<_> = of_type(&data, "agent.heartbeat")
        .filter(|row| row.event.agent_id == Some(mads) && !is_forged(&data, row))
        .collect();
    assert!((14 * 144 - 1..=14 * 144 + 1).contains(&own.len()), "{}", own.len());
    let gaps = own.windows(2).map(|two| two[1].created_at.micros_since(two[0].created_at) as f64 / MINUTES);
    assert!(gaps.clone().all(|gap| (9.0..=11.0).contains(&gap)) && gaps.clone().any(|gap| gap > 10.1));
}

#[test]
fn one_agent_is_silent_one_is_late_one_never_reported_and_one_cannot_be_provisioned() {
    let data = demo();
    let age = |name: &str| {
        let id = agent(&data, name);
        let beats = of_type(&data, "agent.heartbeat").filter(|row| row.event.agent_id == Some(id));
        beats.filter(|row| !is_forged(&data, row)).last().map(minutes_ago)
    };
    assert!((540.0..560.0).contains(&age("Kofi").unwrap()));
    assert!((15.0..25.0).contains(&age("花子 Hana").unwrap()));
    assert_eq!((age("Iris"), age("Otto")), (None, None));
    for alive in ["Ada", "Chidi", "Bruno", "Emilia", "Emil", "Goro", "Juno", "Lena", "Mads", "Gateway Main"] {
        assert!(age(alive).unwrap() < 11.0, "{alive}");
    }
    // Nothing else is a sign of the silent one, but the backend has written a heartbeat for it.
    let kofi = agent(&data, "Kofi");
    let newer = data.events.iter().filter(|row| row.event.agent_id == Some(kofi) && minutes_ago(row) < 540.0);
    let types: Vec<&str> = newer.map(|row| row.event.event_type.as_str()).collect();
    assert_eq!(types, ["agent.heartbeat", "task.assignee_woken", "task.assignee_notified"]);
    let otto = data.agents.iter().find(|agent| agent.name == "Otto").unwrap();
    assert_eq!(otto.status, "provisioning");
    assert!(otto.last_provision_error.is_some());
    assert!(data.events.iter().all(|row| row.event.agent_id != Some(otto.id)));
}

#[test]
fn every_assignment_is_a_heartbeat_that_the_backend_forged_then_the_wake_then_the_message() {
    let data = demo();
    for (at, woken) in data.events.iter().enumerate().filter(|(_, row)| row.event.event_type == "task.assignee_woken") {
        let before = data.events[..at].iter().rev().take(5);
        let forged = before.filter(|row| row.event.event_type == "agent.heartbeat");
        let of_agent = forged.filter(|row| row.event.agent_id == woken.event.agent_id);
        assert!(of_agent.into_iter().any(|row| woken.created_at.micros_since(row.created_at) < 2_000_000), "{woken:?}");
    }
}

#[test]
fn deliveries_to_payments_fail_since_85_minutes_and_those_to_other_boards_do_not() {
    let data = demo();
    let recent: Vec<_> = data.events.iter().filter(|row| is_delivery(row) && minutes_ago(row) <= 85.0).collect();
    let (payments, others): (Vec<&DemoEvent>, Vec<&DemoEvent>) =
        recent.into_iter().partition(|row| board(&data, row).is_some_and(|slug| slug.starts_with("payments")));
    let failed = payments.iter().filter(|row| is_failure(row)).count();
    assert!(
        failed >= 50 && failed * 100 >= payments.len() * 90 && failed < payments.len(),
        "{failed}/{}",
        payments.len()
    );
    assert_eq!(others.iter().filter(|row| is_failure(row)).count(), 0);
    let first = payments.iter().find(|row| is_failure(row)).unwrap();
    assert!((80.0..=85.0).contains(&minutes_ago(first)));
    let before = data.events.iter().filter(|row| is_delivery(row) && (85.0..1_440.0).contains(&minutes_ago(row)));
    let before: Vec<_> = before.collect();
    let failed = before.iter().filter(|row| is_failure(row)).count();
    assert!(failed * 20 <= before.len() && before.len() >= 20, "{failed} of {}", before.len());
}

#[test]
fn an_incident_of_last_week_is_over() {
    let data = demo();
    let day = |row: &&&DemoEvent| minutes_ago(row) / 1_440.0;
    let failures: Vec<_> = data.events.iter().filter(|row| is_delivery(row) && is_failure(row)).collect();
    let inside = failures.iter().filter(|row| (7.8..=8.0).contains(&day(row)));
    assert!(inside.count() >= 25);
    // Besides the two there are only single failures.
    let outside = failures.iter().filter(|row| !(7.8..=8.0).contains(&day(row)) && minutes_ago(row) > 85.0);
    assert!((8..=30).contains(&outside.clone().count()), "{}", outside.count());
}

#[test]
fn tasks_wait_for_every_reason_that_there_is() {
    let data = demo();
    let history = |title: &str| -> Vec<&str> {
        let id = data.tasks.iter().find(|task| task.title == title).unwrap().id;
        let rows = data.events.iter().filter(|row| row.event.task_id == Some(id));
        rows.map(|row| row.event.event_type.as_str()).filter(|kind| *kind != "task.comment").collect()
    };
    for (title, last) in [
        ("FAQ: why does my agent not answer?", "task.assignee_notified"),
        ("Address book import stops at the first bad row", "task.assignee_notified"),
        ("Map tiles stay grey in tunnels 🚇", "task.lead_notified"),
        ("Renew the wildcard certificate of the edge nodes", "task.assignee_notify_failed"),
        ("Refund for order 48-1177 was paid twice", "task.assignee_notify_failed"),
        ("Statement import: refuse files with a wrong checksum", "task.rework_notify_failed"),
        ("Rotate the signing key of the session tokens", "task.assignee_notified"),
        ("Delete accounts that nobody used for 24 months", "task.status_changed"),
    ] {
        assert_eq!(history(title).last(), Some(&last), "{title}");
    }
    let statuses: HashSet<&str> = data.tasks.iter().map(|task| task.status).collect();
    assert_eq!(statuses, HashSet::from(["inbox", "in_progress", "review", "done"]));
}

#[test]
fn people_work_on_weekdays_and_by_day() {
    let data = demo();
    let people: Vec<_> = data.events.iter().filter(|row| row.event.user_id.is_some()).collect();
    let hour = |row: &&&DemoEvent| (minutes_ago(row) / 60.0) as i64;
    // Seen from Friday noon: 20 to 8 o'clock, Saturday and Sunday.
    let at_rest = people.iter().filter(|row| {
        let days = (hour(row) + 12) / 24 % 7;
        (4..16).contains(&(hour(row) % 24)) || [5, 6].contains(&days)
    });
    assert!(people.len() >= 70 && at_rest.count() * 50 <= people.len(), "{}", people.len());
}

#[test]
fn names_and_comments_try_the_width_of_columns() {
    let data = demo();
    assert!(data.boards.iter().any(|board| board.name.contains('\'')));
    assert!(data.tasks.iter().any(|task| task.title.contains('\u{308}')));
    assert!(data.tasks.iter().any(|task| task.title.contains('🚇')));
    assert!(data.agents.iter().any(|agent| agent.name.contains('花')));
    assert!(data.agents.iter().any(|agent| agent.name.chars().count() > 25));
    let comments: Vec<&str> = of_type(&data, "task.comment").filter_map(|row| row.event.message.as_deref()).collect();
    assert!(comments.iter().filter(|text| text.lines().count() >= 5).count() >= 15);
    assert!(comments.iter().any(|text| text.len() > 800));
}

#[test]
fn a_step_has_no_key_that_the_loader_does_not_read() {
    let known: HashSet<&str> =
        "at by fails attempts wake_fails task assign move say approval reopened dependency notify".split(' ').collect();
    let file: Value = serde_json::from_str(include_str!("demo.json")).unwrap();
    for part in ["tasks", "live"] {
        let steps = file[part].as_array().unwrap().iter().flat_map(|task| task["steps"].as_array().unwrap());
        for key in steps.flat_map(|step| step.as_object().unwrap().keys()) {
            assert!(known.contains(key.as_str()), "{key}");
        }
    }
}

#[test]
fn a_mistake_in_the_data_file_is_named() {
    for (right, wrong, message) in [
        (r#""assign": "Mads""#, r#""assign": "Mats""#, "\"Mats\""),
        (r#""board": "docs", "steps""#, r#""board": "dogs", "steps""#, "\"dogs\""),
        (r#""at": "-6m""#, r#""at": "+6d""#, "\"+6d\""),
        (r#""at": "-6m""#, r#""at": "w3 Fri 12:00""#, "after now"),
    ] {
        let text = include_str!("demo.json").replacen(right, wrong, 1);
        let file: data::DemoFile = serde_json::from_str(&text).unwrap();
        let error = loader::load(Box::leak(Box::new(file)), noon()).unwrap_err();
        assert!(format!("{error:#}").contains(message), "{error:#}");
    }
}

#[test]
fn live_events_continue_with_the_same_boards_tasks_and_agents() {
    let data = demo();
    let tasks: HashSet<Uuid> = data.tasks.iter().map(|task| task.id).collect();
    let agents: HashSet<Uuid> = data.agents.iter().map(|agent| agent.id).collect();
    let mut ids = HashSet::new();
    let mut before = String::new();
    for n in 0..200 {
        let live = next_live(n, noon().plus_seconds(n.cast_signed() * 2)).unwrap();
        let event = live.row.event;
        assert!(ids.insert(event.id));
        assert!(catalogue::is_known(&event.event_type));
        assert!(event.task_id.is_none_or(|id| tasks.contains(&id)));
        assert!(event.agent_id.is_none_or(|id| agents.contains(&id)));
        assert!(event.message.is_some_and(|message| !message.is_empty()));
        assert!(live.delay.as_millis() <= 9_000);
        if event.event_type == "task.assignee_woken" {
            assert!(live.delay.as_millis() < 100 && before.contains("agent.heartbeat"));
        }
        before = event.event_type;
    }
    assert_eq!(next_live(7, noon()).unwrap(), next_live(7, noon()).unwrap());
}
