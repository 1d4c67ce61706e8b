//! `doctor`: what is connected to what, as whom, and what it lacks.

mod indexes;
mod layout;
mod report;
mod trust;

use crate::auth::identity;
use crate::cli::format::{OutputArgs, offers};
use crate::db::{Database, TableFacts, TransactionMode};
use crate::error::{Kind, kind_of, render};
use crate::model::Timestamp;
use crate::output::{Format, Style};
use crate::redact::mask;
use crate::session::{Context, DatabaseChoice};
use anyhow::{Error, Result};
use chrono::Utc;
use clap::Args;
use report::{CheckState, Report};
use serde_json::json;
use std::time::Duration;

/// Clocks further apart than this mislead: "15m ago" is counted by the database's.
const SKEW: f64 = 2.0;
/// A standby further behind than this shows the past.
const LAG: Duration = Duration::from_secs(30);
/// The trigger of `queries/postgres/install_notify_trigger.sql`.
const NOTIFIER: &str = "mc_activity_notify";
/// As `tail --lookback` has it.
const LOOKBACK: u64 = 120;

/// Check the connection, privileges, schema, indexes and clock
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::FACTS)), after_help = "\
Needs no actor. Exit code: 0 fine, 1 something is wrong, 5 unusable.

Examples:
  mc-activity doctor
  mc-activity doctor --profile production -o json | jq '.checks[] | select(.state != \"ok\")'")]
pub struct DoctorArgs {
    #[command(flatten)]
    output: OutputArgs,
}

impl DoctorArgs {
    /// Examines; the number is the exit code.
    ///
    /// # Errors
    /// Those of stdout, and exit 2 for settings that cannot be read; what is wrong with a database is the answer.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        self.output.without_fields()?;
        let mut report = Report::default();
        if let Err(error) = examine(context, &mut report).await {
            if kind_of(&error) == Kind::Usage {
                return Err(error);
            }
            report.add_error("connection", CheckState::Unusable, &error);
        }
        let mut sink = context.destination(&self.output, format)?;
        match format {
            Format::Json => report.write_json(&mut sink)?,
            _ => {
                let style: Style = context.style_at(Timestamp::NEG_INFINITY, &self.output)?;
                report.write_text(&mut sink, &style)?;
            }
        }
        sink.finish()?;
        Ok(report.exit_code())
    }
}

/// Runs the checks in turn, the cheap ones first. An error ends them: after it no check can run.
async fn examine(context: &Context, report: &mut Report) -> Result<()> {
    let place = context.place()?;
    report.fact("database", json!(place.target.label()));
    report.fact("from", json!(place.origin));
    let mut store =
        Database::open(&place.target, TransactionMode::Read, context.limits(false), &context.application()).await?;
    store.begin(TransactionMode::Read).await?;
    let facts = store.table_facts().await?;
    connection(report, &store, &place, facts.as_ref());
    schema(report, &mut store).await?;
    privileges(report, &mut store).await?;
    trust::examine(report, &mut store).await?;
    if report.exit_code() == Kind::Unavailable.exit_code() {
        return Ok(());
    }
    clock(report, &mut store).await?;
    indexes::examine(report, &mut store, facts.as_ref()).await?;
    if let Some(facts) = &facts {
        server(report, facts);
    }
    // From here on a statement may fail, and leaves the transaction useless.
    layout::examine(report, &mut store, facts.as_ref()).await?;
    actor(context, report, &mut store, &place).await?;
    delays(report, &mut store, facts.as_ref()).await?;
    unseen(report, &mut store).await?;
    store.close().await;
    Ok(())
}

fn connection(report: &mut Report, store: &Database, place: &DatabaseChoice, facts: Option<&TableFacts>) {
    let role = store.schema().role.as_deref().map(|role| mask(role).into_owned());
    report.fact("role", json!(role));
    let Some(facts) = facts else {
        report.add("connection", CheckState::Ok, format!("{} ({}), SQLite", place.target.label(), place.origin));
        return;
    };
    let version = facts.version.split(' ').next().unwrap_or_default();
    report.fact("server_version", json!(version));
    let label = place.target.label();
    let role = role.unwrap_or_default();
    report.add(
        "connection",
        CheckState::Ok,
        format!("{label} ({}), PostgreSQL {version}, as role {role}", place.origin),
    );
    layout::size(report, facts);
}

/// Documented columns that the deployed schema lacks.
const DOCUMENTED: [&str; 3] = ["action", "user_id", "actor_id"];

/// What only some commands need: `comments` shows it, agents log in by it.
const DISPENSABLE: [&str; 2] = ["agents.identity_profile", "agents.agent_token_hash"];

/// What `agents` and `tasks` show where it is there.
const SHOWN_IF_READABLE: [&str; 7] = [
    "agents.last_seen_at",
    "agents.status",
    "agents.heartbeat_config",
    "agents.last_provision_error",
    "agents.wake_attempts",
    "tasks.status",
    "tasks.assigned_agent_id",
];

