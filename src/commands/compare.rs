//! `compare`: what is different from another window of time.

use crate::analysis::compare::{Counted, Counts};
use crate::cli::duration::parse_positive_duration;
use crate::cli::filter::{FilterArgs, RangeArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::one_of;
use crate::cli::time::TimeSpec;
use crate::db::BoardRule;
use crate::error::{Failure, Kind, usage};
use crate::model::{BeforeAfter, ChangeKey, ChangeKind, Comparison, Filter, Period, Timestamp, WindowChange};
use crate::output::destination::Destination;
use crate::output::message_groups::pattern;
use crate::output::{self, Columns, Format, PageInfo, RowWriter};
use crate::session::future_start::FutureStart;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::collections::HashMap;
use std::time::Duration;
use uuid::Uuid;

const SECONDS_A_DAY: i64 = 86_400;
const DEFAULT_SPAN_SECONDS: i64 = 3_600;

/// Show what is new, gone, more or fewer than in another window
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::REPORT)), after_help = "\
It counts event types, messages of failures, boards, agents, types on boards and types of agents. A change is shown if chance \
hardly explains it (the exact binomial test below 0.0001 divided by the number of things counted), if one count is at least \
twice the other, and if there are at least 5 events. What a wider change explains is left out. Heartbeats count for agents only.

Examples:
  mc-activity compare
  mc-activity compare --at 2026-03-06T12:00 --span 2h --against week
  mc-activity compare -S yesterday -U today --against week --board payments -o json
  mc-activity compare --span 15m --fail-on new -q")]
pub struct CompareArgs {
    /// End of the window [default: now]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["since", "until"])]
    at: Option<TimeSpec>,
    /// Length of the window [default: 1h]
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration, conflicts_with = "since")]
    span: Option<Duration>,
    /// The window to compare with
    ///
    /// before is the window right before; day and week are the same time a day or a week earlier.
    #[arg(long, value_name = "WINDOW", default_value = "before", value_parser = one_of(&Against::ALL, Against::name))]
    against: Against,
    /// Exit with 6 if there is a change of this kind
    ///
    /// Repeat the flag, or separate kinds by commas.
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = one_of(&ChangeKind::ALL, ChangeKind::name))]
    fail_on: Vec<ChangeKind>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// The window to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Against {
    Before,
    Day,
    Week,
}

impl Against {
    const ALL: [Self; 3] = [Self::Before, Self::Day, Self::Week];

    fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Day => "day",
            Self::Week => "week",
        }
    }
}

