//! Ctrl-C and SIGTERM, for commands that end by themselves. tail has its own idea of them.
//!
//! Twice, because a thread that writes to a full pipe or computes hears of no signal: the work ends itself where it can,
//! which tidies up, and the thread that waits for it leaves it behind where it cannot.

use crate::db;
use crate::error::{Failure, Kind};
use anyhow::Result;
use std::future::Future;
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens beside the work, on a thread of its own, and calls `leave` if the program has not ended within `grace` of a
/// signal; with `hangup` also of SIGHUP, which otherwise ends the program at once.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn watch(grace: Duration, hangup: bool, leave: impl FnOnce(anyhow::Error) + Send + 'static) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _context = runtime.enter();
        Signals { hung_up: if hangup { self::hangup()? } else { None }, ..Signals::new()? }
    };
    thread::Builder::new().spawn(move || {
        runtime.block_on(async {
            signals.first().await;
            db::interrupt();
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
    hung_up: Option<Signal>,
}

impl Signals {
    fn new() -> Result<Self> {
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
            hung_up: None,
        })
    }

    async fn first(mut self) {
        tokio::select! {
            _ = self.interrupted.recv() => {}
            _ = self.terminated.recv() => {}
            () = next(self.hung_up.as_mut()) => {}
        }
    }
}

/// SIGHUP, unless the program is to survive it: nohup has it ignored, and to listen would undo that.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn hangup() -> Result<Option<Signal>> {
    // The lowest bit is signal 1. Where it cannot be read, SIGHUP does what it does.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let listens = ignored.is_some_and(|mask| mask & 1 == 0);
    Ok(if listens { Some(signal(SignalKind::hangup())?) } else { None })
}

/// Waits for a signal, for ever if there is none to wait for.
pub async fn next(signal: Option<&mut Signal>) {
    match signal {
        Some(signal) => _ = signal.recv().await,
        None => std::future::pending().await,
    }
}

fn interrupted() -> anyhow::Error {
    Failure::new(Kind::Interrupted, "interrupted").into()
}
