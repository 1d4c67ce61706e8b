//! A tail with a cursor file that is stopped in every way at random times, and started again.

use crate::harness::{Child, Place};
use fastrand::Rng;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(90);
/// Rows between two saves.
const BATCH: usize = 1_000;
/// What comes before it follows for the first time is not promised; the writers wait for so long.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(3);

pub(super) struct Restarts {
    thread: JoinHandle<Ends>,
    stop: Arc<AtomicBool>,
}

/// What came of it.
#[derive(Default)]
struct Ends {
    seen: HashSet<String>,
    /// What runs that were killed printed last: it may come again.
    unsaved: HashSet<String>,
    repeated: u32,
    /// Came again although it was saved.
    unduly: u32,
    starts: u32,
    kills: u32,
    place: Option<Place>,
    line: String,
    url: String,
}

pub(super) struct Report {
    lost: usize,
    unknown: usize,
    ends: Ends,
}

impl Restarts {
    pub(super) fn start(url: &str, more: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let ends = Ends {
            line: format!(
                "tail --as-user {} --events -o jsonl -n 0 -v --poll 200ms --cursor-file cursor --max-retries 99 {more}",
                crate::tail::USER
            ),
            url: url.to_owned(),
            place: Some(Place::new()),
            ..Ends::default()
        };
        let thread = thread::spawn({
            let stop = Arc::clone(&stop);
            move || ends.restart_randomly(&stop)
        });
        Self { thread, stop }
    }

    /// Lets a last one print what is left.
    pub(super) fn finish(self, truth: &HashSet<String>) -> Report {
        self.stop.store(true, Ordering::Relaxed);
        let mut ends = self.thread.join().unwrap();
        let begun = Instant::now();
        while truth.iter().any(|id| !ends.seen.contains(id)) && begun.elapsed() < PATIENCE {
            let mut child = ends.child("--for 3s");
            ends.end(&mut child);
        }
        let lost = truth.iter().filter(|id| !ends.seen.contains(*id)).count();
        let unknown = ends.seen.iter().filter(|id| !truth.contains(*id)).count();
        Report { lost, unknown, ends }
    }
}

impl Ends {
    fn child(&mut self, more: &str) -> Child {
        self.starts += 1;
        let line = format!("{} {more}", self.line);
        self.place.as_ref().unwrap().mc(line.split_whitespace()).env("DATABASE_URL", &self.url).start()
    }

    fn restart_randomly(mut self, stop: &AtomicBool) -> Self {
        let mut rng = Rng::new();
        let begun = Instant::now();
        let mut follows = false;
        while !stop.load(Ordering::Relaxed) {
            let more = match rng.u32(..6) {
                0 => format!("--for {}ms", rng.u32(1..1_000)),
                1 => format!("--until-count {}", rng.u32(1..2_000)),
                _ => String::new(),
            };
            let mut child = self.child(&more);
            let longest = [60, 400, 2_500][rng.usize(..3)];
            thread::sleep(Duration::from_millis(rng.u64(..longest)));
            let mut said = String::new();
            while !follows && begun.elapsed() > FOLLOWS_WITHIN && !said.contains("following ") {
                said += &child.said(PATIENCE);
            }
            // It may have ended by itself.
            if !more.starts_with("--for") {
                child.signal_if_alive(["KILL", "TERM", "INT", "HUP"][rng.usize(..4)]);
            }
            said += &self.end(&mut child);
            follows |= said.contains("following ");
        }
        self
    }

    /// Collects what a run printed; returns its stderr.
    fn end(&mut self, child: &mut Child) -> String {
        let code = child.end_within(PATIENCE);
        let (out, said) = child.rest();
        // 130: it did not end soon enough after a signal. From 129 on: by a signal, before it listened or for want of mercy.
        assert!(code == 0 || (129..=143).contains(&code), "exit {code}: {said}");
        let whole = out.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let printed: Vec<String> = whole.map(crate::tail::id).collect();
        for id in &printed {
            if !self.seen.insert(id.clone()) {
                self.repeated += 1;
                self.unduly += u32::from(!self.unsaved.contains(id));
            }
        }
        if code == 0 {
            // One that was ended before its first poll was over has not printed all of it again.
            let printed: HashSet<&String> = printed.iter().collect();
            let polled = said.contains("following ");
            self.unsaved.retain(|id| !polled && !printed.contains(id));
        } else {
            self.kills += 1;
            self.unsaved.extend(printed[printed.len().saturating_sub(BATCH)..].iter().cloned());
        }
        said
    }
}

impl Report {
    pub(super) fn is_faultless(&self) -> bool {
        (self.lost, self.ends.unduly, self.unknown) == (0, 0, 0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, unknown, ends: Ends { seen, repeated, unduly, starts, kills, .. } } = self;
        write!(
            f,
            "{lost} lost, {unduly} repeated though saved, {repeated} repeated in all, {unknown} never committed "
        )?;
        write!(f, "of {} events; {starts} starts, {kills} of them killed", seen.len())
    }
}
