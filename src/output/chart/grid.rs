//! Small tables inside a report: few rows, known beforehand, with a bar behind each.

use super::label::{self, Tone};
use super::{ChartStyle, bar};
use crate::output::width::width;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, presets};
use std::io::{self, Write};

const GAP: u16 = 2;
/// In place of blanks: a cell is cut where its room ends, not at the last word before.
const UNBROKEN: &str = "\u{a0}";
const BAR: std::ops::RangeInclusive<usize> = 6..=30;

/// Rows under headings. Texts are on the left and may be cut to fit the terminal, numbers are on the right and may not.
#[derive(Debug, Default)]
pub struct Grid {
    /// Heading of each column, and whether it holds numbers.
    pub heads: Vec<(String, bool)>,
    /// As many cells as there are headings.
    pub rows: Vec<Vec<String>>,
    /// A bar behind each row, in any unit; none if empty.
    pub bars: Vec<f64>,
    /// Whether what is long is bad.
    pub alarming: bool,
}

impl Grid {
    fn table(&self, look: &ChartStyle<'_>) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_truncation_indicator(if look.unicode { "…" } else { "..." });
        let mut heads = Row::from(self.heads.iter().map(|(head, _)| head.replace(' ', UNBROKEN)));
        heads.max_height(1);
        table.set_header(heads);
        for cells in &self.rows {
            let mut row = Row::from(cells.iter().map(|cell| cell.replace(' ', UNBROKEN)));
            row.max_height(1);
            table.add_row(row);
        }
        for (column, (head, number)) in table.column_iter_mut().zip(&self.heads) {
            // A column without a heading is one of marks.
            let is_mark = head.is_empty();
            column.set_padding((0, if is_mark { 1 } else { GAP }));
            if *number {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if *number || is_mark {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        match look.width {
            None => table.set_content_arrangement(ContentArrangement::Disabled),
            Some(width) => {
                // What stands behind the last column is the bar, or nothing.
                let room =
                    if self.bars.is_empty() { width + usize::from(GAP) } else { width.saturating_sub(*BAR.start()) };
                let room = u16::try_from(room).unwrap_or(u16::MAX);
                table.set_content_arrangement(ContentArrangement::Dynamic).set_width(room)
            }
        };
        table
    }

    /// Writes the headings and the rows.
    pub fn write<W: Write>(&self, out: &mut W, look: &ChartStyle<'_>) -> io::Result<()> {
        let table = self.table(look);
        let mut lines = table.lines().map(|line| line.replace(UNBROKEN, " "));
        let heads = lines.next().unwrap_or_default();
        writeln!(out, "{}", label::paint(look, Tone::Quiet, heads.trim_end()))?;
        let room = look.columns().saturating_sub(width(&heads)).min(*BAR.end());
        let tone = if self.alarming { Tone::Alarm } else { Tone::Plain };
        let max = self.bars.iter().copied().fold(0.0, f64::max);
        for (at, cells) in lines.enumerate() {
            match self.bars.get(at).filter(|value| **value > 0.0 && BAR.contains(&room)) {
                Some(value) => {
                    let bar = bar(*value, max, room, look.unicode);
                    writeln!(out, "{cells}{}", label::paint(look, tone, &bar))?;
                }
                None => writeln!(out, "{}", cells.trim_end())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(columns: Option<usize>, unicode: bool) -> String {
        let text = |t: &str| t.to_owned();
        let grid = Grid {
            heads: vec![("board".into(), false), ("events".into(), true)],
            rows: vec![vec![text("A board with a long name"), text("1200")], vec![text("日本"), text("30")]],
            bars: vec![1200.0, 30.0],
            alarming: false,
        };
        let look = ChartStyle {
            width: columns,
            unicode,
            color: false,
            show_time: &|at| at.to_string(),
            escape_for_terminal: &str::to_owned,
        };
        let mut out = Vec::new();
        grid.write(&mut out, &look).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_pipe_gets_whole_texts() {
        assert!(drawn(None, false).contains("A board with a long name    1200  ###"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in 24..100 {
            let drawn = drawn(Some(columns), true);
            assert!(drawn.lines().all(|line| width(line) <= columns), "{columns}:\n{drawn}");
            assert!(drawn.contains("1200"), "numbers are never cut");
        }
    }

    #[test]
    fn a_cell_is_cut_where_its_room_ends() {
        let drawn = drawn(Some(33), true);
        assert!(drawn.contains("\nA board with a l"), "{drawn}");
    }

    #[test]
    fn numbers_stand_under_each_other() {
        let drawn = drawn(Some(40), false);
        let ends: Vec<_> = drawn.lines().map(|line| width(line.trim_end_matches(['#', ' ']))).collect();
        assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{drawn}");
    }

    #[test]
    fn without_unicode_everything_of_ours_is_ascii() {
        assert!(drawn(Some(30), false).replace("日本", "").is_ascii());
    }
}
