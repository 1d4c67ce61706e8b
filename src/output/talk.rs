//! stderr: what is said to people, and errors. stdout is for data.

use rustix::event::{PollFd, PollFlags, poll};
use std::io::{self, Write};

/// A line on stderr; that nobody listens is no failure.
pub fn talk(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether the reader of stdout has gone, as far as the system tells without a write.
pub fn stdout_is_closed() -> bool {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).is_ok_and(|ready| ready > 0)
        && fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}
