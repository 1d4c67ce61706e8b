//! `summary`: what happened, counted.

use crate::cli::filter::{FilterArgs, RangeArgs, in_order};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::one_of;
use crate::cli::time::TimeSpec;
use crate::db::{BoardRule, Dimension};
use crate::model::{Bucket, NamedRange, Period, Summary, SummaryKey, SummaryRow, Timestamp};
use crate::output::destination::Destination;
use crate::output::html::Body;
use crate::output::{self, Columns, Format, PageInfo, RowWriter, counted};
use crate::session::future_start::FutureStart;
use crate::session::group_by::GroupBy;
use crate::session::series_labels::Export;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

/// Of more periods the empty ones are left out: all minutes of two months are this many.
const MOST_PERIODS: i64 = 100_000;
const WEEK: i64 = 7 * 86_400;

/// Count events by type, board, agent, task, day or hour
///
/// The default range is the last 7 days.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::COUNTS)), after_help = "\
Examples:
  mc-activity summary
  mc-activity summary --agent Chidi --since 30d
  mc-activity summary --by board --by type -o csv")]
pub struct SummaryArgs {
    /// Group by these fields [default: type]
    ///
    /// Repeat the flag, or separate fields by commas. Days, hours and minutes are those of UTC; rows are then in order of
    /// time.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = one_of(&Dimension::ALL, Dimension::name))]
    by: Vec<Dimension>,
    /// Count over this range up to now: 24h, 3d, 7d, 14d, 1m (30 days), 3m, 6m or 1y
    #[arg(long = "range", id = "named_range", value_name = "RANGE", value_parser = one_of(&NamedRange::ALL, NamedRange::name), conflicts_with_all = ["since", "until"])]
    named_range: Option<NamedRange>,
    /// Also write an HTML report to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl SummaryArgs {
    pub async fn run(mut self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        if self.by.is_empty() {
            self.by.push(Dimension::Type);
        }
        if let Some(range) = self.named_range {
            self.range.start.since = Some(TimeSpec::Ago(Duration::from_secs(u64::from(range.days) * 86_400)));
        }
        let by = GroupBy::new(&self.by)?;
        let mut session = context.session(false).await?;
        let mut filter = session.filter(&self.filter, &self.range).await?;
        context.warn_of_types(&mut session, &filter).await?;
        let until = filter.until.unwrap_or(session.now);
        let since = filter.since.unwrap_or_else(|| until.plus_seconds(-WEEK));
        FutureStart::refuse(Some(since), &self.range, session.now, session.zone)?;
        in_order(since, until)?;
        (filter.since, filter.until) = (Some(since), Some(until));
        (session.coverage.since, session.coverage.until) = (Some(since), Some(until));
        let scope = session.scope.clone();
        let counted = session.store.counted(Session::asked(&scope, &filter, BoardRule::EventBoard), &by.0).await?;
        let mut rows: Vec<SummaryRow> =
            counted.iter().map(|row| SummaryRow { keys: by.keys(row), count: row.tally.total }).collect();
        rows.sort_by(|a, b| {
            let by_count = b.count.cmp(&a.count).then_with(|| a.keys.cmp(&b.keys));
            period(a).cmp(&period(b)).then(by_count)
        });
        if let (Some(bucket), [_]) = (by.bucket(), by.0.as_slice()) {
            rows = with_empty_periods(rows, bucket, since, until);
        }
        let mut fields = by.fields();
        fields.push("count");
        let total = rows.iter().map(|row| row.count).sum();
        let summary = Summary { since, until, by: by.names(), fields, total, rows };
        session.store.commit().await?;
        let sink = self.print(context, &session, format, &summary)?;
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        Ok(0)
    }

    /// Writes it to a destination that is not finished yet.
    fn print(&self, context: &Context, session: &Session, format: Format, summary: &Summary) -> Result<Destination> {
        let style = context.style(session, &self.output)?;
        let show_time = style.show_time();
        let look = style.look(&show_time);
        if let Some(path) = &self.html {
            context.write_page(path, session, Body::Summary(summary), &show_time)?;
        }
        let view = Columns::summary(summary).choose(&self.output.fields)?;
        let mut sink = context.destination(&self.output, format)?;
        match format {
            Format::Json => {
                session.coverage.close(&mut sink, |out| output::summary::write_json(out, summary, &view))?;
            }
            Format::Prometheus => {
                let export = Export { filter: &self.filter, range: &self.range, at: None, by: &summary.by };
                let labels = context.series_labels(session, &export);
                output::prometheus::write_summary(&mut sink, summary, &labels, session.now)?;
            }
            Format::Table if self.output.fields.is_empty() => {
                output::summary::write_report(&mut sink, summary, &look)?;
                let footer = context.footer(session, counted(summary.total, "event"));
                output::write_footer(&mut sink, &footer, &style)?;
            }
            _ => {
                let mut writer = RowWriter::new(&mut sink, format, view, style);
                summary.rows.iter().try_for_each(|row| writer.row(row))?;
                let footer = context.footer(session, counted(summary.total, "event"));
                writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
            }
        }
        Ok(sink)
    }
}

/// The period of a row, where rows are counted by one.
fn period(row: &SummaryRow) -> Option<Timestamp> {
    row.keys.iter().find_map(|key| if let SummaryKey::Time(at) = key { Some(*at) } else { None })
}

/// One row for each period of the range, in order of time. At an end of the range that is infinite or far away, the
/// periods begin or end with the rows.
fn with_empty_periods(rows: Vec<SummaryRow>, bucket: Bucket, since: Timestamp, until: Timestamp) -> Vec<SummaryRow> {
    let length = match bucket {
        Bucket::Minute => 60,
        Bucket::FiveMinutes => 300,
        Bucket::Hour => 3_600,
        Bucket::Day | Bucket::Week | Bucket::Month => 86_400,
    };
    let is_few = |first: Timestamp, last: Timestamp| {
        first.is_finite() && last.is_finite() && last.micros_since(first) / 1_000_000 / length <= MOST_PERIODS
    };
    let first = rows.first().and_then(period);
    let end = rows.last().and_then(period).map(|last| last.plus_seconds(1));
    let (since, until) = match (first, end) {
        _ if is_few(since, until) => (since, until),
        (Some(first), Some(_)) if is_few(first, until) => (first, until),
        (Some(_), Some(end)) if is_few(since, end) => (since, end),
        (Some(first), Some(end)) if is_few(first, end) => (first, end),
        _ => return rows,
    };
    let counts: HashMap<_, _> = rows.iter().filter_map(|row| Some((period(row)?, row.count))).collect();
    let starts = bucket.starts(Period { since, until, closed: false }).into_iter();
    let row = |start| SummaryRow {
        keys: vec![SummaryKey::Time(start)],
        count: counts.get(&start).copied().unwrap_or_default(),
    };
    let filled: Vec<_> = starts.map(row).collect();
    // An event of a year that the calendar does not have is in no period.
    let total = |rows: &[SummaryRow]| rows.iter().map(|row| row.count).sum::<u64>();
    if total(&filled) == total(&rows) { filled } else { rows }
}
