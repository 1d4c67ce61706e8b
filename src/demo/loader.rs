//! Turns the data file into the rows of a store.

use super::data::{DemoFile, EventSpec, demo_file};
use super::heartbeats::{self, heartbeats};
use super::ids::{id_of, number_below};
use super::task_steps::{Draft, TIMEOUT_SECONDS, TaskRun, attempts, task_id};
use super::times::{DAY, Microseconds, NOW, SECOND, parse};
use crate::db::demo_store::{
    Dataset, DemoAgent, DemoBoard, DemoEvent, DemoMembership, DemoOrganization, DemoTask, DemoUser,
};
use crate::model::{NewEvent, Timestamp};
use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use uuid::Uuid;

/// Everything that happened in the two weeks before `at`. Ids and texts do not depend on `at`, and every time has the
/// same distance from it. For an instant near the beginning of time, what does not fit falls onto that bound.
///
/// # Errors
/// The committed data file names something that it does not have; a test shows that it does not.
pub fn dataset(at: Timestamp) -> Result<Dataset> {
    load(demo_file()?, at)
}

/// As [`dataset`], from any data file.
pub(super) fn load(file: &'static DemoFile, at: Timestamp) -> Result<Dataset> {
    let instant = |when: Microseconds| at.plus_micros(when - NOW);
    let mut drafts = Vec::new();
    for agent in &file.agents {
        drafts.extend(heartbeats(agent)?);
    }
    for event in &file.events {
        drafts.extend(plain_events(file, event)?);
    }
    let mut tasks = Vec::new();
    for task in &file.tasks {
        let mut run = TaskRun::new(file, task)?;
        task.steps.iter().try_for_each(|step| run.take(step))?;
        let (status, moved_by_hand) = (task.table_status.unwrap_or(run.status), task.table_status.is_some());
        tasks.push(DemoTask {
            id: task_id(task),
            board_id: board_id(file, &task.board)?,
            title: &task.title,
            status: status.name(),
            assigned_agent_id: run.assignee.map_or(Ok(None), |agent| agent_id(file, agent))?,
            in_progress_at: run.in_progress_since.filter(|_| !moved_by_hand).map(instant),
        });
        drafts.append(&mut run.drafts);
    }
    // Stable, so that events of one microsecond keep their order.
    drafts.sort_by_key(|draft| draft.when);
    if let Some(late) = drafts.last().filter(|draft| draft.when > NOW) {
        anyhow::bail!("demo data: an event lies after now: {:?}", late.message);
    }
    let mut last_seen = HashMap::new();
    for draft in drafts.iter().filter(|draft| draft.event_type == "agent.heartbeat") {
        last_seen.insert(draft.agent, draft.when);
    }
    let (organization, user) = (id_of(&["organization"]), id_of(&["user"]));
    let agents = file.agents.iter().filter(|agent| !agent.deleted).map(|agent| {
        Ok(DemoAgent {
            id: id_of(&["agent", &agent.name]),
            board_id: agent.board.as_deref().map(|slug| board_id(file, slug)).transpose()?,
            name: &agent.name,
            status: &agent.status,
            is_board_lead: agent.lead,
            identity_profile: agent.identity.as_ref().map(serde_json::to_string).transpose()?,
            last_seen_at: last_seen.get(&Some(agent.name.as_str())).copied().map(instant),
            heartbeat_config: heartbeats::CONFIG,
            last_provision_error: agent.last_provision_error.as_deref(),
            wake_attempts: agent.wake_attempts,
        })
    });
    Ok(Dataset {
        organization: DemoOrganization { id: organization, name: &file.organization, created_at: instant(-60 * DAY) },
        user: DemoUser {
            id: user,
            clerk_user_id: "local-auth-user",
            email: &file.user.email,
            name: &file.user.name,
            active_organization_id: organization,
        },
        membership: DemoMembership {
            id: id_of(&["membership"]),
            organization_id: organization,
            user_id: user,
            role: "owner",
            all_boards_read: true,
            all_boards_write: true,
            created_at: instant(-60 * DAY),
        },
        boards: file
            .boards
            .iter()
            .map(|board| DemoBoard {
                id: id_of(&["board", &board.slug]),
                organization_id: organization,
                name: &board.name,
                slug: &board.slug,
            })
            .collect(),
        agents: agents.collect::<Result<_>>()?,
        tasks,
        events: drafts
            .into_iter()
            .map(|draft| {
                let created_at = instant(draft.when);
                Ok(DemoEvent { event: event_of(file, draft)?, created_at })
            })
            .collect::<Result<_>>()?,
    })
}

/// The row that a draft becomes.
pub(super) fn event_of(file: &DemoFile, draft: Draft) -> Result<NewEvent> {
    let action = match draft.event_type {
        "task.created" | "task.comment" => Some("created"),
        "task.updated" | "task.status_changed" => Some("updated"),
        _ => None,
    };
    // Earlier releases of the backend wrote no board beside the task; some such rows are always left.
    let is_old = draft.when < 12 * DAY && number_below(25, &["board", &draft.id.to_string()]) == 0;
    let board = draft.board.filter(|_| draft.task.is_none() || !is_old);
    Ok(NewEvent {
        id: draft.id,
        event_type: draft.event_type.to_owned(),
        message: Some(draft.message),
        agent_id: draft.agent.map_or(Ok(None), |agent| agent_id(file, agent))?,
        task_id: draft.task,
        board_id: board.map(|slug| board_id(file, slug)).transpose()?,
        action: action.map(str::to_owned),
        user_id: (draft.agent.is_none() && action.is_some()).then(|| id_of(&["user"])),
        actor_id: None,
    })
}

fn plain_events(file: &'static DemoFile, event: &'static EventSpec) -> Result<Vec<Draft>> {
    let mut when = parse(&event.at, 0, &format!("{} {}", event.event_type, event.message))?;
    let agent = event.agent.as_deref();
    let own_board = || file.agents.iter().find(|known| Some(known.name.as_str()) == agent)?.board.as_deref();
    let board = event.board.as_deref().or_else(own_board);
    let mut drafts = Vec::new();
    let errors = attempts(event.fails.as_deref(), event.attempts);
    let messages = errors.map_or_else(
        || vec![event.message.clone()],
        |errors| errors.iter().map(|error| format!("{}: {error}", event.message)).collect(),
    );
    for message in messages {
        let id = id_of(&["event", &event.event_type, &event.at, &message]);
        drafts.push(Draft { id, when, event_type: &event.event_type, message, agent, task: None, board });
        when += (TIMEOUT_SECONDS + 1) * SECOND;
    }
    Ok(drafts)
}

/// None for a deleted agent.
fn agent_id(file: &DemoFile, name: &str) -> Result<Option<Uuid>> {
    let found = file.agents.iter().find(|agent| agent.name == name);
    let agent = found.with_context(|| format!("demo data: no agent is called {name:?}"))?;
    Ok((!agent.deleted).then(|| id_of(&["agent", name])))
}

fn board_id(file: &DemoFile, slug: &str) -> Result<Uuid> {
    ensure!(file.boards.iter().any(|board| board.slug == slug), "demo data: no board has the slug {slug:?}");
    Ok(id_of(&["board", slug]))
}
