//! Output that is held in memory while a transaction is open, and written when none is.
//!
//! The reader of the output may pause: a pager, a terminal after Ctrl-S, a consumer that is stuck. An open transaction would
//! keep its lock on the table meanwhile. A migration would wait for it, and every writer would wait for the migration; dead
//! rows could not be removed; and in SQLite's rollback mode nothing could be written.

use crate::output::destination::Destination;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// Bytes that a portion should have, large enough that ending a transaction and opening the next costs almost nothing.
pub const PORTION: usize = 12 << 20;
/// From this many bytes on, the output must be written before more is added.
const FULL: usize = PORTION + PORTION / 2;
/// How much a sink is given at a time: it buffers what it is given.
const PIECE: usize = 32 * 1024;

/// A handle on what is held; its clones are handles on the same.
#[derive(Debug, Clone, Default)]
pub struct Held(Rc<RefCell<Vec<u8>>>);

impl Held {
    /// Bytes held.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Lines held.
    pub fn lines(&self) -> usize {
        self.0.borrow().iter().filter(|byte| **byte == b'\n').count()
    }

    /// Whether it must be written now.
    pub fn is_full(&self) -> bool {
        self.len() >= FULL
    }

    /// Takes back what was held behind the first `length` bytes.
    pub fn split_off(&self, length: usize) -> Vec<u8> {
        let mut held = self.0.borrow_mut();
        let length = length.min(held.len());
        held.split_off(length)
    }

    /// Writes all that is held. No transaction may be open.
    pub fn pass_on(&self, sink: &mut Destination) -> io::Result<()> {
        let mut held = self.0.borrow_mut();
        held.chunks(PIECE).try_for_each(|piece| sink.write_all(piece))?;
        held.clear();
        // One long message should not cost its memory for ever.
        held.shrink_to(FULL);
        Ok(())
    }
}

impl Write for Held {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Nothing is written before [`Held::pass_on`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
