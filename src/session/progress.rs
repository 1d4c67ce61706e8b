//! What a terminal shows, on stderr, of something that takes longer than a second.
//! The display is dropped when no transaction is open.

use crate::escape::escape_for_terminal;
use crate::output::waiting;
use crate::session::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::{IsTerminal, stderr};

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

    /// Says from now on what is awaited, if that takes more than a second; -v prints each step itself.
    pub(super) fn show_waiting(&self, database: &str) {
        if self.is_watched() && self.global.verbose == 0 && self.command != "complete" {
            waiting::start(format!("connecting to {}", escape_for_terminal(database)));
        }
    }

    /// Counts things of that name, up to a total if there is one.
    pub(crate) fn progress(&self, things: &str, total: Option<u64>) -> ProgressDisplay {
        waiting::end();
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
            waiting::appear_later(bar);
        }
        ProgressDisplay { bar }
    }
}

/// What the program waits for while the query of this file is answered.
pub(super) fn awaited(query: &str) -> &'static str {
    let is_of = |prefixes: &[&str]| prefixes.iter().any(|prefix| query.starts_with(prefix));
    if is_of(&["session_info", "doctor", "readable_columns", "missing_privileges"]) {
        "looking at the database"
    } else if is_of(&["user", "boards", "organization"]) {
        "reading users and boards"
    } else if is_of(&["agent", "token_hashes"]) {
        "reading agents"
    } else if is_of(&["task"]) {
        "reading tasks"
    } else if is_of(&["count", "match_estimate", "summary", "types_in_use"]) {
        "counting events"
    } else if is_of(&["error_rate", "deliveries", "burn"]) {
        "counting failures"
    } else if is_of(&["comments"]) {
        "reading comments"
    } else {
        "reading events"
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
