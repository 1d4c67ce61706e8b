//! The terminal at stderr, as indicatif draws a status line or a progress line on it.
//!
//! Nothing is drawn while another process group has the terminal: a line of a background job would wipe what is typed in
//! the foreground, and with `stty tostop` the attempt would stop the job.
//!
//! indicatif fills a line up to the right edge, so that whatever comes next is on the next line: also the `^C` that a
//! terminal shows, and then the line above stays for good. Here the cursor stays behind the text.

use crate::output::is_in_foreground;
use indicatif::TermLike;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fmt;
use std::io::{self, IsTerminal, Write, stderr};
use terminal_size::{Height, Width, terminal_size_of};

const USUAL_WIDTH: u16 = 80;
const USUAL_HEIGHT: u16 = 24;

#[derive(Debug)]
pub(crate) struct StatusScreen;

/// Writes to the terminal, if it is ours at the moment.
fn draw(text: fmt::Arguments<'_>) -> io::Result<()> {
    if is_in_foreground() { stderr().write_fmt(text) } else { Ok(()) }
}

/// How wide it is now.
pub(crate) fn columns() -> usize {
    usize::from(StatusScreen.width())
}

impl TermLike for StatusScreen {
    fn width(&self) -> u16 {
        terminal_size_of(stderr()).map_or(USUAL_WIDTH, |(Width(columns), _)| columns)
    }

    fn height(&self) -> u16 {
        terminal_size_of(stderr()).map_or(USUAL_HEIGHT, |(_, Height(rows))| rows)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        moved(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        moved(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        moved(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        moved(n, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        draw(format_args!("{text}\n"))
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.trim_matches(' ').is_empty() { Ok(()) } else { draw(format_args!("{text}")) }
    }

    fn clear_line(&self) -> io::Result<()> {
        match entered_lines() {
            // The line stands above what was entered since: both go.
            lines @ 1.. => draw(format_args!("\x1b[{lines}A\r\x1b[J")),
            0 => draw(format_args!("\r\x1b[2K")),
        }
    }

    fn flush(&self) -> io::Result<()> {
        stderr().flush()
    }
}

/// How many lines were entered at the keyboard since the last call: each has moved the cursor below the status line.
fn entered_lines() -> usize {
    let stdin = io::stdin();
    if !stdin.is_terminal() || !is_in_foreground() {
        return 0;
    }
    let mut lines = 0;
    let mut typed = [0; 1024];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    // A terminal gives whole lines, and is ready only when it has one.
    while poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&now)).is_ok_and(|ready| ready > 0) {
        match rustix::io::read(&stdin, &mut typed) {
            Ok(count @ 1..) => lines += typed[..count].iter().filter(|byte| **byte == b'\n').count(),
            _ => break,
        }
    }
    lines
}

fn moved(n: usize, to: char) -> io::Result<()> {
    if n == 0 { Ok(()) } else { draw(format_args!("\x1b[{n}{to}")) }
}
