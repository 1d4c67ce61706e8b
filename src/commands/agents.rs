//! `agents`: who is alive, and who can be reached.

use crate::analysis::liveness;
use crate::cli::duration::{format_duration, parse_duration};
use crate::cli::filter::{FILTERS, FilterArgs, RangeArgs, SelectArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::time::TimeSpec;
use crate::error::{Failure, Kind};
use crate::escape::escape_for_terminal;
use crate::model::{Liveness, Scope, Timestamp};
use crate::output::agents::AgentReport;
use crate::output::destination::Destination;
use crate::output::{self, Columns, Coverage, Format, PageInfo, RowWriter};
use crate::session::agent_states::AgentQuery;
use crate::session::future_start::FutureStart;
use crate::session::series_labels::Export;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use std::io::Write;
use std::time::Duration;

const FORMATS: [Format; 7] =
    [Format::Table, Format::Wide, Format::Json, Format::Jsonl, Format::Csv, Format::Tsv, Format::Prometheus];
const DAY: i64 = 86_400;
const GRACE: Duration = Duration::from_micros(liveness::GRACE_MICROS.unsigned_abs());

/// Show which agents are alive, and which deliveries to them fail
///
/// An agent is alive, late (it missed one sign of life), silent (it missed more) or never gave a sign. Only what the agent does
/// itself is a sign. When a task is assigned, Mission Control writes a heartbeat for the assignee; that one does not count.
///
/// How often an agent usually gives a sign comes from its heartbeat_config, else from its own heartbeats of the last 24 hours,
/// else it is 10 minutes. Deliveries are those of the last 24 hours, or since -S, whose event names the agent.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&FORMATS)), after_help = "\
Examples:
  mc-activity agents
  mc-activity agents --silent --board payments
  mc-activity agents --silent -o jsonl | jq -r .agent_name
  mc-activity agents --fail -q || page-someone
  mc-activity agents --nagios")]
pub struct AgentsArgs {
    /// Only agents that are silent or never gave a sign
    #[arg(long)]
    silent: bool,
    /// How late a sign may be
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = parse_duration)]
    grace: Duration,
    /// Evaluate as of this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with = "until")]
    at: Option<TimeSpec>,
    /// Exit with code 6 if an agent is silent or never seen
    #[arg(long, help_heading = "Thresholds")]
    fail: bool,
    /// Act as a Nagios plugin
    ///
    /// CRITICAL if an agent is silent or never gave a sign of life, WARNING if one is late, UNKNOWN if there is no agent.
    #[arg(long, help_heading = "Thresholds", conflicts_with_all = ["fail", "output", "silent"])]
    nagios: bool,
    #[command(flatten)]
    filter: AgentFilterArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Which agents.
#[derive(Debug, Clone, Args)]
struct AgentFilterArgs {
    /// Only agents of this board: id, slug or name
    #[arg(long, value_name = "BOARD", value_parser = NonEmptyStringValueParser::new(), help_heading = FILTERS)]
    board: Vec<String>,
    /// Exclude agents of this board
    #[arg(long, value_name = "BOARD", value_parser = NonEmptyStringValueParser::new(), help_heading = FILTERS)]
    exclude_board: Vec<String>,
    /// Only this agent: id or name
    #[arg(long, value_name = "AGENT", value_parser = NonEmptyStringValueParser::new(), help_heading = FILTERS)]
    agent: Vec<String>,
    /// Exclude this agent
    #[arg(long, value_name = "AGENT", value_parser = NonEmptyStringValueParser::new(), help_heading = FILTERS)]
    exclude_agent: Vec<String>,
}

impl AgentFilterArgs {
    fn select(&self) -> SelectArgs {
        SelectArgs {
            board: self.board.clone(),
            exclude_board: self.exclude_board.clone(),
            agent: self.agent.clone(),
            exclude_agent: self.exclude_agent.clone(),
            ..SelectArgs::default()
        }
    }
}

/// The instant of the answer, and the start of the window.
struct Moment {
    at: Timestamp,
    since: Timestamp,
    in_the_past: bool,
}

