//! One cell for a human: untrusted text made visible, times in the zone.

use super::columns::Columns;
use super::paragraphs::{first_and_more, on_one_line};
use super::{Style, json};
use crate::escape::escape_for_terminal;
use crate::model::{Cell, Record};
use std::borrow::Cow;

/// What stands for NULL.
pub(super) const NOTHING: &str = "-";

/// Text on one line, ids whole, times to the microsecond if `full`.
pub(super) fn text(cell: &Cell<'_>, style: &Style, full: bool) -> String {
    match cell {
        Cell::Null => NOTHING.to_owned(),
        Cell::Text(text) => on_one_line(text, style.terminal.unicode),
        Cell::Id(id) => id.to_string(),
        Cell::Time(at) if full => style.zone.show_full(*at),
        Cell::Time(at) => style.zone.show(*at),
        Cell::Count(count) => count.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Map(_) | Cell::Object(_) => {
            let mut out = Vec::new();
            // Writing to a Vec cannot fail.
            _ = json::cell(&mut out, cell);
            escape_for_terminal(&String::from_utf8_lossy(&out)).into_owned()
        }
    }
}

/// A message: whole where nothing is cut, else the first line that is not blank, with the number of the others.
pub(super) fn first_line(cell: &Cell<'_>, style: &Style) -> String {
    let Cell::Text(message) = cell else {
        return text(cell, style, false);
    };
    if style.terminal.width.is_none() {
        return on_one_line(message, style.terminal.unicode);
    }
    match first_and_more(message) {
        (first, 0) => first,
        (first, 1) => format!("{first} (+1 line)"),
        (first, more) => format!("{first} (+{more} lines)"),
    }
}

/// Whether a row is a failure, in a view that shows what tells it.
pub(super) fn is_failure(view: &Columns, record: &dyn Record) -> bool {
    let cell = view.failure_field().map(|field| record.cell(field));
    matches!(cell, Some(Cell::Text(event_type)) if event_type.ends_with("failed"))
}

/// The text of a cell that is text.
pub(super) fn plain<'a>(cell: &Cell<'a>) -> Cow<'a, str> {
    match cell {
        Cell::Text(text) => Cow::Borrowed(text),
        _ => Cow::Borrowed(""),
    }
}
