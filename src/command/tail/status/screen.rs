//! The terminal at stderr, as indicatif draws on it.
//!
//! indicatif fills a line up to the right edge, so that whatever comes next is on the next line: also the `^C` that a
//! terminal shows, and then the line above stays for good. Here the cursor stays behind the text.

use indicatif::TermLike;
use std::io::{self, Write, stderr};
use terminal_size::{Height, Width, terminal_size_of};

const USUAL_WIDTH: u16 = 80;
const USUAL_HEIGHT: u16 = 24;

#[derive(Debug)]
pub(super) struct Screen;

/// How wide it is now.
pub(super) fn columns() -> usize {
    usize::from(Screen.width())
}

impl TermLike for Screen {
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
        writeln!(stderr(), "{text}")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.trim_matches(' ').is_empty() { Ok(()) } else { write!(stderr(), "{text}") }
    }

    fn clear_line(&self) -> io::Result<()> {
        write!(stderr(), "\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        stderr().flush()
    }
}

fn moved(n: usize, to: char) -> io::Result<()> {
    if n == 0 { Ok(()) } else { write!(stderr(), "\x1b[{n}{to}") }
}
