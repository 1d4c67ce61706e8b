//! A line on stderr that says what the program waits for, once it has waited for a second: a slow link should look slow, and
//! not dead. It goes away for good when the output begins, or a progress bar or the status line of tail takes its place.

use super::status_screen::StatusScreen;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Show progress only after this long.
const PATIENCE: Duration = Duration::from_secs(1);
const DRAWS_PER_SECOND: u8 = 20;
/// How often it is drawn.
const DRAWN_EVERY: Duration = Duration::from_millis(100);

/// There is one stderr, and so one line.
static LINE: Mutex<WaitingLine> = Mutex::new(WaitingLine::NotYet);

enum WaitingLine {
    NotYet,
    Shown(ProgressBar),
    Over,
}

fn with_line<T>(act: impl FnOnce(&mut WaitingLine) -> T) -> T {
    act(&mut LINE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Begins to wait, unless there was such a line already. The caller has checked that stderr is a terminal.
pub fn start(what: String) {
    with_line(|line| {
        let style = ProgressStyle::with_template("{spinner} {wide_msg}");
        if let (WaitingLine::NotYet, Ok(style)) = (&line, style) {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            let bar = bar.with_style(style.tick_chars("-\\|/ ")).with_finish(ProgressFinish::AndClear);
            appear_later(&bar);
            bar.set_message(what);
            *line = WaitingLine::Shown(bar);
        }
    });
}

/// What is awaited now.
pub fn awaits(what: &'static str) {
    with_line(|line| {
        if let WaitingLine::Shown(bar) = line {
            bar.set_message(what);
        }
    });
}

/// Takes the line away for good.
pub fn end() {
    with_line(|line| {
        if let WaitingLine::Shown(bar) = std::mem::replace(line, WaitingLine::Over) {
            bar.finish_and_clear();
        }
    });
}

/// Does something while the line is hidden.
pub(super) fn without_line(act: impl FnOnce()) {
    with_line(|line| match line {
        WaitingLine::Shown(bar) => bar.suspend(act),
        _ => act(),
    });
}

/// Draws a bar that is hidden so far, if it is still there after a while.
///
/// A thread of its own draws it: where the terminal was stopped, as by Ctrl-S, drawing blocks, and the query that is counted
/// must not wait for that: its transaction may be open.
pub fn appear_later(bar: &ProgressBar) {
    let bar = bar.downgrade();
    thread::spawn(move || {
        thread::sleep(PATIENCE);
        // By now it may well be over.
        if let Some(bar) = bar.upgrade().filter(|bar| !bar.is_finished()) {
            bar.set_draw_target(ProgressDrawTarget::term_like_with_hz(Box::new(StatusScreen), DRAWS_PER_SECOND));
            bar.tick();
            bar.enable_steady_tick(DRAWN_EVERY);
        }
    });
}
