//! Text: one line a row, and on a terminal as many as its message has, in the order in which it is read aloud: when, where, who, what, the message.

use super::cell_text::{self, NOTHING};
use super::columns::Columns;
use super::highlight::Highlights;
use super::line_draft::LineDraft;
use super::terminal::Color;
use super::width::{truncate, width};
use super::{PageInfo, Style, show_time};
use crate::escape::escape_for_terminal;
use crate::model::{Cell, Record};
use std::io;

/// Boards and agents are aligned to the widest name so far, up to this.
const WIDEST_NAME: usize = 20;
const LEAST_NAME: usize = 4;
/// Columns that the time and the type should have.
const TIME_AND_TYPE: usize = 40;
const WIDEST_TYPE: usize = 30;
const WIDEST_TITLE: usize = 32;
/// In less room a title tells nothing and is left out.
const LEAST_TITLE: usize = 10;

pub(super) struct Lines {
    style: Style,
    board: usize,
    agent: usize,
    kind: usize,
    /// The date of the row before, on a terminal.
    date: Option<String>,
    highlights: Highlights,
}

impl Lines {
    pub(super) fn new(style: Style) -> Self {
        Self { style, board: 0, agent: 0, kind: 0, date: None, highlights: Highlights::default() }
    }

    pub(super) fn follow_resize(&mut self) {
        self.style.terminal.follow_resize();
    }

    pub(super) fn highlight(&mut self, highlights: Highlights) {
        self.highlights = highlights;
    }

    /// In little room, names leave it to the time and the type.
    fn widest_name(&self) -> usize {
        let names = |columns: usize| columns.saturating_sub(TIME_AND_TYPE) / 2;
        self.style.terminal.width.map_or(WIDEST_NAME, |columns| names(columns).clamp(LEAST_NAME, WIDEST_NAME))
    }

    pub(super) fn row(&mut self, out: &mut Vec<u8>, view: &Columns, record: &dyn Record) {
        let mut draft = LineDraft::default();
        let ink = if cell_text::is_failure(view, record) { Color::Failure } else { Color::Plain };
        match view.position("message").filter(|_| !view.is_explicit()) {
            Some(message) => {
                let message = record.cell(message);
                self.date(out, view, record);
                self.head(&mut draft, view, record, &cell_text::plain(&message));
                match (&message, self.style.terminal.width) {
                    (Cell::Text(message), Some(columns)) => draft.message(message, Some(columns), &self.painted(ink)),
                    // On a terminal nothing stands for a message that is null.
                    (_, Some(_)) => {}
                    (_, None) => {
                        let text = cell_text::text(&message, &self.style, false);
                        draft.text.push_str(&self.highlights.paint(&self.style.terminal, ink, &text));
                    }
                }
            }
            None => {
                let text = |(position, _)| cell_text::text(&record.cell(position), &self.style, false);
                let body = view.chosen().map(text).collect::<Vec<_>>().join("  ");
                match self.style.terminal.width {
                    Some(columns) => draft.wrapped(&body, Some(columns), &self.painted(ink)),
                    None => draft.push(&self.style, &body, ink),
                }
            }
        }
        out.extend_from_slice(draft.text.trim_end().as_bytes());
        out.push(b'\n');
    }

    /// How a row of a message is painted, with what is looked for in it.
    fn painted(&self, ink: Color) -> impl Fn(&str) -> String {
        move |row| self.highlights.paint(&self.style.terminal, ink, row).to_string()
    }

    /// The lines below, on a terminal: elsewhere every line is a row.
    pub(super) fn finish(&self, out: &mut Vec<u8>, ending: &PageInfo) -> io::Result<()> {
        if self.style.terminal.width.is_none() { Ok(()) } else { ending.write_footer(out, &self.style) }
    }

    /// On a terminal the date stands on a line of its own wherever it changes, and rows have the time alone.
    fn date(&mut self, out: &mut Vec<u8>, view: &Columns, record: &dyn Record) {
        let Style { terminal, zone, .. } = self.style;
        let time = view.position("created_at").map(|position| record.cell(position));
        if let (Some(_), Some(Cell::Time(at))) = (terminal.width, time)
            && let Some(date) = zone.show_date(at)
            && self.date.as_ref() != Some(&date)
        {
            let line = format!("{date} ({})", zone.label());
            out.extend_from_slice(terminal.paint(Color::Dim, &line).as_bytes());
            out.push(b'\n');
            self.date = Some(date);
        }
    }

    fn head(&mut self, draft: &mut LineDraft, view: &Columns, record: &dyn Record, message: &str) {
        let style = self.style;
        let cell = |field: &str| view.position(field).map_or(Cell::Null, |position| record.cell(position));
        let name = |name: &str, id: &str| match cell(name) {
            Cell::Null => cell_text::text(&cell(id), &style, false),
            name => cell_text::text(&name, &style, false),
        };
        let time = match cell("created_at") {
            Cell::Time(at) if style.terminal.width.is_some() => style.zone.show_time_of_day(at),
            time => cell_text::text(&time, &style, false),
        };
        draft.push(&style, &time, Color::Dim);
        draft.space(2);
        if let offset @ Cell::Number(_) = cell("offset_seconds") {
            draft.push(&style, &format!("{:>8}", show_time::offset(&offset)), Color::Dim);
            draft.space(2);
        }
        let widest = self.widest_name();
        self.aligned(draft, &name("board_name", "board_id"), Color::Blue, |lines| &mut lines.board, widest);
        let agent_color = match cell("agent_id") {
            Cell::Id(id) => Color::of_agent(id),
            _ => Color::Plain,
        };
        self.aligned(draft, &name("agent_name", "agent_id"), agent_color, |lines| &mut lines.agent, widest);
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
        if let Cell::Count(repeats) = cell("repeats") {
            draft.push(&style, &format!("{}{repeats}", if style.terminal.unicode { "×" } else { "x" }), Color::Yellow);
            draft.space(2);
        }
        let task = name("task_title", "task_id");
        // Many messages of the backend hold the title already.
        let repeated = style.terminal.width.is_some() && message.contains(&*cell_text::plain(&cell("task_title")));
        let room = style.terminal.width.map(|columns| columns.saturating_sub(draft.width + 1).min(WIDEST_TITLE));
        if task != NOTHING && !repeated && room.is_none_or(|room| room >= LEAST_TITLE) {
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
