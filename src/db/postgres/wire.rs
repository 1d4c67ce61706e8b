//! The connection to a PostgreSQL server, from the socket to the end of the login.
//!
//! sqlx connects, secures and logs in by itself, but it knows neither SASLprep nor channel binding, checks certificates
//! more strictly than libpq in some cases and less so in others, sets no socket option, and shows nobody its socket. So
//! all this is done here, and sqlx speaks to this module over a Unix socket that only this process can open
//! ([`relay`]): what it sends is passed on, byte by byte.

mod dial;
mod keys;
mod login;
mod names;
mod relay;
mod tls;
mod trust;

pub(in crate::db) use relay::Relay;

use super::errors::{Attempt, Connecting};
use crate::db::url::Host;
use crate::db::url::tls::{Binding, Mode};
use dial::{DialAddress, Stream};
use login::ServerSession;
use sqlx::postgres::PgConnectOptions;
use std::future::Future;
use std::time::Duration;
use tls::Security;

/// A server that can be connected to again: where it was found, and the name that it sees us by.
#[derive(Clone)]
pub(in crate::db) struct Route {
    host: Host,
    address: DialAddress,
    application: String,
    timeout: Duration,
}

/// Tries each address of a host in turn; each may take as long as the timeout. The failures go to `attempts`.
pub(in crate::db) async fn connect(
    host: &Host,
    application: &str,
    timeout: Duration,
    shuffled: bool,
    attempts: &mut Vec<Attempt>,
) -> Option<(Route, PgConnectOptions, Relay)> {
    let mut addresses = match within(timeout, dial::addresses(&host.endpoint)).await {
        Ok(addresses) => addresses,
        Err(cause) => {
            attempts.push(Attempt::new(host.label.clone(), cause));
            return None;
        }
    };
    if shuffled {
        fastrand::shuffle(&mut addresses);
    }
    let several = addresses.len() > 1;
    for address in addresses {
        let label = if several { format!("{} ({address})", host.label) } else { host.label.clone() };
        let route = Route { host: host.clone(), address, application: application.to_owned(), timeout };
        match route.connect().await {
            Ok((options, relay)) => return Some((route, options, relay)),
            Err(cause) => {
                // The other addresses are the same server, which would say the same.
                let settled = matches!(&cause, Connecting::Refused { code, .. } if !code.starts_with("57P"));
                attempts.push(Attempt::new(label, cause));
                if settled {
                    return None;
                }
            }
        }
    }
    None
}

impl Route {
    pub(in crate::db) fn label(&self) -> String {
        self.host.label.clone()
    }

    /// Connects and logs in; what sqlx needs to take the connection over, which it may do once.
    pub(in crate::db) async fn connect(&self) -> Result<(PgConnectOptions, Relay), Connecting> {
        let session = within(self.timeout, self.session()).await?;
        relay::offer(session).map_err(|cause| Connecting::Unmet {
            message: format!("cannot make a private Unix socket: {cause}"),
            hint: "set TMPDIR to a directory that can be written".to_owned(),
        })
    }

    /// libpq's `sslmode`: prefer falls back to plain text where TLS fails or the server lets us in only without it; allow
    /// does the reverse.
    async fn session(&self) -> Result<ServerSession, Connecting> {
        let mode = self.host.tls.mode;
        if mode == Mode::Disable {
            return self.plain().await;
        }
        let security = Security::new(&self.host)?;
        if mode == Mode::Allow && self.host.tls.binding != Binding::Require {
            return match self.plain().await {
                Err(first) if is_rejection(&first) => {
                    self.secured(&security).await.map_err(|second| both(first, second, "with TLS"))
                }
                done => done,
            };
        }
        match self.secured(&security).await {
            Err(first) if mode == Mode::Prefer && self.host.tls.binding != Binding::Require && falls_back(&first) => {
                self.plain().await.map_err(|second| both(first, second, "without TLS"))
            }
            done => done,
        }
    }

    async fn plain(&self) -> Result<ServerSession, Connecting> {
        let stream = self.dial().await?;
        login::log_in(stream, &self.host, &self.application, None).await
    }

    async fn secured(&self, security: &Security) -> Result<ServerSession, Connecting> {
        let mut stream = self.dial().await?;
        let direct = self.host.tls.direct;
        if !direct && !tls::request(&mut stream).await? {
            let optional = matches!(self.host.tls.mode, Mode::Allow | Mode::Prefer);
            return match self.host.tls.binding {
                Binding::Require => Err(Connecting::Insecure {
                    message: "channel_binding=require needs TLS, and the server does not support TLS".to_owned(),
                    hint: "leave channel_binding out, or switch TLS on in the server".to_owned(),
                }),
                _ if optional => login::log_in(stream, &self.host, &self.application, None).await,
                _ => Err(Connecting::Insecure {
                    message: "the server does not support TLS".to_owned(),
                    hint: "sslmode in DATABASE_URL sets what is required".to_owned(),
                }),
            };
        }
        let (stream, bound) = security.handshake(stream).await?;
        login::log_in(stream, &self.host, &self.application, Some(bound)).await
    }

    async fn dial(&self) -> Result<Stream, Connecting> {
        dial::dial(&self.address, &self.host.tcp).await.map_err(Connecting::Unreachable)
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, Connecting>>) -> Result<T, Connecting> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(Connecting::Late(limit)))
}

/// The server's rules (pg_hba.conf, a pooler's) do not let this kind of connection in.
fn is_rejection(cause: &Connecting) -> bool {
    matches!(cause, Connecting::Refused { code, .. } if code == "28000" || code.starts_with("08"))
}

/// Whether plain text is worth a try. A wrong password stays wrong.
fn falls_back(cause: &Connecting) -> bool {
    is_rejection(cause) || matches!(cause, Connecting::Insecure { .. })
}

/// Two ways were tried: the first decides, and the second is reported if it differs.
fn both(first: Connecting, second: Connecting, way: &str) -> Connecting {
    match (first, second) {
        (Connecting::Refused { code, message }, Connecting::Refused { message: second, .. }) if message != second => {
            Connecting::Refused { code, message: format!("{message}; {way}: {second}") }
        }
        // The way that got further says more.
        (Connecting::Insecure { .. } | Connecting::Unreachable(_), second) => second,
        (first, _) => first,
    }
}
