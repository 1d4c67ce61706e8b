//! The tail as a pure state machine: what to ask next, which answers are new, what to remember. No SQL, no clock.
//!
//! A poll is one read-only REPEATABLE READ transaction. The caller passes what it says about the moment
//! ([`TailState::begin_poll`]), gets the `created_at` to read from, and gives back the keys of all visible events from there
//! on, in pages ascending by `(created_at, id)` ([`TailState::page`]). It prints those found fresh, reports each
//! ([`TailState::delivered`]) and ends the poll ([`TailState::end_poll`]). A poll may be given up anywhere.
//!
//! # Why nothing is lost
//! Assumption: an event's `created_at` is at most the look-back older than the moment at which its transaction first
//! wrote, on the database's clock. (So the look-back has to cover the time from building an event to its INSERT, and the
//! difference between the writers' clocks and the database's; not the time until the commit.)
//!
//! An event that this poll sees and the one before did not was written by a transaction that was then still running, or
//! had not begun. All of those have ids from the old snapshot's `xmin` on, and `XidHistory` knows an instant before which
//! no such id was given out. The look-back before that instant is the *floor* from which the next poll reads. It never
//! falls, unless the database's clock does; then by as much. (The time from such a step to the poll that notes it counts
//! against the look-back.)
//!
//! Without snapshots (SQLite, foreign tables) the floor is the look-back before the last poll, and the assumption covers
//! the time until the commit; unless each poll knows when the oldest open transaction began (Citus): then the floor is the
//! look-back before that.
//!
//! # A clock that is set back
//! The next polls read again what lies below the horizon, and there a new event looks like one that was forgotten. What
//! tells them apart is the number that the database gives to writes: see [`PollContext::mark`] and [`TailState::recheck`]. Where
//! there are no such numbers, steps of more than an eighth of the look-back leave a gap: what was committed between the
//! step and the poll that notes it.
//!
//! # Why nothing is repeated
//! Below the *horizon* every event has been dealt with: shown, or known from before the start. From the horizon on, those
//! dealt with are remembered one by one. The horizon moves only over keys that this poll's pages have passed and that
//! lie below the next floor, so that nothing can still appear there. Both rules hold after every single key, so an
//! interrupted poll needs no undoing.
//!
//! # Why a start is not lost
//! The first poll decides what was there before. It has decided as soon as it has read up to the first event to show,
//! and before that event is given out: a state that is saved from then on ([`TailState::is_started`]) loses nothing.

pub mod backoff;
pub mod cursor_file;
#[cfg(test)]
mod model;
pub mod repeats;
mod seen_keys;
#[cfg(test)]
mod tests;
mod xid_history;

pub use seen_keys::SeenKeys;
pub use xid_history::{Snapshot, XidHistory};

use crate::model::{Key, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;
use uuid::Uuid;

const LAST: Key = Key { created_at: Timestamp::INFINITY, id: Uuid::max() };
/// How long a transaction may have been open when the tail starts, where nobody tells; longer look-backs win.
const OPEN_AT_START: Duration = Duration::from_secs(600);
/// Microseconds by which two clocks may drift apart between two polls without one of them having been set.
const CLOCKS_DIFFER: i64 = 1_000_000;
/// Keys between two attempts to forget some; few in tests, so that they come to all borders.
const FORGET_EVERY: usize = if cfg!(test) { 4 } else { 8_192 };

/// Where a tail without a cursor begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    horizon: Key,
    since: Timestamp,
}

/// How far to look back and how much to remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// `--lookback`.
    pub lookback: Duration,
    /// `--seen-max`: this many of the newest keys are remembered, even if they are older than the look-back.
    pub seen_max: usize,
    /// More keys than this are not held: the look-back is shortened instead, to 10 seconds at the least.
    pub keys_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { lookback: Duration::from_secs(120), seen_max: 2_000, keys_max: 1_000_000 }
    }
}

