//! `errors`: how bad it is.

use crate::cli::filter::{FilterArgs, RangeArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::time::TimeSpec;
use crate::db::{BoardRule, EventQuery, Feed, Item, Order, PageRequest};
use crate::error::{Failure, Kind, usage};
use crate::model::Filter;
use crate::model::{ActivityEvent, Bucket, ErrorRate, Period, RateScope, Series, Timestamp};
use crate::output::destination::Destination;
use crate::output::held::Held;
use crate::output::html::Body;
use crate::output::message_groups::MessageGroups;
use crate::output::nagios::Thresholds;
use crate::output::{self, Columns, Format, PageInfo, RowWriter};
use crate::session::future_start::FutureStart;
use crate::session::group_by::{GroupBy, Groups};
use crate::session::series_labels::Export;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Failures that are looked at to fold equal messages, in a report for people.
const FOLDED: u64 = 10_000;
/// Bytes of their messages that are kept for the list of failures, and that are held at a time when those that were not
/// kept are read again for the list.
const KEPT: usize = 4 << 20;
const SECONDS_A_DAY: i64 = 86_400;

/// Show failures and the error rate, compared with the period before
///
/// Prints the newest failures of a time range and the share of failed events, compared with the range before it.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::COUNTS)), after_help = "\
The rate is failures ÷ all events × 100; a failure is an event whose type ends in `failed`. --scope all counts all that \
the actor may see; --scope dashboard what Mission Control's dashboard counts: events with a task on a readable board.

Examples:
  mc-activity errors --range 24h
  mc-activity errors --range 7d --by board --by type
  mc-activity errors --range 24h --fail-over 5 --min-events 100 -q || page-someone
  mc-activity errors --nagios --warn 2 --crit 10
  mc-activity errors -S yesterday -U today --html incident.html")]
pub struct ErrorsArgs {
    /// Time range of the backend's charts [default: 24h]
    ///
    /// Both ends are included. 1m means 30 days. The buckets are those of UTC.
    #[arg(long, value_name = "RANGE", value_parser = RANGES.map(|(name, ..)| name), conflicts_with_all = ["since", "until"])]
    range: Option<String>,
    /// Which events to count
    #[arg(long, value_name = "SCOPE", default_value = "all", value_parser = ["all", "dashboard"])]
    scope: String,
    /// Group by these fields
    ///
    /// Repeat the flag, or separate fields by commas.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = ["type", "board", "agent", "task"])]
    by: Vec<String>,
    /// Evaluate as of this time
    #[arg(long, value_name = "TIME")]
    at: Option<TimeSpec>,
    /// Maximum number of failures
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=i64::MAX as u64))]
    limit: u64,
    /// Exit with 6 if the error rate is above PCT percent
    #[arg(long, value_name = "PCT", value_parser = percentage, help_heading = "Thresholds")]
    fail_over: Option<f64>,
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

    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
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
        let scale = if self.scope == "dashboard" { RateScope::Dashboard } else { RateScope::All };
        let rule = if scale == RateScope::All { BoardRule::EventBoard } else { BoardRule::TaskBoard };
        let scope = session.scope.clone();
        let rates = session.store.rates(Session::asked(&scope, &filter, rule), period, bucket).await?;
        (filter.since, filter.until) = (Some(period.since), (!period.closed).then_some(period.until));
        let asked =
            EventQuery { through: period.closed.then_some(period.until), ..Session::asked(&scope, &filter, rule) };
        let groups = GroupBy::parse(&self.by)?;
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
        let asked = EventQuery { failures: true, ..asked };
        let people = matches!(format, Format::Table | Format::Wide) && !self.nagios || self.html.is_some();
        let mut fold = MessageGroups::default();
        let page = PageRequest {
            limit: Some(if people { self.limit.max(FOLDED) } else { self.limit }),
            order: Order::Newest,
            matches: Some(rate.tally.errors),
            ..PageRequest::default()
        };
        let mut newest = Newest::of(self.limit);
        session
            .store
            .feed::<ActivityEvent>(asked, page, &mut |event| {
                fold.add_event(&event);
                newest.add(event);
                Ok(())
            })
            .await?;
        session.store.commit().await?;
        let code = self.print(context, &mut session, format, &rate, &fold, &newest, asked).await?;
        for line in session.store.damage() {
            context.say(&format!("warning: {line}"));
        }
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

    #[allow(clippy::too_many_arguments)]
    async fn print(
        &self,
        context: &Context,
        session: &mut Session,
        format: Format,
        rate: &ErrorRate,
        fold: &MessageGroups,
        newest: &Newest,
        asked: EventQuery<'_>,
    ) -> Result<u8> {
        let style = context.style(session, &self.output)?;
        let show_time = style.show_time();
        let look = style.look(&show_time);
        if let Some(path) = &self.html {
            let held = Held::default();
            let mut behind = 0;
            let body = Body::Errors { rate, fold, newest: &newest.kept };
            let further = |out: &mut Held| {
                behind = out.len();
                Ok(())
            };
            context.render_page(&mut held.clone(), path, session, body, &show_time, further)?;
            let rest = held.split_off(behind);
            let mut file = Destination::open(Some(path))?;
            newest
                .read_on(session, asked, &held, &mut file, &mut |event| {
                    output::html::write_failure(&mut held.clone(), event, &show_time)
                })
                .await?;
            held.pass_on(&mut file)?;
            file.write_all(&rest)?;
            file.finish()?;
        }
        let mut sink = Destination::open_for(self.output.out_file.as_deref(), format)?;
        if self.nagios {
            let limits = Thresholds { warn: self.warn, crit: self.crit, min_events: self.min_events };
            let items = &newest.kept;
            let (code, text) = output::nagios::check(rate, &limits, items, session.embedded, &show_time, &|text| {
                crate::escape::escape_for_terminal(text).into_owned()
            });
            sink.write_all(text.as_bytes())?;
            sink.finish()?;
            return Ok(code);
        }
        let view = Columns::events().choose(&self.output.fields)?;
        let held = Held::default();
        let mut out = held.clone();
        match format {
            Format::Json => {
                output::errors::begin_json(&mut out, rate)?;
                output::json::list(&mut out, &view, &newest.kept)?;
                newest
                    .read_on(session, asked, &held, &mut sink, &mut |event| {
                        let mut out = held.clone();
                        out.write_all(b",")?;
                        output::json::record(&mut out, &view, event)
                    })
                    .await?;
                output::errors::end_json(&mut out, rate, !self.by.is_empty())?;
            }
            Format::Prometheus => {
                let by = GroupBy::parse(&self.by)?.names();
                let export = Export { filter: &self.filter, range: &self.span, at: self.at.as_ref(), by: &by };
                let labels = context.series_labels(session, &export);
                output::prometheus::write_errors(&mut out, rate, &labels, session.now)?;
            }
            Format::Table | Format::Wide => {
                let counted = match rate.tally.errors {
                    0 => "no failures".to_owned(),
                    errors => format!("{} of {errors} failures listed", rate.tally.errors.min(self.limit)),
                };
                let footer = context.footer(session, counted);
                output::errors::write_report(&mut out, rate, fold, &look, |_| Ok(()))?;
                if newest.kept.is_empty() {
                    output::write_footer(&mut out, &footer, &style)?;
                } else {
                    let mut writer = RowWriter::new(out, format, view, style);
                    newest.kept.iter().try_for_each(|item| writer.row(item))?;
                    newest.read_on(session, asked, &held, &mut sink, &mut |event| writer.row(event)).await?;
                    writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
                }
            }
            _ => {
                let mut writer = RowWriter::new(out, format, view, style);
                newest.kept.iter().try_for_each(|item| writer.row(item))?;
                newest.read_on(session, asked, &held, &mut sink, &mut |event| writer.row(event)).await?;
                writer.finish(&PageInfo::default())?;
            }
        }
        held.pass_on(&mut sink)?;
        sink.finish()?;
        Ok(0)
    }
}

