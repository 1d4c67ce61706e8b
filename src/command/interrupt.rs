//! Ctrl-C and SIGTERM, for commands that end by themselves. tail has its own idea of them.
//!
//! Twice, because a thread that writes to a full pipe or computes hears of no signal: the work ends itself where it can,
//! which tidies up, and the thread that waits for it leaves it behind where it cannot.

use crate::error::{Failure, Kind};
use anyhow::Result;
use std::future::Future;
use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// What a thread that is started has less of than the first one, unless told.
const STACK: usize = 8 * 1024 * 1024;

/// Does the work on a thread of its own, and ends without it if it has not ended within `grace` of a signal.
///
/// # Errors
/// Those of the work; exit 130 where it was left behind.
pub fn guard(grace: Duration, work: impl FnOnce() -> Result<u8> + Send + 'static) -> Result<u8> {
    let (done, is_done) = oneshot::channel();
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || {
        // Nobody waits any more after a signal.
        let _ = done.send(work());
    })?;
    let left_behind = Builder::new_current_thread().enable_all().build()?.block_on(async {
        tokio::select! {
            biased;
            answer = is_done => answer.map_or(Ok(None), |answer| answer.map(Some)),
            told = late(grace) => told.and_then(|()| Err(interrupted())),
        }
    })?;
    match left_behind {
        Some(code) => Ok(code),
        None => match worker.join() {
            Err(panic) => resume_unwind(panic),
            Ok(()) => Err(interrupted()),
        },
    }
}

/// Does the work until a signal comes.
///
/// # Errors
/// Those of the work; exit 130 after a signal.
pub async fn until_interrupted(work: impl Future<Output = Result<u8>>) -> Result<u8> {
    tokio::select! {
        biased;
        told = signalled() => told.and_then(|()| Err(interrupted())),
        done = work => done,
    }
}

async fn late(grace: Duration) -> Result<()> {
    signalled().await?;
    tokio::time::sleep(grace).await;
    Ok(())
}

async fn signalled() -> Result<()> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
    }
}

fn interrupted() -> anyhow::Error {
    Failure::new(Kind::Interrupted, "interrupted").into()
}
