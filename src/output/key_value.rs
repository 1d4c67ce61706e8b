//! Small tables that are complete before they are printed, each cell wrapped to the terminal: labels with their
//! values, and the checks of doctor.

use super::Style;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use std::io::{self, Write};

/// Writes rows without rules between them. All columns but the last keep their width; the last takes what is left and
/// is wrapped. Texts are already harmless.
pub fn write_facts(out: &mut impl Write, rows: &[Vec<String>], style: &Style) -> io::Result<()> {
    let table = table(rows, style.terminal.width);
    table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// Space between columns, and the least that the last one is wrapped to.
const GAP: u16 = 2;
const NARROWEST: u16 = 16;

fn table(rows: &[Vec<String>], width: Option<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.add_rows(rows);
    let last = rows.iter().map(Vec::len).max().unwrap_or(1).saturating_sub(1);
    let widths = table.column_max_content_widths();
    let fixed: u16 = widths.iter().take(last).map(|width| width + GAP).sum();
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, if at == last { 0 } else { GAP }));
        if at != last {
            column.set_constraint(ColumnConstraint::ContentWidth);
        } else if let Some(width) = width.and_then(|width| u16::try_from(width).ok()) {
            let room = width.saturating_sub(fixed).max(NARROWEST);
            column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(room)));
        }
    }
    match width.and_then(|width| u16::try_from(width).ok()) {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(fixed + NARROWEST))
        }
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: Option<usize>) -> Vec<String> {
        let row = |label: &str, text: &str| vec![label.to_owned(), text.to_owned()];
        let rows =
            [row("kind", "user"), row("database", "a text 日本 that is longer than the narrow terminal is wide")];
        table(&rows, width).lines().map(|line| line.trim_end().to_owned()).collect()
    }

    #[test]
    fn a_long_text_is_wrapped_beside_its_label() {
        let lines = drawn(Some(40));
        assert_eq!(lines[0], "kind      user");
        assert!(lines.len() >= 3 && lines[2].starts_with("          "), "{lines:?}");
        assert!(lines.iter().all(|line| crate::output::width(line) <= 40), "{lines:?}");
    }

    #[test]
    fn a_pipe_gets_one_line_each() {
        assert_eq!(drawn(None)[1], "database  a text 日本 that is longer than the narrow terminal is wide");
    }
}
