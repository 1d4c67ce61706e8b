//! Rows into any format, one by one.

use super::cell_text;
use super::columns::{Columns, Extended};
use super::csv::{Csv, CsvOptions, tsv_row, tsv_start};
use super::highlight::Highlights;
use super::table::Table;
use super::text::Lines;
use super::{Color, Coverage, Format, Style, json, sse, write_footer};
use crate::escape::escape_for_terminal;
use crate::model::{Cell, Record, Timestamp};
use std::io::{self, Write};

/// What stands behind the rows: the rest of the JSON page, the lines under a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageInfo {
    /// All rows that match, if they were counted.
    pub total: Option<u64>,
    /// The limit of rows; null with --all.
    pub limit: Option<u64>,
    /// Rows skipped.
    pub offset: u64,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
    /// Lines under a table, and under text on a terminal; no other format has them.
    pub footer: Vec<String>,
    /// What the answer rests on; the last key of a JSON document.
    pub coverage: Option<Coverage>,
    /// The command of the next page, which stands below those lines on a line of its own, to be copied.
    pub next_page: Option<String>,
}

impl PageInfo {
    /// What stands below the rows, for people.
    pub(super) fn write_footer(&self, out: &mut Vec<u8>, style: &Style) -> io::Result<()> {
        if !self.footer.is_empty() {
            write_footer(out, &self.footer, style)?;
        }
        if let Some(command) = &self.next_page {
            let line = format!("next page: {}", escape_for_terminal(command));
            writeln!(out, "{}", style.terminal.paint(Color::Dim, &line))?;
        }
        Ok(())
    }
}

/// Writes rows as they come, each with one write; give it a buffer in front of a file or a socket.
pub struct RowWriter<W: Write> {
    view: Columns,
    /// Fields that are the records' own.
    own: usize,
    /// One row's bytes.
    row: Vec<u8>,
    form: RowFormat<W>,
}

enum RowFormat<W: Write> {
    Csv(Box<Csv<W>>),
    Plain(W, Plain),
}

enum Plain {
    Table(Box<Table>),
    Text(Lines),
    Json {
        begun: bool,
    },
    Jsonl,
    Tsv {
        begun: bool,
        options: CsvOptions,
        to_terminal: bool,
    },
    Sse,
    /// Prometheus holds counts, and Markdown a story, not rows.
    None,
}

impl<W: Write> RowWriter<W> {
    /// Nothing is written before the first row, [`flush`](Self::flush) or [`finish`](Self::finish).
    pub fn new(out: W, format: Format, view: Columns, style: Style) -> Self {
        let to_terminal = style.terminal.is_terminal;
        let table = |wide| Plain::Table(Box::new(Table::new(&view, style, wide)));
        let form = match format {
            Format::Csv => RowFormat::Csv(Box::new(Csv::new(out, style.csv, to_terminal))),
            Format::Table => RowFormat::Plain(out, table(false)),
            Format::Wide => RowFormat::Plain(out, table(true)),
            Format::Text => RowFormat::Plain(out, Plain::Text(Lines::new(style))),
            Format::Json => RowFormat::Plain(out, Plain::Json { begun: false }),
            Format::Jsonl => RowFormat::Plain(out, Plain::Jsonl),
            Format::Tsv => RowFormat::Plain(out, Plain::Tsv { begun: false, options: style.csv, to_terminal }),
            Format::Sse => RowFormat::Plain(out, Plain::Sse),
            Format::Prometheus | Format::Markdown => RowFormat::Plain(out, Plain::None),
        };
        Self { own: view.own(), view, row: Vec::new(), form }
    }

    /// Fits what comes to the width that the terminal has now.
    pub fn follow_resize(&mut self) {
        if let RowFormat::Plain(_, Plain::Text(lines)) = &mut self.form {
            lines.follow_resize();
        }
    }

    /// Marks texts in the messages.
    pub fn highlight(&mut self, highlights: Highlights) {
        match &mut self.form {
            RowFormat::Plain(_, Plain::Text(lines)) => lines.highlight(highlights),
            RowFormat::Plain(_, Plain::Table(table)) => table.highlight(highlights),
            _ => {}
        }
    }

    /// The text of a row's field, as stored; empty where it has none.
    pub fn text_of(&self, record: &dyn Record, field: &str) -> String {
        match self.view.position(field).map(|position| record.cell(position)) {
            Some(Cell::Text(text)) => text.to_owned(),
            _ => String::new(),
        }
    }

    /// Whether a row is a failure, where the view tells.
    pub fn is_failure(&self, record: &dyn Record) -> bool {
        cell_text::is_failure(&self.view, record)
    }

