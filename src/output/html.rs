//! One HTML page that holds an answer, to be attached to an incident: no script, nothing from the network, light and dark,
//! printable.

mod plot;
mod table;
mod text;

use super::chart::label;
use super::report::ErrorsReport;
use super::summary;
use super::timeline::{self, Entry, TimelineTask};
use crate::analysis::participants::Participants;
use crate::model::{ActivityEvent, Summary, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use text::{HtmlText, Time};

const STYLE: &str = include_str!("html/page.css");

/// An answer and where it came from.
pub struct HtmlReport<'a> {
    /// The answer.
    pub body: Body<'a>,
    /// For whom it was made.
    pub actor: &'a str,
    /// The command line, without secrets.
    pub question: &'a str,
    /// The database's time when it was made.
    pub asked_at: Timestamp,
    /// Host and name of the database, or the file of the demo database.
    pub database: &'a str,
    /// The zone that `show_time` answers in.
    pub zone: &'a str,
    /// An instant in that zone.
    pub show_time: &'a dyn Fn(Timestamp) -> String,
}

/// What the page shows.
pub enum Body<'a> {
    /// The answer of `errors`.
    Errors {
        /// All but the newest failures.
        report: &'a ErrorsReport,
        /// The newest failures, newest first.
        newest: &'a [ActivityEvent],
    },
    /// The answer of `summary`.
    Summary(&'a Summary),
    /// The answer of `timeline`.
    Timeline {
        /// The task that it is about, if it is about one.
        task: Option<&'a TimelineTask>,
        /// Who took part.
        participants: &'a Participants,
        /// Oldest first.
        entries: &'a [Entry],
    },
}

/// Writes the page. Whatever comes from the database or the command line is escaped, and the page's policy (CSP level 3)
/// allows nothing but its own style, by digest, so that text that slipped through still could not run or load anything.
/// `further` writes failures behind the newest, each by [`write_failure`].
pub fn write_page<W: Write>(
    out: &mut W,
    page: &HtmlReport<'_>,
    further: impl FnOnce(&mut W) -> io::Result<()>,
) -> io::Result<()> {
    let (title, window) = match &page.body {
        Body::Errors { report, .. } => {
            let rate = &report.rate;
            (report.headline(), label::window(rate.range.as_deref(), rate.period, page.show_time))
        }
        Body::Summary(summary) => {
            let events = if summary.total == 1 { "event" } else { "events" };
            let [since, until] = [summary.since, summary.until].map(page.show_time);
            (format!("{} {events}", summary.total), format!("{since} to {until}"))
        }
        Body::Timeline { task, entries, .. } => {
            let title = task.map_or_else(|| "Timeline".to_owned(), |task| format!("Timeline: {}", task.name()));
            let ends = entries.first().zip(entries.last());
            let window = ends.map(|(first, last)| {
                let [first, last] = [first, last].map(|entry| (page.show_time)(entry.event.created_at));
                format!("{first} to {last}")
            });
            (title, window.unwrap_or_else(|| "no events".to_owned()))
        }
    };
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; \
        base-uri 'none'; form-action 'none'\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
        <title>{}, {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        HtmlText(&title),
        HtmlText(&window),
    )?;
    write!(out, "<header>\n<h1>{}</h1>\n<p class=\"window\">", HtmlText(&title.replace(" %", "\u{a0}%")))?;
    match &page.body {
        Body::Errors { report, .. } => {
            let rate = &report.rate;
            write!(out, "{}, scope <code>{}</code>", HtmlText(&window), rate.scale.name())?;
            if rate.range.is_some() {
                let [since, until] = [rate.period.since, rate.period.until];
                write!(out, ": {} to {}", Time(since, page.show_time), Time(until, page.show_time))?;
            }
        }
        Body::Summary(_) | Body::Timeline { .. } => write!(out, "{}", HtmlText(&window))?,
    }
    write_asked(out, page)?;
    out.write_all(b"</header>\n<main>\n")?;
    match &page.body {
        Body::Errors { report, newest } => {
            write_figures(out, report, page.show_time)?;
            plot::write_rate(out, report)?;
            table::write_routes(out, &report.routes, page.show_time)?;
            table::write_groups(out, &report.rate.groups)?;
            table::write_folded(out, &report.patterns, report.rate.tally.errors, page.show_time)?;
            table::write_newest(out, newest, page.show_time, further)?;
        }
        Body::Summary(summary) => {
            plot::write_counts(out, &summary::over_time(summary), summary::bucket(summary))?;
            table::write_summary(out, summary)?;
        }
        Body::Timeline { task, participants, entries } => {
            if let Some(task) = task {
                table::write_facts(out, &timeline::facts(task, participants, page.show_time))?;
            }
            table::write_entries(out, entries, task.is_none(), page.show_time)?;
        }
    }
    write!(
        out,
        "</main>\n<footer>Made by mc-activity {} from the activity log of OpenClaw Mission Control. Times are in {}, the \
        buckets of charts begin at UTC times.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        HtmlText(page.zone),
    )
}

