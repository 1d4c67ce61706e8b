//! Whether stdout was open when the program was started.
//!
//! Rust's runtime opens /dev/null in place of a descriptor that is closed (`>&-`), before `main`. Writes then succeed and
//! the output is lost. Afterwards this looks like a /dev/null that the caller chose, so it is checked earlier.

use ctor::ctor;
use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED_AT_START: AtomicBool = AtomicBool::new(false);

#[ctor]
fn check_stdout() {
    let is_closed = rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err();
    CLOSED_AT_START.store(is_closed, Ordering::Relaxed);
}

/// Whether the program was started with a closed stdout.
pub fn stdout_was_closed_at_start() -> bool {
    CLOSED_AT_START.load(Ordering::Relaxed)
}