/// What one poll's transaction says about itself.
#[derive(Debug, Clone, Copy)]
pub struct PollContext<'a> {
    /// The database's clock, read no later than the snapshot was taken: PostgreSQL's `now()`, not `clock_timestamp()`.
    pub now: Timestamp,
    /// Up to when this server knows what was written: `now`, or on a standby `pg_last_xact_replay_timestamp()`.
    pub as_of: Timestamp,
    /// Names the line of transaction ids (`pg_control_system().system_identifier`); another name starts a new sequence.
    pub server: &'a str,
    /// The transaction's snapshot, where it covers all writers.
    pub snapshot: Option<Snapshot>,
    /// Oldest `xact_start` among the backends with a `backend_xid`, read *before* this transaction; only if all are
    /// visible and no transaction is prepared. Matters in the first poll and in the first at another server; without a
    /// snapshot in each.
    pub oldest_writer: Option<Timestamp>,
    /// A number that rises with every write, where rows carry it: every row that this snapshot does not show has this
    /// number or a higher one. Transaction ids on PostgreSQL (the snapshot's `xmin`), row numbers in SQLite.
    pub mark: Option<u64>,
    /// How long after the moment before this one it is at least, by a clock that is never set; zero where that is unknown.
    pub elapsed: Duration,
}

/// The range in which a poll has to ask for the events with a number from `mark` on: see [`TailState::recheck`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recheck {
    /// Start of the range, included.
    pub from: Timestamp,
    /// End of the range, excluded.
    pub before: Key,
    /// The lowest number of an event that may be new.
    pub mark: u64,
}

/// A step back of the database's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetBack {
    /// By how much, at least.
    pub by: Duration,
    /// From where on events are read again.
    pub from: Timestamp,
}

/// An event to show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnseenEvent {
    /// Which.
    pub key: Key,
    /// Seconds since its `created_at`, if a newer event was dealt with before: a plain watermark would have missed it.
    /// Never in the backlog, and events dated in the future make nothing late.
    pub late: Option<f64>,
}

/// All that has to survive a restart; see [`cursor_file`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedState {
    /// [`PollContext::server`] of the last poll.
    server: String,
    /// Events before this are never shown.
    since: Timestamp,
    /// Every event below is dealt with, and not remembered.
    horizon: Key,
    /// Nothing that still appears is older; absent until a first poll has ended.
    floor: Option<Timestamp>,
    /// The clock at the last poll.
    now: Timestamp,
    /// Which transaction ids were given out when.
    ladder: XidHistory,
    /// The events from the horizon on that are dealt with.
    keys: SeenKeys,
    /// Every event below the horizon has a number below this one; see [`PollContext::mark`].
    mark: Option<u64>,
    /// The hash of the last line that was printed with a hash chain.
    chain: Option<String>,
}

impl SavedState {
    /// The hash of the last line that was printed with a hash chain.
    pub fn chain(&self) -> Option<&str> {
        self.chain.as_deref()
    }

    /// Whether it is decided what was there before the start: from then on whatever is committed will be shown.
    pub fn is_started(&self) -> bool {
        self.floor.is_some()
    }
}

/// A poll under way.
#[derive(Debug)]
struct Poll {
    as_of: Timestamp,
    /// The floor that follows from this poll's snapshot.
    next_floor: Timestamp,
    /// From here on, up to `read_to`, this poll has dealt with everything and it is remembered.
    covered_from: Key,
    read_to: Option<Key>,
    /// Whether the look-back is that of `--lookback`.
    in_full: bool,
    /// Fresh keys not delivered yet.
    outstanding: usize,
    /// Older keys are left to the next poll: nothing is forgotten, and the floor stays.
    glance: bool,
    /// The newest event dealt with before this poll and not dated after the last one.
    watermark: Option<Timestamp>,
    /// The numbers of this poll: of what the horizon may pass in it, and of all that may be there.
    marks: (Option<u64>, Option<u64>),
    /// Where forgotten events and new ones must be distinguished.
    recheck: Option<Recheck>,
    /// Those that are new.
    unseen: BTreeSet<Key>,
    /// The clock was set back before this poll.
    set_back: Option<SetBack>,
}

