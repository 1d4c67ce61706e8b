//! What a terminal shows while the tail is idle: a line on stderr that never mixes with stdout.

use crate::escape::escape_for_terminal;
use crate::model::Timestamp;
use crate::output::status_screen::{StatusScreen, columns};
use crate::output::{age, counted, truncate, waiting, width};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Over what time the rate is counted.
const RATE_OVER_SECONDS: i64 = 60;
const DRAW_EVERY: Duration = Duration::from_secs(1);
/// Columns that the state and what separates it should have.
const LEAST_STATE: usize = 20;
/// The spinner, and room for the `^C` that the terminal shows: on a line of its own the status line could not be cleared.
const BESIDES: usize = 6;

/// The status line and the figures of the summary.
pub(super) struct Status {
    bar: Option<ProgressBar>,
    line: Arc<Mutex<StatusLine>>,
    /// Events shown.
    pub(super) events: u64,
    /// Those that came late.
    pub(super) late: u64,
    /// Connections made again.
    pub(super) reconnects: u64,
}

/// What the line says. It is drawn from another thread, so that it goes on when the database says nothing.
#[derive(Default)]
struct StatusLine {
    /// The time of the newest event.
    newest: Option<Timestamp>,
    /// The times of the events of the last minute, in the order in which they were shown.
    recent: VecDeque<Timestamp>,
    /// What the database's clock showed, and when.
    clock: Option<(Timestamp, Instant)>,
    /// What is followed.
    mode: &'static str,
    state: String,
}

impl Status {
    pub(super) fn new(on_terminal: bool, mode: &'static str) -> Self {
        let line = Arc::new(Mutex::new(StatusLine { mode, ..StatusLine::default() }));
        waiting::end();
        let bar = on_terminal.then(|| bar(Arc::clone(&line)));
        Self { bar, line, events: 0, late: 0, reconnects: 0 }
    }

    /// What the database's clock shows now.
    pub(super) fn set_clock(&mut self, now: Timestamp) {
        lock(&self.line).clock = Some((now, Instant::now()));
    }

    /// Counts what was shown: the times of the events, and how many of them came late.
    pub(super) fn shown(&mut self, times: impl Iterator<Item = Timestamp>, late: u64) {
        let mut line = lock(&self.line);
        for at in times {
            self.events += 1;
            line.newest = line.newest.max(Some(at));
            line.recent.push_back(at);
        }
        self.late += late;
        line.forget();
    }

    /// What the line ends with: boards, look-back, connection.
    pub(super) fn set_state(&mut self, state: String) {
        lock(&self.line).state = state;
        if let Some(bar) = &self.bar {
            bar.force_draw();
        }
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
        format!("{}, {} late, {}", counted(self.events, "event"), self.late, counted(self.reconnects, "reconnect"))
    }
}

impl StatusLine {
    /// What the database's clock shows about now.
    fn now(&self) -> Option<Timestamp> {
        let (at, since) = self.clock?;
        Some(at.plus_micros(i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX)))
    }

    fn forget(&mut self) {
        let Some(oldest) = self.now().map(|now| now.plus_seconds(-RATE_OVER_SECONDS)) else { return };
        self.recent.retain(|at| *at > oldest);
    }

    fn text(&mut self) -> String {
        self.forget();
        let last = match (self.newest, self.now()) {
            (Some(newest), Some(now)) => match now.micros_since(newest) / 1_000_000 {
                seconds @ 0..100 => format!("last {seconds} s ago"),
                ..0 => "last 0 s ago".to_owned(),
                _ => format!("last {}", age(newest, now)),
            },
            _ => "nothing yet".to_owned(),
        };
        let figures = format!("{last} · {}/min", self.recent.len());
        let room = columns().saturating_sub(BESIDES);
        // The figures come before the mode where there is no room for both.
        let mode = if width(self.mode) + width(&figures) + LEAST_STATE <= room {
            format!("{} · ", self.mode)
        } else {
            String::new()
        };
        // The state names the database, and names are not ours.
        let line = format!("{mode}{figures} · {}", escape_for_terminal(&self.state));
        truncate(&line, room, "").trim_end().to_owned()
    }
}

fn bar(line: Arc<Mutex<StatusLine>>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like(Box::new(StatusScreen)));
    let text = move |_: &ProgressState, out: &mut dyn fmt::Write| {
        // A String takes everything.
        let _ = out.write_str(&lock(&line).text());
    };
    if let Ok(style) = ProgressStyle::with_template("{spinner} {line}") {
        bar.set_style(style.tick_chars("-\\|/ ").with_key("line", text));
    }
    bar.enable_steady_tick(DRAW_EVERY);
    bar
}

/// Nobody leaves it half changed.
fn lock(line: &Mutex<StatusLine>) -> MutexGuard<'_, StatusLine> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}
