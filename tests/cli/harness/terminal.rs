//! A terminal of a given size.

use super::child::code;
use pty_process::Size;
use pty_process::blocking::open;
use std::io::Read;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Runs to the end: the exit code and everything that was shown, escapes included.
pub(super) fn run(command: Command, columns: u16, rows: u16, patience: Duration, line: &str) -> (i32, String) {
    let (mut pty, pts) = open().expect("no pseudo terminal");
    pty.resize(Size::new(rows, columns)).unwrap();
    let mut child = pty_process::blocking::Command::from(command).spawn(pts).unwrap_or_else(|e| panic!("{line}: {e}"));
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut shown = Vec::new();
        // Linux answers with an error (EIO), not with an end, when the last process has left the terminal.
        let _ = pty.read_to_end(&mut shown);
        let _ = sender.send(shown);
    });
    let shown = receiver.recv_timeout(patience).unwrap_or_else(|_| {
        let _ = child.kill();
        panic!("mc-activity {line}: no end after {patience:?} on a terminal")
    });
    let shown = String::from_utf8(shown).expect("output that is no UTF-8");
    // The terminal turns LF into CR LF.
    (code(child.wait().unwrap()), shown.replace("\r\n", "\n"))
}
