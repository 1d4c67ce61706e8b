//! The full-screen view of `watch`: updates and keys go in, a frame comes out.
//!
//! [`WatchState`] is pure: it reads no clock and no database, and it draws on whatever it is given. [`screen`] connects it
//! with the terminal, and the command feeds it.

mod commands;
mod draw;
mod feed;
mod panes;
pub mod screen;
mod state;
#[cfg(test)]
mod tests;

pub use state::WatchSetup;

use crate::analysis::participants::Participants;
use crate::analysis::regimes::Regime;
use crate::model::{ActivityEvent, AgentState, Board, Deliveries, Tally, Timestamp, WaitingTask};
use crate::output::timeline::{Entry, TimelineTask};
use uuid::Uuid;

/// Events that a timeline keeps.
pub const MOST_ENTRIES: usize = 2_000;

/// What the database work tells the view.
#[derive(Debug)]
pub enum Update {
    /// What the database's clock shows now.
    Clock(Timestamp),
    /// How the database is reached.
    Connection(FeedConnection),
    /// Events of the feed, in the order in which tail prints them.
    Events(Vec<FeedEvent>),
    /// The boards that the actor may read; absent for an agent, which sees its own events on any board.
    Boards(Option<Vec<Uuid>>),
    /// The results of `errors`, `agents` and `tasks`.
    Panels(Box<Panels>),
    /// The result of `timeline`, or why there is none.
    Timeline(Subject, Result<Box<TimelineData>, String>),
    /// A line to show.
    Note(String),
}

/// How the database is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedConnection {
    /// By polls.
    Polling,
    /// A notice brings the next poll forward.
    Push,
    /// Not at all.
    Lost {
        /// Since when.
        since: Timestamp,
        /// The first line of the error.
        cause: String,
    },
}

/// What the view asks of the database work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The timeline of a subject.
    Timeline(Subject),
    /// The panels, without waiting until they are due.
    Panels,
}

/// What a timeline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A task, with all that happened to it.
    Task(Uuid),
    /// An agent, with the last 24 hours.
    Agent(Uuid),
}

/// An event of the feed.
#[derive(Debug, Clone)]
pub struct FeedEvent {
    /// The event.
    pub event: ActivityEvent,
    /// Seconds by which it came late.
    pub late: Option<f64>,
}

/// What `errors --scope deliveries` counts.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFigures {
    /// Of the last hour.
    pub hour: Tally,
    /// Of the last 24 hours.
    pub day: Deliveries,
    /// The regimes of the last 24 hours.
    pub regimes: Vec<Regime>,
    /// The error rate of each of the last 24 hours; none where nothing was tried.
    pub rates: Vec<Option<f64>>,
}

/// A board with what is wrong on it.
#[derive(Debug, Clone)]
pub struct BoardRow {
    /// The board.
    pub board: Board,
    /// Its deliveries.
    pub figures: DeliveryFigures,
}

/// The results of `errors`, `agents` and `tasks` at one instant.
#[derive(Debug, Clone)]
pub struct Panels {
    /// The instant.
    pub at: Timestamp,
    /// Deliveries of all boards.
    pub whole: DeliveryFigures,
    /// Each board.
    pub boards: Vec<BoardRow>,
    /// What `tasks` lists.
    pub tasks: Vec<WaitingTask>,
    /// What `agents` lists.
    pub agents: Vec<AgentState>,
}

/// The result of `timeline`.
#[derive(Debug, Clone)]
pub struct TimelineData {
    /// The task that it is about.
    pub task: Option<TimelineTask>,
    /// Those who took part.
    pub participants: Participants,
    /// Oldest first, at most [`MOST_ENTRIES`].
    pub entries: Vec<Entry>,
    /// Older entries that are left out.
    pub left_out: usize,
}