impl Poll {
    /// The lowest number of an event that is not dealt with. With a shortened look-back events of running transactions count
    /// as dealt with.
    fn mark(&self) -> Option<u64> {
        if self.in_full { self.marks.0 } else { self.marks.1 }
    }
}

/// The engine of `tail`; see the module's description.
#[derive(Debug)]
pub struct TailState {
    options: Options,
    state: SavedState,
    poll: Option<Poll>,
    shortened: bool,
}

impl Options {
    /// Microseconds before the floor for which keys are known all the same: the clock may be set back by so much without
    /// a gap.
    fn kept(&self) -> i64 {
        micros(self.lookback) / 8
    }
}

impl Start {
    /// Shows the newest `lines` events (all, if `None`) and what comes, but nothing older than `since`, which stays a
    /// filter. `newest` holds up to `lines` keys of the newest events from `since` on, in any order, read in the first
    /// poll's transaction.
    pub fn newest(lines: Option<usize>, since: Option<Timestamp>, newest: &[Key]) -> Self {
        let since = since.unwrap_or(Timestamp::NEG_INFINITY);
        let horizon = match (lines, newest.iter().min()) {
            (Some(0), _) => LAST,
            (Some(lines), Some(lowest)) if newest.len() >= lines => *lowest,
            // There are fewer.
            _ => first_at(since),
        };
        Self { horizon, since }
    }
}

impl TailState {
    /// A tail that starts afresh.
    pub fn new(start: Start, options: Options) -> Self {
        let state = SavedState {
            server: String::new(),
            since: start.since,
            horizon: start.horizon,
            floor: None,
            now: Timestamp::NEG_INFINITY,
            ladder: XidHistory::default(),
            keys: SeenKeys::default(),
            mark: None,
            chain: None,
        };
        Self::resume(state, options)
    }

    /// Notes the hash of the last line that was printed.
    pub fn set_chain(&mut self, head: &str) {
        self.state.chain = Some(head.to_owned());
    }

    /// A tail that goes on where another stopped.
    pub fn resume(state: SavedState, options: Options) -> Self {
        Self { options, state, poll: None, shortened: false }
    }

    /// Begins a poll, giving up an unfinished one, and answers from which `created_at` on (inclusive, without an upper
    /// end) the keys of all visible events have to be read.
    pub fn begin_poll(&mut self, moment: &PollContext<'_>) -> Timestamp {
        let state = &mut self.state;
        // What was of the future then makes nothing late.
        let watermark = state.floor.and_then(|_| state.keys.newest_until(state.now.min(moment.now)));
        // What was noted on the clock before it was set back would promise too much on the new one.
        let plain = state.now.micros_since(moment.now);
        let behind = state.now.plus_micros(micros(moment.elapsed)).micros_since(moment.now);
        let back = if behind > CLOCKS_DIFFER { behind } else { plain };
        if back > 0 {
            state.ladder.set_back(back);
            state.floor = state.floor.map(|floor| floor.plus_micros(-back));
            state.since = state.since.plus_micros(-back);
        }
        state.now = moment.now;
        if state.server != moment.server {
            state.ladder = XidHistory::default();
            state.mark = None;
            moment.server.clone_into(&mut state.server);
        }
        let as_of = moment.as_of.min(moment.now);
        let lookback = micros(self.options.lookback);
        let oldest_writer = moment.oldest_writer.map(|writer| writer.min(as_of));
        let sure = moment.snapshot.map_or(oldest_writer.unwrap_or(as_of), |snapshot| {
            let before = as_of.plus_micros(-lookback.max(micros(OPEN_AT_START)));
            state.ladder.observe(snapshot, as_of, oldest_writer.unwrap_or(before))
        });
        let floor = sure.plus_micros(-lookback);
        let next_floor = state.floor.map_or(floor, |old| old.max(floor));
        // To know what is there already, some more than the look-back is read: see `kept`.
        let horizon = state.horizon.created_at;
        let from = match state.floor {
            None => horizon.min(next_floor.plus_micros(-self.options.kept())),
            Some(floor) if floor < horizon => floor.plus_micros(-self.options.kept()),
            Some(floor) => floor,
        };
        let below = state.floor.is_some() && from < horizon;
        let recheck = state.mark.filter(|_| below).map(|mark| Recheck { from, before: state.horizon, mark });
        let by = Duration::from_micros(u64::try_from(back).unwrap_or(0));
        self.poll = Some(Poll {
            as_of,
            next_floor,
            in_full: state.floor.is_none_or(|old| old <= floor),
            covered_from: first_at(from),
            read_to: None,
            outstanding: 0,
            glance: false,
            watermark,
            marks: (moment.mark, moment.snapshot.map(|snapshot| snapshot.next).or(moment.mark)),
            recheck,
            unseen: BTreeSet::new(),
            set_back: (state.floor.is_some() && back > self.options.kept().max(CLOCKS_DIFFER))
                .then_some(SetBack { by, from }),
        });
        from
    }

