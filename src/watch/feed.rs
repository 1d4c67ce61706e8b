//! The newest events, as tail prints them.

use super::FeedEvent;
use crate::model::Cell;
use crate::output::held::Held;
use crate::output::highlight::Highlights;
use crate::output::{Columns, Format, RowWriter, Style};
use ansi_to_tui::IntoText;
use ratatui::text::Line;
use std::collections::{HashSet, VecDeque};
use uuid::Uuid;

/// Events that are kept.
pub(super) const MOST_EVENTS: usize = 2_000;
/// Characters of a message that are kept.
const LONGEST_MESSAGE: usize = 4_000;
/// Screen rows of one event.
const MOST_ROWS: usize = 8;
/// Heartbeats say only that nothing happened.
pub(super) const HEARTBEAT: &str = "agent.heartbeat";

/// Which events are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FeedFilter {
    pub(super) board: Option<Uuid>,
    pub(super) failures: bool,
    pub(super) heartbeats: bool,
    /// As `--grep` with `--ignore-case`.
    pub(super) grep: String,
}

impl FeedFilter {
    fn shows(&self, FeedEvent { event, .. }: &FeedEvent) -> bool {
        let message = || event.message.as_deref().unwrap_or_default().to_lowercase();
        (self.board.is_none() || event.board_id == self.board)
            && (!self.failures || event.event_type.ends_with("failed"))
            && (self.heartbeats || event.event_type != HEARTBEAT)
            && (self.grep.is_empty() || message().contains(&self.grep.to_lowercase()))
    }
}

/// An event as rows of the screen.
struct Rendered {
    number: u64,
    lines: Vec<Line<'static>>,
}

/// The ring of events with the part of it that is shown.
pub(super) struct FeedPane {
    events: VecDeque<(u64, FeedEvent)>,
    next: u64,
    /// Events that came during a pause.
    waiting: VecDeque<FeedEvent>,
    /// Waiting events that had to make room.
    skipped: usize,
    pub(super) paused: bool,
    filter: FeedFilter,
    style: Style,
    writer: RowWriter<Held>,
    held: Held,
    rows: VecDeque<Rendered>,
    /// The selected event and the row of the pane on which it begins; absent while the newest is followed.
    selected: Option<(u64, usize)>,
}

impl FeedPane {
    pub(super) fn new(style: Style) -> Self {
        let held = Held::default();
        let writer = RowWriter::new(held.clone(), Format::Text, Columns::events().also("late_seconds"), style);
        Self {
            events: VecDeque::new(),
            next: 0,
            waiting: VecDeque::new(),
            skipped: 0,
            paused: false,
            filter: FeedFilter::default(),
            style,
            writer,
            held,
            rows: VecDeque::new(),
            selected: None,
        }
    }

    /// Takes an event in.
    pub(super) fn add(&mut self, mut event: FeedEvent) {
        shorten(&mut event);
        if !self.paused {
            self.show(event);
            return;
        }
        self.waiting.push_back(event);
        if self.waiting.len() > MOST_EVENTS {
            self.waiting.pop_front();
            self.skipped += 1;
        }
    }

    fn show(&mut self, event: FeedEvent) {
        if self.filter.shows(&event) {
            self.render(self.next, &event);
        }
        self.events.push_back((self.next, event));
        self.next += 1;
        if self.events.len() > MOST_EVENTS {
            self.events.pop_front();
        }
        let first = self.events.front().map_or(0, |(number, _)| *number);
        while self.rows.front().is_some_and(|row| row.number < first) {
            self.rows.pop_front();
        }
    }

    fn render(&mut self, number: u64, event: &FeedEvent) {
        let late = event.late.map_or(Cell::Null, Cell::Number);
        // Memory takes everything.
        let _ = self.writer.row_with(&event.event, &[late]);
        let text = self.held.split_off(0);
        let mut lines = to_lines(&text);
        if lines.len() > MOST_ROWS {
            let more = lines.len() - (MOST_ROWS - 1);
            lines.truncate(MOST_ROWS - 1);
            lines.push(Line::from(format!("    ({more} more rows)")));
        }
        self.rows.push_back(Rendered { number, lines });
    }