    /// What ages count from, from now on; for a stream, whose rows are newer than its beginning.
    pub fn set_now(&mut self, now: Timestamp) {
        if let RowFormat::Plain(_, Plain::Table(table)) = &mut self.form {
            table.set_now(now);
        }
    }

    /// Writes a row, or keeps it until the widths of the table are known.
    ///
    /// # Errors
    /// Those of the output; `Unsupported` for Prometheus, which has no rows.
    pub fn row(&mut self, record: &dyn Record) -> io::Result<()> {
        self.row_with(record, &[])
    }

    /// A row with the values of the fields that [`Columns::also`] added, in their order; a missing one is null.
    pub fn row_with(&mut self, record: &dyn Record, extra: &[Cell<'_>]) -> io::Result<()> {
        let Self { view, own, row, form } = self;
        let record = Extended { record, own: *own, extra };
        let (out, plain) = match form {
            RowFormat::Csv(csv) => return csv.row(view, &record),
            RowFormat::Plain(out, plain) => (out, plain),
        };
        row.clear();
        match plain {
            Plain::Table(table) => table.row(row, view, &record),
            Plain::Text(lines) => lines.row(row, view, &record),
            Plain::Json { begun } => {
                row.extend_from_slice(if *begun { b"," } else { b"{\"items\":[" });
                *begun = true;
                json::record(row, view, &record)?;
            }
            Plain::Jsonl => {
                json::record(row, view, &record)?;
                row.push(b'\n');
            }
            Plain::Tsv { begun, options, to_terminal } => {
                if !std::mem::replace(begun, true) {
                    tsv_start(row, view, *options, *to_terminal);
                }
                tsv_row(row, view, &record, *options)?;
            }
            Plain::Sse => sse::frame(row, view, *own, &record)?,
            Plain::None => return Err(no_rows()),
        }
        out.write_all(row)
    }

    /// Writes bytes between rows as they are, such as a ping.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.form {
            RowFormat::Csv(_) => Ok(()),
            RowFormat::Plain(out, _) => out.write_all(bytes),
        }
    }

    /// Writes whatever is kept, down to the output's own buffer; for a stream that pauses. The ids of a table that is
    /// flushed before its end are not shortened.
    pub fn flush(&mut self) -> io::Result<()> {
        match &mut self.form {
            RowFormat::Csv(csv) => csv.flush(),
            RowFormat::Plain(out, plain) => {
                if let Plain::Table(table) = plain
                    && table.is_waiting()
                {
                    self.row.clear();
                    table.settle(&mut self.row);
                    out.write_all(&self.row)?;
                }
                out.flush()
            }
        }
    }

    /// Writes what stands behind the rows (and before them, where there was none) and flushes.
    pub fn finish(self, ending: &PageInfo) -> io::Result<()> {
        let Self { view, mut row, form, .. } = self;
        let (mut out, plain) = match form {
            RowFormat::Csv(mut csv) => {
                csv.begin(&view)?;
                return csv.flush();
            }
            RowFormat::Plain(out, plain) => (out, plain),
        };
        row.clear();
        match plain {
            Plain::Table(mut table) => table.finish(&mut row, ending),
            Plain::Json { begun } => {
                row.extend_from_slice(if begun { b"]" } else { b"{\"items\":[]" });
                if view.is_page() {
                    page(&mut row, ending)?;
                }
                if let Some(coverage) = &ending.coverage {
                    row.extend_from_slice(b",\"coverage\":");
                    json::value(&mut row, &coverage.json())?;
                }
                row.extend_from_slice(b"}\n");
            }
            Plain::Tsv { begun: false, options, to_terminal } => {
                tsv_start(&mut row, &view, options, to_terminal);
            }
            Plain::None => return Err(no_rows()),
            Plain::Text(lines) => lines.finish(&mut row, ending)?,
            Plain::Jsonl | Plain::Tsv { begun: true, .. } | Plain::Sse => {}
        }
        out.write_all(&row)?;
        out.flush()
    }
}

fn page(out: &mut Vec<u8>, ending: &PageInfo) -> io::Result<()> {
    out.extend_from_slice(b",\"total\":");
    json::value(out, &ending.total)?;
    out.extend_from_slice(b",\"limit\":");
    json::value(out, &ending.limit)?;
    out.extend_from_slice(b",\"offset\":");
    json::value(out, &ending.offset)?;
    out.extend_from_slice(b",\"next_cursor\":");
    json::value(out, &ending.next_cursor)
}

fn no_rows() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "prometheus and markdown are no formats for rows")
}

#[cfg(test)]
mod tests;
