//! Hearing of commits, where the operator has installed the trigger of `queries/postgres/install_notify_trigger.sql`. A notice only says
//! that it is worth looking; whatever happens to it costs no more than the wait for the next poll.

use super::wire::{Relay, Route};
use crate::db::Database;
use crate::db::query::Query;
use crate::error::unavailable;
use anyhow::Result;
use futures_util::FutureExt;
use sqlx::Row as _;
use sqlx::postgres::{PgListener, PgPoolOptions};
use std::time::Duration;

/// What the trigger notifies.
const CHANNEL: &str = "mc_activity_events";
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// A second connection that listens.
pub struct Listener {
    inner: PgListener,
    /// Process id of the server's end.
    backend: i64,
    listens: bool,
    /// Carries the connection for as long as it is kept.
    _relay: Relay,
}

impl Database {
    /// A connection to listen on, if the trigger is there and this server is one that notifies: a standby is not. Asked
    /// outside a transaction.
    pub async fn listener(&mut self) -> Result<Option<Listener>> {
        let mut notifies = false;
        self.fetch_if_supported(&Query::alone("has_notify_trigger"), &mut |row| {
            notifies = row.columns().flag()?.unwrap_or_default();
            Ok(())
        })
        .await?;
        if notifies { self.engine.listener().await } else { Ok(None) }
    }

    /// Takes back, in the transaction under way, what a [`Listener`] has set on the same server process.
    pub async fn unlisten(&mut self) -> Result<()> {
        self.simple(&format!("UNLISTEN {CHANNEL}")).await
    }
}

impl Listener {
    pub(super) async fn connect(route: &Route) -> Result<Self> {
        let connected = tokio::time::timeout(CONNECT_WITHIN, route.connect()).await?;
        let (options, relay) = connected.map_err(|_| unavailable("there is no second connection to listen on"))?;
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT_WITHIN)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        let mut inner = PgListener::connect_with(&pool).await?;
        inner.eager_reconnect(false);
        let backend: i32 =
            sqlx::raw_sql("SELECT pg_catalog.pg_backend_pid()").fetch_one(&mut inner).await?.try_get(0)?;
        Ok(Self { inner, backend: backend.into(), listens: false, _relay: relay })
    }

    /// Whether its server's end is this one: then a pooler hands the ends round, and listening is of no use.
    pub fn is_at(&self, backend: i64) -> bool {
        self.backend == backend
    }

    /// Listens from now on; false if that failed.
    pub async fn listen(&mut self) -> bool {
        if !self.listens {
            let asked = tokio::time::timeout(CONNECT_WITHIN, self.inner.listen(CHANNEL)).await;
            self.listens = matches!(asked, Ok(Ok(())));
        }
        self.listens
    }

    /// Waits for a notice, and takes all that are there: the server keeps what is not taken. False when none will come any
    /// more. May be dropped while it waits.
    pub async fn heard(&mut self) -> bool {
        let mut heard = self.inner.try_recv().await;
        while let Ok(Some(_)) = heard {
            match self.inner.try_recv().now_or_never() {
                None => return true,
                Some(more) => heard = more,
            }
        }
        false
    }
}
