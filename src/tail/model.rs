//! A model of the database and its writers, against which the tail is checked: whatever they do and whatever breaks, the
//! output is every committed event exactly once, in order within a poll.

mod exhaustive;
mod random;

use super::cursor_file::tests::encode;
use super::cursor_file::{CursorOwner, Earlier, decode};
use super::{Options, PollContext, Recheck, Snapshot, Start, TailState};
use crate::model::{Key, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

/// Microseconds; small against the ticks, so that every case comes to the borders.
const LOOKBACK: i64 = 160;
/// By how much the clock may be set back without a gap: what is kept beyond the look-back.
const KEPT: i64 = LOOKBACK / 8;

/// Ticks from a step back of the clock to the poll that notes it.
const NOTICED_AFTER: i64 = 3;

#[derive(Debug, Clone)]
enum Dated {
    /// So much later than the assumption allows at the earliest.
    Earliest(i64),
    Ahead(i64),
    Infinity,
}

#[derive(Debug, Clone)]
enum Writer {
    /// In transaction `slot` (which begins with it), this number of events of one instant.
    Write {
        slot: u8,
        count: u8,
        dated: Dated,
    },
    Commit(u8),
    Abort(u8),
    Tick(i64),
    SetBack(i64),
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    /// The connection is lost after this number of pages.
    AfterPages(usize),
    /// ... after this number of events of the poll, in the middle of a page.
    AfterEvents(usize),
    /// kill -9 after this number of events of the poll: what was printed since the last page is not saved.
    Killed(usize),
}

#[derive(Debug, Clone)]
struct Round {
    writers: Vec<Writer>,
    /// What happens between reading the clock, the snapshot and the next transaction id.
    during: (Vec<Writer>, Vec<Writer>),
    page: usize,
    fault: Fault,
    asks_oldest_writer: bool,
    restarts: bool,
    another_server: bool,
    /// Only the newest are read.
    glances: bool,
}

#[derive(Debug)]
struct Transaction {
    xid: u64,
    began: i64,
    /// No event of it is older.
    earliest: i64,
    events: Vec<Key>,
}

#[derive(Debug)]
struct World {
    /// Whether the tail sees snapshots; if not, nobody commits later than the look-back allows.
    snapshots: bool,
    /// Whether the clock may be set back further than is made up for.
    wild_clock: bool,
    clock: i64,
    highest_clock: i64,
    was_set_back: bool,
    /// Ticks that may still pass before a poll that is saved, once the clock was set back.
    ticks_left: Option<i64>,
    next_xid: u64,
    completed: u64,
    running: BTreeMap<u8, Transaction>,
    /// In order of commit.
    committed: Vec<Key>,
    /// The transaction that each was written by.
    written_by: BTreeMap<Key, u64>,
    ids: u128,
}

impl World {
    fn new(snapshots: bool, wild_clock: bool) -> Self {
        Self {
            snapshots,
            wild_clock,
            clock: 1_000,
            highest_clock: 1_000,
            was_set_back: false,
            ticks_left: None,
            next_xid: 10,
            completed: 9,
            running: BTreeMap::new(),
            committed: Vec::new(),
            written_by: BTreeMap::new(),
            ids: 0,
        }
    }

    fn act(&mut self, writer: &Writer) {
        match writer {
            Writer::Write { slot, count, dated } => self.write(*slot, *count, dated),
            Writer::Commit(slot) => self.finish(*slot, true),
            Writer::Abort(slot) => self.finish(*slot, false),
            Writer::Tick(ticks) => self.tick(*ticks),
            Writer::SetBack(ticks) => {
                let lowest = if self.wild_clock { self.clock - 2 * LOOKBACK } else { self.highest_clock - KEPT };
                if self.snapshots {
                    self.was_set_back = true;
                    self.clock = lowest.max(self.clock - ticks);
                    self.ticks_left = self.ticks_left.or(Some(NOTICED_AFTER));
                }
            }
        }
    }

    fn write(&mut self, slot: u8, count: u8, dated: &Dated) {
        // The time from a step back of the clock until a poll has noted it counts against the look-back.
        let earliest = self.clock - LOOKBACK + self.ticks_left.map_or(0, |_| NOTICED_AFTER);
        let began = self.clock;
        let xid = self.next_xid;
        let transaction =
            self.running.entry(slot).or_insert_with(|| Transaction { xid, began, earliest, events: Vec::new() });
        self.next_xid = xid.max(transaction.xid + 1);
        let earliest = if self.snapshots { transaction.earliest } else { earliest };
        let created_at = match dated {
            Dated::Earliest(plus) => Timestamp::from_micros(earliest + plus),
            Dated::Ahead(plus) => Timestamp::from_micros(self.clock + plus),
            Dated::Infinity => Timestamp::INFINITY,
        };
        for _ in 0..count {
            self.ids = self.ids.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(0x5851_f42d);
            transaction.events.push(Key { created_at, id: Uuid::from_u128(self.ids) });
        }
    }

    fn finish(&mut self, slot: u8, commit: bool) {
        let Some(transaction) = self.running.remove(&slot) else { return };
        self.completed = self.completed.max(transaction.xid);
        if commit {
            self.written_by.extend(transaction.events.iter().map(|key| (*key, transaction.xid)));
            self.committed.extend(transaction.events);
        }
    }

    fn tick(&mut self, ticks: i64) {
        let ticks = self.ticks_left.map_or(ticks, |left| ticks.min(left));
        self.ticks_left = self.ticks_left.map(|left| left - ticks);
        self.clock += ticks;
        self.highest_clock = self.highest_clock.max(self.clock);
        if !self.snapshots {
            let limit = Timestamp::from_micros(self.clock - LOOKBACK);
            let overdue = self.running.iter().filter(|(_, t)| t.events.iter().any(|key| key.created_at < limit));
            let overdue: Vec<u8> = overdue.map(|(slot, _)| *slot).collect();
            // They would have committed in time.
            overdue.into_iter().for_each(|slot| self.finish(slot, true));
        }
    }

    /// `xmin` and the visible events, as PostgreSQL has them: `xmax` is one past the highest completed id.
    fn snapshot(&self) -> (u64, Vec<Key>) {
        let oldest = self.running.values().map(|t| t.xid).chain([self.completed + 1]).min().unwrap();
        let mut visible = self.committed.clone();
        visible.sort();
        (oldest, visible)
    }
}

/// What the tail printed and what it owes.
struct Tail {
    follow: TailState,
    saved: Vec<u8>,
    /// Printed since the last save.
    unsaved: Vec<Key>,
    printed: BTreeMap<Key, usize>,
    may_repeat: BTreeMap<Key, usize>,
    /// Visible to the poll that decided what was there before the start.
    known: Option<BTreeSet<Key>>,
}

fn options(seen_max: usize, keys_max: usize) -> Options {
    Options { lookback: Duration::from_micros(LOOKBACK.unsigned_abs()), seen_max, keys_max }
}

fn binding() -> CursorOwner {
    CursorOwner { database: "d".into(), place: "p".into(), actor: "a".into(), query: "q".into() }
}

impl Tail {
    fn new(start: Start, options: Options) -> Self {
        let mut follow = TailState::new(start, options);
        Self {
            saved: encode(&binding(), follow.state()).unwrap(),
            follow,
            unsaved: Vec::new(),
            printed: BTreeMap::new(),
            may_repeat: BTreeMap::new(),
            known: None,
        }
    }

    fn save(&mut self) {
        self.saved = encode(&binding(), self.follow.state()).unwrap();
        self.unsaved.clear();
    }

    fn restart(&mut self) {
        let earlier = Earlier { filter: String::new(), is_this_database: |_, _, _| false };
        let state = decode(&self.saved, &binding(), &earlier, Path::new("c")).unwrap();
        self.follow = TailState::resume(state, self.follow.options);
        self.unsaved.drain(..).for_each(|key| *self.may_repeat.entry(key).or_default() += 1);
    }

    /// One poll; true if it was completed.
    fn poll(&mut self, world: &mut World, round: &Round, server: &str) -> bool {
        let oldest_writer = world.running.values().map(|t| t.began).min().unwrap_or(world.clock);
        // What xact_start says of the time before the clock was set back misleads.
        let asked = round.asks_oldest_writer && !world.was_set_back;
        let oldest_writer = asked.then_some(Timestamp::from_micros(oldest_writer));
        let now = Timestamp::from_micros(world.clock);
        let calm = |writer: &&Writer| !matches!(writer, Writer::SetBack(_));
        round.during.0.iter().filter(calm).for_each(|writer| world.act(writer));
        let (oldest, visible) = world.snapshot();
        round.during.1.iter().filter(calm).for_each(|writer| world.act(writer));
        let snapshot = world.snapshots.then_some(Snapshot { oldest, next: world.next_xid });
        let mark = snapshot.map(|snapshot| snapshot.oldest);
        let elapsed = Duration::ZERO;
        let from =
            self.follow.begin_poll(&PollContext { now, as_of: now, server, snapshot, oldest_writer, mark, elapsed });
        if let Some(Recheck { from, before, mark }) = self.follow.recheck() {
            let new = |key: &&Key| key.created_at >= from && **key < before && world.written_by[*key] >= mark;
            self.follow.unseen(visible.iter().filter(new).copied());
        }
        let glance = round.glances.then(|| self.follow.glance(now.plus_micros(-LOOKBACK / 4))).flatten();
        let from = glance.unwrap_or(from);
        let asked: Vec<Key> = visible.iter().copied().filter(|key| key.created_at >= from).collect();
        let (mut events, mut last) = (0, None);
        for (page, keys) in asked.chunks(round.page).enumerate() {
            if matches!(round.fault, Fault::AfterPages(after) if after == page) {
                return false;
            }
            let was_started = self.known.is_some();
            let fresh = self.follow.page(keys);
            if !was_started && self.follow.is_started() {
                // Before anything is printed.
                self.known = Some(visible.iter().copied().collect());
                self.save();
            }
            for fresh in fresh {
                match round.fault {
                    Fault::AfterEvents(after) if after == events => return false,
                    Fault::Killed(after) if after == events => {
                        self.restart();
                        return false;
                    }
                    _ => events += 1,
                }
                assert!(last < Some(fresh.key), "out of order: {:?}", fresh.key);
                assert!(fresh.late.is_none_or(|seconds| was_started && seconds > 0.0));
                last = Some(fresh.key);
                *self.printed.entry(fresh.key).or_default() += 1;
                self.unsaved.push(fresh.key);
                self.follow.delivered(fresh.key);
            }
            self.save();
            world.ticks_left = None;
        }
        self.follow.end_poll();
        self.save();
        world.ticks_left = None;
        if glance.is_some() {
            return false;
        }
        self.known.get_or_insert_with(|| visible.into_iter().collect());
        self.remembers_no_more_than_it_has_to();
        true
    }

    fn remembers_no_more_than_it_has_to(&mut self) {
        let seen_max = self.follow.options.seen_max;
        let state = self.follow.state();
        let keep_from = state.floor.unwrap().plus_micros(-KEPT);
        let old = state.keys.settled().iter().filter(|key| key.created_at < keep_from).count();
        assert!(old == 0 || state.keys.len() <= seen_max, "{old} old keys of {}", state.keys.len());
    }
}

fn start(world: &World, choice: u8) -> Start {
    let (_, mut visible) = world.snapshot();
    let since = Timestamp::from_micros(world.clock - LOOKBACK / 2);
    match choice {
        0 => Start::newest(None, None, &[]),
        1 => Start::newest(None, Some(since), &[]),
        choice => {
            let lines = usize::from(choice - 2);
            visible.reverse();
            visible.truncate(lines);
            Start::newest(Some(lines), None, &visible)
        }
    }
}

fn check(world: &mut World, before: &[Writer], choice: u8, options: Options, rounds: &[Round]) {
    let calm = |writer: &&Writer| !matches!(writer, Writer::SetBack(_));
    before.iter().filter(calm).for_each(|writer| world.act(writer));
    let start = start(world, choice);
    let backlog = |key: &Key| *key >= start.horizon;
    let wanted = |key: &Key| key.created_at >= start.since;
    let mut tail = Tail::new(start, options);
    let mut server = 0;
    let calm = Round {
        writers: (0..8).map(Writer::Commit).collect(),
        during: (Vec::new(), Vec::new()),
        page: 3,
        fault: Fault::None,
        asks_oldest_writer: false,
        restarts: false,
        another_server: false,
        glances: false,
    };
    for round in rounds.iter().chain([&calm, &calm]) {
        let started = tail.known.is_some();
        round.writers.iter().filter(|w| started || !matches!(w, Writer::SetBack(_))).for_each(|w| world.act(w));
        if round.restarts {
            // A clean stop saves what was printed last.
            tail.save();
            tail.restart();
        }
        server += usize::from(round.another_server);
        // The numbers of another server say nothing about what was shown before.
        assert!(!(round.another_server && world.wild_clock));
        tail.poll(world, round, &server.to_string());
    }
    // Events from before the start that were not requested stay unseen.
    let known = tail.known.unwrap();
    let silent = |key: &Key| known.contains(key) && !backlog(key);
    for key in &world.committed {
        let times = tail.printed.get(key).copied().unwrap_or(0);
        let most = 1 + tail.may_repeat.get(key).copied().unwrap_or(0);
        if silent(key) || !wanted(key) && !world.was_set_back {
            assert_eq!(times, 0, "{key:?} was there before the start");
        } else if !wanted(key) || options.keys_max < usize::MAX {
            assert!(times <= most, "{key:?} printed {times} times");
        } else {
            assert!((1..=most).contains(&times), "{key:?} printed {times} times, not 1 to {most}");
        }
    }
    assert!(tail.printed.keys().all(|key| world.committed.contains(key)));
}
