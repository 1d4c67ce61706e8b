//! Which tasks wait, for whom and why.

use crate::analysis::waiting::{
    Evidence, MEASURED_DAYS, Patience, TaskHistories, TaskHistory, Usual, Wait, what_helps,
};
use crate::db::{BoardRule, TaskColumns, TaskNow};
use crate::model::{ActivityEvent, Filter, Key, Scope, TaskState, Timestamp, WaitingTask};
use crate::session::Session;
use anyhow::Result;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

const DAY: i64 = 86_400;
/// Days that are looked at, unless another start is given.
pub(crate) const LOOKED_AT_DAYS: i64 = 7;

/// Which tasks to judge, and when.
pub(crate) struct TaskQuery<'a> {
    /// By board, task, agent and text.
    pub(crate) filter: &'a Filter,
    /// As of when; events of this instant count.
    pub(crate) now: Timestamp,
    /// Where the events that are looked at begin.
    pub(crate) since: Timestamp,
    /// The table says what is now, so it is not compared with an earlier log.
    pub(crate) in_the_past: bool,
    /// When a task without an answer is stuck.
    pub(crate) patience: Patience,
    /// Every open task.
    pub(crate) all: bool,
}

/// The tasks that wait.
pub(crate) struct TasksFound {
    /// The worst first.
    pub(crate) rows: Vec<WaitingTask>,
    /// How long answers usually take, by the type of the event that is answered.
    pub(crate) usual: BTreeMap<&'static str, Usual>,
    /// Which columns of the table could be read.
    pub(crate) columns: TaskColumns,
}

impl Session {
    /// The tasks that wait.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn waiting_tasks(&mut self, query: &TaskQuery<'_>) -> Result<TasksFound> {
        let TaskQuery { filter, now, since, in_the_past, patience, all } = *query;
        let measured_from = now.plus_seconds(-MEASURED_DAYS * DAY);
        let Filter { agents, exclude_agents, grep, ignore_case, .. } = filter;
        let scope = self.scope.clone();
        let columns = self.store.task_columns().await?;
        let usable = TaskColumns { status: columns.status && !in_the_past, assignee: columns.assignee && !in_the_past };

        // The usual time of an answer is measured over all that the actor may see: a filter does not change what is usual.
        let everything = Filter { since: Some(since.min(measured_from)), ..Filter::default() };
        let mut histories = TaskHistories::default();
        self.store
            .task_steps(&scope, &everything, now, &mut |task, step| histories.add(task, step, measured_from, since))
            .await?;
        let usual = histories.usual();
        let mut tasks = histories.into_tasks();

        let wanted = Filter {
            boards: filter.boards.clone(),
            exclude_boards: filter.exclude_boards.clone(),
            tasks: filter.tasks.clone(),
            ..Filter::default()
        };
        let ids = if all { None } else { Some(tasks.keys().copied().collect::<Vec<_>>()) };
        let mut table = self.store.task_table(&scope, &wanted, ids, usable).await?;
        if !filter.tasks.is_empty() {
            table.retain(|task| filter.tasks.contains(&task.id));
        }
        look_further_back(self, query, &scope, &table, &mut tasks, usable).await?;

        let mut rows = Vec::new();
        let none = TaskHistory::default();
        for task in &table {
            let history = tasks.get(&task.id).unwrap_or(&none);
            let wait = history.wait(now, patience, &usual);
            judge(query, task, history, wait, own_events_of(&scope), &mut rows);
        }
        describe(self, &scope, &mut rows).await?;
        let of_agent = |row: &WaitingTask| row.agent.as_ref().map(|(id, _)| *id);
        rows.retain(|row| agents.is_empty() || of_agent(row).is_some_and(|id| agents.contains(&id)));
        rows.retain(|row| of_agent(row).is_none_or(|id| !exclude_agents.contains(&id)));
        rows.retain(|row| grep.is_empty() || grep.iter().any(|text| holds(row.message.as_deref(), text, *ignore_case)));
        rows.sort_by_key(|row| (row.state, row.since, row.task_id));
        Ok(TasksFound { rows, usual, columns })
    }
}