impl AgentsArgs {
    /// Answers.
    ///
    /// # Errors
    /// Those of the session, the filters, the database and stdout; exit 6 with `--fail`.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format: Format = self.output.format()?;
        let view = Columns::agents().choose(&self.output.fields)?;
        let mut session = context.session(false).await?;
        let filter = session.select(&self.filter.select(), &self.range).await?;
        let moment = self.moment(&session, filter.since, filter.until)?;
        let query = AgentQuery {
            filter: &filter,
            at: moment.at,
            since: Some(moment.since),
            grace_micros: i64::try_from(self.grace.as_micros()).unwrap_or(i64::MAX),
        };
        let grace_micros = query.grace_micros;
        let mut found = session.agent_states(&query).await?;
        for line in session.store.damage() {
            context.say(&format!("warning: {line}"));
        }
        session.store.commit().await?;
        let seen = found.agents.len();
        if self.silent {
            found.agents.retain(|agent| agent.state.is_silent());
        }
        let report = AgentReport {
            agents: &found.agents,
            at: moment.at,
            since: moment.since,
            grace_micros,
            missing_columns: &found.missing_columns,
        };
        let (sink, code) = self.print(context, &session, (format, view), &report, (&moment, seen))?;
        let silent = report.silent();
        let nobody = (seen == 0).then(|| no_agents(&session));
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        if self.fail && silent > 0 {
            let agents = if silent == 1 { "1 agent gives".to_owned() } else { format!("{silent} agents give") };
            return Err(Failure::new(Kind::Threshold, format!("{agents} no sign of life")).into());
        }
        if let Some(reason) = nobody.filter(|_| self.fail) {
            return Err(Failure::new(Kind::Threshold, reason).into());
        }
        Ok(code)
    }

    fn moment(&self, session: &Session, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<Moment> {
        let asked_at = session.now;
        let at = match (&self.at, until) {
            (Some(at), _) => at.resolve(asked_at, session.zone)?,
            (None, Some(until)) => until.previous(),
            (None, None) => asked_at,
        };
        let since = since.unwrap_or_else(|| at.plus_seconds(-DAY));
        FutureStart::refuse(Some(since), &self.range, asked_at, session.zone)?;
        in_order(since, at)?;
        Ok(Moment { at, since, in_the_past: at < asked_at })
    }

    /// Writes it to a destination that is not finished yet; with the exit code.
    fn print(
        &self,
        context: &Context,
        session: &Session,
        (format, view): (Format, Columns),
        report: &AgentReport<'_>,
        (moment, seen): (&Moment, usize),
    ) -> Result<(Destination, u8)> {
        let mut style = context.style(session, &self.output)?;
        style.now = moment.at;
        let show_time = style.show_time();
        let mut sink = context.destination(&self.output, format)?;
        if self.nagios {
            let escape = |text: &str| escape_for_terminal(text).into_owned();
            let why = session.demo_note().or_else(|| (seen == 0).then(|| no_agents(session)));
            let (code, text) = match why {
                Some(why) => output::nagios::unknown(&why),
                None => output::agents::check(report, session.embedded, &show_time, &escape),
            };
            sink.write_all(text.as_bytes())?;
            return Ok((sink, code));
        }
        let names: Vec<&str> =
            report.missing_columns.iter().map(|column| column.trim_start_matches("agents.")).collect();
        let view = view.without(&names);
        let note = (!names.is_empty())
            .then(|| format!("not readable here, so left out: {}", report.missing_columns.join(", ")));
        let coverage = Coverage { since: Some(moment.since), until: Some(moment.at), ..session.coverage.clone() };
        match format {
            Format::Json => coverage.close(&mut sink, |out| output::agents::write_json(out, report, &view))?,
            Format::Prometheus => {
                let filter = FilterArgs { select: self.filter.select(), ..FilterArgs::default() };
                let export = Export { filter: &filter, range: &self.range, at: self.at.as_ref(), by: &[] };
                let mut labels = context.series_labels(session, &export);
                labels.extend(self.silent.then(|| ("silent", "true".to_owned())));
                labels.extend((self.grace != GRACE).then(|| ("grace", format_duration(self.grace))));
                output::agents::write_prometheus(&mut sink, report, &labels, session.now)?;
            }
            _ => {
                let is_table = matches!(format, Format::Table | Format::Wide);
                let mut writer = RowWriter::new(&mut sink, format, view, style);
                report.agents.iter().try_for_each(|agent| writer.row(agent))?;
                let mut footer = context.footer(session, headline(report, self.silent, seen));
                let mut notes = vec![format!(
                    "deliveries since {}; a sign may be {} later than usual; heartbeats that Mission Control writes on assigning \
                     a task do not count",
                    show_time(moment.since),
                    format_duration(self.grace)
                )];
                if moment.in_the_past {
                    notes.push(format!("as of {}; what the agents table says is of now", show_time(moment.at)));
                }
                notes.extend(note.clone());
                if matches!(session.scope, Scope::Agent(_)) {
                    notes.push("an agent sees only itself".to_owned());
                }
                footer.splice(1..1, notes);
                writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
                if let Some(note) = note.filter(|_| !is_table) {
                    context.say(&format!("note: {note}"));
                }
            }
        }
        Ok((sink, 0))
    }
}

/// Why there is nothing to check.
fn no_agents(session: &Session) -> String {
    format!("no agent that {} may see passes the filters", escape_for_terminal(&session.actor.name))
}

/// `5 agents: 1 silent, 1 late, 3 alive`.
fn headline(report: &AgentReport<'_>, only_silent: bool, seen: usize) -> String {
    let parts: Vec<String> = Liveness::ALL
        .into_iter()
        .map(|state| (report.count(state), state.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let agents = if seen == 1 { "1 agent".to_owned() } else { format!("{seen} agents") };
    match (parts.is_empty(), only_silent && seen > 0) {
        (true, true) => format!("{agents}, none of them silent"),
        (true, false) => agents,
        (false, true) => format!("{} of {agents}", parts.join(", ")),
        (false, false) => format!("{agents}: {}", parts.join(", ")),
    }
}
