//! The lists beside the feed: boards, tasks that wait, agents that are silent.

use super::feed::to_lines;
use super::state::WatchState;
use super::{BoardRow, DeliveryFigures};
use crate::escape::escape_for_terminal;
use crate::model::{AgentState, TaskState, Timestamp, WaitingTask};
use crate::output::chart::sparkline;
use crate::output::{Color, Style, age, truncate, width};
use ratatui::text::Line;
use std::cmp::Reverse;
use uuid::Uuid;

/// A part of the screen that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pane {
    Boards,
    Tasks,
    Agents,
    Feed,
}

impl Pane {
    /// In the order of the Tab key.
    pub(super) const ALL: [Self; 4] = [Self::Boards, Self::Tasks, Self::Agents, Self::Feed];

    pub(super) fn index(self) -> usize {
        Self::ALL.iter().position(|pane| *pane == self).unwrap_or_default()
    }
}

/// A list with its selection and how far it is scrolled.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ListPosition {
    pub(super) selected: usize,
    pub(super) top: usize,
}

impl ListPosition {
    /// Keeps the selection inside the list and on the screen.
    pub(super) fn fit(&mut self, count: usize, height: usize) {
        self.selected = self.selected.min(count.saturating_sub(1));
        self.top = self.top.min(self.selected).max((self.selected + 1).saturating_sub(height));
        self.top = self.top.min(count.saturating_sub(height));
    }
}

/// A board with what is counted on it.
pub(super) struct BoardLine<'a> {
    pub(super) row: &'a BoardRow,
    pub(super) silent: usize,
    pub(super) waiting: usize,
}

/// Whether a task is on the list of those that wait.
fn is_waiting(task: &WaitingTask) -> bool {
    task.state < TaskState::Waits
}

impl WatchState {
    fn matches(&self, pane: Pane, texts: &[&str]) -> bool {
        let wanted = self.searches[pane.index()].to_lowercase();
        wanted.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    }

    /// The boards, the worst first.
    pub(super) fn board_lines(&self) -> Vec<BoardLine<'_>> {
        let Some(panels) = &self.panels else { return Vec::new() };
        let count = |board: Uuid| {
            let silent = panels.agents.iter().filter(|agent| agent.state.is_silent() && agent.board_id == Some(board));
            let waiting = panels.tasks.iter().filter(|task| is_waiting(task) && task.board_id == Some(board));
            (silent.count(), waiting.count())
        };
        let narrowed = self.board();
        let rows = panels.boards.iter().filter(|row| narrowed.is_none_or(|board| row.board.id == board));
        let rows = rows.filter(|row| self.matches(Pane::Boards, &[&row.board.name]));
        let mut lines: Vec<BoardLine<'_>> = rows
            .map(|row| {
                let (silent, waiting) = count(row.board.id);
                BoardLine { row, silent, waiting }
            })
            .collect();
        lines.sort_by_key(|line| {
            let day = &line.row.figures.day;
            (Reverse(day.in_a_row), Reverse(day.tally.errors), Reverse(line.silent + line.waiting))
        });
        lines
    }

    /// The tasks that wait, in the order of `tasks`.
    pub(super) fn task_lines(&self) -> Vec<&WaitingTask> {
        let board = self.board();
        let tasks = self.panels.iter().flat_map(|panels| &panels.tasks).filter(|task| is_waiting(task));
        tasks
            .filter(|task| board.is_none() || task.board_id == board)
            .filter(|task| self.matches(Pane::Tasks, &[&task.task_title, &task.reason]))
            .collect()
    }

    /// The silent agents, in the order of `agents`.
    pub(super) fn agent_lines(&self) -> Vec<&AgentState> {
        let board = self.board();
        let agents = self.panels.iter().flat_map(|panels| &panels.agents).filter(|agent| agent.state.is_silent());
        agents
            .filter(|agent| board.is_none() || agent.board_id == board)
            .filter(|agent| self.matches(Pane::Agents, &[&agent.agent_name]))
            .collect()
    }

    /// The rows of a list.
    pub(super) fn rows(&self, pane: Pane, columns: usize) -> Vec<Line<'static>> {
        let draft = RowDraft { style: self.setup.style, columns, now: self.now };
        match pane {
            Pane::Boards => self.board_lines().iter().map(|line| draft.board(line)).collect(),
            Pane::Tasks => self.task_lines().into_iter().map(|task| draft.task(task)).collect(),
            Pane::Agents => self.agent_lines().into_iter().map(|agent| draft.agent(agent)).collect(),
            Pane::Feed => Vec::new(),
        }
    }
}

/// Draws one row of a list.
struct RowDraft {
    style: Style,
    columns: usize,
    now: Timestamp,
}

