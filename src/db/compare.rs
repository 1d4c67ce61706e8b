//! The events of two windows, counted together.

use super::query::{Query, Value};
use super::{Database, EventQuery};
use crate::model::{BeforeAfter, Filter, Period, Scope, Timestamp};
use anyhow::Result;
use std::collections::HashMap;
use uuid::Uuid;

/// Events of one type, board, agent and, where they are failures, message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowCount {
    /// The event type.
    pub event_type: String,
    /// Board and its name.
    pub board: (Option<Uuid>, Option<String>),
    /// Agent and its name.
    pub agent: (Option<Uuid>, Option<String>),
    /// The start of the message, for failures.
    pub message: Option<String>,
    /// How many.
    pub counts: BeforeAfter,
}

impl Database {
    /// The events of both windows that the actor may see and asks for. The windows do not overlap.
    pub async fn compared(
        &mut self,
        asked: EventQuery<'_>,
        [before, after]: [Period; 2],
        each: &mut dyn FnMut(WindowCount) -> Result<()>,
    ) -> Result<()> {
        if matches!(asked.scope, Scope::Boards(boards) if boards.is_empty()) {
            return Ok(());
        }
        let filter = Filter { since: Some(before.since), until: Some(after.until), ..asked.filter.clone() };
        let asked = EventQuery { filter: &filter, ..asked };
        // Of few events the task's board is looked up one by one.
        let of_few = !filter.agents.is_empty() || !filter.tasks.is_empty();
        let query = self
            .with_filters(Query::new("compare"), &asked)
            .when("hash_readable_tasks", !of_few)
            .bind("middle", Value::Time(after.since))
            .bind_some("gap_since", (before.until < after.since).then_some(Value::Time(before.until)));
        let query = self.among_types(query, &asked).await?;
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            each(WindowCount {
                event_type: columns.text()?.unwrap_or_default(),
                board: (columns.id()?, columns.text()?),
                agent: (columns.id()?, columns.text()?),
                message: columns.text()?,
                counts: BeforeAfter { before: columns.count()?.unsigned_abs(), after: columns.count()?.unsigned_abs() },
            })
        })
        .await
    }

    /// When the actor could first see an event of each type that the filter lets through, at any time.
    pub async fn first_seen(
        &mut self,
        asked: EventQuery<'_>,
        types: Vec<String>,
    ) -> Result<HashMap<String, Timestamp>> {
        let mut seen = HashMap::new();
        if types.is_empty() {
            return Ok(seen);
        }
        let filter = Filter { since: None, until: None, ..asked.filter.clone() };
        let asked = EventQuery { filter: &filter, ..asked };
        let query = self.with_filters(Query::new("first_seen"), &asked).bind("names", Value::Texts(types));
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            if let (Some(name), Some(at)) = (columns.text()?, columns.time()?) {
                seen.insert(name, at);
            }
            Ok(())
        })
        .await?;
        Ok(seen)
    }
}
