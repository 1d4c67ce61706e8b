//! `errors`: how bad it is.

mod gather;
mod newest;
mod print;

use crate::analysis::burn::Alarm;
use crate::cli::filter::{FilterArgs, RangeArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::one_of;
use crate::cli::time::TimeSpec;
use crate::db::Dimension;
use crate::error::{Failure, Kind, usage};
use crate::model::{Bucket, Filter, NamedRange, Period, RateScope, Timestamp};
use crate::output::Format;
use crate::output::report::ErrorsReport;
use crate::output::sections::Section;
use crate::session::Context;
use crate::session::future_start::FutureStart;
use crate::session::group_by::{ErrorsBy, each_once};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Failures that are listed where the output is no terminal.
const USUAL_LIMIT: u64 = 50;
const SECONDS_A_DAY: i64 = 86_400;

/// Show failures and the error rate, compared with the period before
///
/// Prints the newest failures of a time range and the share of failed events, compared with the range before it.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::COUNTS)), after_help = "\
The rate is failures ÷ all events × 100; a failure is an event whose type ends in `failed`. --scope all counts all that \
the actor may see; --scope dashboard what Mission Control's dashboard counts: events with a task on a readable board; \
--scope deliveries only messages to agents and leads, of which heartbeats are none. Without --scope the report shows both, \
and the thresholds go by deliveries.

Examples:
  mc-activity errors --range 24h
  mc-activity errors --range 7d --by board --by type
  mc-activity errors --range 24h --fail-over 5 --min-events 100 -q || page-someone
  mc-activity errors --nagios --warn 2 --crit 10
  mc-activity errors --scope deliveries --by route -S 2h
  mc-activity errors --slo 99 -q || page-someone
  mc-activity errors -o csv --section patterns
  mc-activity errors -S yesterday -U today --html incident.html")]
pub struct ErrorsArgs {
    /// Time range of the backend's charts [default: 24h]
    ///
    /// Both ends are included. 1m means 30 days. The buckets are those of UTC.
    #[arg(long, value_name = "RANGE", value_parser = one_of(&NamedRange::ALL, NamedRange::name), conflicts_with_all = ["since", "until"])]
    range: Option<NamedRange>,
    /// Which events to count [default: all; thresholds: deliveries]
    ///
    /// all counts all events that you can see, dashboard those that Mission Control's dashboard counts, deliveries only
    /// messages to agents and leads. Without this flag the report shows both, and thresholds go by deliveries.
    #[arg(long, value_name = "SCOPE", value_parser = one_of(&RateScope::ALL, RateScope::name))]
    scope: Option<RateScope>,
    /// Group by these fields
    ///
    /// Repeat the flag, or separate fields by commas. A route is a pair of event types, a success and a failure.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = one_of(&ErrorsBy::ALL, ErrorsBy::name))]
    by: Vec<ErrorsBy>,
    /// Evaluate as of this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<TimeSpec>,
    /// Maximum number of failures [default: 50; on a terminal, as many as fit]
    ///
    /// 0 lists none.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    limit: Option<u64>,
    /// Part of the report to print as csv, tsv or jsonl
    #[arg(long, value_name = "SECTION", value_parser = one_of(&Section::ALL, Section::name), help_heading = "Output")]
    section: Option<Section>,
    /// Exit with 6 if the error rate is above PCT percent
    #[arg(long, value_name = "PCT", value_parser = percentage, help_heading = "Thresholds")]
    fail_over: Option<f64>,
    /// Exit with 6 if an objective of PCT burns too fast
    ///
    /// PCT is the percentage that should succeed. It is a page above 14.4 times the allowed rate over 1 h and 5 min, or above
    /// 6 times over 6 h and 30 min, and a ticket above 1 time over 3 d and 6 h, from 5 failures on.
    #[arg(long, value_name = "PCT", value_parser = objective, help_heading = "Thresholds")]
    slo: Option<f64>,
    /// Exit with 6 if there is nothing to judge by
    ///
    /// That is: no event, or filters that no event can pass.
    #[arg(long, help_heading = "Thresholds", conflicts_with = "nagios")]
    fail_empty: bool,
    /// Ignore thresholds below this many events
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Thresholds")]
    min_events: u64,
    /// Print one line and exit as a Nagios plugin
    #[arg(long, help_heading = "Thresholds", conflicts_with_all = ["fail_over", "output"])]
    nagios: bool,
    /// WARNING above PCT percent
    #[arg(long, value_name = "PCT", value_parser = percentage, requires = "nagios", help_heading = "Thresholds")]
    warn: Option<f64>,
    /// CRITICAL above PCT percent
    #[arg(long, value_name = "PCT", value_parser = percentage, requires = "nagios", help_heading = "Thresholds")]
    crit: Option<f64>,
    /// Also write an HTML report to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    span: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn percentage(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(pct) if (0.0..=100.0).contains(&pct) => Ok(pct),
        _ => Err("a percentage is a number from 0 to 100".to_owned()),
    }
}

