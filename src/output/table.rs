//! Tables: the first rows are kept to find the widths, the others follow those widths as they come.
//!
//! On a terminal every row is one line: columns are narrowed, the least important dropped, and cells cut. Into a pipe
//! nothing is dropped or cut; a cell that is wider than its column then pushes the rest of its own line to the right.

use super::cell_text::{self, NOTHING};
use super::columns::{CellStyle, Column, Columns};
use super::highlight::Highlights;
use super::terminal::Color;
use super::width::{end_of, truncate, width};
use super::{PageInfo, Style, age, show_time};
use crate::model::{Cell, Record};
use std::collections::BTreeSet;

/// Rows kept before the widths are fixed, and bytes of their text: a message may be megabytes.
const SAMPLE: usize = 100;
const SAMPLE_BYTES: usize = 1 << 20;
/// Widest column of a table that is not cut; wider cells stand out of line.
const WIDEST: usize = 120;
const GAP: usize = 2;
/// The column of marks, with its own gap.
const MARKS: usize = 2;
/// The first group of a UUID.
const SHORTEST_ID: usize = 8;

pub(super) struct Table {
    columns: Vec<Column>,
    style: Style,
    wide: bool,
    /// Whether a column of marks for failures stands in front.
    marked: bool,
    kept: Vec<TableLine>,
    /// Bytes of their text.
    kept_bytes: usize,
    /// Column and width, once they are fixed.
    layout: Option<Vec<(usize, usize)>>,
    highlights: Highlights,
}

struct TableLine {
    failed: bool,
    entries: Vec<TableCell>,
}

struct TableCell {
    text: String,
    ink: Color,
    /// Whether the text is an id that may be shortened.
    short: bool,
}

impl Table {
    pub(super) fn new(view: &Columns, style: Style, wide: bool) -> Self {
        let mut columns = view.columns(wide);
        for column in &mut columns {
            if matches!(column.look, CellStyle::Time(_)) {
                column.title = format!("{} ({})", column.title, style.zone.label());
            }
        }
        let marked = view.failure_field().is_some();
        Self {
            columns,
            style,
            wide,
            marked,
            kept: Vec::new(),
            kept_bytes: 0,
            layout: None,
            highlights: Highlights::default(),
        }
    }

    pub(super) fn highlight(&mut self, highlights: Highlights) {
        self.highlights = highlights;
    }

    pub(super) fn set_now(&mut self, now: crate::model::Timestamp) {
        self.style.now = now;
    }

    pub(super) fn row(&mut self, out: &mut Vec<u8>, view: &Columns, record: &dyn Record) {
        let failed = cell_text::is_failure(view, record);
        let entries = self.columns.iter().map(|column| self.entry(column.look, record)).collect();
        let line = TableLine { failed, entries };
        if self.layout.is_some() {
            self.write_line(out, &line);
            return;
        }
        self.kept_bytes += line.entries.iter().map(|entry| entry.text.len()).sum::<usize>();
        self.kept.push(line);
        if self.kept.len() >= SAMPLE || self.kept_bytes >= SAMPLE_BYTES {
            self.settle(out);
        }
    }

    /// Writes what is kept. Rows may follow, so ids stay whole: a short one might turn out to be ambiguous.
    pub(super) fn settle(&mut self, out: &mut Vec<u8>) {
        if self.layout.is_none() {
            self.layout = Some(self.fitted());
            self.write_header(out);
            for line in std::mem::take(&mut self.kept) {
                self.write_line(out, &line);
            }
        }
    }

    /// Whether rows wait for the widths.
    pub(super) fn is_waiting(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Writes what is kept as the whole table, then the footer.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>, ending: &PageInfo) {
        if self.layout.is_none() {
            self.shorten_ids();
            self.settle(out);
        }
        let mut ending = ending.clone();
        if !ending.footer.is_empty() {
            ending.footer.extend(self.dropped());
        }
        // Writing to a Vec cannot fail.
        _ = ending.write_footer(out, &self.style);
    }

    /// The columns that the terminal has no room for.
    fn dropped(&self) -> Option<String> {
        let layout = self.layout.as_ref()?;
        let is_shown = |index: usize| layout.iter().any(|(column, _)| *column == index);
        let dropped = self.columns.iter().enumerate().filter(|(index, _)| !is_shown(*index));
        let titles: Vec<_> = dropped.map(|(_, column)| column.title.as_str()).collect();
        let line = || format!("no room for {}; -o wide shows every column", titles.join(", "));
        (!titles.is_empty()).then(line)
    }

