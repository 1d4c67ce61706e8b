//! A tail, the events that it printed, and the report about them.

use crate::harness::{Child, Place, used};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// After a restart the tail may just be waiting for half a minute.
const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ways {
    /// One process.
    Steady,
    /// With a cursor file, ended (SIGTERM) and started again whenever it is looked at.
    Restarted,
}

pub(super) struct Reader {
    place: Place,
    url: String,
    line: String,
    way: Ways,
    child: Child,
    shown: HashMap<String, u32>,
    late: u32,
    starts: u32,
    said: String,
    most_memory: u64,
    processor: Duration,
    last: Duration,
}

/// The result of a reader.
pub(super) struct Report {
    events: usize,
    lost: usize,
    repeated: u32,
    unknown: usize,
    late: u32,
    starts: u32,
    memory: u64,
    processor: Duration,
    summary: String,
}

impl Reader {
    pub(super) fn start(url: &str, more: &str, way: Ways) -> Self {
        let place = Place::new();
        let cursor = if way == Ways::Restarted { "--cursor-file cursor" } else { "" };
        let line = format!("tail --as-user {} --events -o jsonl -n 0 --poll 500ms {more} {cursor}", crate::tail::USER);
        let child = place.mc(line.split_whitespace()).env("DATABASE_URL", url).start();
        let (shown, said, url) = (HashMap::new(), String::new(), url.to_owned());
        let (processor, last) = (Duration::ZERO, Duration::ZERO);
        let mut reader =
            Self { place, url, line, way, child, shown, late: 0, starts: 1, said, most_memory: 0, processor, last };
        // What is there before its first poll is not for it; the cursor file says when that is over.
        thread::sleep(Duration::from_secs(1));
        reader.take();
        reader
    }

    fn take(&mut self) {
        for line in self.child.lines() {
            let item = crate::tail::item(&line);
            *self.shown.entry(item["id"].as_str().unwrap().to_owned()).or_default() += 1;
            self.late += u32::from(item["late_seconds"].is_number());
        }
        self.said += &self.child.talk();
        if let Some((memory, processor)) = used(self.child.id()) {
            self.most_memory = self.most_memory.max(memory);
            self.last = processor;
        }
    }

    pub(super) fn look(&mut self) {
        self.take();
        if self.way == Ways::Steady {
            return;
        }
        self.child.signal("TERM");
        let code = self.child.end_within(PATIENCE);
        assert_eq!(code, 0, "{}", self.said);
        self.take();
        self.processor += std::mem::take(&mut self.last);
        // Without --max-retries, a first connection that fails is not tried again.
        let line = format!("{} --max-retries 99", self.line);
        self.child = self.place.mc(line.split_whitespace()).env("DATABASE_URL", &self.url).start();
        self.starts += 1;
    }

    /// Waits until all has been shown, and for what should not be.
    pub(super) fn finish(mut self, truth: &HashSet<String>) -> Report {
        let begun = Instant::now();
        let missing = |reader: &Self| truth.iter().filter(|id| !reader.shown.contains_key(*id)).count();
        while missing(&self) > 0 && begun.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(500));
            self.take();
        }
        thread::sleep(Duration::from_secs(2));
        self.take();
        self.child.signal("TERM");
        let code = self.child.end_within(PATIENCE);
        self.take();
        assert_eq!(code, 0, "{}", self.said);
        Report {
            events: self.shown.len(),
            lost: missing(&self),
            repeated: self.shown.values().map(|times| times - 1).sum(),
            unknown: self.shown.keys().filter(|id| !truth.contains(*id)).count(),
            late: self.late,
            starts: self.starts,
            memory: self.most_memory,
            processor: self.processor + self.last,
            summary: self.said.lines().last().unwrap_or_default().to_owned(),
        }
    }
}

impl Report {
    pub(super) fn is_faultless(&self) -> bool {
        (self.lost, self.repeated, self.unknown) == (0, 0, 0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { events, lost, repeated, unknown, late, starts, memory, processor, summary } = self;
        write!(f, "{lost} lost, {repeated} repeated, {unknown} never committed of {events} events ({late} late), ")?;
        write!(f, "{starts} starts, {memory} kB at most, {processor:?} of processor time; {summary}")
    }
}