fn objective(text: &str) -> Result<f64, String> {
    match percentage(text) {
        Ok(pct) if pct < 100.0 => Ok(pct),
        _ => Err("an objective is a number from 0 to below 100".to_owned()),
    }
}

/// A window with the width of its buckets.
struct Window {
    range: Option<String>,
    period: Period,
    bucket: Bucket,
}

impl ErrorsArgs {
    fn window(&self, filter: &Filter, now: Timestamp) -> Result<Window> {
        if self.span.is_open() {
            let range = self.range.unwrap_or(NamedRange::USUAL);
            let since = now.plus_seconds(-i64::from(range.days) * SECONDS_A_DAY);
            return Ok(Window {
                range: Some(range.name().to_owned()),
                period: Period { since, until: now, closed: true },
                bucket: range.bucket,
            });
        }
        let until = filter.until.unwrap_or(now);
        let since = filter.since.unwrap_or_else(|| until.plus_seconds(-SECONDS_A_DAY));
        in_order(since, until)?;
        let hours = |hours: i64| hours * 3_600 * 1_000_000;
        let days = |days: i64| hours(24 * days);
        let bucket = match until.micros_since(since) {
            length if length <= hours(2) => Bucket::Minute,
            length if length <= hours(12) => Bucket::FiveMinutes,
            length if length <= days(2) => Bucket::Hour,
            length if length <= days(60) => Bucket::Day,
            length if length <= days(180) => Bucket::Week,
            _ => Bucket::Month,
        };
        Ok(Window { range: None, period: Period { since, until, closed: false }, bucket })
    }

    /// The groups: `--by`, or in a report for people the boards.
    fn grouped_by(&self, format: Format) -> Vec<ErrorsBy> {
        let for_people = matches!(format, Format::Table | Format::Wide) && !self.nagios || self.html.is_some();
        if self.by.is_empty() && for_people { vec![ErrorsBy::Field(Dimension::Board)] } else { each_once(&self.by) }
    }

    fn check(&self, format: Format) -> Result<()> {
        if let (Some(warn), Some(crit)) = (self.warn, self.crit)
            && warn > crit
        {
            return Err(usage(format!("--warn {warn} is above --crit {crit}")).into());
        }
        if self.section.is_some() && !matches!(format, Format::Csv | Format::Tsv | Format::Jsonl) {
            return Err(usage(format!("--section needs -o csv, tsv or jsonl, not {format}")).into());
        }
        for (section, needed, is_given) in
            [(Section::Groups, "--by", !self.by.is_empty()), (Section::Burn, "--slo", self.slo.is_some())]
        {
            if self.section == Some(section) && !is_given {
                return Err(usage(format!("--section {} needs {needed}", section.name())).into());
            }
        }
        Ok(())
    }

    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        self.check(format)?;
        let mut session = context.session(false).await?;
        let asked_at = session.now;
        if let Some(at) = &self.at {
            session.now = at.resolve(session.now, session.zone)?;
        }
        let filter = session.filter(&self.filter, &self.span).await?;
        FutureStart::refuse(filter.since, &self.span, asked_at, session.zone)?;
        let window = self.window(&filter, session.now)?;
        if !self.span.is_open() {
            FutureStart::refuse(Some(window.period.since), &self.span, asked_at, session.zone)?;
        }
        // Ages, the page and the scraper's clock use the time of the call.
        session.now = asked_at;
        let (report, newest, failures) =
            self.gather(context, &mut session, filter, window, &self.grouped_by(format)).await?;
        session.store.commit().await?;
        let scope = session.scope.clone();
        let (sink, code) = self.print(context, &mut session, format, &report, &newest, failures.query(&scope)).await?;
        for line in session.store.damage() {
            context.say(&format!("warning: {line}"));
        }
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        match self.crossed(&report).filter(|_| !self.nagios) {
            Some(crossed) => Err(Failure::new(Kind::Threshold, crossed).into()),
            None => Ok(code),
        }
    }

    /// Which threshold is crossed, in words.
    fn crossed(&self, report: &ErrorsReport) -> Option<String> {
        let tally = report.tally();
        if let Some(over) = self.fail_over.filter(|pct| tally.pct() > *pct && tally.total >= self.min_events) {
            let what = if report.by_deliveries { "the error rate of deliveries" } else { "the error rate" };
            return Some(format!("{what} {:.2} % is over {over} %", tally.pct()));
        }
        if let Some((alarm, Some([long, short]))) = report.burn.map(|burn| burn.alarm()) {
            let word = if alarm == Alarm::Page { "page" } else { "ticket" };
            return Some(format!("{word}: the objective burns too fast over {long} and {short}"));
        }
        if self.fail_empty && (tally.total == 0 || report.unknown.is_some()) {
            let nothing = || format!("there are no {} to judge by", report.noun(0));
            return Some(report.unknown.clone().unwrap_or_else(nothing));
        }
        None
    }
}
