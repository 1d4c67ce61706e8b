//! What has become of the events of an archive.

use super::query::{Query, Value};
use super::{BoardRule, Database, EventQuery};
use crate::model::{Filter, Scope, StoredEvent};
use anyhow::Result;
use std::collections::HashSet;
use uuid::Uuid;

impl Database {
    /// Those of the events that the actor may see, in any order.
    pub async fn archived(&mut self, scope: &Scope, ids: Vec<Uuid>) -> Result<Vec<StoredEvent>> {
        let mut found = Vec::new();
        if matches!(scope, Scope::Boards(boards) if boards.is_empty()) {
            return Ok(found);
        }
        let filter = Filter::default();
        let asked = EventQuery { scope, filter: &filter, rule: BoardRule::EventBoard, through: None, failures: false };
        let query = self.with_filters(Query::new("archived"), &asked).bind("ids", Value::Ids(ids)).forbid_seqscan(true);
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            found.push(StoredEvent {
                id,
                event_type: columns.text()?.unwrap_or_default(),
                message: columns.text()?,
                agent_id: columns.id()?,
                created_at: columns.time()?.unwrap_or(crate::model::Timestamp::NEG_INFINITY),
            });
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Those of the boards, tasks, agents and events that are there; of a user's boards only those that the user may read.
    pub async fn still_there(
        &mut self,
        scope: &Scope,
        [boards, tasks, agents, events]: [Vec<Uuid>; 4],
    ) -> Result<HashSet<Uuid>> {
        let mut found = HashSet::new();
        let readable = if let Scope::Boards(readable) = scope { Some(Value::Ids(readable.clone())) } else { None };
        let query = Query::new("still_there")
            .bind("boards", Value::Ids(boards))
            .bind("tasks", Value::Ids(tasks))
            .bind("agents", Value::Ids(agents))
            .bind("events", Value::Ids(events))
            .bind_some("readable", readable)
            .forbid_seqscan(true);
        self.fetch(&query, &mut |row| {
            found.extend(row.columns().id()?);
            Ok(())
        })
        .await?;
        Ok(found)
    }
}
