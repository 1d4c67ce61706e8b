//! Draws the frame.

use super::feed::{MOST_EVENTS, to_lines};
use super::panes::{Pane, board_heads, one_line};
use super::state::{Level, WatchState};
use super::{DeliveryFigures, FeedConnection, Subject, TimelineData};
use crate::escape::escape_for_terminal;
use crate::model::{Tally, Timestamp};
use crate::output::timeline::{Form, Narrative, write_head};
use crate::output::{Color, Style, age, fill, truncate, width};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

/// The least terminal.
const LEAST: (u16, u16) = (80, 24);
/// From this width on, the three lists stand side by side.
const WIDE: u16 = 120;
/// A longer note is cut.
const MOST_NOTE_ROWS: usize = 3;
/// Seconds after which the time of the panels is shown.
const STALE_SECONDS: i64 = 30;

const HELP: &str = "\
Tab Left Right   choose a pane        Up Down PgUp PgDn Home End   move in it
Enter   board: narrow to it; task, agent, event: its timeline
Esc     clear the search of the pane, then one step back
/       search: messages in the feed (as -g TEXT -i), names in the lists
e       failures only, in the feed        h   heartbeats in the feed
p       pause the feed                    r   refresh the lists now
y       copy the command that prints what the pane shows (OSC 52)
q       quit, as Ctrl-C                   Ctrl-L draws again, Ctrl-Z suspends
mouse   the wheel scrolls, a click chooses a pane; Shift selects text

top     `errors --scope deliveries -S 1h`; the rate of 24 h since it changed
boards  `errors --scope deliveries --by board`: failed/tried in 24 h, and
        silent agents, tasks that wait, the error rate hour by hour
tasks   `tasks`: stuck, waiting for their lead, different from the table
agents  `agents --silent`          feed   `tail --events`
The lists are queried every 10 s, less often where that takes long; the feed
keeps the newest 2,000 events, a timeline shows as many.";

