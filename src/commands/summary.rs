//! `summary`: what happened, counted.

use crate::cli::filter::{FilterArgs, RangeArgs, in_order};
use crate::cli::format::OutputArgs;
use crate::db::BoardRule;
use crate::model::{Summary, SummaryRow};
use crate::output::destination::Destination;
use crate::output::html::Body;
use crate::output::{self, Columns, Format, PageInfo, RowWriter};
use crate::session::future_start::FutureStart;
use crate::session::group_by::GroupBy;
use crate::session::series_labels::Export;
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

const FORMATS: [&str; 8] = ["table", "wide", "json", "jsonl", "csv", "tsv", "text", "prometheus"];
const WEEK: i64 = 7 * 86_400;

/// Count events by type, board, agent, task, day or hour
///
/// The default range is the last 7 days.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  mc-activity summary
  mc-activity summary --agent Chidi --since 30d
  mc-activity summary --by board --by type -o csv")]
pub struct SummaryArgs {
    /// Group by these fields [default: type]
    ///
    /// Repeat the flag, or separate fields by commas. Days and hours are those of UTC.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', value_parser = ["type", "board", "agent", "task", "day", "hour"])]
    by: Vec<String>,
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
    /// Answers.
    ///
    /// # Errors
    /// Those of the session, the filters, the database and stdout.
    pub async fn run(mut self, context: &Context) -> Result<()> {
        let format: Format = self.output.format("table", &FORMATS)?.parse()?;
        if self.by.is_empty() {
            self.by.push("type".to_owned());
        }
        let by = GroupBy::parse(&self.by)?;
        let mut session = context.session(false).await?;
        let mut filter = session.filter(&self.filter, &self.range).await?;
        context.warn_of_types(&mut session, &filter).await?;
        let until = filter.until.unwrap_or(session.now);
        let since = filter.since.unwrap_or_else(|| until.plus_seconds(-WEEK));
        FutureStart::refuse(Some(since), &self.range, session.now, session.zone)?;
        in_order(since, until)?;
        (filter.since, filter.until) = (Some(since), Some(until));
        let scope = session.scope.clone();
        let counted = session.store.counted(Session::asked(&scope, &filter, BoardRule::EventBoard), &by.0).await?;
        let mut rows: Vec<SummaryRow> =
            counted.iter().map(|row| SummaryRow { keys: by.keys(row), count: row.tally.total }).collect();
        rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.keys.cmp(&b.keys)));
        let mut fields = by.fields();
        fields.push("count");
        let total = rows.iter().map(|row| row.count).sum();
        let summary = Summary { since, until, by: by.names(), fields, total, rows };
        session.store.commit().await?;
        self.print(context, &session, format, &summary)?;
        session.store.close().await;
        Ok(())
    }

    fn print(&self, context: &Context, session: &Session, format: Format, summary: &Summary) -> Result<()> {
        let style = context.style(session, &self.output)?;
        let show_time = style.show_time();
        let look = style.look(&show_time);
        if let Some(path) = &self.html {
            context.write_page(path, session, Body::Summary(summary), &show_time)?;
        }
        let view = Columns::summary(summary).choose(&self.output.fields)?;
        let mut sink = Destination::open_for(self.output.out_file.as_deref(), format)?;
        match format {
            Format::Json => output::summary::write_json(&mut sink, summary, &view)?,
            Format::Prometheus => {
                let export = Export { filter: &self.filter, range: &self.range, at: None, by: &summary.by };
                let labels = context.series_labels(session, &export);
                output::prometheus::write_summary(&mut sink, summary, &labels, session.now)?;
            }
            Format::Table if self.output.fields.is_empty() => {
                output::summary::write_report(&mut sink, summary, &look)?;
                let footer = context.footer(session, format!("{} events", summary.total));
                output::write_footer(&mut sink, &footer, &style)?;
            }
            _ => {
                let mut writer = RowWriter::new(&mut sink, format, view, style);
                summary.rows.iter().try_for_each(|row| writer.row(row))?;
                let footer = context.footer(session, format!("{} events", summary.total));
                writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
            }
        }
        sink.finish()
    }
}
