//! The newest failures, for a list of them.

use crate::db::{EventQuery, Feed, Item, Order, PageRequest};
use crate::model::ActivityEvent;
use crate::output::destination::Destination;
use crate::output::held::Held;
use crate::session::Session;
use anyhow::Result;
use std::io;
use std::ops::ControlFlow;

/// Bytes of their messages that are kept for the list of failures, and that are held at a time when those that were not
/// kept are read again for the list.
const KEPT: usize = 4 << 20;

/// The newest failures: in memory as far as they are not too long for that, the others by their place.
pub struct Newest {
    /// Those that are kept.
    pub kept: Vec<ActivityEvent>,
    bytes: usize,
    /// How many are wanted at most.
    wanted: u64,
    /// Still wanted.
    left: u64,
    /// Some were not kept.
    truncate: bool,
}

impl Newest {
    /// At most this many.
    pub fn of(limit: u64) -> Self {
        Self { kept: Vec::new(), bytes: 0, wanted: limit, left: limit, truncate: false }
    }

    /// How many are wanted at most.
    pub fn wanted(&self) -> u64 {
        self.wanted
    }

    /// Adds one, older than those before.
    pub fn add(&mut self, event: ActivityEvent) {
        self.truncate |= self.left > 0 && self.bytes >= KEPT;
        if self.left > 0 && !self.truncate {
            self.bytes += event.message.as_deref().map_or(0, str::len);
            self.kept.push(event);
            self.left -= 1;
        }
    }

    /// Writes what is held and reads those that were not kept, if there are any, portion by portion; `each` adds one to what is
    /// held.
    pub async fn read_on(
        &self,
        session: &mut Session,
        asked: EventQuery<'_>,
        held: &Held,
        sink: &mut Destination,
        each: &mut dyn FnMut(&ActivityEvent) -> io::Result<()>,
    ) -> Result<()> {
        let Some(last) = self.kept.last().filter(|_| self.truncate) else { return Ok(()) };
        let average = (self.bytes / self.kept.len()).max(1);
        let after = Some(last.key());
        let page = PageRequest { limit: Some(self.left), order: Order::Newest, after, ..PageRequest::default() };
        let mut feed = Feed::new(page, (KEPT / average) as u64);
        loop {
            held.pass_on(sink)?;
            if sink.is_left() {
                return Ok(());
            }
            session.go_on(asked.filter).await?;
            let done = session
                .store
                .portion::<ActivityEvent>(asked, &mut feed, &mut |event| {
                    each(&event)?;
                    Ok(if held.len() >= 2 * KEPT { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
                })
                .await?;
            session.store.commit().await?;
            if done {
                return Ok(held.pass_on(sink)?);
            }
        }
    }
}
