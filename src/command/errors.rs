//! `errors`: how bad it is.

use super::counting::{By, Groups};
use super::future::FutureStart;
use super::series_labels::Export;
use super::session::{Context, Session};
use super::sink::Sink;
use crate::cli::filter::{FilterArgs, RangeArgs, in_order};
use crate::cli::format::OutputArgs;
use crate::cli::time::TimeSpec;
use crate::error::{Failure, Kind, usage};
use crate::event::{ActivityEvent, Bucket, ErrorRate, Period, Scale, Series, Timestamp};
use crate::filter::Filter;
use crate::output::fold::Fold;
use crate::output::html::Body;
use crate::output::nagios::Thresholds;
use crate::output::{self, Ending, Format, RowWriter, View};
use crate::store::{Asked, Order, Page, Rule};
use anyhow::Result;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

const FORMATS: [&str; 8] = ["table", "wide", "json", "jsonl", "csv", "tsv", "text", "prometheus"];
/// Failures that are looked at to fold equal messages, in a report for people.
const FOLDED: u64 = 10_000;
const SECONDS_A_DAY: i64 = 86_400;

/// Show the newest failures and the error rate of a range, against the range before it
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The rate is failures ÷ all events × 100; a failure is an event whose type ends in `failed`. --scope all counts all that \
the actor may see; --scope dashboard what Mission Control's dashboard counts: events with a task on a readable board.

Examples:
  mc-activity errors --range 24h
  mc-activity errors --range 7d --by board --by type
  mc-activity errors --range 24h --fail-over 5 --min-events 100 -q || page-someone
  mc-activity errors --nagios --warn 2 --crit 10
  mc-activity errors -S yesterday -U today --html incident.html")]
pub struct ErrorsArgs {
    /// The backend's window, both ends included (default 24h; 1m is 30 days); buckets are cut in UTC
    #[arg(long, value_name = "RANGE", value_parser = RANGES.map(|(name, ..)| name), conflicts_with_all = ["since", "until"])]
    range: Option<String>,
    /// What to count
    #[arg(long, value_name = "SCOPE", default_value = "all", value_parser = ["all", "dashboard"])]
    scope: String,
    /// Count by these too (repeat or separate by commas)
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = ["type", "board", "agent", "task"])]
    by: Vec<String>,
    /// Answer as of this time
    #[arg(long, value_name = "TIME")]
    at: Option<TimeSpec>,
    /// At most so many failures
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=i64::MAX as u64))]
    limit: u64,
    /// Exit with 6 when the rate is above this percentage
    #[arg(long, value_name = "PCT", value_parser = percentage, help_heading = "Thresholds")]
    fail_over: Option<f64>,
    /// Thresholds count from so many events on
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Thresholds")]
    min_events: u64,
    /// Answer as a Nagios plugin
    #[arg(long, help_heading = "Thresholds", conflicts_with_all = ["fail_over", "output"])]
    nagios: bool,
    /// WARNING above this percentage
    #[arg(long, value_name = "PCT", value_parser = percentage, requires = "nagios", help_heading = "Thresholds")]
    warn: Option<f64>,
    /// CRITICAL above this percentage
    #[arg(long, value_name = "PCT", value_parser = percentage, requires = "nagios", help_heading = "Thresholds")]
    crit: Option<f64>,
    /// Also write one self-contained page, fit to attach to an incident
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    span: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// The backend's ranges: days and bucket.
const RANGES: [(&str, i64, Bucket); 8] = [
    ("24h", 1, Bucket::Hour),
    ("3d", 3, Bucket::Day),
    ("7d", 7, Bucket::Day),
    ("14d", 14, Bucket::Day),
    ("1m", 30, Bucket::Day),
    ("3m", 90, Bucket::Week),
    ("6m", 180, Bucket::Week),
    ("1y", 365, Bucket::Month),
];

