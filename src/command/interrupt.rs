//! Ctrl-C and SIGTERM, for commands that end by themselves. tail has its own idea of them.
//!
//! Twice, because a thread that writes to a full pipe or computes hears of no signal: the work ends itself where it can,
//! which tidies up, and the thread that waits for it leaves it behind where it cannot.

use crate::error::{Failure, Kind};
use crate::store;
use anyhow::Result;
use std::future::Future;
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens beside the work, on a thread of its own, and calls `leave` if the program has not ended within `grace` of a
/// signal.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn watch(grace: Duration, leave: impl FnOnce(anyhow::Error) + Send + 'static) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _context = runtime.enter();
        Signals::new()?
    };
    thread::Builder::new().spawn(move || {
        runtime.block_on(async {
            signals.first().await;
            store::interrupt();
            tokio::time::sleep(grace).await;
        });
        leave(interrupted());
    })?;
    Ok(())
}

/// Does the work until a signal comes.
///
/// # Errors
/// Those of the work; exit 130 after a signal.
pub async fn until_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let signals = Signals::new()?;
    tokio::select! {
        biased;
        () = signals.first() => Err(interrupted()),
        done = work => done,
    }
}

/// Those that end a command.
struct Signals {
    interrupted: Signal,
    terminated: Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        Ok(Self { interrupted: signal(SignalKind::interrupt())?, terminated: signal(SignalKind::terminate())? })
    }

    async fn first(mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

fn interrupted() -> anyhow::Error {
    Failure::new(Kind::Interrupted, "interrupted").into()
}
