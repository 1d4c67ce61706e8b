//! Runs the binary in an environment of its own: no home, settings, time zone or colors of this machine.

use super::child::Child;
use super::terminal::{self, Screen};
use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No run takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The directory of this test run. What statics hold is never dropped, and a killed run drops nothing: so a guard waits
/// for the end of this process and removes it.
static RUN: LazyLock<Run> = LazyLock::new(|| {
    let dir = TempDir::with_prefix("mc-activity-tests.").expect("no temporary directory").keep();
    let mut guard = Command::new("sh");
    guard.args(["-c", "cat >/dev/null; rm -rf \"$1\"", "sh"]).arg(&dir).process_group(0);
    guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    Run { dir, _alive: guard.spawn().expect("no sh").stdin.take().unwrap() }
});

struct Run {
    dir: PathBuf,
    _alive: ChildStdin,
}

/// An empty home with a working directory in it, gone at the end.
pub struct Place(TempDir);

impl Place {
    /// A new one.
    pub fn new() -> Self {
        let dir = TempDir::with_prefix_in("home.", &RUN.dir).expect("no temporary directory");
        for sub in ["data", "config", "cache", "state", "work"] {
            std::fs::create_dir(dir.path().join(sub)).unwrap();
        }
        Self(dir)
    }

    /// The home; in it `data`, `config`, `cache` and `state` (XDG) and `work`, where the binary starts.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, by its path below the home.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Reads a file, by its path below the home.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// The binary with these arguments, without a database.
    pub fn mc<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Mc {
        self.run(Command::new(env!("CARGO_BIN_EXE_mc-activity")), args)
    }

    /// A line of shell in the same environment, in which `"$0" "$@"` is the binary with these arguments.
    pub fn sh<S: AsRef<str>>(&self, line: &str, args: impl IntoIterator<Item = S>) -> Mc {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", line, env!("CARGO_BIN_EXE_mc-activity")]);
        self.run(command, args)
    }

    fn run<S: AsRef<str>>(&self, mut command: Command, args: impl IntoIterator<Item = S>) -> Mc {
        let home = self.path();
        command.env_clear().current_dir(home.join("work")).env("HOME", home);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for (name, sub) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
        ] {
            command.env(name, home.join(sub));
        }
        command.env("TZ", "UTC").env("LANG", "C.UTF-8").env("NO_COLOR", "1");
        // No pager, unless a test is about it.
        command.env("MC_PAGER", "cat");
        let args: Vec<String> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        command.args(&args);
        Mc { command, line: args.join(" "), stdin: None }
    }
}

/// A command line that is about to run.
pub struct Mc {
    command: Command,
    line: String,
    stdin: Option<String>,
}

impl Mc {
    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<str>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        for arg in args {
            self.line = format!("{} {}", self.line, arg.as_ref());
            self.command.arg(arg.as_ref());
        }
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Gives it something to read; otherwise stdin is empty.
    #[must_use]
    pub fn stdin(mut self, text: impl Into<String>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Output {
        let start = Instant::now();
        let given = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(given).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|e| panic!("{}: {e}", self.line));
        let text = self.stdin.unwrap_or_default();
        let writer = child.stdin.take().map(|mut stdin| {
            // It may end without reading all.
            thread::spawn(move || drop(stdin.write_all(text.as_bytes())))
        });
        let mut guard = Child::watch(child, &self.line);
        let code = guard.end_within(PATIENCE);
        let (stdout, stderr) = guard.rest();
        if let Some(writer) = writer {
            writer.join().unwrap();
        }
        Output { line: self.line, code, stdout, stderr, took: start.elapsed() }
    }