    /// Shows other events, or the same in another width.
    pub(super) fn set_look(&mut self, style: Style, filter: FeedFilter) {
        if (self.style.terminal, &self.filter) == (style.terminal, &filter) {
            return;
        }
        let columns = Columns::events().also("late_seconds");
        self.writer = RowWriter::new(self.held.clone(), Format::Text, columns, style);
        self.writer.highlight(Highlights::new([filter.grep.clone()], true));
        (self.style, self.filter) = (style, filter);
        self.rows.clear();
        let events = std::mem::take(&mut self.events);
        for (number, event) in &events {
            if self.filter.shows(event) {
                self.render(*number, event);
            }
        }
        self.events = events;
    }

    /// Forgets events of boards that may not be read any more.
    pub(super) fn keep_boards(&mut self, boards: &[Uuid]) {
        let boards: HashSet<Uuid> = boards.iter().copied().collect();
        let keeps = |event: &FeedEvent| event.event.board_id.is_some_and(|id| boards.contains(&id));
        self.events.retain(|(_, event)| keeps(event));
        self.waiting.retain(keeps);
        let left: HashSet<u64> = self.events.iter().map(|(number, _)| *number).collect();
        self.rows.retain(|row| left.contains(&row.number));
    }

    /// Stops showing new events, or goes on and shows those that waited.
    pub(super) fn toggle_pause(&mut self) -> Option<String> {
        self.paused = !self.paused;
        if self.paused {
            return None;
        }
        let skipped = std::mem::take(&mut self.skipped);
        for event in std::mem::take(&mut self.waiting) {
            self.show(event);
        }
        (skipped > 0).then(|| format!("{skipped} events of the pause are not shown: {MOST_EVENTS} are kept"))
    }

    /// Events that wait until the pause ends.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len() + self.skipped
    }

    /// Events that are shown.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether older events had to make room.
    pub(super) fn is_full(&self) -> bool {
        self.events.len() == MOST_EVENTS
    }

    fn position(&self) -> Option<usize> {
        let (number, _) = self.selected?;
        let at = self.rows.partition_point(|row| row.number < number);
        (at < self.rows.len()).then_some(at)
    }

    fn line_of(&self, row: usize) -> usize {
        self.rows.iter().take(row).map(|row| row.lines.len()).sum()
    }

    /// The event that is selected.
    pub(super) fn selected(&self) -> Option<&FeedEvent> {
        let number = self.rows.get(self.position()?)?.number;
        self.events.iter().find(|(known, _)| *known == number).map(|(_, event)| event)
    }

    /// Selects another event; the newest is followed again when the selection moves beyond it.
    pub(super) fn move_by(&mut self, by: isize, height: usize) {
        let Some(last) = self.rows.len().checked_sub(1) else { return };
        let old = self.position();
        let from = old.unwrap_or(last + 1);
        let to = from.saturating_add_signed(by);
        if to > last {
            self.selected = None;
            return;
        }
        let top = self.top(height);
        let least = height.saturating_sub(self.rows[to].lines.len());
        let row = self.line_of(to).saturating_sub(top).min(least);
        self.selected = Some((self.rows[to].number, row));
    }

    /// The first line on the screen.
    fn top(&self, height: usize) -> usize {
        let most = self.line_of(self.rows.len()).saturating_sub(height);
        match (self.position(), self.selected) {
            (Some(at), Some((_, row))) => self.line_of(at).saturating_sub(row).min(most),
            _ => most,
        }
    }

    /// The lines on the screen, and whether each is of the selected event.
    pub(super) fn lines(&self, height: usize) -> Vec<(Line<'static>, bool)> {
        let selected = self.position();
        let all = self.rows.iter().enumerate();
        let lines = all.flat_map(|(at, row)| row.lines.iter().map(move |line| (line, selected == Some(at))));
        lines.skip(self.top(height)).take(height).map(|(line, selected)| (line.clone(), selected)).collect()
    }
}

/// Painted text as lines of a frame.
pub(super) fn to_lines(text: &[u8]) -> Vec<Line<'static>> {
    text.into_text().map(|text| text.lines).unwrap_or_default()
}

fn shorten(event: &mut FeedEvent) {
    if let Some(message) = &mut event.event.message
        && let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE)
    {
        let more = message[end..].chars().count();
        message.truncate(end);
        message.push_str(&format!(" (+{more} characters)"));
    }
}
