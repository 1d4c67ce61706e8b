//! What is shown, and what the keys do.

use super::feed::{FeedFilter, FeedPane};
use super::panes::{ListPosition, Pane};
use super::{FeedConnection, Panels, Request, Subject, TimelineData, Update};
use crate::model::Timestamp;
use crate::output::{Style, counted};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use uuid::Uuid;

/// What does not change while the view is open.
#[derive(Debug, Clone)]
pub struct WatchSetup {
    /// How text looks; its width is that of each frame.
    pub style: Style,
    /// The identity, as a footer shows it.
    pub who: String,
    /// Host and database.
    pub place: String,
    /// The flags of all commands, as typed.
    pub global_flags: Vec<String>,
    /// The values of `--board`, as typed.
    pub boards: Vec<String>,
    /// A word as a shell reads it.
    pub quote: fn(String) -> String,
}

/// What has to be done after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAction {
    /// The view ends.
    Quit,
    /// Ctrl-Z.
    Suspend,
    /// The whole screen is drawn again.
    Redraw,
    /// A text is copied to the clipboard.
    Copy(String),
    /// Something is asked of the database.
    Ask(Request),
}

/// How far the view is narrowed.
#[derive(Debug)]
pub(super) enum Level {
    Board { id: Uuid, name: String },
    Timeline { subject: Subject, name: String, data: Option<Result<Box<TimelineData>, String>>, top: Option<usize> },
}

/// The view.
pub struct WatchState {
    pub(super) setup: WatchSetup,
    pub(super) now: Timestamp,
    pub(super) connection: Option<FeedConnection>,
    pub(super) panels: Option<Box<Panels>>,
    pub(super) levels: Vec<Level>,
    pub(super) focus: Pane,
    pub(super) positions: [ListPosition; 3],
    pub(super) feed: FeedPane,
    pub(super) failures: bool,
    pub(super) heartbeats: bool,
    /// What is looked for, by pane; the last is of the feed.
    pub(super) searches: [String; 4],
    /// A search under way.
    pub(super) typing: Option<String>,
    pub(super) help: bool,
    pub(super) note: Option<String>,
    /// Where the panes were in the last frame; the last is the feed.
    pub(super) areas: [Rect; 4],
    /// The lines of the timeline, and for which width they were made.
    pub(super) timeline_lines: Option<(u16, Vec<Line<'static>>)>,
    pub(super) timeline_height: usize,
    boards: Option<Vec<Uuid>>,
}

impl WatchState {
    /// The view before anything is known.
    pub fn new(setup: WatchSetup, now: Timestamp) -> Self {
        Self {
            feed: FeedPane::new(setup.style),
            setup,
            now,
            connection: None,
            panels: None,
            levels: Vec::new(),
            focus: Pane::Feed,
            positions: Default::default(),
            failures: false,
            heartbeats: false,
            searches: Default::default(),
            typing: None,
            help: false,
            note: None,
            areas: Default::default(),
            timeline_lines: None,
            timeline_height: 1,
            boards: None,
        }
    }

    /// Time goes on.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Takes in what the database work found; what it makes necessary.
    pub fn update(&mut self, update: Update) -> Option<KeyAction> {
        match update {
            Update::Clock(now) => self.now = now,
            Update::Connection(connection) => {
                if let (Some(FeedConnection::Lost { .. }), FeedConnection::Polling | FeedConnection::Push) =
                    (&self.connection, &connection)
                {
                    self.note = Some("the database is back".to_owned());
                }
                self.connection = Some(connection);
            }
            Update::Events(events) => events.into_iter().for_each(|event| self.feed.add(event)),
            Update::Boards(boards) => self.set_boards(boards),
            Update::Panels(panels) => {
                self.panels = Some(panels);
                // An open timeline is as old as the panels at most.
                let open = self.timeline().map(|subject| KeyAction::Ask(Request::Timeline(subject)));
                return open;
            }
            Update::Timeline(subject, result) => {
                if let Some(Level::Timeline { subject: open, data, .. }) = self.levels.last_mut()
                    && *open == subject
                {
                    *data = Some(result);
                    self.timeline_lines = None;
                }
            }
            Update::Note(note) => self.note = Some(note),
        }
        None
    }

