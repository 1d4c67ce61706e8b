//! What a terminal shows, on stderr, of something that takes longer than a second.
//!
//! A thread of its own draws it: a terminal that was stopped, as by Ctrl-S, must not stop who counts, who may have a
//! transaction open. Drop it when none is.

use crate::output::status_screen::StatusScreen;
use crate::session::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::{IsTerminal, stderr};
use std::thread;
use std::time::Duration;

/// Show progress only after this long.
const PATIENCE: Duration = Duration::from_secs(1);
const DRAWS_PER_SECOND: u8 = 20;
/// How often it is drawn.
const DRAWN_EVERY: Duration = Duration::from_millis(100);

/// A line that counts: how many, how fast, and where the end is known, how long it will take. Cleared when dropped.
pub(crate) struct ProgressDisplay {
    bar: Option<ProgressBar>,
}

impl Context {
    /// Whether stderr is a terminal.
    pub(crate) fn is_watched(&self) -> bool {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        !self.global.quiet && stderr().is_terminal() && !is_dumb
    }

    /// Counts things of that name, up to a total if there is one.
    pub(crate) fn progress(&self, things: &str, total: Option<u64>) -> ProgressDisplay {
        let template = match total {
            Some(_) => format!("{{bar:24}} {{human_pos}} of {{human_len}} {things}, {{rate}}, {{eta}} left"),
            None => format!("{{spinner}} {{human_pos}} {things}, {{rate}}, {{elapsed}}"),
        };
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            // Writing to memory cannot fail.
            _ = write!(out, "{:.0}/s", state.per_sec());
        };
        let style = ProgressStyle::with_template(&template).ok().filter(|_| self.is_watched());
        let bar = style.map(|style| {
            let style = style.with_key("rate", rate).tick_chars("-\\|/ ").progress_chars("##-");
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
            bar.with_style(style).with_finish(ProgressFinish::AndClear)
        });
        if let Some(bar) = &bar {
            let bar = bar.downgrade();
            thread::spawn(move || {
                thread::sleep(PATIENCE);
                // By now it may well be over.
                if let Some(bar) = bar.upgrade() {
                    bar.set_draw_target(ProgressDrawTarget::term_like_with_hz(
                        Box::new(StatusScreen),
                        DRAWS_PER_SECOND,
                    ));
                    bar.tick();
                    bar.enable_steady_tick(DRAWN_EVERY);
                }
            });
        }
        ProgressDisplay { bar }
    }
}

impl ProgressDisplay {
    /// One more.
    pub(crate) fn inc(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// The number of rows so far, and of all rows.
    pub(crate) fn set(&self, done: u64, all: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
        }
    }
}

impl Drop for ProgressDisplay {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
