//! Between two polls: pings, a look at stdout, and an ear for notices.

use super::TailRunner;
use crate::db::Item;
use crate::model::Record;
use crate::output::{self, Format};
use anyhow::Result;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// As the API's stream.
const PING_EVERY: Duration = Duration::from_secs(15);
/// Between polls at least; what is committed meanwhile comes together.
const BREATH: Duration = Duration::from_millis(50);
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl<T: Item + Record + Clone> TailRunner<'_, T> {
    /// Waits for the next poll, which a notice brings forward.
    pub(super) async fn wait_for_events(&mut self, polled: Instant) -> Result<()> {
        let now = Instant::now();
        let (whole, took) = self.whole;
        let next = self.args.poll.saturating_sub(took);
        // However often the database calls, it is left alone for as long as it was asked.
        self.glances = false;
        let early = self.wait(whole + next, Some(now + (now - polled).max(BREATH))).await?;
        // Where many events are remembered, whole polls are kept to a tenth of the time.
        self.glances = early && whole.elapsed() < took * 10;
        Ok(())
    }

    /// Waits until an instant; after a notice only until `earliest`, and then says so.
    pub(super) async fn wait(&mut self, mut until: Instant, earliest: Option<Instant>) -> Result<bool> {
        let mut listening = earliest.is_some();
        let mut early = false;
        loop {
            self.look_at_stdout()?;
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(early);
            }
            let nap = sleep(left.min(LOOK_EVERY));
            let Some(push) = self.push.as_mut().filter(|_| listening) else {
                nap.await;
                continue;
            };
            tokio::select! {
                () = nap => {}
                heard = push.heard() => {
                    listening = false;
                    match (heard, earliest) {
                        (true, Some(earliest)) if earliest < until => (until, early) = (earliest, true),
                        (true, _) => {}
                        _ => self.push = None,
                    }
                }
            }
        }
    }

    /// A pipe's end is noticed although nothing is written, and pings are written although nothing happens.
    fn look_at_stdout(&mut self) -> Result<()> {
        if output::stdout_is_closed() {
            return Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into());
        }
        self.ping()
    }

    /// Every fifteen seconds, whether events come or not, as the API's stream does.
    pub(super) fn ping(&mut self) -> Result<()> {
        if self.format == Format::Sse && self.last_ping.elapsed() >= PING_EVERY {
            let ping = output::ping(self.now());
            self.writer.raw(ping.as_bytes())?;
            self.writer.flush()?;
            self.last_ping = Instant::now();
        }
        Ok(())
    }
}
