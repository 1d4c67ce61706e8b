//! What a terminal shows while the tail is idle: a line on stderr that never mixes with stdout.

use crate::escape::escape_for_terminal;
use crate::output::status_screen::{StatusScreen, columns};
use crate::output::truncate;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Over what time the rate is counted.
const RATE_OVER: Duration = Duration::from_secs(60);
const DRAW_EVERY: Duration = Duration::from_secs(1);
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
    last: Option<Instant>,
    recent: VecDeque<(Instant, u64)>,
    state: String,
}

impl Status {
    pub(super) fn new(on_terminal: bool) -> Self {
        let line = Arc::new(Mutex::new(StatusLine::default()));
        let bar = on_terminal.then(|| bar(Arc::clone(&line)));
        Self { bar, line, events: 0, late: 0, reconnects: 0 }
    }

    /// Counts what was shown.
    pub(super) fn shown(&mut self, events: u64, late: u64) {
        if events == 0 {
            return;
        }
        self.events += events;
        self.late += late;
        let mut line = lock(&self.line);
        line.last = Some(Instant::now());
        line.recent.push_back((Instant::now(), events));
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
        let plural = |n: u64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
        format!("{}, {} late, {}", plural(self.events, "event"), self.late, plural(self.reconnects, "reconnect"))
    }
}

impl StatusLine {
    fn forget(&mut self) {
        while self.recent.front().is_some_and(|(at, _)| at.elapsed() > RATE_OVER) {
            self.recent.pop_front();
        }
    }

    fn text(&mut self) -> String {
        self.forget();
        let minute: u64 = self.recent.iter().map(|(_, events)| events).sum();
        let last = self.last.map_or("nothing yet".to_owned(), |at| format!("last {} s ago", at.elapsed().as_secs()));
        // The state names the database, and names are not ours.
        let line = format!("{last} · {minute}/min · {}", escape_for_terminal(&self.state));
        truncate(&line, columns().saturating_sub(BESIDES), "").trim_end().to_owned()
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
