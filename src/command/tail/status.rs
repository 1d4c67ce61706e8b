//! What a terminal shows while the tail is idle: a line on stderr that never mixes with stdout.

use crate::output::cut;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::io::stderr;
use std::time::{Duration, Instant};
use terminal_size::terminal_size_of;

/// Over what time the rate is counted.
const RATE_OVER: Duration = Duration::from_secs(60);

const USUAL_WIDTH: usize = 80;
/// The spinner, and room for the `^C` that the terminal shows: on a line of its own the status line could not be cleared.
const BESIDES: usize = 6;

/// The status line and the figures of the summary.
pub(super) struct Status {
    bar: Option<ProgressBar>,
    last: Option<Instant>,
    recent: VecDeque<(Instant, u64)>,
    /// Events shown.
    pub(super) events: u64,
    /// Those that came late.
    pub(super) late: u64,
    /// Connections made again.
    pub(super) reconnects: u64,
    /// What the line ends with: boards, look-back, connection.
    pub(super) state: String,
}

impl Status {
    pub(super) fn new(on_terminal: bool) -> Self {
        let bar = on_terminal.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, last: None, recent: VecDeque::new(), events: 0, late: 0, reconnects: 0, state: String::new() }
    }

    /// Counts what was shown.
    pub(super) fn shown(&mut self, events: u64, late: u64) {
        if events == 0 {
            return;
        }
        self.events += events;
        self.late += late;
        self.last = Some(Instant::now());
        self.recent.push_back((Instant::now(), events));
    }

    /// Draws the line anew.
    pub(super) fn draw(&mut self) {
        let Some(bar) = &self.bar else { return };
        while self.recent.front().is_some_and(|(at, _)| at.elapsed() > RATE_OVER) {
            self.recent.pop_front();
        }
        let minute: u64 = self.recent.iter().map(|(_, events)| events).sum();
        let last = self.last.map_or("nothing yet".to_owned(), |at| format!("last {} s ago", at.elapsed().as_secs()));
        let line = format!("{last} · {minute}/min · {}", self.state);
        let columns = terminal_size_of(stderr()).map_or(USUAL_WIDTH, |(columns, _)| usize::from(columns.0));
        bar.set_message(cut(&line, columns.saturating_sub(BESIDES), "").trim_end().to_owned());
        bar.tick();
    }

    /// Does something while the line is out of the way.
    pub(super) fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Takes the line away for good.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// The line at the end.
    pub(super) fn summary(&self) -> String {
        let plural = |n: u64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
        format!("{}, {} late, {}", plural(self.events, "event"), self.late, plural(self.reconnects, "reconnect"))
    }
}