    fn set_boards(&mut self, boards: Option<Vec<Uuid>>) {
        if self.boards.is_some() && self.boards != boards {
            let count = boards.as_ref().map_or(0, Vec::len);
            let boards = counted(u64::try_from(count).unwrap_or(u64::MAX), "board");
            self.note = Some(format!("access has changed: {boards} can be read now"));
        }
        if let Some(readable) = &boards {
            self.feed.keep_boards(readable);
            if let Some(panels) = &mut self.panels {
                let keeps = |board: Option<Uuid>| board.is_some_and(|board| readable.contains(&board));
                panels.boards.retain(|row| keeps(Some(row.board.id)));
                panels.tasks.retain(|task| keeps(task.board_id));
                panels.agents.retain(|agent| keeps(agent.board_id));
            }
            // A timeline may be about something on a board that was withdrawn.
            if self.boards.iter().flatten().any(|id| !readable.contains(id)) {
                self.levels.clear();
                self.timeline_lines = None;
            }
        }
        self.boards = boards;
    }

    /// The board that the view is narrowed to.
    pub(super) fn board(&self) -> Option<Uuid> {
        self.levels.iter().find_map(|level| match level {
            Level::Board { id, .. } => Some(*id),
            Level::Timeline { .. } => None,
        })
    }

    /// What the open timeline is about.
    pub(super) fn timeline(&self) -> Option<Subject> {
        match self.levels.last() {
            Some(Level::Timeline { subject, .. }) => Some(*subject),
            _ => None,
        }
    }

    /// What is looked for in the messages of the feed.
    pub(super) fn grep(&self) -> &str {
        &self.searches[Pane::Feed.index()]
    }

    pub(super) fn feed_filter(&self) -> FeedFilter {
        FeedFilter {
            board: self.board(),
            failures: self.failures,
            heartbeats: self.heartbeats,
            grep: self.grep().to_owned(),
        }
    }

    /// A key was pressed.
    pub fn key(&mut self, key: KeyEvent) -> Option<KeyAction> {
        // A test looks at what a panic leaves of the terminal.
        debug_assert!(key.code != KeyCode::F(12), "F12 was pressed");
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => return Some(KeyAction::Quit),
            KeyCode::Char('z') if control => return Some(KeyAction::Suspend),
            KeyCode::Char('l') if control => return Some(KeyAction::Redraw),
            _ => {}
        }
        if self.typing.is_some() {
            self.type_search(key.code, control);
            return None;
        }
        if self.help {
            self.help = false;
            return None;
        }
        self.note = None;
        match key.code {
            KeyCode::Char('q') => return Some(KeyAction::Quit),
            KeyCode::Char('?') => self.help = true,
            KeyCode::Char('/') => self.typing = Some(String::new()),
            KeyCode::Char('e') => self.failures = !self.failures,
            KeyCode::Char('h') => self.heartbeats = !self.heartbeats,
            KeyCode::Char('p') => self.note = self.feed.toggle_pause(),
            KeyCode::Char('r') => return Some(KeyAction::Ask(Request::Panels)),
            KeyCode::Char('y') => {
                let command = self.command();
                self.note = Some(format!("copied: {command}"));
                return Some(KeyAction::Copy(command));
            }
            KeyCode::Tab | KeyCode::Right => self.turn_focus(1),
            KeyCode::BackTab | KeyCode::Left => self.turn_focus(Pane::ALL.len() - 1),
            KeyCode::Up | KeyCode::Char('k') => self.scroll(self.focus, -1),
            KeyCode::Down | KeyCode::Char('j') => self.scroll(self.focus, 1),
            KeyCode::PageUp => self.scroll(self.focus, -self.page()),
            KeyCode::PageDown => self.scroll(self.focus, self.page()),
            KeyCode::Home | KeyCode::Char('g') => self.scroll(self.focus, -isize::MAX),
            KeyCode::End | KeyCode::Char('G') => self.scroll(self.focus, isize::MAX),
            KeyCode::Enter => return self.narrow(),
            KeyCode::Esc => self.widen(),
            _ => {}
        }
        None
    }

    fn type_search(&mut self, code: KeyCode, control: bool) {
        let Some(text) = &mut self.typing else { return };
        match code {
            KeyCode::Char('u') if control => text.clear(),
            KeyCode::Char(c) if !control => text.push(c),
            KeyCode::Backspace => drop(text.pop()),
            KeyCode::Esc => self.typing = None,
            KeyCode::Enter => {
                let text = self.typing.take().unwrap_or_default();
                if self.timeline().is_none() {
                    self.searches[self.focus.index()] = text;
                } else {
                    self.find_in_timeline(&text);
                }
            }
            _ => {}
        }
    }

    /// Scrolls to the next line of the timeline that holds the text.
    fn find_in_timeline(&mut self, text: &str) {
        let Some((_, lines)) = &self.timeline_lines else { return };
        let Some(Level::Timeline { top, .. }) = self.levels.last_mut() else { return };
        let wanted = text.to_lowercase();
        let holds = |line: &Line<'_>| line.to_string().to_lowercase().contains(&wanted);
        let count = lines.len();
        let from = top.map_or(0, |top| top + 1);
        let found = (0..count).map(|step| (from + step) % count).find(|at| holds(&lines[*at]));
        match found {
            Some(at) => *top = Some(at),
            None => self.note = Some(format!("not found: {text}")),
        }
    }