/// One more failure in the table of the newest.
pub fn write_failure<W: Write>(
    out: &mut W,
    event: &ActivityEvent,
    show_time: &dyn Fn(Timestamp) -> String,
) -> io::Result<()> {
    table::write_failure(out, event, show_time)
}

fn write_asked<W: Write>(out: &mut W, page: &HtmlReport<'_>) -> io::Result<()> {
    write!(
        out,
        "</p>\n<dl class=\"asked\">\n<dt>Asked by</dt><dd>{}</dd>\n<dt>Asked at</dt><dd>{}</dd>\n\
        <dt>Question</dt><dd><code>{}</code></dd>\n<dt>Database</dt><dd>{}</dd>\n<dt>Time zone</dt><dd>{}</dd>\n</dl>\n",
        HtmlText(page.actor),
        Time(page.asked_at, page.show_time),
        HtmlText(page.question),
        HtmlText(page.database),
        HtmlText(page.zone),
    )
}

fn write_figures<W: Write>(
    out: &mut W,
    report: &ErrorsReport,
    show_time: &dyn Fn(Timestamp) -> String,
) -> io::Result<()> {
    let (now, before) = (report.tally(), report.before());
    let alarm = if now.errors > 0 { " class=\"alarm\"" } else { "" };
    let rate_before = if before.total == 0 { format!("no {}", report.noun(0)) } else { label::percent(before.pct()) };
    writeln!(
        out,
        "<ul class=\"figures\">\n<li{alarm}><span>Error rate</span><strong>{}</strong><span>{}</span></li>\n\
        <li><span>Failed</span><strong>{}</strong><span>of {} {}</span></li>\n\
        <li><span>Window before</span><strong>{}</strong><span>{} of {} failed</span></li>\n</ul>",
        HtmlText(&label::percent(now.pct())),
        label::change(now, before),
        now.errors,
        now.total,
        report.noun(now.total),
        HtmlText(&rate_before),
        before.errors,
        before.total,
    )?;
    let sentences = [report.since_words(show_time), report.now_words(show_time), report.burn_words()];
    let beside = Some(report.beside()).filter(|beside| !beside.is_empty());
    let sentences: Vec<String> = sentences.into_iter().flatten().chain(beside).collect();
    let unknown = report.unknown.iter().filter(|reason| !report.warnings.contains(reason));
    let notes: Vec<&String> = sentences.iter().chain(&report.warnings).chain(unknown).collect();
    if notes.is_empty() {
        return Ok(());
    }
    out.write_all(b"<ul class=\"sentences\">\n")?;
    for sentence in notes {
        writeln!(out, "<li>{}</li>", HtmlText(sentence))?;
    }
    out.write_all(b"</ul>\n")
}

#[cfg(test)]
mod tests;