/// The newest failures: in memory as far as they are not too long for that, the others by their place.
struct Newest {
    kept: Vec<ActivityEvent>,
    bytes: usize,
    /// Still wanted.
    left: u64,
    /// Some were not kept.
    truncate: bool,
}

impl Newest {
    fn of(limit: u64) -> Self {
        Self { kept: Vec::new(), bytes: 0, left: limit, truncate: false }
    }

    fn add(&mut self, event: ActivityEvent) {
        self.truncate |= self.left > 0 && self.bytes >= KEPT;
        if self.left > 0 && !self.truncate {
            self.bytes += event.message.as_deref().map_or(0, str::len);
            self.kept.push(event);
            self.left -= 1;
        }
    }

    /// Writes what is held and reads those that were not kept, if there are any, portion by portion; `each` adds one to what is
    /// held.
    async fn read_on(
        &self,
        session: &mut Session,
        asked: EventQuery<'_>,
        held: &Held,
        sink: &mut Destination,
        each: &mut dyn FnMut(&ActivityEvent) -> io::Result<()>,
    ) -> Result<()> {
        let Some(last) = self.kept.last().filter(|_| self.truncate) else { return Ok(()) };
        let average = (self.bytes / self.kept.len()).max(1);
        let after = Some(last.key());
        let page = PageRequest { limit: Some(self.left), order: Order::Newest, after, ..PageRequest::default() };
        let mut feed = Feed::new(page, (KEPT / average) as u64);
        loop {
            held.pass_on(sink)?;
            session.go_on(asked.filter).await?;
            let done = session
                .store
                .portion::<ActivityEvent>(asked, &mut feed, &mut |event| {
                    each(&event)?;
                    Ok(if held.len() >= 2 * KEPT { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                })
                .await?;
            session.store.commit().await?;
            if done {
                return Ok(held.pass_on(sink)?);
            }
        }
    }
}
