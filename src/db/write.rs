//! Writing events. Who may write what is decided before.

use super::query::{Dialect, Query, Value};
use super::{Database, Engine};
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
        if self.dialect() == Dialect::Sqlite {
            return self.insert_one_by_one(events, places, once).await;
        }
        // Long texts are lent and not copied.
        let ids = |id: fn(&NewEvent) -> Option<Uuid>| Value::OptionalIds(events.iter().map(id).collect());
        let (agents, tasks, boards) =
            (ids(|event| event.agent_id), ids(|event| event.task_id), ids(|event| event.board_id));
        let (users, actors) = (ids(|event| event.user_id), ids(|event| event.actor_id));
        let places = places.iter().map(|place| i64::try_from(*place)).collect::<Result<_, _>>()?;
        let mut query = self
            .with_columns(Query::new("insert_event"))
            .when("once", once)
            .bind("ids", Value::Ids(events.iter().map(|event| event.id).collect()))
            .bind("event_types", Value::Texts(events.iter().map(|event| event.event_type.clone()).collect()))
            .bind("messages", Value::OptionalTexts(events.iter_mut().map(|event| event.message.take()).collect()))
            .bind("actions", Value::OptionalTexts(events.iter().map(|event| event.action.clone()).collect()))
            .bind("agent_ids", agents)
            .bind("task_ids", tasks)
            .bind("board_ids", boards)
            .bind("user_ids", users)
            .bind("actor_ids", actors)
            .bind("nths", Value::Counts(places));
        let mut written = HashMap::with_capacity(events.len());
        let done = self
            .fetch(&query, &mut |row| {
                let mut columns = row.columns();
                written.extend(columns.id()?.zip(columns.time()?));
                Ok(())
            })
            .await;
        for (event, message) in events.iter_mut().zip(query.take_texts("messages")) {
            event.message = message;
        }
        done.map(|()| written)
    }

    /// SQLite is no server: a statement costs no round trip.
    async fn insert_one_by_one(
        &mut self,
        events: &[NewEvent],
        places: &[usize],
        once: bool,
    ) -> Result<HashMap<Uuid, Timestamp>> {
        let mut written = HashMap::with_capacity(events.len());
        for (event, place) in events.iter().zip(places) {
            let now = self.now().plus_micros(i64::try_from(*place)?);
            let query =
                self.with_columns(event_values(Query::new("insert_event"), event)).bind("now", Value::Time(now));
            self.fetch(&query.when("once", once), &mut |row| {
                written.extend(row.columns().time()?.map(|at| (event.id, at)));
                Ok(())
            })
            .await?;
        }
        Ok(written)
    }

    /// The events that have some ids already, each with its created_at; nobody else writes one with such an id before the
    /// transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn existing(&mut self, ids: &[Uuid]) -> Result<HashMap<Uuid, (NewEvent, Timestamp)>> {
        if self.dialect() == Dialect::Postgres {
            self.fetch(&Query::new("lock_event_ids"), &mut |_| Ok(())).await?;
        }
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

    /// Marks a point in the transaction to which [`Database::undo`] returns. SQLite needs none: there a statement that fails
    /// leaves the transaction as it was.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mark(&mut self) -> Result<()> {
        self.of_the_server("SAVEPOINT batch").await
    }

    /// Forgets the point.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn unmark(&mut self) -> Result<()> {
        self.of_the_server("RELEASE SAVEPOINT batch").await
    }

    /// Goes back to the point.
    ///
    /// # Errors
    /// Those of the database, where the transaction has ended meanwhile.
    pub async fn undo(&mut self) -> Result<()> {
        self.of_the_server("ROLLBACK TO SAVEPOINT batch").await
    }

    async fn of_the_server(&mut self, sql: &str) -> Result<()> {
        match self.engine {
            Engine::Postgres(_) => self.simple(sql).await,
            Engine::Sqlite(_) => Ok(()),
        }
    }

    /// Notes in an embedded store that it holds more than what demo put there.
    ///
    /// # Errors
    /// Those of the database.
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
