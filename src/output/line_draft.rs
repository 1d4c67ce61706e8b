//! A line for people under way: painted text, how wide it is, and a message that is wrapped at the terminal's edge.

use super::Style;
use super::paragraphs::{lines_of, wrap_hanging};
use super::terminal::Color;
use super::width::width;
use crate::escape::escape_for_terminal;
use std::borrow::Cow;

const INDENT: usize = 4;
/// A message that is wrapped begins beside its head only if it has at least one half of the columns there.
const LEAST_PART: usize = 2;

/// What is written so far, and its width without colors.
#[derive(Default)]
pub(super) struct LineDraft {
    pub(super) text: String,
    pub(super) width: usize,
}

impl LineDraft {
    pub(super) fn push(&mut self, style: &Style, text: &str, ink: Color) {
        self.text.push_str(&style.terminal.paint(ink, text));
        self.width += width(text);
    }

    pub(super) fn space(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
        self.width += columns;
    }

    /// Goes on in the next row, indented.
    fn break_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
        self.width = 0;
        self.space(INDENT);
    }

    /// A message of one line follows its head; one of several lines stands below it. Without `columns` nothing is wrapped.
    pub(super) fn message(&mut self, message: &str, columns: Option<usize>, paint: &dyn Fn(&str) -> String) {
        let mut lines = lines_of(message).map(escape_for_terminal).peekable();
        let Some(first) = lines.next() else { return };
        if lines.peek().is_none() {
            self.wrapped(&first, columns, paint);
            return;
        }
        for line in std::iter::once(first).chain(lines) {
            self.break_line();
            self.wrapped(&line, columns, paint);
        }
    }

    /// One line, wrapped to the terminal with its further rows indented.
    pub(super) fn wrapped(&mut self, line: &str, columns: Option<usize>, paint: &dyn Fn(&str) -> String) {
        let rows = match columns {
            None => vec![Cow::Borrowed(line)],
            Some(columns) => {
                let beside = columns.saturating_sub(self.width);
                let below = columns.saturating_sub(INDENT).max(1);
                let first = if beside * LEAST_PART < columns && width(line) > beside { 0 } else { beside };
                wrap_hanging(line, first, below).into_iter().map(Cow::Owned).collect()
            }
        };
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                self.break_line();
            }
            // An escape sequence would keep the spaces before it from being cut.
            let row = row.trim_end();
            if !row.is_empty() {
                self.text.push_str(&paint(row));
            }
            self.width += width(row);
        }
    }
}
