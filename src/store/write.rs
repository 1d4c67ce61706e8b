//! Writing events. Who may write what is decided before.

use super::Store;
use super::query::{Dialect, Query, Value};
use crate::event::{NewEvent, Timestamp};
use anyhow::{Context, Result};

impl Store {
    /// Writes the `nth` event of the open transaction; answers with its created_at, the database's clock and `nth`
    /// microseconds, or with none if it was to be written `once` and its id is there already.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert(&mut self, event: &NewEvent, nth: usize, once: bool) -> Result<Option<Timestamp>> {
        let nth = i64::try_from(nth)?;
        let now = self.now().plus_micros(nth);
        let query = self.with_columns(event_values(Query::new("log"), event)).bind("now", Value::Time(now));
        let query = query.bind("nth", Value::Count(nth)).when("once", once);
        for text in [Some(&event.event_type), event.message.as_ref(), event.action.as_ref()].into_iter().flatten() {
            self.check_encodable(text).await?;
        }
        let mut created_at = None;
        self.fetch(&query, &mut |row| {
            created_at = row.columns().time()?;
            Ok(())
        })
        .await?;
        if created_at.is_none() && !once {
            anyhow::bail!("the database did not say when it wrote the event");
        }
        Ok(created_at)
    }

    /// The event that has an id already, with its created_at; nobody else writes one with it before the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn existing(&mut self, id: uuid::Uuid) -> Result<Option<(NewEvent, Timestamp)>> {
        if self.dialect() == Dialect::Postgres {
            self.fetch(&Query::new("log_turn"), &mut |_| Ok(())).await?;
        }
        let query = self.with_columns(Query::new("log_same")).bind("id", Value::Id(id));
        let mut found = None;
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let event = NewEvent {
                id,
                event_type: columns.text()?.unwrap_or_default(),
                message: columns.text()?,
                agent_id: columns.id()?,
                task_id: columns.id()?,
                board_id: columns.id()?,
                action: columns.text()?,
                user_id: columns.id()?,
                actor_id: columns.id()?,
            };
            found = Some((event, columns.time()?.context("an event without created_at")?));
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Notes in an embedded store that it holds more than what demo put there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mark_written(&mut self) -> Result<()> {
        let query = Query::new("mark_written").bind("now", Value::Time(self.now()));
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
