//! `tasks`: which tasks wait, for whom, since when, and what usually helps.

use crate::analysis::waiting::{Patience, Usual};
use crate::cli::duration::{format_duration, parse_duration};
use crate::cli::filter::{FilterArgs, RangeArgs, SelectArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::time::TimeSpec;
use crate::db::TaskColumns;
use crate::error::{Failure, Kind};
use crate::escape::escape_for_terminal;
use crate::model::{Scope, TaskState, Timestamp, WaitingTask};
use crate::output::destination::Destination;
use crate::output::tasks::TaskReport;
use crate::output::{self, Columns, Coverage, Format, PageInfo, RowWriter};
use crate::session::future_start::FutureStart;
use crate::session::series_labels::Export;
use crate::session::waiting_tasks::{LOOKED_AT_DAYS, TaskQuery, TasksFound};
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

const FORMATS: [Format; 7] =
    [Format::Table, Format::Wide, Format::Json, Format::Jsonl, Format::Csv, Format::Tsv, Format::Prometheus];
const DAY: i64 = 86_400;

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
        let (sink, code) = self.print(context, &session, format, view, &findings)?;
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
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
        let in_the_past = now < asked_at;
        let patience = match self.after {
            After::Usual => Patience::Usual,
            After::Fixed(length) => Patience::Fixed(i64::try_from(length.as_micros()).unwrap_or(i64::MAX)),
        };
        let query = TaskQuery { filter: &filter, now, since, in_the_past, patience, all: self.all };
        let TasksFound { rows, usual, columns } = session.waiting_tasks(&query).await?;
        filter.grep.clear();
        let nothing_to_judge = if rows.is_empty() { session.nothing_to_judge(&filter).await? } else { None };
        Ok(Findings { rows, usual, since, now, in_the_past, columns, nothing_to_judge })
    }

    /// Writes it to a destination that is not finished yet; with the exit code.
    fn print(
        &self,
        context: &Context,
        session: &Session,
        format: Format,
        view: Columns,
        findings: &Findings,
    ) -> Result<(Destination, u8)> {
        let Findings { rows, usual, since, now, in_the_past, columns, .. } = findings;
        let missing = columns.missing();
        let report = TaskReport { rows, usual, since: *since, until: *now, missing_columns: &missing };
        let mut style = context.style(session, &self.output)?;
        style.now = *now;
        let show_time = style.show_time();
        let coverage = Coverage { since: Some(*since), until: Some(*now), ..session.coverage.clone() };
        let mut sink = context.destination(&self.output, format)?;
        if self.nagios {
            let escape = |text: &str| escape_for_terminal(text).into_owned();
            let (code, text) = match session.demo_note().or_else(|| findings.nothing_to_judge.clone()) {
                Some(why) => output::nagios::unknown(&why),
                None => output::tasks::check(&report, session.embedded, &show_time, &escape),
            };
            sink.write_all(text.as_bytes())?;
            return Ok((sink, code));
        }
        match format {
            Format::Json => coverage.close(&mut sink, |out| output::tasks::write_json(out, &report, &view))?,
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
        Ok((sink, 0))
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