    fn entry(&self, look: CellStyle, record: &dyn Record) -> TableCell {
        let style = &self.style;
        let room = self.room();
        let entry = |mut text: String, ink, short| {
            // No column is wider than the terminal; one character more shows that the text was longer.
            if let Some(room) = room
                && text.len() > room
            {
                let end = end_of(&text, room);
                text.truncate(end);
                text.shrink_to_fit();
            }
            TableCell { text, ink, short }
        };
        match look {
            CellStyle::Full(field) => {
                entry(cell_text::text(&record.cell(field), style, self.wide), Color::Plain, false)
            }
            CellStyle::Time(field) => {
                let text = match record.cell(field) {
                    Cell::Time(at) if room.is_some() => style.zone.show_short(at, style.now),
                    time => cell_text::text(&time, style, false),
                };
                entry(text, Color::Plain, false)
            }
            CellStyle::Count(field) => entry(cell_text::text(&record.cell(field), style, false), Color::Plain, false),
            CellStyle::Part { field, key } => {
                let object = record.cell(field);
                let part = match &object {
                    Cell::Object(entries) => entries.iter().find(|(known, _)| *known == key).map(|(_, part)| part),
                    _ => None,
                };
                entry(cell_text::text(part.unwrap_or(&Cell::Null), style, false), Color::Plain, false)
            }
            CellStyle::Age(field) => match record.cell(field) {
                Cell::Time(at) => entry(age(at, style.now), Color::Dim, false),
                _ => entry(NOTHING.to_owned(), Color::Dim, false),
            },
            CellStyle::Offset(field) => entry(show_time::offset(&record.cell(field)), Color::Dim, false),
            CellStyle::Short(field) => entry(cell_text::text(&record.cell(field), style, false), Color::Dim, true),
            CellStyle::Name { name, id } => match record.cell(name) {
                Cell::Null => {
                    let id = record.cell(id);
                    entry(cell_text::text(&id, style, false), Color::Plain, matches!(id, Cell::Id(_)))
                }
                name => entry(cell_text::text(&name, style, false), Color::Plain, false),
            },
            CellStyle::Type(field) => {
                let cell = record.cell(field);
                entry(cell_text::text(&cell, style, false), Color::of_type(&cell_text::plain(&cell)), false)
            }
            CellStyle::FirstLine(field) => {
                entry(cell_text::first_line(&record.cell(field), style), Color::Plain, false)
            }
        }
    }

    /// Cuts the ids of each column to the length at which they still differ.
    fn shorten_ids(&mut self) {
        for index in 0..self.columns.len() {
            let ids: BTreeSet<_> = self
                .kept
                .iter()
                .filter_map(|line| line.entries.get(index))
                .filter(|entry| entry.short)
                .map(|entry| entry.text.as_str())
                .collect();
            let length = unique_length(&ids);
            for entry in self.kept.iter_mut().filter_map(|line| line.entries.get_mut(index)) {
                if entry.short {
                    entry.text.truncate(length);
                }
            }
        }
    }

    fn fitted(&self) -> Vec<(usize, usize)> {
        let natural = |index: usize| {
            let entries = self.kept.iter().filter_map(|line| line.entries.get(index));
            entries.map(|entry| width(&entry.text)).max().unwrap_or(0).max(width(&self.columns[index].title))
        };
        let naturals: Vec<_> = (0..self.columns.len()).map(natural).collect();
        match self.room() {
            None => naturals.into_iter().map(|width| width.min(WIDEST)).enumerate().collect(),
            Some(room) => fit(&self.columns, &naturals, room),
        }
    }

    /// Columns of the terminal that the table may fill; none where nothing is cut.
    fn room(&self) -> Option<usize> {
        let mark = if self.marked { MARKS } else { 0 };
        self.style.terminal.width.filter(|_| !self.wide).map(|width| width.saturating_sub(mark).max(1))
    }

    fn write_header(&self, out: &mut Vec<u8>) {
        let entry = |column: &Column| TableCell { text: column.title.clone(), ink: Color::Bold, short: false };
        let entries = self.columns.iter().map(entry).collect();
        self.write_line(out, &TableLine { failed: false, entries });
    }

    fn write_line(&self, out: &mut Vec<u8>, line: &TableLine) {
        let terminal = &self.style.terminal;
        let mut spaces = 0;
        let none = Highlights::default();
        let mut put = |spaces: &mut usize, text: &str, ink: Color, highlights: &Highlights| {
            if !text.is_empty() {
                out.resize(out.len() + std::mem::take(spaces), b' ');
                out.extend_from_slice(highlights.paint(terminal, ink, text).as_bytes());
            }
        };
        if self.marked {
            let mark = if line.failed { terminal.failure_mark() } else { "" };
            put(&mut spaces, mark, Color::Failure, &none);
            spaces += MARKS - width(mark);
        }
        let cuts = self.room().is_some();
        for (column, room) in self.layout.iter().flatten() {
            let Some(entry) = line.entries.get(*column) else { continue };
            let text =
                if cuts { truncate(&entry.text, *room, terminal.ellipsis()) } else { entry.text.as_str().into() };
            let padding = room.saturating_sub(width(&text));
            if matches!(self.columns[*column].look, CellStyle::Count(_) | CellStyle::Part { .. }) {
                spaces += padding;
                put(&mut spaces, &text, entry.ink, &none);
                spaces += GAP;
            } else {
                let is_message = matches!(self.columns[*column].look, CellStyle::FirstLine(_));
                put(&mut spaces, &text, entry.ink, if is_message { &self.highlights } else { &none });
                spaces += padding + GAP;
            }
        }
        out.push(b'\n');
    }
}