    /// Runs it to its end without reading the output: the exit code, and the peak memory in kilobytes.
    pub fn peak(mut self) -> (i32, u64) {
        let given = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(given).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = self.command.spawn().unwrap_or_else(|e| panic!("{}: {e}", self.line));
        let text = self.stdin.unwrap_or_default();
        let writer = child.stdin.take().map(|mut stdin| {
            // It may end without reading all.
            thread::spawn(move || drop(stdin.write_all(text.as_bytes())))
        });
        // Of what wait4 tells of a process, its parent's memory is part.
        let (begun, mut most) = (Instant::now(), 0);
        let code = loop {
            let status = child.try_wait().unwrap();
            most = super::child::used(child.id()).map_or(most, |(kilobytes, _)| most.max(kilobytes));
            if let Some(status) = status {
                break super::child::code(status);
            }
            if begun.elapsed() > PATIENCE {
                let _ = child.kill();
                panic!("mc-activity {}: no end after {PATIENCE:?}", self.line);
            }
            thread::sleep(Duration::from_millis(1));
        };
        if let Some(writer) = writer {
            writer.join().unwrap();
        }
        (code, most)
    }

    /// Runs it to its end and asserts that it succeeded.
    pub fn ok(self) -> Output {
        let output = self.run();
        output.expect(0);
        output
    }

    /// Runs it to its end and asserts the exit code and that there is nothing on stdout.
    pub fn fails(self, code: i32) -> Output {
        let output = self.run();
        output.expect(code);
        assert!(output.stdout.is_empty(), "stdout of a failed run is not empty\n{output}");
        output
    }

    /// Starts it and lets it run; it ends with the value at the latest.
    pub fn start(mut self) -> Child {
        let given = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(given).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|e| panic!("{}: {e}", self.line));
        if let (Some(mut stdin), Some(text)) = (child.stdin.take(), self.stdin) {
            thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
        }
        Child::watch(child, &self.line)
    }

    /// Starts it on a terminal of this size.
    pub fn start_on_terminal(mut self, columns: u16, rows: u16) -> Screen {
        self.command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
        Screen::start(self.command, columns, rows, &self.line)
    }

    /// Runs it to its end on a terminal of this size; stdout and stderr are one, as a person sees them.
    pub fn on_terminal(mut self, columns: u16, rows: u16) -> Output {
        let start = Instant::now();
        self.command.env("TERM", "xterm-256color").env_remove("NO_COLOR");
        let (code, stdout) = terminal::run(self.command, columns, rows, PATIENCE, &self.line);
        Output { line: self.line, code, stdout, stderr: String::new(), took: start.elapsed() }
    }
}

/// The result of a run.
#[derive(Debug)]
pub struct Output {
    /// The arguments.
    pub line: String,
    /// The exit code; a signal counts from 128, as in a shell.
    pub code: i32,
    /// The text on stdout.
    pub stdout: String,
    /// The text on stderr.
    pub stderr: String,
    /// From start to end.
    pub took: Duration,
}

impl Output {
    /// Asserts the exit code.
    #[track_caller]
    pub fn expect(&self, code: i32) {
        assert!(self.code == code, "exit {} instead of {code}\n{self}", self.code);
    }

    /// The answer as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("stdout is no JSON document: {e}\n{self}"))
    }

    /// The answer as one JSON document a line.
    #[track_caller]
    pub fn jsonl(&self) -> Vec<Value> {
        let read =
            |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("a line is no JSON: {e}: {line}\n{self}"));
        self.stdout.split_terminator('\n').map(read).collect()
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = |text: &str| match text.char_indices().nth(2000) {
            Some((at, _)) => format!("{}… ({} bytes)", &text[..at], text.len()),
            None => text.to_owned(),
        };
        writeln!(f, "$ mc-activity {}", self.line)?;
        writeln!(f, "--- exit {} after {:?}, stdout:\n{}", self.code, self.took, cut(&self.stdout))?;
        write!(f, "--- stderr:\n{}", cut(&self.stderr))
    }
}

/// An answer without its cursors, which belong to one database.
pub fn without_cursors(answer: &str) -> String {
    let lines = answer.lines().filter(|line| !line.starts_with("next page: "));
    lines.map(|line| line.split("\"next_cursor\":").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}
