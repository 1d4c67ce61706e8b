//! The story of a task.

use crate::analysis::dwell::{self, History, HistoryEvent, StatusChange};
use crate::analysis::participants::Participants;
use crate::db::{BoardRule, EventQuery, Order, PageRequest, TaskColumns};
use crate::model::{ActivityEvent, Filter, Scope, Timestamp};
use crate::output::timeline::TimelineTask;
use crate::session::Session;
use anyhow::Result;
use std::collections::HashMap;
use uuid::Uuid;

/// A task and all that happened to it, as far as the actor may see it.
pub(crate) struct Story {
    pub(crate) task: TimelineTask,
    pub(crate) participants: Participants,
    /// Oldest first.
    pub(crate) events: Vec<ActivityEvent>,
    pub(crate) changes: HashMap<Uuid, StatusChange>,
}

impl Story {
    /// Reads it, up to an instant if there is one.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn of(
        session: &mut Session,
        task: Uuid,
        now: Timestamp,
        through: Option<Timestamp>,
    ) -> Result<Self> {
        let scope = session.scope.clone();
        let filter = Filter { tasks: vec![task], ..Filter::default() };
        let asked = EventQuery { through, ..Session::asked(&scope, &filter, BoardRule::EventBoard) };
        let mut events: Vec<ActivityEvent> = Vec::new();
        let mut participants = Participants::default();
        let page = PageRequest { order: Order::Oldest, ..PageRequest::default() };
        session
            .store
            .feed::<ActivityEvent>(asked, page, &mut |event| {
                participants.add(&event);
                events.push(event);
                Ok(())
            })
            .await?;
        let columns = session.store.task_columns().await?;
        // The table says what is now.
        let columns = TaskColumns { status: columns.status && now == session.now, ..columns };
        let everything = Filter::default();
        let found = session.store.task_table(&scope, &everything, Some(vec![task]), columns).await?.pop();
        let status = found.as_ref().and_then(|found| found.status.clone());
        let steps: Vec<HistoryEvent<'_>> = events
            .iter()
            .map(|event| HistoryEvent {
                event_type: &event.event_type,
                message: event.message.as_deref().unwrap_or_default(),
                agent: event.agent_id,
                at: event.created_at,
            })
            .collect();
        let own_events_only = matches!(scope, Scope::Agent(_));
        let history: History =
            dwell::history(&steps, now, dwell::DwellContext { table_status: status.as_deref(), own_events_only });
        let changes = events.iter().map(|event| event.id).zip(history.changes.iter().copied()).collect();
        let title = events.iter().find_map(|event| event.task_title.clone());
        let board = events.iter().find_map(|event| Some((event.board_id?, event.board_name.clone())));
        let task = match found {
            Some(found) => TimelineTask {
                id: task,
                title: Some(found.title),
                board_id: found.board.0,
                board_name: found.board.1,
                status,
                history,
            },
            None => TimelineTask {
                id: task,
                title,
                board_id: board.as_ref().map(|(id, _)| *id),
                board_name: board.and_then(|(_, name)| name),
                status: None,
                history,
            },
        };
        Ok(Self { task, participants, events, changes })
    }
}
