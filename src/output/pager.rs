//! A pager between the program and the terminal, for output that is longer than the screen.
//!
//! The rows are written to it as they arrive, so the first screen is there at once. While it runs, it owns the terminal: what
//! the program says on stderr is shown when it has ended.

use super::width;
use crate::error::{Failure, Kind, failed};
use anyhow::Result;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Shows colors (-R), leaves the output on the screen (-X), and ends by itself where all of it fits there (-F).
const USUAL_PAGER: &str = "less -FRX";
/// What a program that is named by a shell exits with if it cannot be started.
const NOT_STARTED: [i32; 2] = [126, 127];
/// Characters that only a shell understands.
const SHELL_CHARACTERS: &[char] =
    &['|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', '#', '~', '%', '\n'];

/// No pager runs.
const NONE: u8 = 0;
/// It runs, and more is to come.
const FED: u8 = 1;
/// It runs, and has all of the output.
const COMPLETE: u8 = 2;
static STATE: AtomicU8 = AtomicU8::new(NONE);

/// Its process, while it runs.
static PROCESS: Mutex<Option<Pid>> = Mutex::new(None);
/// Whether it was ended by [`terminate`].
static TERMINATED: AtomicBool = AtomicBool::new(false);

/// Lines for stderr, until the pager has ended.
static HELD_BACK: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Whether a pager has the terminal.
pub fn is_open() -> bool {
    STATE.load(Ordering::Relaxed) != NONE
}

/// Whether a pager has the terminal and all of the output, so that Ctrl-C is meant for the pager alone.
pub fn has_everything() -> bool {
    STATE.load(Ordering::Relaxed) == COMPLETE
}

/// Ends the pager: its output then counts as interrupted.
pub fn terminate() {
    if let Ok(process) = PROCESS.lock()
        && let Some(process) = *process
    {
        TERMINATED.store(true, Ordering::Relaxed);
        // It may have ended by itself.
        let _ = kill_process(process, Signal::TERM);
    }
}

/// Keeps a line for stderr until the pager has ended; false where none runs.
pub(super) fn hold_back(line: &str) -> bool {
    let is_held = is_open();
    if is_held && let Ok(mut lines) = HELD_BACK.lock() {
        lines.push(line.to_owned());
    }
    is_held
}

/// Which pager to use, and from how many rows of the screen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagerChoice {
    command: String,
    columns: usize,
    lines: usize,
}

