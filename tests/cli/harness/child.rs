//! A running process whose output is read line by line.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Killed when dropped.
pub struct Child {
    process: std::process::Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    line: String,
}

impl Child {
    pub(super) fn watch(mut process: std::process::Child, line: &str) -> Self {
        let stdout = lines(process.stdout.take().expect("stdout is not piped"));
        let stderr = lines(process.stderr.take().expect("stderr is not piped"));
        Self { process, stdout, stderr, line: line.to_owned() }
    }

    /// The next line of stdout without its end; panics if none comes in time.
    #[track_caller]
    pub fn line(&mut self, patience: Duration) -> String {
        match self.stdout.recv_timeout(patience) {
            Ok(line) => text(line).trim_end_matches('\n').to_owned(),
            Err(why) => {
                self.kill();
                let said = all(&self.stderr);
                let line = &self.line;
                panic!("mc-activity {line}: no line on stdout within {patience:?} ({why})\n--- stderr:\n{said}")
            }
        }
    }

    /// Asserts that stdout stays silent for a while.
    #[track_caller]
    pub fn is_silent(&mut self, time: Duration) {
        match self.stdout.recv_timeout(time) {
            Ok(line) => panic!("mc-activity {}: said {:?}", self.line, text(line)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => panic!("mc-activity {}: ended or closed its stdout", self.line),
        }
    }

    /// The next line of stderr; panics if none comes in time.
    #[track_caller]
    pub fn said(&mut self, patience: Duration) -> String {
        let said = self.stderr.recv_timeout(patience);
        text(said.unwrap_or_else(|why| panic!("mc-activity {}: nothing on stderr in {patience:?} ({why})", self.line)))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it has a file open.
    #[track_caller]
    pub fn wait_for_open(&self, file: &Path) {
        let file = file.canonicalize().unwrap();
        let open = format!("/proc/{}/fd", self.process.id());
        super::wait_until(&format!("{} is open", file.display()), || {
            let entries = std::fs::read_dir(&open).into_iter().flatten().flatten();
            entries.filter_map(|entry| entry.path().read_link().ok()).any(|target| target == file)
        });
    }

    /// Ctrl-C.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.process.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Sends a signal, unless it has ended.
    pub fn signal_if_alive(&mut self, name: &str) {
        if self.process.try_wait().unwrap().is_none() {
            self.signal(name);
        }
    }

    /// The lines of stdout that have come, without their ends.
    pub fn lines(&mut self) -> Vec<String> {
        self.stdout.try_iter().map(|line| text(line).trim_end_matches('\n').to_owned()).collect()
    }

    /// What has been printed on stderr so far.
    pub fn talk(&mut self) -> String {
        self.stderr.try_iter().map(text).collect()
    }

    /// Waits for its end: the exit code, a signal counted from 128. Panics if it does not end in time.
    #[track_caller]
    pub fn end_within(&mut self, patience: Duration) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return code(status);
            }
            if start.elapsed() > patience {
                self.kill();
                let (out, said) = self.rest();
                panic!("mc-activity {}: no end after {patience:?}\n{out}\n--- stderr:\n{said}", self.line);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// What is left on stdout and stderr, after its end.
    pub fn rest(&mut self) -> (String, String) {
        (all(&self.stdout), all(&self.stderr))
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(super) fn code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).expect("neither code nor signal")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("output that is no UTF-8")
}

fn all(lines: &Receiver<Vec<u8>>) -> String {
    lines.iter().map(text).collect()
}

/// Line by line with their ends, so that joined they are the stream again.
fn lines(stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).unwrap_or(0) > 0 {
            if sender.send(std::mem::take(&mut line)).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Resident memory of a process and the processor time that it has used, from /proc.
pub fn used(process: u32) -> Option<(u64, Duration)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let ticks: Vec<u64> = stat.rsplit(')').next()?.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    let per_second = Command::new("getconf").arg("CLK_TCK").output().ok()?;
    let per_second: u64 = String::from_utf8(per_second.stdout).ok()?.trim().parse().ok()?;
    // Of what are numbers behind the name, utime is the eleventh and stime the twelfth.
    let time = Duration::from_millis((ticks.get(10)? + ticks.get(11)?) * 1_000 / per_second);
    Some((kilobytes.trim().trim_end_matches("kB").trim().parse().ok()?, time))
}
