//! Runs processes alternately, and measures wall time and peak memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// The runs of one side.
#[derive(Debug, Default)]
pub struct Side {
    /// Milliseconds.
    pub times: Vec<f64>,
    /// Most resident memory of any run, in KiB.
    pub peak: Option<u64>,
}

/// Both sides of one case.
pub struct Pair {
    pub ours: Side,
    pub theirs: Side,
}

/// A command line, run with only this environment.
#[derive(Debug, Clone)]
pub struct Line {
    pub program: String,
    pub args: Vec<String>,
}

impl Side {
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    pub fn quantile(&self, at: f64) -> f64 {
        let mut sorted = self.times.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[((sorted.len() - 1) as f64 * at).round() as usize]
    }

    fn run(&mut self, line: &Line) {
        let mut command = line.command();
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let start = Instant::now();
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", line.program));
        let end = child.wait4().unwrap_or_else(|error| panic!("{}: {error}", line.program));
        self.times.push(start.elapsed().as_secs_f64() * 1e3);
        assert!(end.status.success(), "{}: {line:?}", end.status);
        self.peak = self.peak.max(Some(end.rusage.maxrss / 1024));
    }
}

impl Line {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear().current_dir(std::env::temp_dir());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", "/nonexistent");
        command
    }

    /// What it prints.
    pub fn output(&self) -> String {
        let output = self.command().output().unwrap_or_else(|error| panic!("{}: {error}", self.program));
        assert!(output.status.success(), "{self:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }
}

/// One run of each to warm up, then in turn, so that whatever else the machine does hits both.
pub fn side_by_side(ours: &Line, theirs: &Line, runs: usize, patience: u64) -> Pair {
    let mut pair = Pair { ours: Side::default(), theirs: Side::default() };
    let started = Instant::now();
    for run in 0..=runs {
        pair.ours.run(ours);
        pair.theirs.run(theirs);
        if run == 0 {
            pair.ours.times.clear();
            pair.theirs.times.clear();
        } else if started.elapsed() > Duration::from_secs(patience) {
            break;
        }
    }
    pair
}