impl CompareArgs {
    /// Answers.
    ///
    /// # Errors
    /// Those of the session, the filters, the database and stdout; exit 6 for a change of `--fail-on`.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let view = Columns::changes().choose(&self.output.fields)?;
        let mut session = context.session(false).await?;
        let mut filter = session.filter(&self.filter, &self.range).await?;
        let windows = self.windows(&filter, &session)?;
        FutureStart::refuse(Some(windows[1].since), &self.range, session.now, session.zone)?;
        (filter.since, filter.until) = (None, None);
        (session.coverage.since, session.coverage.until) = (Some(windows[0].since), Some(windows[1].until));
        let comparison = compare(&mut session, &filter, windows).await?;
        session.store.commit().await?;
        let sink = self.print(context, &session, format, view, &comparison)?;
        for line in session.store.damage() {
            context.say(&format!("warning: {line}"));
        }
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        self.check(&comparison)?;
        Ok(0)
    }

    /// The window before and the window that is compared with it.
    fn windows(&self, filter: &Filter, session: &Session) -> Result<[Period; 2]> {
        let until = match &self.at {
            Some(at) => at.resolve(session.now, session.zone)?,
            None => filter.until.unwrap_or(session.now),
        };
        let micros = self.span.map(|span| i64::try_from(span.as_micros()).unwrap_or(i64::MAX));
        let span = micros.unwrap_or(DEFAULT_SPAN_SECONDS * 1_000_000);
        let since = filter.since.unwrap_or_else(|| until.plus_micros(-span));
        in_order(since, until)?;
        let after = Period { since, until, closed: false };
        let earlier = |days: i64| {
            let back = |at: Timestamp| at.plus_seconds(-days * SECONDS_A_DAY);
            Period { since: back(since), until: back(until), closed: false }
        };
        let before = match self.against {
            Against::Before => after.before(),
            Against::Day => earlier(1),
            Against::Week => earlier(7),
        };
        if before.until > after.since {
            let failure = usage(format!(
                "the window is longer than a {}, so it overlaps with the one before",
                self.against.name()
            ));
            return Err(failure.hint("shorten --span, or use --against before").into());
        }
        Ok([before, after])
    }

    /// Writes it to a destination that is not finished yet.
    fn print(
        &self,
        context: &Context,
        session: &Session,
        format: Format,
        view: Columns,
        comparison: &Comparison,
    ) -> Result<Destination> {
        let style = context.style(session, &self.output)?;
        let show_time = style.show_time();
        let look = style.look(&show_time);
        let totals = comparison.totals;
        let counted = format!("{} events compared with {}", totals.after, totals.before);
        let mut footer = context.footer(session, counted);
        if comparison.other_messages > 0 {
            let rare =
                format!("{} failures with rare messages were not compared by message", comparison.other_messages);
            footer.insert(1, rare);
        }
        let mut sink = context.destination(&self.output, format)?;
        match format {
            Format::Json => {
                session.coverage.close(&mut sink, |out| output::compare::write_json(out, comparison, &view))?;
            }
            Format::Table if self.output.fields.is_empty() => {
                output::compare::write_report(&mut sink, comparison, &look)?;
                output::write_footer(&mut sink, &footer, &style)?;
            }
            _ => {
                let mut writer = RowWriter::new(&mut sink, format, view, style);
                comparison.changes.iter().try_for_each(|change| writer.row(change))?;
                writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
            }
        }
        Ok(sink)
    }

    /// The threshold.
    fn check(&self, comparison: &Comparison) -> Result<()> {
        let counted = self.fail_on.iter().filter_map(|kind| {
            let of_kind = comparison.changes.iter().filter(|change| change.kind == *kind).count();
            (of_kind > 0).then(|| format!("{of_kind} {}", kind.name()))
        });
        let counted = counted.collect::<Vec<_>>().join(", ");
        if counted.is_empty() {
            return Ok(());
        }
        Err(Failure::new(Kind::Threshold, format!("there are changes: {counted}")).into())
    }
}

/// Counts the events of both windows and looks up when the types that changed were first seen.
async fn compare(session: &mut Session, filter: &Filter, windows: [Period; 2]) -> Result<Comparison> {
    let scope = session.scope.clone();
    let asked = Session::asked(&scope, filter, BoardRule::EventBoard);
    let mut counts = Counts::default();
    let [mut boards, mut agents]: [HashMap<Uuid, String>; 2] = Default::default();
    session
        .store
        .compared(asked, windows, &mut |row| {
            let (board, agent) = (row.board.0, row.agent.0);
            for (names, (id, name)) in [(&mut boards, row.board), (&mut agents, row.agent)] {
                names.extend(id.zip(name));
            }
            let failed = row.event_type.ends_with("failed");
            counts.add(Counted {
                event_type: &row.event_type,
                board,
                agent,
                pattern: failed.then(|| pattern(row.message.as_deref().unwrap_or_default())),
                counts: row.counts,
            });
            Ok(())
        })
        .await?;
    let (totals, heartbeats, other_messages) = (counts.totals(), counts.heartbeats(), counts.other_messages());
    let name = |names: &HashMap<Uuid, String>, id: Option<Uuid>| id.and_then(|id| names.get(&id).cloned());
    let change = |(key, counts): (ChangeKey, BeforeAfter)| {
        let (board_name, agent_name) = (name(&boards, key.board()), name(&agents, key.agent()));
        Some(WindowChange { kind: counts.kind()?, key, counts, board_name, agent_name, first_seen_at: None })
    };
    let mut changes: Vec<WindowChange> = counts.changes().into_iter().filter_map(change).collect();
    let types = changes.iter().filter_map(type_alone).collect();
    let seen = session.store.first_seen(asked, types).await?;
    for change in &mut changes {
        change.first_seen_at = type_alone(change).and_then(|name| seen.get(&name).copied());
    }
    let [before, after] = windows;
    Ok(Comparison { before, after, totals, heartbeats, other_messages, changes })
}

/// The type, of a change of a type as such.
fn type_alone(change: &WindowChange) -> Option<String> {
    if let ChangeKey::Type(name) = &change.key { Some(name.clone()) } else { None }
}