impl PagerChoice {
    /// The pager that the environment names: MC_PAGER, else PAGER, else less. None where it is set to nothing or to `cat`, and
    /// where the terminal cannot do more than print.
    pub fn of(env: &dyn Fn(&str) -> Option<String>, columns: usize, lines: usize) -> Option<Self> {
        let named = env("MC_PAGER").or_else(|| env("PAGER")).unwrap_or_else(|| USUAL_PAGER.to_owned());
        let command = named.trim().to_owned();
        let is_dumb = env("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        (!command.is_empty() && command != "cat" && !is_dumb).then_some(Self { command, columns, lines })
    }

    /// Whether the output and a prompt below it fit on the screen.
    pub(super) fn fits(&self, output: &[u8]) -> bool {
        let text = String::from_utf8_lossy(output);
        let rows = text.lines().map(|line| width(&without_colors(line)).div_ceil(self.columns.max(1)).max(1));
        rows.sum::<usize>() < self.lines
    }

    /// Starts it.
    ///
    /// # Errors
    /// Where the program is not there.
    pub(super) fn start(&self) -> io::Result<RunningPager> {
        let mut command = if self.command.contains(SHELL_CHARACTERS) {
            let mut shell = Command::new("sh");
            shell.args(["-c", &self.command]);
            shell
        } else {
            let mut words = self.command.split_whitespace();
            let mut program = Command::new(words.next().unwrap_or_default());
            program.args(words);
            program
        };
        // As git does: less and lv show colors only if they are allowed to.
        for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        STATE.store(FED, Ordering::Relaxed);
        if let Ok(mut process) = PROCESS.lock() {
            *process = Some(Pid::from_child(&child));
        }
        Ok(RunningPager { stdin: child.stdin.take(), child, command: self.command.clone() })
    }

    /// The message where it cannot be started.
    pub(super) fn complaint(&self, error: &io::Error) -> String {
        format!("warning: cannot start the pager '{}': {error}; set MC_PAGER, or use --no-pager", self.command)
    }
}

/// The text without escape sequences for color.
fn without_colors(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| shown + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// A pager that runs. It has the terminal until it is dropped, which waits for its end.
#[derive(Debug)]
pub(super) struct RunningPager {
    child: Child,
    stdin: Option<ChildStdin>,
    command: String,
}

impl RunningPager {
    /// Whether it reads no more. A person who leaves it early has read enough, which is no failure.
    pub(super) fn is_left(&self) -> bool {
        self.stdin.is_none()
    }

    /// Nothing more comes: what it reads next is the end. Waits until it is left.
    ///
    /// # Errors
    /// Exit 1 where a shell could not run it, so that nobody has seen the output; exit 130 after [`terminate`].
    pub(super) fn finish(mut self) -> Result<()> {
        STATE.store(COMPLETE, Ordering::Relaxed);
        let status = self.end()?;
        if TERMINATED.load(Ordering::Relaxed) {
            return Err(Failure::new(Kind::Interrupted, "interrupted").into());
        }
        if status.code().is_some_and(|code| NOT_STARTED.contains(&code)) {
            let failure = failed(format!("the pager '{}' could not be run", self.command));
            return Err(failure.hint("set MC_PAGER, or use --no-pager").into());
        }
        Ok(())
    }

    /// Waits for its end, and says what was held back.
    fn end(&mut self) -> io::Result<ExitStatus> {
        self.stdin = None;
        let status = self.child.wait();
        if let Ok(mut process) = PROCESS.lock() {
            *process = None;
        }
        STATE.store(NONE, Ordering::Relaxed);
        let held_back = HELD_BACK.lock().map(|mut lines| std::mem::take(&mut *lines)).unwrap_or_default();
        held_back.iter().for_each(|line| super::eprint_raw(line));
        status
    }
}

/// Once it is left, what is written to it is discarded.
impl Write for RunningPager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(stdin) = &mut self.stdin else { return Ok(bytes.len()) };
        match stdin.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.stdin = None;
                Ok(bytes.len())
            }
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for RunningPager {
    fn drop(&mut self) {
        // Where the work has failed, that is the error.
        let _ = self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(set: &[(&str, &str)]) -> Option<String> {
        let env = |name: &str| {
            let found = set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            found.or_else(|| (name == "TERM").then(|| "xterm".to_owned()))
        };
        PagerChoice::of(&env, 80, 24).map(|choice| choice.command)
    }

    #[test]
    fn mc_pager_beats_pager_and_that_beats_less() {
        assert_eq!(command(&[]).as_deref(), Some("less -FRX"));
        assert_eq!(command(&[("PAGER", "more")]).as_deref(), Some("more"));
        assert_eq!(command(&[("PAGER", "more"), ("MC_PAGER", " most -s ")]).as_deref(), Some("most -s"));
    }

    #[test]
    fn nothing_and_cat_mean_no_pager_and_so_does_a_dumb_terminal() {
        for set in [&[("MC_PAGER", ""), ("PAGER", "less")][..], &[("PAGER", "")], &[("MC_PAGER", "cat")]] {
            assert_eq!(command(set), None, "{set:?}");
        }
        assert_eq!(command(&[("TERM", "dumb")]), None);
    }

    #[test]
    fn output_fits_while_it_and_a_prompt_have_room_and_long_lines_and_colors_are_counted_as_shown() {
        let choice = PagerChoice { command: "less".to_owned(), columns: 10, lines: 4 };
        assert!(choice.fits(b"1\n2\n3\n"));
        assert!(!choice.fits(b"1\n2\n3\n4\n"));
        assert!(!choice.fits(b"1\n2\n12345678901\n"));
        assert!(choice.fits("1\n2\n\u{1b}[1;31m1234567890\u{1b}[0m\n".as_bytes()));
        assert!(choice.fits("日本日本日\n日本日本日本\n".as_bytes()));
        assert!(!choice.fits("日本日本日\n日本日本日本\n\n".as_bytes()));
    }
}
