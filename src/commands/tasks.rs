//! `tasks`: which tasks wait, for whom, since when, and what usually helps.

use crate::analysis::waiting::{
    Evidence, MEASURED_DAYS, Patience, TaskHistories, TaskHistory, Usual, Wait, what_helps,
};
use crate::cli::duration::{format_duration, parse_duration};
use crate::cli::filter::{FilterArgs, RangeArgs, SelectArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::time::TimeSpec;
use crate::db::{BoardRule, TaskColumns, TaskNow};
use crate::error::{Failure, Kind};
use crate::escape::escape_for_terminal;
use crate::model::{ActivityEvent, Filter, Key, Scope, TaskState, Timestamp, WaitingTask};
use crate::output::tasks::TaskReport;
use crate::output::{self, Columns, Format, PageInfo, RowWriter};
use crate::session::future_start::FutureStart;
use crate::session::series_labels::Export;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::time::Duration;
use uuid::Uuid;

const FORMATS: [Format; 7] =
    [Format::Table, Format::Wide, Format::Json, Format::Jsonl, Format::Csv, Format::Tsv, Format::Prometheus];
const DAY: i64 = 86_400;
const LOOKED_AT_DAYS: i64 = 7;

/// Show the tasks that wait: since when, for whom, why, and what usually helps
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&FORMATS)), after_help = "\
A task is stuck where a message about it failed, or where its agent was told and neither moves the task nor comments on it \
for longer than agents usually take (the 95th percentile of the last 14 days). It waits for its lead until somebody is \
assigned. Tasks that are done leave the list.

Examples:
  mc-activity tasks
  mc-activity tasks --board payments --after 1h
  mc-activity tasks --all -o wide
  mc-activity tasks --fail -q || page-someone
  mc-activity tasks --nagios")]
pub struct TasksArgs {
    /// When a task without an answer is stuck
    ///
    /// `usual` is as long as 95 % of the answers took.
    #[arg(long, value_name = "DURATION|usual", default_value = "usual", value_parser = after)]
    after: After,
    /// List every open task
    #[arg(long)]
    all: bool,
    /// Answer as of this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "until")]
    at: Option<TimeSpec>,
    /// Exit with 6 when a task waits too long
    ///
    /// A task that is stuck, or that waits for its lead for longer than leads usually take.
    #[arg(long, help_heading = "Thresholds")]
    fail: bool,
    /// Answer as a Nagios plugin
    #[arg(long, help_heading = "Thresholds", conflicts_with_all = ["fail", "output"])]
    nagios: bool,
    #[command(flatten)]
    filter: SelectArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What `--after` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Usual,
    Fixed(Duration),
}

fn after(text: &str) -> Result<After> {
    if text == "usual" { Ok(After::Usual) } else { parse_duration(text).map(After::Fixed) }
}

/// What the log and the table say.
struct Findings {
    rows: Vec<WaitingTask>,
    usual: BTreeMap<&'static str, Usual>,
    since: Timestamp,
    now: Timestamp,
    /// The table says what is now, so it is not compared with an earlier log.
    in_the_past: bool,
    columns: TaskColumns,
    /// Why it says nothing that no task waits.
    nothing_to_judge: Option<String>,
}