/// Characters of a UUID's text that tell these apart.
fn unique_length(sorted: &BTreeSet<&str>) -> usize {
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    let common = |(a, b): (&&str, &&str)| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    pairs.map(common).max().map_or(SHORTEST_ID, |common| SHORTEST_ID.max(common + 1))
}

/// Which columns a terminal has room for, and how wide they are: the least important are dropped until the others have
/// their least width; what room is left goes to the event type, which tells failures by its end, then evenly to those
/// that want more.
fn fit(columns: &[Column], naturals: &[usize], room: usize) -> Vec<(usize, usize)> {
    let mut kept: Vec<(usize, usize)> =
        columns.iter().zip(naturals).map(|(column, natural)| column.min.min(*natural)).enumerate().collect();
    let taken = |kept: &[(usize, usize)]| kept.iter().map(|(_, width)| width + GAP).sum::<usize>().saturating_sub(GAP);
    while taken(&kept) > room {
        let least = kept.iter().map(|(column, _)| columns[*column].rank).max().unwrap_or(0);
        if least == 0 || kept.len() == 1 {
            break;
        }
        // The last to go is missed so much that those which stay give up half of their least width for it.
        let half = |(column, width): &(usize, usize)| {
            (*column, if columns[*column].rank == 0 { width.div_ceil(2) } else { *width })
        };
        if least == 1 && taken(&kept.iter().map(half).collect::<Vec<_>>()) <= room {
            break;
        }
        kept.retain(|(column, _)| columns[*column].rank != least);
    }
    while taken(&kept) > room {
        let weight = |(column, width): &&mut (usize, usize)| (columns[*column].rank == 0 && *width > 1, *width);
        let Some((_, widest)) = kept.iter_mut().max_by_key(weight).filter(|(_, width)| *width > 1) else {
            kept.pop();
            continue;
        };
        *widest -= 1;
    }
    let mut left = room - taken(&kept);
    for (column, width) in &mut kept {
        if matches!(columns[*column].look, CellStyle::Type(_)) {
            let more = left.min(naturals[*column].saturating_sub(*width));
            *width += more;
            left -= more;
        }
    }
    while left > 0 {
        let before = left;
        for (column, width) in &mut kept {
            if left > 0 && *width < naturals[*column] {
                *width += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_column_to_go_stays_while_half_of_the_others_fits_beside_it() {
        let columns = [column(usize::MAX, 1), column(20, 0)];
        assert_eq!(fit(&columns, &[10, 30], 24), [(0, 10), (1, 12)]);
        assert_eq!(fit(&columns, &[10, 30], 22), [(0, 10), (1, 10)]);
        assert_eq!(fit(&columns, &[10, 30], 21), [(1, 21)]);
    }

    fn column(min: usize, rank: u8) -> Column {
        Column { title: String::new(), look: CellStyle::Full(0), min, rank }
    }

    #[test]
    fn the_least_important_column_goes_first_and_the_rest_share_the_room() {
        let columns = [column(usize::MAX, 1), column(5, 2), column(5, 0)];
        assert_eq!(fit(&columns, &[10, 20, 30], 100), [(0, 10), (1, 20), (2, 30)]);
        assert_eq!(fit(&columns, &[10, 20, 30], 34), [(0, 10), (1, 10), (2, 10)]);
        assert_eq!(fit(&columns, &[10, 20, 30], 23), [(0, 10), (2, 11)]);
        assert_eq!(fit(&columns, &[10, 20, 30], 14), [(2, 14)]);
        assert_eq!(fit(&columns, &[10, 20, 30], 3), [(2, 3)]);
    }

    #[test]
    fn ids_are_cut_where_they_still_differ() {
        let length = |ids: &[&'static str]| unique_length(&ids.iter().copied().collect());
        assert_eq!(length(&[]), 8);
        assert_eq!(length(&["7f58a95a-6b2a-599a-98f8-89d8a9c0ad13"]), 8);
        assert_eq!(length(&["7f58a95a-6b2a-599a-98f8-89d8a9c0ad13", "7f58a95b-6b2a-599a-98f8-89d8a9c0ad13"]), 8);
        assert_eq!(length(&["7f58a95a-6b2a-599a-98f8-89d8a9c0ad13", "7f58a95a-7b2a-599a-98f8-89d8a9c0ad13"]), 10);
        assert_eq!(length(&["7f58a95a-6b2a-599a-98f8-89d8a9c0ad13", "7f58a95a-6b2a-599a-98f8-89d8a9c0ad14"]), 36);
    }

    proptest! {
        #[test]
        fn a_layout_never_exceeds_its_room(
            wants in prop::collection::vec((0usize..40, 0usize..60, 0u8..5), 1..8),
            room in 1usize..200,
        ) {
            let columns: Vec<_> = wants.iter().map(|(min, _, rank)| column(*min, *rank)).collect();
            let naturals: Vec<_> = wants.iter().map(|(_, natural, _)| *natural).collect();
            let layout = fit(&columns, &naturals, room);
            let taken: usize = layout.iter().map(|(_, width)| width + GAP).sum();
            prop_assert!(taken <= room + GAP);
        }
    }
}
