//! Whether the terminal at stderr is ours at the moment. A shell with job control gives it to one process group at a time.

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, tcgetattr, tcgetpgrp};
use std::io::{IsTerminal, stderr};

/// Whether this process belongs to the foreground process group of the terminal at stderr.
pub fn is_in_foreground() -> bool {
    let stderr = stderr();
    stderr.is_terminal() && tcgetpgrp(&stderr).is_ok_and(|foreground| foreground == getpgrp())
}

/// Whether a write to stderr would stop this process: it is a background job, and `stty tostop` is set.
pub fn would_be_stopped() -> bool {
    let stderr = stderr();
    let tostop = || tcgetattr(&stderr).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP));
    let in_background = || tcgetpgrp(&stderr).is_ok_and(|foreground| foreground != getpgrp());
    stderr.is_terminal() && in_background() && tostop()
}
