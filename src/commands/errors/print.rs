//! Writes the report in the chosen format.

use super::newest::Newest;
use super::{ErrorsArgs, USUAL_LIMIT};
use crate::db::{BoardRule, EventQuery};
use crate::model::ActivityEvent;
use crate::output::destination::Destination;
use crate::output::held::Held;
use crate::output::html::Body;
use crate::output::message_groups::pattern;
use crate::output::nagios::Thresholds;
use crate::output::report::ErrorsReport;
use crate::output::{self, Columns, Format, PageInfo, RowWriter};
use crate::session::group_by::{ErrorsBy, each_once};
use crate::session::series_labels::Export;
use crate::session::{Context, Session};
use anyhow::Result;
use std::io::Write;

impl ErrorsArgs {
    /// Writes it to a destination that is not finished yet; with the exit code.
    pub(super) async fn print(
        &self,
        context: &Context,
        session: &mut Session,
        format: Format,
        report: &ErrorsReport,
        newest: &Newest,
        failures: EventQuery<'_>,
    ) -> Result<(Destination, u8)> {
        let period = report.rate.period;
        session.coverage.by_task = failures.rule != BoardRule::EventBoard;
        (session.coverage.since, session.coverage.until) = (Some(period.since), Some(period.until));
        let style = context.style(session, &self.output)?;
        let show_time = style.show_time();
        let look = style.look(&show_time);
        if let Some(path) = &self.html {
            let held = Held::default();
            let mut behind = 0;
            let body = Body::Errors { report, newest: &newest.kept };
            let further = |out: &mut Held| {
                behind = out.len();
                Ok(())
            };
            context.render_page(&mut held.clone(), path, session, body, &show_time, further)?;
            let rest = held.split_off(behind);
            let mut file = Destination::open(Some(path))?;
            newest
                .read_on(session, failures, &held, &mut file, &mut |event| {
                    output::html::write_failure(&mut held.clone(), event, &show_time)
                })
                .await?;
            held.pass_on(&mut file)?;
            file.write_all(&rest)?;
            file.finish()?;
        }
        let mut sink = context.destination(&self.output, format)?;
        if self.nagios {
            let limits = Thresholds { warn: self.warn, crit: self.crit, min_events: self.min_events };
            let items = &newest.kept;
            let (code, text) = output::nagios::check(report, &limits, items, session.embedded, &show_time, &|text| {
                crate::escape::escape_for_terminal(text).into_owned()
            });
            sink.write_all(text.as_bytes())?;
            return Ok((sink, code));
        }
        if let Some((columns, rows)) = self.section.and_then(|section| section.rows(report)) {
            let mut writer = RowWriter::new(&mut sink, format, columns.choose(&self.output.fields)?, style);
            rows.iter().try_for_each(|row| writer.row(row))?;
            writer.finish(&PageInfo::default())?;
            return Ok((sink, 0));
        }
        let view = Columns::events().choose(&self.output.fields)?;
        let held = Held::default();
        let mut out = held.clone();
        match format {
            Format::Json => {
                output::errors::begin_json(&mut out, report)?;
                output::json::list(&mut out, &view, &newest.kept)?;
                newest
                    .read_on(session, failures, &held, &mut sink, &mut |event| {
                        let mut out = held.clone();
                        out.write_all(b",")?;
                        output::json::record(&mut out, &view, event)
                    })
                    .await?;
                session.coverage.close(&mut out, |out| output::errors::end_json(out, report))?;
            }
            Format::Prometheus => {
                let by: Vec<&str> = each_once(&self.by).into_iter().map(ErrorsBy::name).collect();
                let export = Export { filter: &self.filter, range: &self.span, at: self.at.as_ref(), by: &by };
                let labels = context.series_labels(session, &export);
                output::prometheus::write_errors(&mut out, report, &labels, session.now)?;
            }
            Format::Table | Format::Wide => {
                let height = style.terminal.height.filter(|_| format == Format::Table);
                let mut below = Vec::new();
                output::write_footer(&mut below, &context.footer(session, counted(report, u64::MAX)), &style)?;
                let below = below.iter().filter(|byte| **byte == b'\n').count();
                // The last line is the prompt's.
                let room = height.map(|lines| lines.saturating_sub(below + 1));
                output::errors::write_report(&mut out, report, &look, room)?;
                // One screen has no room for each attempt of one message.
                let folded = (height.is_some() && self.limit.is_none()).then(|| without_repeats(&newest.kept));
                let kept: Vec<(&ActivityEvent, u64)> = match &folded {
                    Some(folded) => folded.iter().map(|(event, count)| (event, *count)).collect(),
                    None => newest.kept.iter().map(|event| (event, 1)).collect(),
                };
                let mut rows = kept.len();
                if let (Some(room), None) = (room, self.limit) {
                    // A blank line, the heading, and one for columns left out.
                    rows = rows.min(room.saturating_sub(held.lines() + 3));
                }
                let all = rows == kept.len() && folded.is_none();
                let shown = kept.iter().take(rows);
                let listed = if all { newest.wanted() } else { shown.clone().map(|(_, count)| count).sum() };
                let footer = context.footer(session, counted(report, listed));
                if rows == 0 {
                    output::write_footer(&mut out, &footer, &style)?;
                } else {
                    writeln!(out)?;
                    let mut writer = RowWriter::new(out, format, view, style);
                    shown.clone().try_for_each(|(event, _)| writer.row(*event))?;
                    if all {
                        newest.read_on(session, failures, &held, &mut sink, &mut |event| writer.row(event)).await?;
                    }
                    writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
                }
            }
            _ => {
                let mut writer = RowWriter::new(out, format, view, style);
                newest.kept.iter().try_for_each(|item| writer.row(item))?;
                newest.read_on(session, failures, &held, &mut sink, &mut |event| writer.row(event)).await?;
                writer.finish(&PageInfo::default())?;
            }
        }
        held.pass_on(&mut sink)?;
        Ok((sink, 0))
    }

    /// How many failures are listed.
    pub(super) fn listed(&self) -> u64 {
        self.limit.unwrap_or(USUAL_LIMIT)
    }
}

/// Attempts of one message in a row as one, the newest, with their number before the text.
fn without_repeats(newest: &[ActivityEvent]) -> Vec<(ActivityEvent, u64)> {
    let key = |event: &ActivityEvent| {
        let pattern = pattern(event.message.as_deref().unwrap_or_default());
        (event.event_type.clone(), event.board_id, event.agent_id, event.task_id, pattern)
    };
    let runs = newest.chunk_by(|a, b| key(a) == key(b));
    runs.filter_map(|run| {
        let mut event = run.first()?.clone();
        if run.len() > 1 {
            event.message = Some(format!("{} × {}", run.len(), event.message.unwrap_or_default()));
        }
        Some((event, run.len() as u64))
    })
    .collect()
}

/// What the footer says of the list.
fn counted(report: &ErrorsReport, listed: u64) -> String {
    match report.rate.tally.errors {
        0 => "no failures".to_owned(),
        errors => format!("{} of {errors} failures listed", errors.min(listed)),
    }
}
