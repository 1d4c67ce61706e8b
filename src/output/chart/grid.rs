//! Small tables inside a report: few rows, known beforehand, with a bar behind each.

use super::label::{self, Tone};
use super::{Look, bar};
use std::io::{self, Write};

const GAP: usize = 2;
const NARROWEST: usize = 8;
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
}

impl Grid {
    fn widths(&self, look: &Look<'_>) -> Vec<usize> {
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
            cells.chain([self.heads[column].0.as_str()]).map(label::width).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..self.heads.len()).map(widest).collect();
        let Some(room) = look.width else { return widths };
        let bars = if self.bars.is_empty() { 0 } else { GAP + BAR.start() };
        loop {
            let over = (total(&widths) + bars).saturating_sub(room);
            let texts = (0..widths.len()).filter(|at| !self.heads[*at].1 && widths[*at] > NARROWEST);
            let Some(at) = texts.max_by_key(|at| widths[*at]).filter(|_| over > 0) else { return widths };
            widths[at] -= 1;
        }
    }

    /// Writes the headings and the rows.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write<W: Write>(&self, out: &mut W, look: &Look<'_>) -> io::Result<()> {
        let widths = self.widths(look);
        let line = |cells: &mut dyn Iterator<Item = &String>| {
            let cells = cells.zip(&self.heads).zip(&widths);
            let cells = cells
                .map(|((text, (_, right)), room)| label::pad(&label::cut(text, *room, look.unicode), *room, *right));
            cells.collect::<Vec<_>>().join(&" ".repeat(GAP))
        };
        let heads = line(&mut self.heads.iter().map(|(head, _)| head));
        writeln!(out, "{}", label::paint(look, Tone::Quiet, heads.trim_end()))?;
        let room = look.columns().saturating_sub(total(&widths) + GAP).min(*BAR.end());
        let max = self.bars.iter().copied().fold(0.0, f64::max);
        for (at, row) in self.rows.iter().enumerate() {
            let cells = line(&mut row.iter());
            match self.bars.get(at).filter(|value| **value > 0.0 && BAR.contains(&room)) {
                Some(value) => {
                    let bar = bar(*value, max, room, look.unicode);
                    writeln!(out, "{cells}{}{}", " ".repeat(GAP), label::paint(look, Tone::Alarm, &bar))?;
                }
                None => writeln!(out, "{}", cells.trim_end())?,
            }
        }
        Ok(())
    }
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: Option<usize>, unicode: bool) -> String {
        let text = |t: &str| t.to_owned();
        let grid = Grid {
            heads: vec![("board".into(), false), ("events".into(), true)],
            rows: vec![vec![text("A board with a long name"), text("1200")], vec![text("日本"), text("30")]],
            bars: vec![1200.0, 30.0],
        };
        let look = Look { width, unicode, color: false, show_time: &|at| at.to_string(), visible: &str::to_owned };
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
        for width in 24..100 {
            let drawn = drawn(Some(width), true);
            assert!(drawn.lines().all(|line| label::width(line) <= width), "{width}:\n{drawn}");
            assert!(drawn.contains("1200"), "numbers are never cut");
        }
    }

    #[test]
    fn numbers_stand_under_each_other() {
        let drawn = drawn(Some(40), false);
        let ends: Vec<_> = drawn.lines().map(|line| label::width(line.trim_end_matches(['#', ' ']))).collect();
        assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{drawn}");
    }

    #[test]
    fn without_unicode_everything_of_ours_is_ascii() {
        assert!(drawn(Some(30), false).replace("日本", "").is_ascii());
    }
}
