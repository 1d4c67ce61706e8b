//! What list and comments share: a page of rows in order, or all of them, with total and cursor.
//!
//! Rows are read in portions, and each portion is written when its transaction has ended: see [`super::held`].

use crate::cli::filter::RangeArgs;
use crate::cli::format::OutputArgs;
use crate::cli::paging::PageArgs;
use crate::db::{BoardRule, Feed, Item, Order, PageRequest};
use crate::model::Filter;
use crate::model::{Cell, Key, Record, Timestamp};
use crate::output::destination::Destination;
use crate::output::held::{Held, PORTION};
use crate::output::highlight::Highlights;
use crate::output::{Columns, Format, PageInfo, RowWriter, counted};
use crate::session::page_cursor::{self, Cursor, QueryFingerprint};
use crate::session::{Context, Session};
use anyhow::Result;
use std::io::Write;
use std::ops::ControlFlow;

/// Rows of the first portion, before it is known how long they are.
const FIRST_PORTION: u64 = 2_000;
/// The same on a terminal, so that the newest are seen at once: enough rows to find the widths of a table, and for a screen.
const FIRST_SCREENS: u64 = 200;
/// Maximum number of rows of a portion: more would cost the server memory and save almost nothing.
const LARGEST_PORTION: u64 = 50_000;

/// A page of a list: the filters, the range and the page.
pub struct Question<'a> {
    /// Which rows.
    pub filter: Filter,
    /// By which board.
    pub rule: BoardRule,
    /// The range as typed.
    pub range: &'a RangeArgs,
    /// The instant that each row's distance is shown from.
    pub around: Option<Timestamp>,
    /// Which page.
    pub page: &'a PageArgs,
    /// Oldest first.
    pub oldest: bool,
}

/// How the rows are to look.
pub struct ListFormat {
    /// Of the flags, or one that a command finds better.
    pub format: Format,
    view: Columns,
}

impl ListFormat {
    /// The format of the flags, checked before the database is opened.
    ///
    /// # Errors
    /// Exit 2 for a format or a field that there is not.
    pub fn of(output: &OutputArgs, view: Columns) -> Result<Self> {
        let format = output.format()?;
        Ok(Self { format, view: view.choose(&output.fields)? })
    }
}

/// The values of fields that were added to a row's own.
pub type ExtraFields<'a, T> = &'a mut dyn FnMut(&T) -> [String; 3];