/// Where the status of a task is older than what was looked at, or with --all its last event: reads what happened to
/// these tasks before.
async fn look_further_back(
    session: &mut Session,
    query: &TaskQuery<'_>,
    scope: &Scope,
    table: &[TaskNow],
    tasks: &mut HashMap<Uuid, TaskHistory>,
    usable: TaskColumns,
) -> Result<()> {
    let TaskQuery { now, since, all, .. } = *query;
    let needed = |task: &&TaskNow| {
        let history = tasks.get(&task.id);
        let is_decided = |history: &TaskHistory| history.turning_point.is_some() && history.moved.is_some();
        match usable.status {
            true => all && task.status.as_deref() != Some("done") && history.is_none(),
            false => (all || history.is_some()) && !history.is_some_and(is_decided),
        }
    };
    let ids: Vec<Uuid> = table.iter().filter(needed).map(|task| task.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let from = if all { Timestamp::NEG_INFINITY } else { since };
    let mut older = TaskHistories::default();
    let filter = Filter { tasks: ids, ..Filter::default() };
    session
        .store
        .task_steps(scope, &filter, now, &mut |task, step| older.add(task, step, Timestamp::INFINITY, from))
        .await?;
    tasks.extend(older.into_tasks());
    Ok(())
}

/// The agent that sees its own events alone.
fn own_events_of(scope: &Scope) -> Option<Uuid> {
    match scope {
        Scope::Agent(id) => Some(*id),
        Scope::Boards(_) => None,
    }
}

/// Adds the rows of one task. `own` is the agent whose events alone were read: what others did to the task is known from the
/// table only, so the log that is behind proves nothing.
fn judge(
    query: &TaskQuery<'_>,
    task: &TaskNow,
    history: &TaskHistory,
    wait: Option<Wait>,
    own: Option<Uuid>,
    rows: &mut Vec<WaitingTask>,
) {
    let TaskQuery { in_the_past, all, .. } = *query;
    let logged = history.moved.as_ref().map(|(status, _)| status.name());
    let status = task.status.clone().or_else(|| logged.map(str::to_owned));
    let row = |state, evidence: Option<&Evidence>| WaitingTask {
        task_id: task.id,
        task_title: task.title.clone(),
        board_id: task.board.0,
        board_name: task.board.1.clone(),
        state,
        overdue: false,
        since: evidence.map(|evidence| evidence.at),
        agent: evidence.and_then(|evidence| evidence.agent).map(|agent| (agent, None)),
        reason: String::new(),
        next: None,
        event_id: evidence.map(|evidence| evidence.id),
        event_type: evidence.map(|evidence| evidence.event_type.clone()),
        message: None,
        status: status.clone(),
    };
    let differs = task.status.as_deref().and_then(|status| history.differs(status));
    let has_another = |own| task.assignee.as_ref().is_some_and(|(agent, _)| *agent != own);
    let wait = wait.filter(|_| !own.is_some_and(|own| differs.is_some() || has_another(own)));
    if let Some((logged, moved)) = differs.filter(|_| own.is_none()) {
        let table = task.status.as_deref().unwrap_or_default();
        let reason = format!("the log says {}, the table says {table}", logged.name());
        let next = Some("look at the task: it was changed without an event, as when its agent is deleted");
        rows.push(WaitingTask { agent: None, reason, next, ..row(TaskState::Differs, Some(moved)) });
    }
    let done = status.as_deref() == Some("done");
    // Without an event up to then, the task may not have existed yet.
    if done || in_the_past && history.turning_point.is_none() {
        return;
    }
    let point = history.turning_point.as_ref();
    let event_type = point.map_or("", |point| point.event_type.as_str());
    let (state, overdue) = match wait {
        Some(Wait::NotDelivered | Wait::NoAnswer) => (TaskState::Stuck, true),
        Some(Wait::Lead { overdue }) => (TaskState::WaitsForLead, overdue),
        Some(Wait::Recent) => (TaskState::Waits, false),
        None => (TaskState::Open, false),
    };
    if state >= TaskState::Waits && !all {
        return;
    }
    let next = (state < TaskState::Waits).then(|| what_helps(event_type));
    let mut row = WaitingTask { overdue, next, reason: reason(wait, event_type), ..row(state, point) };
    if state == TaskState::Open {
        row.agent = task.assignee.clone();
        row.reason =
            status.map_or_else(|| "nothing is known to wait".to_owned(), |status| format!("it is in {status}"));
    }
    rows.push(row);
}

fn reason(wait: Option<Wait>, event_type: &str) -> String {
    let about = match event_type {
        "task.assignee_notified" | "task.assignee_notify_failed" => "the agent was {} of the assignment",
        "task.rework_notified" | "task.rework_notify_failed" => "the agent was {} of requested changes",
        "task.lead_notified" | "task.lead_notify_failed" => "the lead was {} of the new task",
        "task.lead_unassigned_notified" | "task.lead_unassigned_notify_failed" => {
            "the lead was {} that nobody has the task"
        }
        "approval.lead_notify_failed" => "the lead was {} of a decision on an approval",
        _ => "the agent was {}",
    };
    match wait {
        Some(Wait::NotDelivered) => about.replace("{}", "not told") + ": the message failed",
        Some(Wait::NoAnswer) => about.replace("{}", "told") + " and has not answered",
        Some(Wait::Lead { .. }) => about.replace("{}", "told") + " and has not assigned it",
        Some(Wait::Recent) => about.replace("{}", "told"),
        None => String::new(),
    }
}

/// Adds what stands in the deciding events: messages and the names of agents.
async fn describe(session: &mut Session, scope: &Scope, rows: &mut [WaitingTask]) -> Result<()> {
    let key = |row: &WaitingTask| Some(Key { created_at: row.since?, id: row.event_id? });
    let mut keys: Vec<Key> = rows.iter().filter_map(key).collect::<HashSet<_>>().into_iter().collect();
    keys.sort_unstable();
    let mut found: HashMap<Uuid, (Option<String>, Option<String>)> = HashMap::new();
    let everything = Filter::default();
    let asked = Session::asked(scope, &everything, BoardRule::EventBoard);
    session
        .store
        .by_keys::<ActivityEvent>(asked, &keys, &mut |event| {
            found.insert(event.id, (event.message, event.agent_name));
            Ok(())
        })
        .await?;
    for row in rows {
        let Some((message, name)) = row.event_id.and_then(|id| found.get(&id)) else { continue };
        row.message.clone_from(message);
        if let Some((_, agent_name @ None)) = &mut row.agent {
            agent_name.clone_from(name);
        }
    }
    Ok(())
}

fn holds(message: Option<&str>, text: &str, ignore_case: bool) -> bool {
    let message = message.unwrap_or_default();
    if ignore_case { message.to_lowercase().contains(&text.to_lowercase()) } else { message.contains(text) }
}
