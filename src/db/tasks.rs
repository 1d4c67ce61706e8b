//! Tasks: what happened to them, and what their table says.

use super::query::{Query, Value};
use super::{BoardRule, Database, EventQuery};
use crate::analysis::task_status::TaskStatus;
use crate::analysis::waiting::TaskStep;
use crate::model::{Filter, Scope, Timestamp};
use anyhow::{Context, Result};
use uuid::Uuid;

/// What the tasks table says of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskNow {
    /// Primary key.
    pub id: Uuid,
    /// Title; untrusted.
    pub title: String,
    /// The task's board, and its name.
    pub board: (Option<Uuid>, Option<String>),
    /// Where the role may read it.
    pub status: Option<String>,
    /// The agent that has the task, where the role may read it and the actor may see that agent.
    pub assignee: Option<(Uuid, Option<String>)>,
}

/// Columns of the tasks table that a role may lack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskColumns {
    /// `tasks.status`.
    pub status: bool,
    /// `tasks.assigned_agent_id`.
    pub assignee: bool,
}

impl TaskColumns {
    /// Those that are missing, by name.
    pub fn missing(self) -> Vec<&'static str> {
        [("tasks.status", self.status), ("tasks.assigned_agent_id", self.assignee)]
            .into_iter()
            .filter(|(_, readable)| !readable)
            .map(|(column, _)| column)
            .collect()
    }
}

impl Database {
    /// Which columns of the tasks table may be read.
    pub async fn task_columns(&mut self) -> Result<TaskColumns> {
        let wanted = ["tasks.status", "tasks.assigned_agent_id"];
        let readable = self.readable_columns(&wanted).await?;
        let [status, assignee] = wanted.map(|column| readable.iter().any(|known| known == column));
        Ok(TaskColumns { status, assignee })
    }

    /// Those of some columns (`tasks.status`) that exist and that the role may read.
    pub async fn readable_columns(&mut self, columns: &[&str]) -> Result<Vec<String>> {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        let query = Query::new("readable_columns").small().bind("columns", Value::Texts(columns));
        let mut readable = Vec::new();
        self.fetch(&query, &mut |row| {
            readable.extend(row.columns().text()?);
            Ok(())
        })
        .await?;
        Ok(readable)
    }

    /// The events of tasks that decide what they wait for, and comments, oldest first, up to an instant.
    pub async fn task_steps(
        &mut self,
        scope: &Scope,
        filter: &Filter,
        through: Timestamp,
        each: &mut dyn FnMut(Uuid, TaskStep<'_>),
    ) -> Result<()> {
        if matches!(scope, Scope::Boards(boards) if filter.readable_boards(boards).is_empty()) {
            return Ok(());
        }
        let filter = Filter {
            types: ["task.*", "approval.lead_*"].map(str::to_owned).to_vec(),
            exclude_types: vec!["task.updated".to_owned()],
            ..filter.clone()
        };
        let asked =
            EventQuery { scope, filter: &filter, rule: BoardRule::EventBoard, through: Some(through), failures: false };
        let query = self.with_filters(Query::new("task_steps"), &asked).when("hash_readable_tasks", true);
        let query = if filter.tasks.is_empty() { self.among_types(query, &asked).await? } else { query };
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let task = columns.id()?.context("an event without task")?;
            let id = columns.id()?.context("an event without id")?;
            let event_type = columns.text()?.context("an event without type")?;
            let at = columns.time()?.context("an event without created_at")?;
            let agent = columns.id()?;
            let status = columns.text()?.as_deref().and_then(TaskStatus::from_message);
            each(task, TaskStep { id, event_type: &event_type, at, agent, status });
            Ok(())
        })
        .await
    }

    /// What the table says of some tasks, or of all that the actor may see.
    pub async fn task_table(
        &mut self,
        scope: &Scope,
        filter: &Filter,
        ids: Option<Vec<Uuid>>,
        columns: TaskColumns,
    ) -> Result<Vec<TaskNow>> {
        let some = |ids: &[Uuid]| (!ids.is_empty()).then(|| Value::Ids(ids.to_vec()));
        let query = Query::new("task_table")
            .when("has_status", columns.status)
            .when("has_assignee", columns.assignee)
            .bind_some("ids", ids.map(Value::Ids));
        let query = match scope {
            Scope::Boards(readable) => query
                .bind("boards", Value::Ids(filter.readable_boards(readable)))
                .bind("readable", Value::Ids(readable.clone())),
            Scope::Agent(agent) => query
                .bind("agent", Value::Id(*agent))
                .bind_some("boards", filter.boards.clone().map(Value::Ids))
                .bind_some("exclude_boards", some(&filter.exclude_boards)),
        };
        let mut tasks = Vec::new();
        self.fetch(&query, &mut |row| {
            let mut columns = row.columns();
            let Some(id) = columns.id()? else { return Ok(()) };
            let title = columns.text()?.unwrap_or_default();
            let board = (columns.id()?, columns.text()?);
            let status = columns.text()?;
            let assignee = columns.id()?;
            let assignee_name = columns.text()?;
            let assignee = assignee.map(|id| (id, assignee_name));
            tasks.push(TaskNow { id, title, board, status, assignee });
            Ok(())
        })
        .await?;
        Ok(tasks)
    }
}
