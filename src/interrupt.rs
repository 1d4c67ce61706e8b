//! Ctrl-C and SIGTERM, for commands that end by themselves. tail has its own idea of them.
//!
//! Twice, because a thread that writes to a full pipe or computes hears of no signal: the work ends itself where it can,
//! which tidies up, and the thread that waits for it leaves it behind where it cannot.

use crate::db;
use crate::error::{Failure, Kind};
use crate::output::pager;
use anyhow::Result;
use std::future::Future;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

/// How long a pager has to end after SIGTERM.
const PAGER_PATIENCE: Duration = Duration::from_secs(2);

/// Listens beside the work, on a thread of its own, and calls `leave` if the program has not ended within `grace` of a
/// signal; with `hangup` also of SIGHUP, which otherwise ends the program at once.
///
/// # Errors
/// Where signals cannot be listened to.
pub fn watch(grace: Duration, hangup: bool, leave: impl FnOnce(anyhow::Error) + Send + 'static) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _context = runtime.enter();
        Signals::new(hangup)?
    };
    thread::Builder::new().spawn(move || {
        runtime.block_on(async {
            let mut signal = signals.first().await;
            // Ctrl-C reaches the pager too, and is meant for it alone where nothing else works any more.
            while signal == SignalKind::interrupt() && pager::has_everything() {
                signal = signals.first().await;
            }
            db::interrupt();
            tokio::time::sleep(grace).await;
            let is_paged = pager::is_open();
            // The terminal is the pager's until it is left.
            while signal == SignalKind::interrupt() && pager::is_open() {
                signal = timeout(grace, signals.first()).await.unwrap_or(signal);
            }
            // Another signal was sent to this process alone.
            if signal != SignalKind::interrupt() && pager::is_open() {
                pager::terminate();
                let start = Instant::now();
                while pager::is_open() && start.elapsed() < PAGER_PATIENCE {
                    tokio::time::sleep(grace).await;
                }
            }
            if is_paged {
                // The work was waiting for the pager, and now ends by itself.
                tokio::time::sleep(grace).await;
            }
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
    let mut signals = Signals::new(false)?;
    tokio::select! {
        biased;
        _ = signals.first() => Err(interrupted()),
        done = work => done,
    }
}

/// Those that end a command: SIGINT, SIGTERM and, for a command that saves its position first, SIGHUP.
pub struct Signals {
    interrupted: Signal,
    terminated: Signal,
    hung_up: Option<Signal>,
}

impl Signals {
    /// Listens from now on, inside a runtime.
    pub fn new(hangup: bool) -> Result<Self> {
        Ok(Self {
            interrupted: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
            hung_up: if hangup { self::hangup()? } else { None },
        })
    }

    /// Waits for the first of them.
    pub async fn first(&mut self) -> SignalKind {
        let hung_up = async {
            match &mut self.hung_up {
                Some(signal) => _ = signal.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupted.recv() => SignalKind::interrupt(),
            _ = self.terminated.recv() => SignalKind::terminate(),
            () = hung_up => SignalKind::hangup(),
        }
    }
}

/// SIGHUP, unless the program is to survive it: nohup has it ignored, and to listen would undo that.
///
/// # Errors
/// Where signals cannot be listened to.
fn hangup() -> Result<Option<Signal>> {
    // The lowest bit is signal 1. Where it cannot be read, SIGHUP does what it does.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let listens = ignored.is_some_and(|mask| mask & 1 == 0);
    Ok(if listens { Some(signal(SignalKind::hangup())?) } else { None })
}

fn interrupted() -> anyhow::Error {
    Failure::new(Kind::Interrupted, "interrupted").into()
}