    /// In the poll just begun, where events that were dealt with and forgotten must be distinguished from new ones, because the
    /// clock was set back. The keys in this range of events with a number from the mark on are the new ones: they are
    /// passed to [`TailState::unseen`] before the first page.
    pub fn recheck(&self) -> Option<Recheck> {
        self.poll.as_ref()?.recheck
    }

    /// Takes the keys that [`TailState::recheck`] asks for.
    pub fn unseen(&mut self, keys: impl IntoIterator<Item = Key>) {
        if let Some(poll) = &mut self.poll {
            poll.unseen.extend(keys);
        }
    }

    /// By how much the clock was set back before the poll just begun, if that is more than is made up for by what is
    /// remembered.
    pub fn set_back(&self) -> Option<SetBack> {
        self.poll.as_ref()?.set_back
    }

    /// Makes the poll just begun a glance, for which only keys from `recent` on are read: a poll that is given up at its
    /// end, so that late events and what is remembered wait for a whole one. `None` where all has to be read.
    pub fn glance(&mut self, recent: Timestamp) -> Option<Timestamp> {
        let recent = recent.max(self.state.floor?).max(self.state.since);
        let poll = self.poll.as_mut().filter(|poll| poll.covered_from < first_at(recent))?;
        poll.glance = true;
        Some(recent)
    }

    /// Takes the next page of keys, ascending and after those of the page before, and finds those to show. All of
    /// them have to be delivered before the next page.
    pub fn page(&mut self, page: &[Key]) -> Vec<UnseenEvent> {
        let Some(poll) = &mut self.poll else { return Vec::new() };
        let state = &mut self.state;
        let mut fresh = Vec::new();
        for &key in page {
            if state.keys.contains(&key) {
                continue;
            }
            let forgotten = key < state.horizon && !poll.unseen.contains(&key);
            if forgotten || key.created_at < state.since {
                state.keys.insert(key);
            } else {
                // All that was there before the start and is not to be shown has been read.
                if state.floor.is_none() {
                    state.horizon = state.horizon.min(poll.covered_from);
                    let floor = poll.next_floor.max(state.horizon.created_at);
                    state.floor = Some(floor.min(key.created_at));
                    state.mark = poll.mark();
                }
                let late = poll.watermark.is_some_and(|newest| key.created_at < newest);
                fresh.push(UnseenEvent { key, late: late.then(|| seconds(state.now.micros_since(key.created_at))) });
            }
        }
        poll.read_to = page.last().copied().or(poll.read_to);
        poll.outstanding += fresh.len();
        self.make_room(FORGET_EVERY);
        fresh
    }