async fn schema(report: &mut Report, store: &mut Database) -> Result<()> {
    let has: Vec<&str> = DOCUMENTED.into_iter().filter(|column| store.schema().has(column)).collect();
    let variant = match has.len() {
        0 => "deployed",
        3 => "documented",
        _ => "between deployed and documented",
    };
    report.fact("schema", json!(variant));
    let columns = if has.is_empty() {
        "without action, user_id, actor_id".to_owned()
    } else {
        format!("with {}", has.join(", "))
    };
    report.add("schema", CheckState::Ok, format!("{variant}, {columns}"));
    let missing = store.missing_columns().await?;
    report.fact("missing_columns", json!(missing));
    let (shown, missing): (Vec<_>, Vec<_>) =
        missing.into_iter().partition(|column| SHOWN_IF_READABLE.contains(&column.as_str()));
    if !shown.is_empty() {
        let hint = "agents and tasks leave out what is not there";
        report.add_hint("schema", CheckState::Note, format!("no column {}", shown.join(", ")), hint);
    }
    if !missing.is_empty() {
        let usable = missing.iter().all(|column| DISPENSABLE.contains(&column.as_str()));
        let state = if usable { CheckState::Wrong } else { CheckState::Unusable };
        let hint = "is this a Mission Control database, with all its migrations?";
        report.add_hint("schema", state, format!("no column {}", missing.join(", ")), hint);
    }
    Ok(())
}

async fn privileges(report: &mut Report, store: &mut Database) -> Result<()> {
    let tables = store.privileges().await?;
    let list = tables.iter().map(|table| {
        json!({"table": table.table, "select": table.may_read, "hidden_columns": table.hidden, "insert": table.may_insert,
               "change": table.may_change})
    });
    report.fact("privileges", list.collect());
    if tables.is_empty() {
        report.add("privileges", CheckState::Ok, "SQLite has none; who can open the file can read it".to_owned());
        return Ok(());
    }
    let grants =
        "the role needs SELECT on the columns that are read; queries/postgres/grants.sql makes roles that have it";
    for table in &tables {
        let is_shown = |column: &&String| SHOWN_IF_READABLE.contains(&format!("{}.{column}", table.table).as_str());
        let (shown, hidden): (Vec<&String>, Vec<&String>) = table.hidden.iter().partition(is_shown);
        let may_not_read = |columns: &[&String]| {
            let names: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
            format!("may not read {} of {}", names.join(", "), table.table)
        };
        if !shown.is_empty() {
            let hint = "agents and tasks leave them out; queries/postgres/grants.sql, run again, gives them";
            report.add_hint("privileges", CheckState::Note, may_not_read(&shown), hint);
        }
        if hidden.is_empty() {
            continue;
        }
        // The token hash is needed to log an agent in, and for nothing else.
        let harmless = hidden.iter().all(|column| *column == "agent_token_hash");
        let state = if harmless {
            CheckState::Note
        } else if table.table == "activity_events" {
            CheckState::Unusable
        } else {
            CheckState::Wrong
        };
        let said = may_not_read(&hidden);
        let hint = if harmless { "agents cannot prove themselves by their tokens" } else { grants };
        report.add_hint("privileges", state, said, hint);
    }
    let writes = tables.iter().any(|table| table.table == "activity_events" && table.may_insert);
    let changes: Vec<&str> = tables.iter().filter(|table| table.may_change).map(|table| table.table.as_str()).collect();
    let log = if writes { "log can write" } else { "log cannot write" };
    if changes.is_empty() {
        report.add("privileges", CheckState::Ok, format!("may read what is needed; {log}"));
    } else {
        let said = format!("may read, and may change or delete {} of {} tables; {log}", changes.len(), tables.len());
        report.add_hint(
            "privileges",
            CheckState::Note,
            said,
            "a role with SELECT alone is enough for all commands but log",
        );
    }
    Ok(())
}

async fn clock(report: &mut Report, store: &mut Database) -> Result<()> {
    let before = Timestamp::from_utc(Utc::now());
    let there = store.clock().await?;
    let after = Timestamp::from_utc(Utc::now());
    let round_trip = after.micros_since(before);
    #[allow(clippy::cast_precision_loss)]
    let seconds = |micros: i64| micros as f64 / 1e6;
    let skew = seconds(there.micros_since(before) - round_trip / 2);
    report.fact("clock_skew_seconds", json!(skew));
    report.fact("round_trip_seconds", json!(seconds(round_trip)));
    let said = format!("{:+.3} s against this machine, round trip {:.1} ms", skew, seconds(round_trip) * 1e3);
    if skew.abs() > SKEW {
        report.add_hint(
            "clock",
            CheckState::Wrong,
            said,
            "times such as 15m count from the database's clock; is NTP running?",
        );
    } else {
        report.add("clock", CheckState::Ok, said);
    }
    Ok(())
}

