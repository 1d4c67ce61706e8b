//! A pseudo terminal of a given size, with a keyboard.

use super::child::code;
use pty_process::Size;
use pty_process::blocking::{Pty, open};
use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Runs to the end: the exit code and everything that was shown, escapes included.
pub(super) fn run(command: Command, columns: u16, rows: u16, patience: Duration, line: &str) -> (i32, String) {
    let mut screen = Screen::start(command, columns, rows, line);
    let code = screen.end_within(patience);
    let shown = String::from_utf8(screen.bytes.lock().unwrap().clone()).expect("output that is no UTF-8");
    // The terminal turns LF into CR LF.
    (code, shown.replace("\r\n", "\n"))
}

/// A binary that keeps running on a terminal. Killed when dropped.
pub struct Screen {
    pty: Arc<Pty>,
    process: std::process::Child,
    bytes: Arc<Mutex<Vec<u8>>>,
    terminal: Arc<Mutex<vt100::Parser>>,
    /// Disconnected when no process has the terminal open any more.
    open: Receiver<()>,
    line: String,
}

impl Screen {
    pub(super) fn start(command: Command, columns: u16, rows: u16, line: &str) -> Self {
        let (pty, pts) = open().expect("no pseudo terminal");
        pty.resize(Size::new(rows, columns)).unwrap();
        let process =
            pty_process::blocking::Command::from(command).spawn(pts).unwrap_or_else(|e| panic!("{line}: {e}"));
        let (pty, bytes) = (Arc::new(pty), Arc::new(Mutex::new(Vec::new())));
        let terminal = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(columns), 0)));
        let (sender, open) = channel();
        let (reader, all, screen) = (Arc::clone(&pty), Arc::clone(&bytes), Arc::clone(&terminal));
        thread::spawn(move || {
            let _sender = sender;
            let mut some = [0; 4096];
            // Linux answers with an error (EIO), not with an end, when the last process has left the terminal.
            while let Ok(count @ 1..) = (&*reader).read(&mut some) {
                all.lock().unwrap().extend_from_slice(&some[..count]);
                screen.lock().unwrap().process(&some[..count]);
            }
        });
        Self { pty, process, bytes, terminal, open, line: line.to_owned() }
    }

    /// The rows that have something in them, as a person sees them now.
    pub fn rows(&self) -> Vec<String> {
        let terminal = self.terminal.lock().unwrap();
        let contents = terminal.screen().contents();
        contents.lines().map(|row| row.trim_end().to_owned()).filter(|row| !row.is_empty()).collect()
    }

    /// Looks at more than the text: cursor, modes.
    pub fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.terminal.lock().unwrap().screen())
    }

    /// All that was written to it, escapes included.
    pub fn bytes(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    pub fn wait_for(&self, what: &str, is_there: impl Fn(&[String]) -> bool) {
        let start = Instant::now();
        while !is_there(&self.rows()) {
            let waited = start.elapsed();
            assert!(waited < Duration::from_secs(20), "{}: no {what}\n{}", self.line, self.rows().join("\n"));
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until a text is somewhere.
    #[track_caller]
    pub fn shows(&self, text: &str) {
        self.wait_for(text, |rows| rows.iter().any(|row| row.contains(text)));
    }

    /// What a person types: `\x03` is Ctrl-C.
    pub fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Makes the window larger or smaller.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.terminal.lock().unwrap().screen_mut().set_size(size(rows), size(columns));
        self.pty.resize(Size::new(rows, columns)).unwrap();
    }

    /// Waits for its end: the exit code, a signal counted from 128.
    #[track_caller]
    pub fn end_within(&mut self, patience: Duration) -> i32 {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > patience {
                let _ = self.process.kill();
                panic!("mc-activity {}: no end after {patience:?} on a terminal", self.line);
            }
            thread::sleep(Duration::from_millis(1));
        };
        // Until all is read.
        let _ = self.open.recv_timeout(patience);
        code(status)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn size(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).expect("a terminal without room")
}