    /// Notes that a fresh event has been shown (or cannot be: its row is damaged). From now on it is not shown again.
    pub fn delivered(&mut self, key: Key) {
        let Some(poll) = &mut self.poll else { return };
        if self.state.keys.insert(key) {
            poll.outstanding = poll.outstanding.saturating_sub(1);
        }
        self.make_room(FORGET_EVERY);
    }

    /// Ends a poll whose last page has been taken. With events still undelivered it counts as given up.
    pub fn end_poll(&mut self) {
        if let Some(poll) = &mut self.poll {
            poll.read_to = Some(LAST);
        }
        self.make_room(0);
        let Some(poll) = self.poll.take_if(|poll| poll.outstanding == 0 && !poll.glance) else { return };
        let state = &mut self.state;
        state.horizon = state.horizon.min(poll.covered_from);
        let floor = state.floor.map_or(poll.next_floor, |floor| floor.max(poll.next_floor));
        state.floor = Some(floor.max(state.horizon.created_at));
        state.mark = poll.mark();
        self.shortened &= !poll.in_full;
    }

    /// Forgets what is not needed any more, once `every` keys have been added, and if all before is delivered.
    fn make_room(&mut self, every: usize) {
        let Some(poll) = &mut self.poll else { return };
        let Some(read_to) = poll.read_to else { return };
        let state = &mut self.state;
        if poll.glance || poll.outstanding > 0 || state.keys.added() < every {
            return;
        }
        let keep_from = poll.next_floor.plus_micros(-self.options.kept());
        let keys = state.keys.sorted();
        let read = keys.partition_point(|key| *key <= read_to);
        let old = read.min(keys.partition_point(|key| key.created_at < keep_from));
        let mut count = old.min(keys.len().saturating_sub(self.options.seen_max));
        let over = keys.len().saturating_sub(self.options.keys_max);
        if over > count {
            let least = micros(self.options.lookback.min(Duration::from_secs(10)));
            let may = read.min(keys.partition_point(|key| key.created_at < poll.as_of.plus_micros(-least)));
            count = count.max(over.min(may));
        }
        let Some(bound) = count.checked_sub(1).and_then(|last| keys.get(last)).map(|last| after(*last)) else {
            return;
        };
        // Below the horizon the mark alone tells new events from old ones. It does not move before the poll ends, so what was
        // new for this poll must be remembered until then: a poll that is given up would be followed by a repetition.
        if every > 0 && bound <= state.horizon && !poll.unseen.is_empty() {
            return;
        }
        if count > old {
            self.shortened = true;
            poll.in_full = false;
        }
        state.keys.forget(count);
        poll.covered_from = poll.covered_from.max(bound);
        if bound > state.horizon {
            state.horizon = bound;
            state.mark = poll.mark();
            state.floor = state.floor.map(|floor| floor.max(bound.created_at));
        }
    }

    /// What to save, right after any call of another method: what was delivered is not shown again, all else is.
    pub fn state(&mut self) -> &SavedState {
        self.state.keys.sorted();
        &self.state
    }

    /// Whether it is decided what was there before the start: from then on whatever is committed will be shown.
    pub fn is_started(&self) -> bool {
        self.state.is_started()
    }

    /// How far the next poll looks back from the last one: the look-back, more while a transaction is open that has
    /// written, less if [`TailState::shortened`].
    pub fn reach(&self) -> Duration {
        let micros = self.state.floor.map_or(0, |floor| self.state.now.micros_since(floor));
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// Whether the look-back was shortened because there are too many events, so that late ones may be missed.
    pub fn shortened(&self) -> bool {
        self.shortened
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[allow(clippy::cast_precision_loss)]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

fn first_at(created_at: Timestamp) -> Key {
    Key { created_at, id: Uuid::nil() }
}

/// The least key greater than this one.
fn after(key: Key) -> Key {
    match key.id.as_u128().checked_add(1) {
        Some(id) => Key { id: Uuid::from_u128(id), ..key },
        None => first_at(Timestamp::from_micros(key.created_at.micros().saturating_add(1))),
    }
}