/// Prints rows, or with --count their number. `extra` gives the values of the fields that were added to the rows' own.
pub async fn answer<T: Item + Record>(
    context: &Context,
    mut session: Session,
    mut question: Question<'_>,
    output: &OutputArgs,
    ListFormat { format, view }: ListFormat,
    mut extra: Option<ExtraFields<'_, T>>,
) -> Result<()> {
    let page = question.page;
    let order = if question.oldest { Order::Oldest } else { Order::Newest };
    // Around an event or a time, the range is not one that was typed.
    let range = match question.around {
        Some(at) => format!("around={at}\nsince={:?}\n", question.filter.since),
        None => question.range.canonical(session.zone),
    };
    let named = page_cursor::question(
        &context.command,
        &session.actor,
        if question.oldest { "oldest" } else { "newest" },
        &question.filter,
        &range,
    );
    let binding = QueryFingerprint::new(&session.store.identity(&session.target).await?, &named);
    let cursor = page.after.as_deref().map(|text| Cursor::decode(text, &binding)).transpose()?;
    if page.count {
        let total = session.store.count(Session::asked(&session.scope, &question.filter, question.rule)).await?;
        session.store.commit().await?;
        let mut sink = Destination::open(output.out_file.as_deref())?;
        writeln!(sink, "{total}")?;
        sink.finish()?;
        session.store.close().await;
        return Ok(());
    }
    if let Some(cursor) = cursor {
        (question.filter.since, question.filter.until) = (cursor.since, cursor.until);
    }
    let limit = page.limit();
    let style = context.style(&session, output)?;
    let held = Held::default();
    let mut sink = None;
    let mut writer = RowWriter::new(held.clone(), format, view, style);
    writer.highlight(Highlights::new(question.filter.grep.iter().cloned(), question.filter.ignore_case));
    let mut shown = 0_u64;
    let mut last: Option<Key> = None;
    let mut more = false;
    let asked = Session::asked(&session.scope, &question.filter, question.rule);
    // Rows on the same terminal show that something happens.
    let watched = page.all && context.is_watched() && !style.terminal.is_terminal;
    let known = match watched && !page.no_total && cursor.is_none() {
        true => Some(session.store.count(asked).await?),
        false => None,
    };
    let ahead = known.map(|total| total.saturating_sub(page.offset));
    let progress = watched.then(|| context.progress(rows_of(2, T::COMMENTS), ahead));
    let stretch = PageRequest {
        limit: limit.map(|limit| limit.saturating_add(1)),
        offset: page.offset,
        order,
        after: cursor.map(|cursor| cursor.key),
        matches: None,
    };
    // In a large table the total takes far longer than the page, so people get it from --count.
    let wants_total = format == Format::Json && !page.no_total;
    let mut total = known.filter(|_| wants_total);
    let first_portion = if style.terminal.is_terminal { FIRST_SCREENS } else { FIRST_PORTION };
    let mut feed =
        Feed::new(stretch, limit.map_or(first_portion, |limit| limit.saturating_add(1).min(LARGEST_PORTION)));
    loop {
        let before = shown;
        let asked = Session::asked(&session.scope, &question.filter, question.rule);
        let done = session
            .store
            .portion::<T>(asked, &mut feed, &mut |row| {
                if limit == Some(shown) {
                    more = true;
                    return Ok(ControlFlow::Continue(()));
                }
                shown += 1;
                if let Some(progress) = &progress {
                    progress.inc();
                }
                last = Some(row.key());
                match (&mut extra, question.around) {
                    (Some(extra), _) => {
                        writer.row_with(&row, &extra(&row).each_ref().map(|text| Cell::Text(text)))?;
                    }
                    (None, Some(at)) => writer.row_with(&row, &[offset(row.key().created_at, at)])?,
                    (None, None) => writer.row(&row)?,
                }
                Ok(if held.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })
            .await?;
        if wants_total && total.is_none() {
            // A page that begins at the first row and has all of them counts them itself.
            let is_whole = done && !more && page.offset == 0 && cursor.is_none();
            total = Some(if is_whole { shown } else { session.store.count(asked).await? });
        }
        session.store.commit().await?;
        let sink = match &mut sink {
            Some(sink) => sink,
            none => none.insert(context.destination(output, format)?),
        };
        if !done && let Some(length) = (held.len() as u64).checked_div(shown - before) {
            feed.expect((PORTION as u64 / length.max(1)).min(LARGEST_PORTION));
        }
        held.pass_on(sink)?;
        if done {
            break;
        }
        if style.terminal.is_terminal {
            sink.flush()?;
        }
        if sink.is_left() {
            break;
        }
        session.go_on(&question.filter).await?;
    }
    drop(progress);
    for line in session.store.damage() {
        context.say(&format!("warning: {line}"));
    }
    let next_cursor = last
        .filter(|_| more)
        .map(|key| Cursor { key, since: question.filter.since, until: question.filter.until }.encode(&binding));
    let noun = if T::COMMENTS { "comment" } else { "event" };
    let of_how_many = match total {
        Some(total) if total > shown => format!("{shown} of {}", counted(total, noun)),
        None if more => {
            let end = if question.oldest { "oldest" } else { "newest" };
            let first = if page.offset == 0 && cursor.is_none() { format!("{end} ") } else { String::new() };
            format!("{first}{}, there are more", counted(shown, noun))
        }
        _ => counted(shown, noun),
    };
    let range = [(" from ", question.filter.since), (" to ", question.filter.until)];
    let range = range.map(|(word, at)| at.map(|at| format!("{word}{}", session.zone.show(at))).unwrap_or_default());
    let next_page = next_cursor.as_ref().and_then(|cursor| context.next_page(cursor));
    session.coverage.by_task = question.rule != BoardRule::EventBoard;
    (session.coverage.since, session.coverage.until) = (question.filter.since, question.filter.until);
    let footer = context.footer(&session, format!("{of_how_many}{}", range.concat()));
    let coverage = Some(session.coverage.clone());
    writer.finish(&PageInfo { coverage, total, limit, offset: page.offset, next_cursor, footer, next_page })?;
    if let Some(mut sink) = sink {
        held.pass_on(&mut sink)?;
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
    }
    Ok(())
}

/// Seconds from an instant to a row's.
#[allow(clippy::cast_precision_loss)]
fn offset(created_at: Timestamp, from: Timestamp) -> Cell<'static> {
    let finite = created_at.is_finite() && from.is_finite();
    if finite { Cell::Number(created_at.micros_since(from) as f64 / 1e6) } else { Cell::Null }
}

fn rows_of(count: u64, comments: bool) -> &'static str {
    match (count, comments) {
        (1, true) => "comment",
        (_, true) => "comments",
        (1, false) => "event",
        (_, false) => "events",
    }
}