fn server(report: &mut Report, facts: &TableFacts) {
    report.fact("standby_lag_seconds", json!(facts.lag.map(|lag| lag.as_secs_f64())));
    report.fact("notify_triggers", json!(facts.notifiers));
    if let Some(lag) = facts.lag {
        let state = if lag > LAG { CheckState::Wrong } else { CheckState::Ok };
        report.add("standby", state, format!("{:.1} s behind its primary", lag.as_secs_f64()));
    }
    let said = match facts.notifiers.as_slice() {
        _ if facts.layout.engine() == "Citus" => {
            "a distributed table takes no trigger that notifies; tail polls".to_owned()
        }
        [] => "no trigger notifies; tail polls".to_owned(),
        names if facts.lag.is_none() && names.iter().any(|name| name == NOTIFIER) => {
            format!("{NOTIFIER} notifies; tail wakes on it, and polls all the same")
        }
        names => format!("{} notifies; tail polls: it heeds {NOTIFIER}, on a primary", names.join(", ")),
    };
    report.add("notify", CheckState::Ok, said);
}

async fn actor(context: &Context, report: &mut Report, store: &mut Database, place: &DatabaseChoice) -> Result<()> {
    match context.actor(store, place).await {
        Ok(actor) => {
            let boards = identity::boards(store, &actor).await?.len();
            let name = crate::escape::escape_for_terminal(&actor.name);
            let said = format!("{} {name} ({}), {boards} boards", actor.kind.name(), actor.how);
            report.fact(
                "actor",
                json!({"kind": actor.kind.name(), "id": actor.id, "name": actor.name, "how": actor.how}),
            );
            report.add("actor", CheckState::Ok, said);
        }
        Err(error) if kind_of(&error) == Kind::Usage => return Err(error),
        Err(error) => {
            report.fact("actor", json!(null));
            // No identity is fine; an unknown one is a problem.
            let state = if kind_of(&error) == Kind::NotFound { CheckState::Wrong } else { CheckState::Note };
            report.add_error("actor", state, &error);
            again(store).await?;
        }
    }
    Ok(())
}

async fn delays(report: &mut Report, store: &mut Database, facts: Option<&TableFacts>) -> Result<()> {
    let advised = match facts {
        None => return Ok(()),
        Some(facts) if facts.layout.engine() == "Citus" => {
            let said = "commit times are those of other servers: tail's default of 2m stays";
            report.add("look-back", CheckState::Ok, said.to_owned());
            None
        }
        Some(facts) if !facts.commit_times => {
            let said = "commit times are not kept (track_commit_timestamp is off): tail's default of 2m stays";
            report.add("look-back", CheckState::Ok, said.to_owned());
            None
        }
        Some(_) => match store.commit_delays().await {
            Ok(delays) if delays.events == 0 => {
                report.add("look-back", CheckState::Ok, "no event of the last 7 days to learn from".to_owned());
                None
            }
            Ok(delays) => {
                // Twice what was seen: the next transaction may take longer.
                let advised = (delays.most.as_secs() * 2).max(10);
                let said = format!(
                    "of {} events 99.9 % were committed within {:.1} s of created_at, all within {:.1} s",
                    delays.events,
                    delays.most.as_secs_f64(),
                    delays.latest.as_secs_f64()
                );
                let state = if advised > LOOKBACK { CheckState::Note } else { CheckState::Ok };
                report.add_hint(
                    "look-back",
                    state,
                    said,
                    &format!("tail --lookback {advised}s is advised; the default is 2m"),
                );
                Some(advised)
            }
            Err(error) => {
                report.add("look-back", CheckState::Note, flat(&error));
                again(store).await?;
                None
            }
        },
    };
    report.fact("lookback_advised_seconds", json!(advised));
    Ok(())
}

async fn unseen(report: &mut Report, store: &mut Database) -> Result<()> {
    let count = store.unseen().await;
    report.fact("unseen_events", json!(count.as_ref().ok()));
    match count {
        Ok(0) => report.add("unseen", CheckState::Ok, "every event has a board or a task on one".to_owned()),
        Ok(count) => {
            let said = format!("{count} events that no user can see: neither they nor their task have a board");
            report.add_hint("unseen", CheckState::Note, said, "only the agent concerned sees them (--as-agent)");
        }
        Err(error) => report.add("unseen", CheckState::Note, format!("not counted: {}", flat(&error))),
    }
    Ok(())
}

/// A transaction in which a statement failed runs no other statement.
async fn again(store: &mut Database) -> Result<()> {
    store.rollback().await?;
    store.begin(TransactionMode::Read).await
}

/// An error on one line, without its hint.
fn flat(error: &Error) -> String {
    let text = render(error, false);
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("error: ").unwrap_or(first).to_owned()
}