    fn turn_focus(&mut self, by: usize) {
        self.focus = Pane::ALL[(self.focus.index() + by) % Pane::ALL.len()];
    }

    fn page(&self) -> isize {
        let height = match self.timeline() {
            Some(_) => self.timeline_height,
            None => usize::from(self.areas[self.focus.index()].height),
        };
        isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    fn scroll(&mut self, pane: Pane, by: isize) {
        if let Some(Level::Timeline { top, .. }) = self.levels.last_mut() {
            let lines = self.timeline_lines.as_ref().map_or(0, |(_, lines)| lines.len());
            let most = lines.saturating_sub(self.timeline_height);
            let to = top.unwrap_or(most).min(most).saturating_add_signed(by).min(most);
            // At its end a timeline stays there when it grows.
            *top = (to < most).then_some(to);
            return;
        }
        let count = match pane {
            Pane::Boards => self.board_lines().len(),
            Pane::Tasks => self.task_lines().len(),
            Pane::Agents => self.agent_lines().len(),
            Pane::Feed => {
                let height = usize::from(self.areas[Pane::Feed.index()].height);
                return self.feed.move_by(by, height);
            }
        };
        let position = &mut self.positions[pane.index()];
        position.selected = position.selected.saturating_add_signed(by).min(count.saturating_sub(1));
    }

    /// A text was pasted; only a search takes it.
    pub fn paste(&mut self, text: &str) {
        if let Some(typing) = &mut self.typing {
            typing.extend(text.chars().filter(|c| !c.is_control()));
        }
    }

    /// The mouse was used.
    pub fn mouse(&mut self, event: MouseEvent) {
        let at = Position { x: event.column, y: event.row };
        let pane = Pane::ALL.into_iter().find(|pane| self.areas[pane.index()].contains(at));
        let pane = pane.unwrap_or(self.focus);
        match event.kind {
            MouseEventKind::ScrollUp => self.scroll(pane, -3),
            MouseEventKind::ScrollDown => self.scroll(pane, 3),
            MouseEventKind::Down(_) if self.timeline().is_none() => self.focus = pane,
            _ => {}
        }
    }

    /// Enter: from a board, a task, an agent or an event to what belongs to it.
    fn narrow(&mut self) -> Option<KeyAction> {
        if self.timeline().is_some() {
            return None;
        }
        let selected = |pane: Pane| self.positions[pane.index()].selected;
        let (subject, name) = match self.focus {
            Pane::Boards => {
                let lines = self.board_lines();
                let board = &lines.get(selected(Pane::Boards))?.row.board;
                if self.board().is_none() {
                    let (id, name) = (board.id, board.name.clone());
                    self.levels.push(Level::Board { id, name });
                    self.positions = Default::default();
                }
                return None;
            }
            Pane::Tasks => {
                let task = *self.task_lines().get(selected(Pane::Tasks))?;
                (Subject::Task(task.task_id), task.task_title.clone())
            }
            Pane::Agents => {
                let agent = *self.agent_lines().get(selected(Pane::Agents))?;
                (Subject::Agent(agent.agent_id), agent.agent_name.clone())
            }
            Pane::Feed => {
                let Some(event) = self.feed.selected().map(|event| &event.event) else {
                    self.note = Some("select an event with the arrow keys first".to_owned());
                    return None;
                };
                match (event.task_id, event.agent_id) {
                    (Some(task), _) => (Subject::Task(task), event.task_title.clone().unwrap_or(task.to_string())),
                    (None, Some(agent)) => {
                        (Subject::Agent(agent), event.agent_name.clone().unwrap_or(agent.to_string()))
                    }
                    (None, None) => {
                        self.note = Some("the event names neither a task nor an agent".to_owned());
                        return None;
                    }
                }
            }
        };
        self.levels.push(Level::Timeline { subject, name, data: None, top: None });
        self.timeline_lines = None;
        Some(KeyAction::Ask(Request::Timeline(subject)))
    }

    /// Escape: the last step back.
    fn widen(&mut self) {
        let search = &mut self.searches[self.focus.index()];
        if !search.is_empty() && !matches!(self.levels.last(), Some(Level::Timeline { .. })) {
            search.clear();
        } else if self.levels.pop().is_some() {
            self.timeline_lines = None;
            self.positions = Default::default();
        }
    }
}
