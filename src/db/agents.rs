//! Agents: what their table says, and what they did.

use super::query::{Query, Value};
use super::{BoardRule, Database, EventQuery};
use crate::analysis::liveness;
use crate::model::{Filter, Scope, Timestamp};
use anyhow::Result;
use uuid::Uuid;

/// What the agents table says of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentNow {
    pub id: Uuid,
    /// Untrusted, as are the other texts.
    pub name: String,
    pub board_id: Option<Uuid>,
    pub board_name: Option<String>,
    /// The text of a JSON document.
    pub heartbeat_config: Option<String>,
    pub status: Option<String>,
    pub last_seen_at: Option<Timestamp>,
    pub last_provision_error: Option<String>,
    pub wake_attempts: Option<i64>,
}

/// Columns of the agents table that not every database has, and that a role may lack.
const OPTIONAL: [(&str, &str); 5] = [
    ("agents.heartbeat_config", "has_heartbeat_config"),
    ("agents.status", "has_status"),
    ("agents.last_seen_at", "has_last_seen_at"),
    ("agents.last_provision_error", "has_last_provision_error"),
    ("agents.wake_attempts", "has_wake_attempts"),
];

impl Database {
    /// The agents on the boards of the scope that pass a filter of boards and agents, or the agent that asks; and the columns
    /// that cannot be read, which are null.
    pub async fn agent_table(&mut self, scope: &Scope, filter: &Filter) -> Result<(Vec<AgentNow>, Vec<&'static str>)> {
        let readable = self.readable_columns(&OPTIONAL.map(|(column, _)| column)).await?;
        let is_readable = |column: &str| readable.iter().any(|known| known == column);
        let missing = OPTIONAL.iter().map(|(column, _)| *column).filter(|column| !is_readable(column)).collect();
        let some = |ids: &[Uuid]| (!ids.is_empty()).then(|| Value::Ids(ids.to_vec()));
        let mut query = Query::new("agent_states").small();
        for (column, flag) in OPTIONAL {
            query = query.when(flag, is_readable(column));
        }
        query = match scope {
            Scope::Boards(readable) => query.bind("boards", Value::Ids(filter.readable_boards(readable))),
            Scope::Agent(agent) => query
                .bind("agent", Value::Id(*agent))
                .bind_some("boards", filter.boards.clone().map(Value::Ids))
                .bind_some("exclude_boards", some(&filter.exclude_boards)),
        };
        query =
            query.bind_some("agents", some(&filter.agents)).bind_some("exclude_agents", some(&filter.exclude_agents));
        let mut agents = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            agents.push(AgentNow {
                id,
                name: columns.text()?.unwrap_or_default(),
                board_id: columns.id()?,
                board_name: columns.text()?,
                heartbeat_config: columns.text()?,
                status: columns.text()?,
                last_seen_at: columns.time()?,
                last_provision_error: columns.text()?,
                wake_attempts: columns.optional_count()?,
            });
            Ok(())
        })
        .await?;
        Ok((agents, missing))
    }

    /// What the agents of a filter did in its time and when they were woken, newest first.
    pub async fn agent_signs(
        &mut self,
        scope: &Scope,
        filter: &Filter,
        through: Option<Timestamp>,
        each: &mut dyn FnMut(Uuid, &str, Timestamp),
    ) -> Result<()> {
        if matches!(scope, Scope::Boards(boards) if boards.is_empty()) {
            return Ok(());
        }
        let asked = EventQuery { scope, filter, rule: BoardRule::EventBoard, through, failures: false };
        let types = liveness::own_types().chain(liveness::WAKES).map(str::to_owned).collect();
        let query = self.with_filters(Query::new("agent_signs"), &asked).when("hash_readable_tasks", true);
        let query = query.bind("types", Value::Texts(types));
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            if let (Some(agent), Some(event_type), Some(at)) = (columns.id()?, columns.text()?, columns.time()?) {
                each(agent, &event_type, at);
            }
            Ok(())
        })
        .await
    }
}