fn percentage(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(pct) if (0.0..=100.0).contains(&pct) => Ok(pct),
        _ => Err("a percentage is a number from 0 to 100".to_owned()),
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
            let name = self.range.as_deref().unwrap_or("24h");
            let (name, days, bucket) = RANGES.into_iter().find(|(known, ..)| *known == name).unwrap_or(RANGES[0]);
            let since = now.plus_seconds(-days * SECONDS_A_DAY);
            return Ok(Window {
                range: Some(name.to_owned()),
                period: Period { since, until: now, closed: true },
                bucket,
            });
        }
        let until = filter.until.unwrap_or(now);
        let since = filter.since.unwrap_or_else(|| until.plus_seconds(-SECONDS_A_DAY));
        in_order(since, until)?;
        let days = |days: i64| days * SECONDS_A_DAY * 1_000_000;
        let bucket = match until.micros_since(since) {
            length if length <= days(2) => Bucket::Hour,
            length if length <= days(60) => Bucket::Day,
            length if length <= days(180) => Bucket::Week,
            _ => Bucket::Month,
        };
        Ok(Window { range: None, period: Period { since, until, closed: false }, bucket })
    }

    /// Answers.
    ///
    /// # Errors
    /// Those of the session, the filters, the database and stdout; exit 6 past `--fail-over`.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format: Format = self.output.format("table", &FORMATS)?.parse()?;
        if let (Some(warn), Some(crit)) = (self.warn, self.crit)
            && warn > crit
        {
            return Err(usage(format!("--warn {warn} is above --crit {crit}")).into());
        }
        let mut session = context.session(false).await?;
        let asked_at = session.now;
        if let Some(at) = &self.at {
            session.now = at.resolve(session.now, session.zone)?;
        }
        let mut filter = session.filter(&self.filter, &self.span).await?;
        FutureStart::refuse(filter.since, &self.span, asked_at, session.zone)?;
        let Window { range, period, bucket } = self.window(&filter, session.now)?;
        if !self.span.is_open() {
            FutureStart::refuse(Some(period.since), &self.span, asked_at, session.zone)?;
        }
        // Ages, the page and the scraper's clock are of the moment that it is asked in.
        session.now = asked_at;
        (filter.since, filter.until) = (None, None);
        let scale = if self.scope == "dashboard" { Scale::Dashboard } else { Scale::All };
        let rule = if scale == Scale::All { Rule::Resolved } else { Rule::Threaded };
        let scope = session.scope.clone();
        let rates = session.store.rates(Session::asked(&scope, &filter, rule), period, bucket).await?;
        (filter.since, filter.until) = (Some(period.since), (!period.closed).then_some(period.until));
        let asked = Asked { through: period.closed.then_some(period.until), ..Session::asked(&scope, &filter, rule) };
        let groups = By::parse(&self.by)?;
        let series = |points| Series { range: range.clone(), bucket, points };
        let rate = ErrorRate {
            scale,
            range: range.clone(),
            period,
            tally: rates.tally,
            primary: series(rates.primary),
            comparison: series(rates.comparison),
            groups: Groups::of(&mut session.store, asked, &groups).await?,
        };
        let asked = Asked { failures: true, ..asked };
        let people = matches!(format, Format::Table | Format::Wide) && !self.nagios || self.html.is_some();
        let mut items: Vec<ActivityEvent> = Vec::new();
        let mut fold = Fold::default();
        let page = Page {
            limit: Some(if people { self.limit.max(FOLDED) } else { self.limit }),
            order: Order::Newest,
            matches: Some(rate.tally.errors),
            ..Page::default()
        };
        let keep = usize::try_from(self.limit).unwrap_or(usize::MAX);
        session
            .store
            .feed::<ActivityEvent>(asked, page, &mut |event| {
                fold.add_event(&event);
                if items.len() < keep {
                    items.push(event);
                }
                Ok(())
            })
            .await?;
        let code = self.print(context, &session, format, &rate, &fold, &items)?;
        session.store.close().await;
        if code == 0 && self.fail_over.is_some_and(|pct| rate.tally.pct() > pct && rate.tally.total >= self.min_events)
        {
            let over = self.fail_over.unwrap_or_default();
            return Err(Failure::new(
                Kind::Threshold,
                format!("the error rate {:.2} % is over {over} %", rate.tally.pct()),
            )
            .into());
        }
        Ok(code)
    }

    fn print(
        &self,
        context: &Context,
        session: &Session,
        format: Format,
        rate: &ErrorRate,
        fold: &Fold,
        items: &[ActivityEvent],
    ) -> Result<u8> {
        let style = context.style(session, &self.output)?;
        let show_time = style.show_time();
        let look = style.look(&show_time);
        if let Some(path) = &self.html {
            context.write_page(path, session, Body::Errors { rate, fold, newest: items }, &show_time)?;
        }
        let mut sink = Sink::open_for(self.output.out_file.as_deref(), format)?;
        if self.nagios {
            let limits = Thresholds { warn: self.warn, crit: self.crit, min_events: self.min_events };
            let (code, text) = output::nagios::check(rate, &limits, items, session.embedded, &show_time, &|text| {
                output::visible(text).into_owned()
            });
            sink.write_all(text.as_bytes())?;
            sink.finish()?;
            return Ok(code);
        }
        let view = View::events().choose(&self.output.fields)?;
        match format {
            Format::Json => {
                output::errors::write_json(&mut sink, rate, !self.by.is_empty(), |out| {
                    output::json::list(out, &view, items)
                })?;
            }
            Format::Prometheus => {
                let by = By::parse(&self.by)?.names();
                let export = Export { filter: &self.filter, range: &self.span, at: self.at.as_ref(), by: &by };
                let labels = context.series_labels(session, &export);
                output::prometheus::write_errors(&mut sink, rate, &labels, session.now)?;
            }
            Format::Table | Format::Wide => {
                let counted = match rate.tally.errors {
                    0 => "no failures".to_owned(),
                    errors => format!("{} of {errors} failures listed", items.len()),
                };
                let footer = context.footer(session, counted);
                output::errors::write_report(&mut sink, rate, fold, &look, |out| {
                    if items.is_empty() {
                        return output::write_footer(out, &footer, &style);
                    }
                    let mut writer = RowWriter::new(out, format, view, style);
                    items.iter().try_for_each(|item| writer.row(item))?;
                    writer.finish(&Ending { footer, ..Ending::default() })
                })?;
            }
            _ => {
                let mut writer = RowWriter::new(&mut sink, format, view, style);
                items.iter().try_for_each(|item| writer.row(item))?;
                writer.finish(&Ending::default())?;
            }
        }
        sink.finish()?;
        Ok(0)
    }
}
