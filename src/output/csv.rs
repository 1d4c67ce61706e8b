//! CSV by RFC 4180 (CRLF, a header) and TSV by IANA's `text/tab-separated-values` (LF, a header, no quotes).
//!
//! Both are for programs: text is whole and as it is stored, NULL is empty, times are naive UTC, a map is JSON.

use super::json;
use super::view::View;
use crate::event::{Cell, Record};
use csv::{ErrorKind, Terminator, Writer, WriterBuilder};
use std::io::{self, Write};
use uuid::Uuid;

/// Rows with a header, which is there even when no row is.
pub(super) struct Csv<W: Write> {
    out: Writer<W>,
    begun: bool,
    value: Vec<u8>,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(out: W) -> Self {
        let out = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(out);
        Self { out, begun: false, value: Vec::new() }
    }

    pub(super) fn begin(&mut self, view: &View) -> io::Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            self.out.write_record(view.chosen().map(|(_, name)| name)).map_err(of_the_output)?;
        }
        Ok(())
    }

    pub(super) fn row(&mut self, view: &View, record: &dyn Record) -> io::Result<()> {
        self.begin(view)?;
        for (position, _) in view.chosen() {
            self.value.clear();
            raw(&mut self.value, &record.cell(position))?;
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

/// The header of a TSV file.
pub(super) fn tsv_header(out: &mut Vec<u8>, view: &View) {
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
pub(super) fn tsv_row(out: &mut Vec<u8>, view: &View, record: &dyn Record) -> io::Result<()> {
    let mut value = Vec::new();
    for (index, (position, _)) in view.chosen().enumerate() {
        if index > 0 {
            out.push(b'\t');
        }
        value.clear();
        raw(&mut value, &record.cell(position))?;
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
