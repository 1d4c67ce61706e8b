//! The command that prints what is shown.

use super::Subject;
use super::feed::HEARTBEAT;
use super::panes::Pane;
use super::state::{Level, WatchState};

impl WatchState {
    /// The command whose output the focused part of the screen shows.
    pub(super) fn command(&self) -> String {
        let mut words = vec!["mc-activity".to_owned()];
        words.extend(self.setup.global_flags.iter().cloned());
        let mut add = |text: &[&str]| words.extend(text.iter().map(|word| (self.setup.quote)((*word).to_owned())));
        if let Some(Level::Timeline { subject, .. }) = self.levels.last() {
            match subject {
                Subject::Task(id) => add(&["timeline", "--task", &id.to_string()]),
                Subject::Agent(id) => add(&["timeline", "--agent", &id.to_string()]),
            }
            return words.join(" ");
        }
        match self.focus {
            Pane::Boards => add(&["errors", "--scope", "deliveries", "--by", "board"]),
            Pane::Tasks => add(&["tasks"]),
            Pane::Agents => add(&["agents", "--silent"]),
            Pane::Feed => add(&["tail", "--events"]),
        }
        match self.board() {
            Some(board) => add(&["--board", &board.to_string()]),
            None => self.setup.boards.iter().for_each(|board| add(&["--board", board])),
        }
        if self.focus == Pane::Feed {
            if self.failures {
                add(&["--type", "*failed"]);
            } else if !self.heartbeats {
                add(&["--exclude-type", HEARTBEAT]);
            }
            if !self.grep().is_empty() {
                add(&["--grep", self.grep(), "-i"]);
            }
        }
        words.join(" ")
    }
}
