//! What ends a tail.

use crate::interrupt::Signals;
use anyhow::Result;
use std::time::Duration;
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
    signals: Signals,
    deadline: Option<Instant>,
}

impl Ends {
    /// From now on.
    pub(super) fn new(limit: Option<Duration>) -> Result<Self> {
        Ok(Self { signals: Signals::new(true)?, deadline: limit.and_then(|limit| Instant::now().checked_add(limit)) })
    }

    /// Waits for the first of them.
    pub(super) async fn ended(&mut self) -> End {
        let deadline = self.deadline;
        let time_is_up = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.signals.first() => End::Requested,
            () = time_is_up => End::TimeIsUp,
        }
    }
}
