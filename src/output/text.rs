//! Text: one line a row, in the order in which it is read aloud: when, where, who, what, the message.

use super::cell_text::{self, NOTHING};
use super::columns::Columns;
use super::terminal::Color;
use super::width::{truncate, width, wrap};
use super::{Style, show_time};
use crate::escape::escape_for_terminal;
use crate::model::{Cell, Record};

/// Boards and agents are aligned to the widest name so far, up to this.
const WIDEST_NAME: usize = 20;
const LEAST_NAME: usize = 4;
/// Columns that the time and the type should have.
const TIME_AND_TYPE: usize = 40;
const WIDEST_TYPE: usize = 30;
const WIDEST_TITLE: usize = 32;
/// In less room a title tells nothing and is left out.
const LEAST_TITLE: usize = 10;
/// Lines that one row may fill on a terminal.
const MOST_LINES: usize = 3;
const INDENT: usize = 4;
/// A message does not begin in less room than this.
const LEAST_ROOM: usize = 20;

pub(super) struct Lines {
    style: Style,
    board: usize,
    agent: usize,
    kind: usize,
}

/// A line under way: what is written and how wide it is, colors left aside.
#[derive(Default)]
struct LineDraft {
    text: String,
    width: usize,
}

impl LineDraft {
    fn push(&mut self, style: &Style, text: &str, ink: Color) {
        self.text.push_str(&style.terminal.paint(ink, text));
        self.width += width(text);
    }

    fn space(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
        self.width += columns;
    }
}

impl Lines {
    pub(super) fn new(style: Style) -> Self {
        Self { style, board: 0, agent: 0, kind: 0 }
    }

    /// In little room, names leave it to the time and the type.
    fn widest_name(&self) -> usize {
        let names = |columns: usize| columns.saturating_sub(TIME_AND_TYPE) / 2;
        self.style.terminal.width.map_or(WIDEST_NAME, |columns| names(columns).clamp(LEAST_NAME, WIDEST_NAME))
    }

    pub(super) fn row(&mut self, out: &mut Vec<u8>, view: &Columns, record: &dyn Record) {
        let mut draft = LineDraft::default();
        let body = match view.position("message").filter(|_| !view.is_explicit()) {
            Some(message) => {
                self.head(&mut draft, view, record);
                cell_text::first_line(&record.cell(message), &self.style)
            }
            None => {
                let text = |(position, _)| cell_text::text(&record.cell(position), &self.style, false);
                view.chosen().map(text).collect::<Vec<_>>().join("  ")
            }
        };
        let ink = if cell_text::is_failure(view, record) { Color::Failure } else { Color::Plain };
        self.body(&mut draft, &body, ink);
        out.extend_from_slice(draft.text.trim_end().as_bytes());
        out.push(b'\n');
    }

    fn head(&mut self, draft: &mut LineDraft, view: &Columns, record: &dyn Record) {
        let style = self.style;
        let cell = |field: &str| view.position(field).map_or(Cell::Null, |position| record.cell(position));
        let name = |name: &str, id: &str| match cell(name) {
            Cell::Null => cell_text::text(&cell(id), &style, false),
            name => cell_text::text(&name, &style, false),
        };
        draft.push(&style, &cell_text::text(&cell("created_at"), &style, false), Color::Dim);
        draft.space(2);
        if let offset @ Cell::Number(_) = cell("offset_seconds") {
            draft.push(&style, &format!("{:>8}", show_time::offset(&offset)), Color::Dim);
            draft.space(2);
        }
        let widest = self.widest_name();
        self.aligned(draft, &name("board_name", "board_id"), Color::Blue, |lines| &mut lines.board, widest);
        self.aligned(draft, &name("agent_name", "agent_id"), Color::Green, |lines| &mut lines.agent, widest);
        if let Cell::Text(event_type) = cell("event_type") {
            let mark = if cell_text::is_failure(view, record) { style.terminal.failure_mark() } else { "" };
            draft.push(&style, mark, Color::Failure);
            draft.space(2 - width(mark));
            let ink = Color::of_type(event_type);
            self.aligned(draft, &escape_for_terminal(event_type), ink, |lines| &mut lines.kind, WIDEST_TYPE);
        }
        if let Some(late) = late(&cell("late_seconds")) {
            draft.push(&style, &late, Color::Yellow);
            draft.space(2);
        }
        let task = name("task_title", "task_id");
        let room = style.terminal.width.map(|columns| columns.saturating_sub(draft.width + 1).min(WIDEST_TITLE));
        if task != NOTHING && room.is_none_or(|room| room >= LEAST_TITLE) {
            let task = match room {
                Some(room) => truncate(&task, room, style.terminal.ellipsis()).into_owned(),
                None => task,
            };
            draft.push(&style, &format!("{task}:"), Color::Cyan);
            draft.space(1);
        }
    }

    /// Text in a column that grows with what it has held, up to a limit; cut there on a terminal.
    fn aligned(
        &mut self,
        draft: &mut LineDraft,
        text: &str,
        ink: Color,
        column: fn(&mut Self) -> &mut usize,
        widest: usize,
    ) {
        let style = self.style;
        let column = column(self);
        *column = width(text).min(widest).max(*column);
        let text = match style.terminal.width {
            Some(columns) => {
                truncate(text, columns.saturating_sub(draft.width).min(*column), style.terminal.ellipsis())
            }
            None => text.into(),
        };
        draft.push(&style, &text, ink);
        draft.space(column.saturating_sub(width(&text)) + 2);
    }

    /// The message: whole on the same line, or wrapped to the terminal with its further lines indented.
    fn body(&self, draft: &mut LineDraft, body: &str, ink: Color) {
        let terminal = &self.style.terminal;
        let Some(columns) = terminal.width else {
            draft.push(&self.style, body, ink);
            return;
        };
        let beside = columns.saturating_sub(draft.width);
        let below = columns.saturating_sub(INDENT).max(1);
        let first = if beside < LEAST_ROOM && width(body) > beside { 0 } else { beside };
        for (index, line) in wrap(body, first, below, MOST_LINES, terminal.ellipsis()).iter().enumerate() {
            if index > 0 {
                draft.text.truncate(draft.text.trim_end().len());
                draft.text.push('\n');
                draft.space(INDENT);
            }
            draft.push(&self.style, line, ink);
        }
    }
}

/// `late 12s`, for an event that was committed after newer ones had been printed.
fn late(cell: &Cell<'_>) -> Option<String> {
    match cell {
        Cell::Number(seconds) if *seconds < 10.0 => Some(format!("late {seconds:.1}s")),
        Cell::Number(seconds) => Some(format!("late {seconds:.0}s")),
        Cell::Count(seconds) => Some(format!("late {seconds}s")),
        _ => None,
    }
}
