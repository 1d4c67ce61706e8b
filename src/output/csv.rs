//! CSV by RFC 4180 (CRLF, a header) and TSV by IANA's `text/tab-separated-values` (LF, a header, no quotes).
//!
//! Both are for programs: text is whole, NULL is empty, times are naive UTC, a map is JSON. But people open CSV files in a
//! spreadsheet, which runs a text that begins with `=` as a formula, and agents write the texts. So in CSV such a text gets
//! an apostrophe in front, as spreadsheets have it. Other beginnings are formulas only to some of them and ordinary text
//! to everybody else (`- item`, `@name`), so they are left alone unless `--excel` asks for it. TSV is exact without it.

use super::columns::Columns;
use super::{Format, json};
use crate::model::{Cell, Record, Timestamp};
use csv::{ErrorKind, Terminator, Writer, WriterBuilder};
use std::io::{self, Write};
use uuid::Uuid;

/// How CSV and TSV are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether the names of the fields come first.
    pub header: bool,
    /// For spreadsheets: a byte order mark, which tells Excel that it is UTF-8, and no cell that can be a formula.
    pub excel: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { header: true, excel: false }
    }
}

/// What comes first in a file for Excel.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// What makes a spreadsheet take the rest of a cell as text.
const AS_TEXT: u8 = b'\'';
/// With what a formula begins, in the form of any language (OWASP, CSV injection).
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

impl CsvOptions {
    /// What stands before the header. A terminal needs no byte order mark.
    pub(super) fn mark(self, to_terminal: bool) -> &'static [u8] {
        if self.excel && !to_terminal { BYTE_ORDER_MARK } else { b"" }
    }

    /// Whether a cell needs the mark for text. A negative number is a number.
    fn is_marked(self, cell: &Cell<'_>, format: Format) -> bool {
        match cell {
            Cell::Text(text) if self.excel => text.starts_with(FORMULA_STARTS),
            Cell::Text(text) => format == Format::Csv && text.starts_with('='),
            // -infinity
            Cell::Time(at) => self.excel && *at == Timestamp::NEG_INFINITY,
            _ => false,
        }
    }
}

/// Writes a mark before the first byte; the writer of the crate has no place for it.
struct Marked<W> {
    mark: &'static [u8],
    out: W,
}

impl<W: Write> Write for Marked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(std::mem::take(&mut self.mark))?;
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Rows with a header, which is there even when no row is.
pub(super) struct Csv<W: Write> {
    out: Writer<Marked<W>>,
    options: CsvOptions,
    begun: bool,
    value: Vec<u8>,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(out: W, options: CsvOptions, to_terminal: bool) -> Self {
        let out = Marked { mark: options.mark(to_terminal), out };
        let out = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(out);
        Self { out, options, begun: false, value: Vec::new() }
    }

    pub(super) fn begin(&mut self, view: &Columns) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) && self.options.header {
            self.out.write_record(view.chosen().map(|(_, name)| name)).map_err(of_the_output)?;
        }
        Ok(())
    }

    pub(super) fn row(&mut self, view: &Columns, record: &dyn Record) -> io::Result<()> {
        self.begin(view)?;
        for (position, _) in view.chosen() {
            self.value.clear();
            let cell = record.cell(position);
            if self.options.is_marked(&cell, Format::Csv) {
                self.value.push(AS_TEXT);
            }
            raw(&mut self.value, &cell)?;
            self.out.write_field(&self.value).map_err(of_the_output)?;
        }
        self.out.write_record(None::<&[u8]>).map_err(of_the_output)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The output's own error: the crate's conversion hides whether it is a closed pipe.
fn of_the_output(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// What begins a TSV file: the mark for Excel and the header, if they are wanted.
pub(super) fn tsv_start(out: &mut Vec<u8>, view: &Columns, options: CsvOptions, to_terminal: bool) {
    out.extend_from_slice(options.mark(to_terminal));
    if !options.header {
        return;
    }
    for (index, (_, name)) in view.chosen().enumerate() {
        if index > 0 {
            out.push(b'\t');
        }
        out.extend_from_slice(name.as_bytes());
    }
    out.push(b'\n');
}

/// A row of a TSV file. The format has no way to hold a tab or a line end, so those are written `\t`, `\n` and `\r`, and
/// a backslash twice, as in PostgreSQL's COPY.
pub(super) fn tsv_row(out: &mut Vec<u8>, view: &Columns, record: &dyn Record, options: CsvOptions) -> io::Result<()> {
    let mut value = Vec::new();
    for (index, (position, _)) in view.chosen().enumerate() {
        if index > 0 {
            out.push(b'\t');
        }
        value.clear();
        let cell = record.cell(position);
        if options.is_marked(&cell, Format::Tsv) {
            out.push(AS_TEXT);
        }
        raw(&mut value, &cell)?;
        for byte in &value {
            match byte {
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b'\\' => out.extend_from_slice(b"\\\\"),
                _ => out.push(*byte),
            }
        }
    }
    out.push(b'\n');
    Ok(())
}

fn raw(out: &mut Vec<u8>, cell: &Cell<'_>) -> io::Result<()> {
    match cell {
        Cell::Null => Ok(()),
        Cell::Text(text) => out.write_all(text.as_bytes()),
        Cell::Id(id) => out.write_all(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes()),
        Cell::Time(at) => json::instant(out, *at),
        other => json::cell(out, other),
    }
}
