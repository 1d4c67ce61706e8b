//! Writing events. Who may write what is decided before.

use super::Database;
use super::query::{Query, Value};
use crate::model::{NewEvent, Timestamp};
use anyhow::{Context, Result};
use std::collections::HashMap;
use uuid::Uuid;

impl Database {
    /// Writes events of the open transaction, each with its place in it: created_at is the database's clock and as many
    /// microseconds. Answers with the created_at of those written; with `once`, an event whose id is there already is not.
    ///
    /// # Errors
    /// Those of the database; it may well be one event that it refuses, and then none is written.
    pub async fn insert(
        &mut self,
        events: &mut [NewEvent],
        places: &[usize],
        once: bool,
    ) -> Result<HashMap<Uuid, Timestamp>> {
        let mut written = HashMap::with_capacity(events.len());
        let mut done = Ok(());
        let mut messages = Vec::new();
        for query in (self.dialect().inserts)(events, places, self.now())? {
            let mut query = self.with_columns(query).when("once", once);
            if done.is_ok() {
                done = self
                    .fetch(&query, &mut |row| {
                        let mut columns = row.columns();
                        written.extend(columns.id()?.zip(columns.time()?));
                        Ok(())
                    })
                    .await;
            }
            messages.extend(query.take_texts("messages"));
        }
        for (event, message) in events.iter_mut().zip(messages) {
            event.message = message;
        }
        done.map(|()| written)
    }

    /// The events that have some ids already, each with its created_at; nobody else writes one with such an id before the
    /// transaction ends.
    pub async fn existing(&mut self, ids: &[Uuid]) -> Result<HashMap<Uuid, (NewEvent, Timestamp)>> {
        self.fetch_if_supported(&Query::new("lock_event_ids"), &mut |_| Ok(())).await?;
        let query = self.with_columns(Query::new("event_by_id")).bind("ids", Value::Ids(ids.to_vec()));
        let mut found = HashMap::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let id = columns.id()?.context("an event without id")?;
            let event_type = columns.text()?.unwrap_or_default();
            let (message, agent_id, task_id) = (columns.text()?, columns.id()?, columns.id()?);
            let created_at = columns.time()?.context("an event without created_at")?;
            let (action, user_id, actor_id) = (columns.text()?, columns.id()?, columns.id()?);
            let board_id = columns.id()?;
            let event = NewEvent { id, event_type, message, agent_id, task_id, board_id, action, user_id, actor_id };
            found.insert(id, (event, created_at));
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Marks a point in the transaction to which [`Database::undo`] returns.
    pub async fn mark(&mut self) -> Result<()> {
        self.savepoint("SAVEPOINT batch").await
    }

    /// Forgets the point.
    pub async fn unmark(&mut self) -> Result<()> {
        self.savepoint("RELEASE SAVEPOINT batch").await
    }

    /// Goes back to the point.
    ///
    /// # Errors
    /// Those of the database, where the transaction has ended meanwhile.
    pub async fn undo(&mut self) -> Result<()> {
        self.savepoint("ROLLBACK TO SAVEPOINT batch").await
    }

    async fn savepoint(&mut self, sql: &str) -> Result<()> {
        if self.dialect().survives_failure { Ok(()) } else { self.simple(sql).await }
    }

    /// Notes in a demo database that it holds more than what demo put there.
    pub async fn mark_written(&mut self) -> Result<()> {
        let query = Query::new("mark_modified").bind("now", Value::Time(self.now()));
        self.fetch(&query, &mut |_| Ok(())).await
    }
}

pub(super) fn event_values(query: Query, event: &NewEvent) -> Query {
    query
        .bind("id", Value::Id(event.id))
        .bind("event_type", Value::Text(event.event_type.clone()))
        .bind("message", Value::OptionalText(event.message.clone()))
        .bind("agent_id", Value::OptionalId(event.agent_id))
        .bind("task_id", Value::OptionalId(event.task_id))
        .bind("board_id", Value::OptionalId(event.board_id))
        .bind("action", Value::OptionalText(event.action.clone()))
        .bind("user_id", Value::OptionalId(event.user_id))
        .bind("actor_id", Value::OptionalId(event.actor_id))
}