impl WatchState {
    /// Draws all of it.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if area.width < LEAST.0 || area.height < LEAST.1 {
            let (columns, rows) = LEAST;
            let size = format!("watch needs {columns}x{rows}; this terminal has {}x{}", area.width, area.height);
            let text = fill(&size, Some(usize::from(area.width)));
            return frame.render_widget(Paragraph::new(text), area);
        }
        let bottom = self.bottom(usize::from(area.width));
        let bottom_rows = u16::try_from(bottom.len()).unwrap_or(1);
        let rows = [Constraint::Length(2), Constraint::Min(1), Constraint::Length(bottom_rows)];
        let [top, body, below] = Layout::vertical(rows).areas(area);
        self.draw_top(frame, top);
        if self.timeline().is_some() {
            self.draw_timeline(frame, body);
        } else {
            self.draw_panes(frame, body);
        }
        for (text, row) in bottom.iter().zip(below.rows()) {
            frame.render_widget(one_line(text), row);
        }
        if self.help {
            self.draw_help(frame, body);
        }
    }

    fn paint(&self, color: Color, text: &str) -> String {
        self.setup.style.terminal.paint(color, text).into_owned()
    }

    fn mark(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.setup.style.terminal.unicode { unicode } else { ascii }
    }

    fn draw_top(&self, frame: &mut Frame<'_>, area: Rect) {
        let [first, second] = Layout::vertical([Constraint::Length(1); 2]).areas(area);
        frame.render_widget(one_line(&self.figures()), first);
        frame.render_widget(one_line(&self.connection_line(usize::from(area.width))), second);
    }

    /// Deliveries, the regime, the last failure.
    fn figures(&self) -> String {
        let Some(panels) = &self.panels else { return self.paint(Color::Dim, "deliveries: querying") };
        let board = self.board().and_then(|id| panels.boards.iter().find(|row| row.board.id == id));
        let figures = board.map_or(&panels.whole, |row| &row.figures);
        let separator = self.mark(" · ", " | ");
        let last = match figures.day.last_failure {
            Some(at) => format!("last {}", age(at, self.now)),
            None => "no failure in 24 h".to_owned(),
        };
        let head = self.paint(Color::Bold, "deliveries 1 h:");
        let mut parts = vec![format!("{head} {}, {last}", self.share(figures.hour))];
        parts.extend(self.regime(figures));
        if self.now.micros_since(panels.at) > STALE_SECONDS * 1_000_000 {
            let at = self.setup.style.zone.show_time_of_day(panels.at);
            parts.push(self.paint(Color::Dim, &format!("as of {at}")));
        }
        parts.join(separator)
    }

    fn share(&self, tally: Tally) -> String {
        match tally.total {
            0 => self.paint(Color::Dim, "none tried"),
            total => {
                let color = if tally.errors > 0 { Color::Failure } else { Color::Green };
                self.paint(color, &format!("{} of {total} failed ({:.0} %)", tally.errors, tally.pct()))
            }
        }
    }

    /// `since 22:31, 100 %`.
    fn regime(&self, figures: &DeliveryFigures) -> Option<String> {
        let last = figures.regimes.last().filter(|regime| regime.tally.total > 0)?;
        let since =
            if figures.regimes.len() > 1 { format!("since {}", self.minute(last.since)) } else { "24 h".to_owned() };
        let color = if last.tally.pct() >= 50.0 { Color::Failure } else { Color::Plain };
        Some(format!("{since}, {}", self.paint(color, &format!("{:.0} %", last.tally.pct()))))
    }

    /// A time to the minute, with its date where that is not today's.
    fn minute(&self, at: Timestamp) -> String {
        let zone = self.setup.style.zone;
        let time: String = zone.show_time_of_day(at).chars().take(5).collect();
        match zone.show_date(at).filter(|date| Some(date) != zone.show_date(self.now).as_ref()) {
            Some(date) => format!("{} {time}", date.get(5..).unwrap_or_default()),
            None => time,
        }
    }

    /// Connection, time, zone, and who.
    fn connection_line(&self, columns: usize) -> String {
        let zone = self.setup.style.zone;
        let separator = self.mark(" · ", " | ");
        let (text, color) = match &self.connection {
            None => ("connecting".to_owned(), Color::Dim),
            Some(FeedConnection::Polling) => ("connected".to_owned(), Color::Green),
            Some(FeedConnection::Push) => ("connected, push".to_owned(), Color::Green),
            Some(FeedConnection::Lost { since, cause }) => {
                let cause = escape_for_terminal(cause);
                (format!("disconnected since {}, trying again: {cause}", zone.show_time_of_day(*since)), Color::Failure)
            }
        };
        let text = truncate(&text, columns / 2, "").into_owned();
        let clock = format!("{} {}", zone.show_time_of_day(self.now), zone.label());
        let used = width(&text) + width(&clock) + 2 * width(separator);
        let rest = format!("{}{separator}{}", self.setup.place, self.setup.who);
        let rest = escape_for_terminal(&rest).into_owned();
        let rest = truncate(&rest, columns.saturating_sub(used), self.mark("…", "...")).into_owned();
        [self.paint(color, &text), clock, self.paint(Color::Dim, &rest)].join(separator)
    }

    fn draw_panes(&mut self, frame: &mut Frame<'_>, area: Rect) {
        let lists = (area.height * 2 / 5).max(9);
        let [lists, feed] = Layout::vertical([Constraint::Length(lists), Constraint::Min(1)]).areas(area);
        let areas = if area.width >= WIDE {
            let parts = [
                Constraint::Fill(5),
                Constraint::Length(2),
                Constraint::Fill(4),
                Constraint::Length(2),
                Constraint::Fill(4),
            ];
            let [boards, _, tasks, _, agents] = Layout::horizontal(parts).areas(lists);
            [boards, tasks, agents]
        } else {
            let parts = [Constraint::Fill(1), Constraint::Length(2), Constraint::Fill(1)];
            let [boards, _, right] = Layout::horizontal(parts).areas(lists);
            let [tasks, agents] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(right);
            [boards, tasks, agents]
        };
        for (pane, area) in [Pane::Boards, Pane::Tasks, Pane::Agents].into_iter().zip(areas) {
            self.draw_list(frame, pane, area);
        }
        self.draw_feed(frame, feed);
    }

    /// A heading across a pane; what remains of the pane.
    fn heading(&self, frame: &mut Frame<'_>, area: Rect, focused: bool, text: &str, heads: &str) -> Rect {
        let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
        let columns = usize::from(area.width);
        let text = truncate(text, columns.saturating_sub(4 + width(heads)), self.mark("…", "...")).into_owned();
        let mark = if focused { self.mark("▶ ", "> ") } else { self.mark("─ ", "- ") };
        let rule = self.mark("─", "-").repeat(columns.saturating_sub(width(&text) + 3 + width(heads)));
        let color = if focused { Color::Bold } else { Color::Dim };
        let [mark, text] = [mark, &text].map(|text| self.paint(color, text));
        let [rule, heads] = [&rule, heads].map(|text| self.paint(Color::Dim, text));
        let line = format!("{mark}{text} {rule}{heads}");
        frame.render_widget(one_line(&line), head);
        body
    }

    fn draw_list(&mut self, frame: &mut Frame<'_>, pane: Pane, area: Rect) {
        let rows = self.rows(pane, usize::from(area.width));
        let (title, empty) = match pane {
            Pane::Boards => ("boards", "no boards"),
            Pane::Tasks => ("tasks that wait", "no task waits"),
            Pane::Agents | Pane::Feed => ("silent agents", "no agent is silent"),
        };
        let mut title = title.to_owned();
        if self.panels.is_some() {
            title.push_str(&format!(": {}", rows.len()));
        }
        let heads = if pane == Pane::Boards { board_heads(usize::from(area.width)) } else { String::new() };
        let search = &self.searches[pane.index()];
        if !search.is_empty() {
            title = format!("{title}, /{}", escape_for_terminal(search));
        }
        let focused = self.focus == pane;
        let body = self.heading(frame, area, focused, &title, &heads);
        self.areas[pane.index()] = body;
        let position = &mut self.positions[pane.index()];
        position.fit(rows.len(), usize::from(body.height));
        let position = *position;
        if rows.is_empty() {
            let text = if self.panels.is_none() { "querying" } else { empty };
            return frame.render_widget(one_line(&self.paint(Color::Dim, text)), body);
        }
        let shown = rows.into_iter().enumerate().skip(position.top);
        for ((at, line), row) in shown.zip(body.rows()) {
            self.draw_row(frame, line, row, focused && at == position.selected);
        }
    }

    fn draw_row(&self, frame: &mut Frame<'_>, line: Line<'static>, row: Rect, selected: bool) {
        frame.render_widget(line, row);
        if selected {
            frame.buffer_mut().set_style(row, Modifier::REVERSED);
        }
    }

    fn draw_feed(&mut self, frame: &mut Frame<'_>, area: Rect) {
        let style = self.style_of(area.width);
        self.feed.set_look(style, self.feed_filter());
        let mut title = match self.levels.last() {
            Some(Level::Board { name, .. }) => format!("feed of {}", escape_for_terminal(name)),
            _ => "feed".to_owned(),
        };
        if self.failures {
            title.push_str(", failures only");
        } else if !self.heartbeats {
            title.push_str(", without heartbeats");
        }
        if !self.grep().is_empty() {
            title.push_str(&format!(", /{}", escape_for_terminal(self.grep())));
        }
        title.push_str(&match (self.feed.is_full(), self.feed.len()) {
            (true, count) => format!(", {count} of the newest {MOST_EVENTS}"),
            (false, 1) => ", 1 event".to_owned(),
            (false, count) => format!(", {count} events"),
        });
        if self.feed.paused {
            title = format!("PAUSED, {} wait; {title}", self.feed.waiting());
        }
        let body = self.heading(frame, area, self.focus == Pane::Feed, &title, "");
        self.areas[Pane::Feed.index()] = body;
        for ((line, selected), row) in self.feed.lines(usize::from(body.height)).into_iter().zip(body.rows()) {
            self.draw_row(frame, line, row, selected && self.focus == Pane::Feed);
        }
    }

    fn style_of(&self, columns: u16) -> Style {
        let mut style = Style { now: self.now, ..self.setup.style };
        style.terminal.width = Some(usize::from(columns));
        style
    }

    fn draw_timeline(&mut self, frame: &mut Frame<'_>, area: Rect) {
        let style = self.style_of(area.width);
        let Some(Level::Timeline { subject, name, data, top }) = self.levels.last() else { return };
        let (name, top) = (escape_for_terminal(name).into_owned(), *top);
        let title = match subject {
            Subject::Task(_) => format!("timeline of the task {name}"),
            Subject::Agent(_) => format!("timeline of the agent {name}, last 24 h"),
        };
        let (mut left_out, mut failure) = (String::new(), None);
        match data {
            None => failure = Some("querying".to_owned()),
            Some(Err(error)) => failure = Some(escape_for_terminal(error).into_owned()),
            Some(Ok(data)) => {
                if data.left_out > 0 {
                    left_out = format!(" {} older events left out", data.left_out);
                }
                if self.timeline_lines.as_ref().is_none_or(|(columns, _)| *columns != area.width) {
                    self.timeline_lines = Some((area.width, timeline_lines(data, style)));
                }
            }
        }
        let body = self.heading(frame, area, true, &title, &left_out);
        self.timeline_height = usize::from(body.height);
        if let Some(failure) = failure {
            return frame.render_widget(Paragraph::new(fill(&failure, Some(usize::from(body.width)))), body);
        }
        let Some((_, lines)) = &self.timeline_lines else { return };
        let most = lines.len().saturating_sub(self.timeline_height);
        for (line, row) in lines.iter().skip(top.unwrap_or(most).min(most)).zip(body.rows()) {
            frame.render_widget(line, row);
        }
    }

    /// The lines at the bottom: a search under way, a note, or the keys and the command.
    fn bottom(&self, columns: usize) -> Vec<String> {
        let cut = |text: &str| truncate(text, columns, self.mark("…", "...")).into_owned();
        match (&self.typing, &self.note) {
            (Some(text), _) => vec![cut(&format!("/{}{}", escape_for_terminal(text), self.mark("█", "_")))],
            (None, Some(note)) => {
                let rows = fill(&escape_for_terminal(note), Some(columns));
                rows.lines().take(MOST_NOTE_ROWS).map(|row| self.paint(Color::Bold, &cut(row))).collect()
            }
            (None, None) => {
                let keys = if self.levels.is_empty() { "? help  q quit" } else { "? help  q quit  Esc back" };
                vec![self.paint(Color::Dim, &cut(&format!("{keys}  y: {}", escape_for_terminal(&self.command()))))]
            }
        }
    }

    fn draw_help(&self, frame: &mut Frame<'_>, area: Rect) {
        frame.render_widget(Clear, area);
        let body = self.heading(frame, area, true, "help; any key closes it", "");
        let columns = usize::from(body.width);
        let text: Vec<String> = HELP.lines().map(|line| fill(line, Some(columns))).collect();
        frame.render_widget(Paragraph::new(text.join("\n")), body);
    }
}

/// What `timeline` prints, as lines.
fn timeline_lines(data: &TimelineData, style: Style) -> Vec<Line<'static>> {
    let mut text = Vec::new();
    let mut narrative = Narrative::new(Form::Text, style, data.task.is_none(), false);
    // Memory takes everything.
    let _ = write_head(&mut text, Form::Text, data.task.as_ref(), &data.participants, &style);
    for entry in &data.entries {
        let _ = narrative.add(&mut text, entry.clone());
    }
    let _ = narrative.finish(&mut text);
    if data.entries.is_empty() {
        text.extend_from_slice(b"no events\n");
    }
    to_lines(&text)
}
