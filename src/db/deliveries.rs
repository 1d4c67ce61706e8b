//! Events that tell of deliveries, and how fast failures burn an objective.

use super::query::{Query, Value};
use super::{Database, EventQuery};
use crate::analysis::{burn, deliveries};
use crate::model::{Scope, Tally, Timestamp};
use anyhow::Result;
use uuid::Uuid;

/// An event that tells of deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryEvent {
    /// Its type.
    pub event_type: String,
    /// The text of a broadcast.
    pub message: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// The board by the rule of the query, if groups by board are wanted.
    pub board: Option<Uuid>,
    /// The agent.
    pub agent: Option<Uuid>,
    /// The task.
    pub task: Option<Uuid>,
}

impl Database {
    /// Streams what tells of deliveries, oldest first.
    pub async fn deliveries(
        &mut self,
        asked: EventQuery<'_>,
        by_board: bool,
        each: &mut dyn FnMut(DeliveryEvent),
    ) -> Result<()> {
        if matches!(asked.scope, Scope::Boards(boards) if boards.is_empty()) {
            return Ok(());
        }
        let of_few = !asked.filter.agents.is_empty() || !asked.filter.tasks.is_empty();
        let query = self.with_filters(Query::new("deliveries"), &asked).when("by_board", by_board);
        let query = query.when("hash_readable_tasks", !of_few);
        let mut query = self.among_types(query, &asked).await?;
        query.retain_texts("types", &|event_type| deliveries::route(event_type).is_some());
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let (event_type, message, created_at) = (columns.text()?, columns.text()?, columns.time()?);
            // A value in SQLite that is no type or no time is reported where the rows themselves are read.
            let (Some(event_type), Some(created_at)) = (event_type, created_at) else { return Ok(()) };
            let (board, agent, task) = (columns.id()?, columns.id()?, columns.id()?);
            each(DeliveryEvent { event_type, message, created_at, board, agent, task });
            Ok(())
        })
        .await
    }

    /// Failures and all events in each of [`burn::WINDOWS`], which end where the query ends. Its start is set here.
    pub async fn burn(&mut self, asked: EventQuery<'_>, until: Timestamp) -> Result<[Tally; 5]> {
        let mut tallies = [Tally::default(); 5];
        if matches!(asked.scope, Scope::Boards(boards) if boards.is_empty()) {
            return Ok(tallies);
        }
        let since = burn::WINDOWS.map(|(_, seconds)| until.plus_seconds(-seconds));
        let filter = crate::model::Filter { since: Some(since[4]), ..asked.filter.clone() };
        let asked = EventQuery { filter: &filter, ..asked };
        let query = self.with_filters(Query::new("burn"), &asked).when("hash_readable_tasks", true);
        let query = query.bind("since_first", Value::Time(since[0])).bind("since_second", Value::Time(since[1]));
        let query = query.bind("since_third", Value::Time(since[2])).bind("since_fourth", Value::Time(since[3]));
        let query = self.among_types(query, &asked).await?;
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            for tally in &mut tallies {
                tally.errors = columns.count()?.unsigned_abs();
            }
            for tally in &mut tallies {
                tally.total = columns.count()?.unsigned_abs();
            }
            Ok(())
        })
        .await?;
        Ok(tallies)
    }
}
