//! What ends a tail.

use crate::interrupt;
use anyhow::Result;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

/// Why a tail ends.
pub(super) enum End {
    /// All was printed: `--no-follow`, `--until-count`.
    Done,
    /// `--for`.
    TimeIsUp,
    /// Ctrl-C, SIGTERM, or SIGHUP: the terminal was closed.
    Requested,
}

/// What may end it from outside.
pub(super) struct Ends {
    terminated: Signal,
    interrupted: Signal,
    hung_up: Option<Signal>,
    deadline: Option<Instant>,
}

impl Ends {
    /// From now on.
    pub(super) fn new(limit: Option<Duration>) -> Result<Self> {
        Ok(Self {
            terminated: signal(SignalKind::terminate())?,
            interrupted: signal(SignalKind::interrupt())?,
            hung_up: interrupt::hangup()?,
            deadline: limit.and_then(|limit| Instant::now().checked_add(limit)),
        })
    }

    /// Waits for the first of them.
    pub(super) async fn ended(&mut self) -> End {
        let deadline = self.deadline;
        let hung_up = interrupt::next(self.hung_up.as_mut());
        let time_is_up = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.interrupted.recv() => End::Requested,
            _ = self.terminated.recv() => End::Requested,
            () = hung_up => End::Requested,
            () = time_is_up => End::TimeIsUp,
        }
    }
}