impl TasksArgs {
    /// Answers.
    ///
    /// # Errors
    /// Those of the session, the filters, the database and stdout; exit 6 with `--fail`.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let view = Columns::tasks().choose(&self.output.fields)?;
        let mut session = context.session(self.all).await?;
        let findings = self.find(&mut session).await?;
        for line in session.store.damage() {
            context.say(&format!("warning: {line}"));
        }
        session.store.commit().await?;
        let code = self.print(context, &session, format, view, &findings)?;
        session.store.close().await;
        let overdue = findings.rows.iter().filter(|row| row.overdue).count();
        if self.fail && overdue > 0 {
            let tasks = if overdue == 1 { "1 task waits".to_owned() } else { format!("{overdue} tasks wait") };
            return Err(Failure::new(Kind::Threshold, format!("{tasks} for longer than usual")).into());
        }
        if let Some(reason) = findings.nothing_to_judge.filter(|_| self.fail) {
            return Err(Failure::new(Kind::Threshold, format!("no task was looked at: {reason}")).into());
        }
        Ok(code)
    }

    async fn find(&self, session: &mut Session) -> Result<Findings> {
        let mut filter = session.select(&self.filter, &self.range).await?;
        let asked_at = session.now;
        let now = match (&self.at, filter.until) {
            (Some(at), _) => at.resolve(asked_at, session.zone)?,
            (None, Some(until)) => until.previous().min(asked_at),
            (None, None) => asked_at,
        };
        let since = filter.since.unwrap_or_else(|| now.plus_seconds(-LOOKED_AT_DAYS * DAY));
        FutureStart::refuse(Some(since), &self.range, asked_at, session.zone)?;
        in_order(since, now)?;
        let measured_from = now.plus_seconds(-MEASURED_DAYS * DAY);
        let (agents, exclude_agents) = (filter.agents.clone(), filter.exclude_agents.clone());
        let (grep, ignore_case) = (std::mem::take(&mut filter.grep), filter.ignore_case);
        let scope = session.scope.clone();
        let columns = session.store.task_columns().await?;
        let in_the_past = now < asked_at;
        let asked = filter.clone();
        let usable = TaskColumns { status: columns.status && !in_the_past, assignee: columns.assignee && !in_the_past };

        // How long answers take is asked of all that the actor may see: a filter does not change what is usual.
        let everything = Filter { since: Some(since.min(measured_from)), ..Filter::default() };
        let mut histories = TaskHistories::default();
        session
            .store
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
        let ids = if self.all { None } else { Some(tasks.keys().copied().collect::<Vec<_>>()) };
        let mut table = session.store.task_table(&scope, &wanted, ids, usable).await?;
        if !filter.tasks.is_empty() {
            table.retain(|task| filter.tasks.contains(&task.id));
        }
        let patience = match self.after {
            After::Usual => Patience::Usual,
            After::Fixed(length) => Patience::Fixed(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)),
        };
        self.look_further_back(session, &scope, &table, &mut tasks, (now, since), usable).await?;

        let mut rows = Vec::new();
        let none = TaskHistory::default();
        for task in &table {
            let history = tasks.get(&task.id).unwrap_or(&none);
            let wait = history.wait(now, patience, &usual);
            self.judge(task, history, wait, in_the_past, &mut rows);
        }
        describe(session, &scope, &mut rows).await?;
        let of_agent = |row: &WaitingTask| row.agent.as_ref().map(|(id, _)| *id);
        rows.retain(|row| agents.is_empty() || of_agent(row).is_some_and(|id| agents.contains(&id)));
        rows.retain(|row| of_agent(row).is_none_or(|id| !exclude_agents.contains(&id)));
        rows.retain(|row| grep.is_empty() || grep.iter().any(|text| holds(row.message.as_deref(), text, ignore_case)));
        rows.sort_by_key(|row| (row.state, row.since, row.task_id));
        let nothing_to_judge = if rows.is_empty() { session.nothing_to_judge(&asked).await? } else { None };
        Ok(Findings { rows, usual, since, now, in_the_past, columns, nothing_to_judge })
    }

    /// Where the status of a task is older than what was looked at, or with --all its last event: reads what happened to
    /// these tasks before.
    async fn look_further_back(
        &self,
        session: &mut Session,
        scope: &Scope,
        table: &[TaskNow],
        tasks: &mut HashMap<Uuid, TaskHistory>,
        (now, since): (Timestamp, Timestamp),
        usable: TaskColumns,
    ) -> Result<()> {
        let needed = |task: &&TaskNow| {
            let history = tasks.get(&task.id);
            let is_decided = |history: &TaskHistory| history.turning_point.is_some() && history.moved.is_some();
            match usable.status {
                true => self.all && task.status.as_deref() != Some("done") && history.is_none(),
                false => (self.all || history.is_some()) && !history.is_some_and(is_decided),
            }
        };
        let ids: Vec<Uuid> = table.iter().filter(needed).map(|task| task.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let from = if self.all { Timestamp::NEG_INFINITY } else { since };
        let mut older = TaskHistories::default();
        let filter = Filter { tasks: ids, ..Filter::default() };
        session
            .store
            .task_steps(scope, &filter, now, &mut |task, step| older.add(task, step, Timestamp::INFINITY, from))
            .await?;
        tasks.extend(older.into_tasks());
        Ok(())
    }

    /// Adds the rows of one task.
    fn judge(
        &self,
        task: &TaskNow,
        history: &TaskHistory,
        wait: Option<Wait>,
        in_the_past: bool,
        rows: &mut Vec<WaitingTask>,
    ) {
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
        if let Some((logged, moved)) = task.status.as_deref().and_then(|status| history.differs(status)) {
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
        if state >= TaskState::Waits && !self.all {
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

    fn print(
        &self,
        context: &Context,
        session: &Session,
        format: Format,
        view: Columns,
        findings: &Findings,
    ) -> Result<u8> {
        let Findings { rows, usual, since, now, in_the_past, columns, .. } = findings;
        let missing = columns.missing();
        let report = TaskReport { rows, usual, since: *since, until: *now, missing_columns: &missing };
        let mut style = context.style(session, &self.output)?;
        style.now = *now;
        let show_time = style.show_time();
        let mut sink = context.destination(&self.output, format)?;
        if self.nagios {
            let escape = |text: &str| escape_for_terminal(text).into_owned();
            let (code, text) = match session.demo_note().or_else(|| findings.nothing_to_judge.clone()) {
                Some(why) => output::nagios::unknown(&why),
                None => output::tasks::check(&report, session.embedded, &show_time, &escape),
            };
            sink.write_all(text.as_bytes())?;
            sink.finish()?;
            return Ok(code);
        }
        match format {
            Format::Json => output::tasks::write_json(&mut sink, &report, &view)?,
            Format::Prometheus => {
                let filter = FilterArgs { select: self.filter.clone(), ..FilterArgs::default() };
                let export = Export { filter: &filter, range: &self.range, at: self.at.as_ref(), by: &[] };
                let labels = context.series_labels(session, &export);
                output::tasks::write_prometheus(&mut sink, &report, &labels, session.now)?;
            }
            _ => {
                let mut writer = RowWriter::new(&mut sink, format, view, style);
                rows.iter().try_for_each(|row| writer.row(row))?;
                let mut footer = context.footer(session, headline(&report));
                let mut notes = vec![
                    format!("events since {} were looked at; -S looks further back", show_time(*since)),
                    usual_times(usual, self.after),
                ];
                if *in_the_past {
                    notes.push(format!("as of {}, so the table's status is not used", show_time(*now)));
                } else if !missing.is_empty() {
                    notes.push(format!("not readable here, so not used: {}", missing.join(", ")));
                }
                if matches!(session.scope, Scope::Agent(_)) {
                    notes.push("an agent sees only its own events".to_owned());
                }
                footer.splice(1..1, notes);
                writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
            }
        }
        sink.finish()?;
        Ok(0)
    }
}

/// `2 tasks are stuck, 1 waits for its lead`.
fn headline(report: &TaskReport<'_>) -> String {
    let part = |state, one: &str, many: &str| match report.count(state) {
        0 => None,
        1 => Some(format!("1 task {one}")),
        count => Some(format!("{count} tasks {many}")),
    };
    let parts: Vec<String> = [
        part(TaskState::Stuck, "is stuck", "are stuck"),
        part(TaskState::WaitsForLead, "waits for its lead", "wait for their lead"),
        part(TaskState::Differs, "differs from the table", "differ from the table"),
        part(TaskState::Waits, "was sent to its agent lately", "were sent to their agents lately"),
        part(TaskState::Open, "is open", "are open"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "no task waits".to_owned() } else { parts.join(", ") }
}

fn usual_times(usual: &BTreeMap<&'static str, Usual>, after: After) -> String {
    let seconds = |seconds: i64| format_duration(Duration::from_secs(seconds.unsigned_abs()));
    let route = |(route, usual): (&&str, &Usual)| match usual.measured {
        true => format!("{route} {} ({} answers)", seconds(usual.seconds), usual.answers),
        false => format!("{route} {} assumed ({} answers)", seconds(usual.seconds), usual.answers),
    };
    let times = usual.iter().map(route).collect::<Vec<_>>().join(", ");
    let fixed = match after {
        After::Usual => String::new(),
        After::Fixed(length) => format!("stuck after {}; ", format_duration(length)),
    };
    format!("{fixed}95 % of answers came within: {times}")
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