impl RowDraft {
    fn paint(&self, color: Color, text: &str) -> String {
        self.style.terminal.paint(color, text).into_owned()
    }

    /// The text in exactly so many columns.
    fn cell(&self, text: &str, room: usize) -> String {
        let ellipsis = if self.style.terminal.unicode { "…" } else { "..." };
        let text = truncate(text, room, ellipsis).into_owned();
        let blank = " ".repeat(room.saturating_sub(width(&text)));
        text + &blank
    }

    fn age(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "-".to_owned(), |at| age(at, self.now).replace(" ago", ""))
    }

    fn board(&self, line: &BoardLine<'_>) -> Line<'static> {
        let DeliveryFigures { day, rates, .. } = &line.row.figures;
        let hours = hours(self.columns);
        let rates = &rates[rates.len().saturating_sub(hours)..];
        let spark = sparkline(rates, 100.0, hours, self.style.terminal.unicode);
        let spark = self.cell(&spark, hours);
        let count = |count: usize| if count == 0 { "-".to_owned() } else { count.to_string() };
        let failed = match day.tally {
            tally if tally.total == 0 => "-".to_owned(),
            tally => format!("{}/{}", tally.errors, tally.total),
        };
        let name = self.columns.saturating_sub(9 + 4 + 5 + hours + 2);
        let bad = if day.in_a_row > 0 { Color::Failure } else { Color::Plain };
        let warns = |count: usize| if count > 0 { Color::Yellow } else { Color::Dim };
        let text = format!(
            "{}{}{}{}  {}",
            self.paint(Color::Blue, &self.cell(&escape_for_terminal(&line.row.board.name), name)),
            self.paint(bad, &format!("{failed:>9}")),
            self.paint(warns(line.silent), &format!("{:>4}", count(line.silent))),
            self.paint(warns(line.waiting), &format!("{:>5}", count(line.waiting))),
            self.paint(if day.tally.errors > 0 { Color::Red } else { Color::Dim }, &spark),
        );
        one_line(&text)
    }

    fn task(&self, task: &WaitingTask) -> Line<'static> {
        let (state, color) = match task.state {
            TaskState::Stuck => ("stuck", Color::Failure),
            TaskState::WaitsForLead => ("lead", if task.overdue { Color::Failure } else { Color::Yellow }),
            TaskState::Differs => ("differs", Color::Yellow),
            TaskState::Waits | TaskState::Open => ("open", Color::Plain),
        };
        let agent = task.agent.as_ref().and_then(|(_, name)| name.as_deref()).unwrap_or("-");
        let room = self.columns.saturating_sub(8 + 5 + 2);
        let agent_room = (room / 3).min(16);
        let text = format!(
            "{}{} {} {}",
            self.paint(color, &self.cell(state, 8)),
            self.paint(Color::Dim, &format!("{:>5}", self.age(task.since))),
            self.paint(Color::Green, &self.cell(&escape_for_terminal(agent), agent_room)),
            self.cell(&escape_for_terminal(&task.task_title), room - agent_room),
        );
        one_line(&text)
    }

    fn agent(&self, agent: &AgentState) -> Line<'static> {
        let board = agent.board_name.as_deref().unwrap_or("-");
        let day = &agent.deliveries;
        let failed = if day.tally.errors > 0 { format!("{} failed", day.tally.errors) } else { String::new() };
        let room = self.columns.saturating_sub(8 + 5 + 2 + 11);
        let name = room / 2;
        let text = format!(
            "{}{} {} {}{}",
            self.paint(Color::Failure, &self.cell(agent.state.name(), 8)),
            self.paint(Color::Dim, &format!("{:>5}", self.age(agent.last_own.as_ref().map(|sign| sign.at)))),
            self.paint(Color::Green, &self.cell(&escape_for_terminal(&agent.agent_name), name)),
            self.paint(Color::Blue, &self.cell(&escape_for_terminal(board), room - name)),
            self.paint(Color::Red, &format!("{failed:>11}")),
        );
        one_line(&text)
    }
}

/// Hours of the sparkline.
fn hours(columns: usize) -> usize {
    if columns >= 60 { 24 } else { 8 }
}

/// The heads of the columns of boards.
pub(super) fn board_heads(columns: usize) -> String {
    let hours = hours(columns);
    format!("{:>7}{:>4}{:>5}  {:<hours$}", "failed", "sil", "wait", format!("rate {hours}h"))
}

/// Painted text as one line.
pub(super) fn one_line(text: &str) -> Line<'static> {
    to_lines(text.as_bytes()).into_iter().next().unwrap_or_default()
}
