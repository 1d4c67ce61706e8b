//! stderr: messages for people, and errors. stdout is for data.

use super::{Content, TerminalGuard, fill, pager, waiting};
use crate::escape::escape_for_terminal;
use crate::redact::mask;
use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, IsTerminal, Write};
use terminal_size::terminal_size_of;

/// Rings the terminal's bell.
pub fn ring() {
    let _ = write!(io::stderr().lock(), "\u{7}");
}

/// Lines for people, on stderr: what they quote is made harmless, and what is longer than a terminal is broken at its
/// spaces. That nobody listens is no failure.
pub fn eprint_safe(text: &str) {
    let room = Some(io::stderr()).filter(IsTerminal::is_terminal).and_then(terminal_size_of);
    let room = room.map(|(columns, _)| usize::from(columns.0));
    let text = mask(text);
    let lines: Vec<_> = text.split('\n').map(|line| fill(&escape_for_terminal(line), room)).collect();
    eprint_raw(&lines.join("\n"));
}

/// A line of JSON, on stderr; a terminal gets it without its powers.
pub fn eprint_json(line: &str) {
    if io::stderr().is_terminal() {
        let shown = TerminalGuard::new(Content::Json).pass(line.as_bytes(), true);
        eprint_raw(&String::from_utf8_lossy(&shown));
    } else {
        eprint_raw(line);
    }
}

/// A line for programs, on stderr as it is.
pub fn eprint_raw(line: &str) {
    if !pager::hold_back(line) {
        waiting::without_line(|| drop(writeln!(io::stderr().lock(), "{line}")));
    }
}

/// Whether the reader of stdout has gone, as far as the system tells without a write.
pub fn stdout_is_closed() -> bool {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).is_ok_and(|ready| ready > 0)
        && fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}
