//! From a database URL, as SQLAlchemy, libpq or a human writes it, to what to connect to.
//!
//! sqlx's own parser is not used: it ignores the scheme, parameters that it does not know and a bad `PGSSLMODE`, and it
//! knows no several hosts, no service files and no IPv6 literals. Here whatever cannot be honoured is refused by name.
//! What the URL leaves out comes from its service file, then from libpq's `PG*` variables, then from libpq's defaults
//! (PostgreSQL manual, "Connection Control Functions", "Environment Variables", "The Password File").
//!
//! No message and no Debug output holds a password, not even where a URL is so broken that part of the password
//! reads as something else: texts from the URL are only shown where they cannot be one.

mod dsn;
mod foreign;
pub(super) mod methods;
mod name;
mod params;
mod pgpass;
mod postgres;
mod same_host;
mod service;
mod sqlite;
pub(super) mod tcp;
pub(super) mod tls;
mod uri;

pub use name::Name;

use crate::error::{Failure, is_password_refused, unavailable, usage};
use crate::redact::REDACTED;
use methods::Method;
use params::Params;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use tcp::Tcp;
use tls::Tls;

/// The database to open.
#[derive(Debug, Clone)]
pub enum Target {
    /// A PostgreSQL server, or several of which one will do.
    Postgres(PostgresTarget),
    /// An SQLite file.
    Sqlite {
        /// The file, which need not exist; a relative path is meant from the working directory.
        path: PathBuf,
        /// Whether the URL says `?mode=ro`.
        read_only: bool,
    },
}

/// Where to find PostgreSQL: hosts to try in turn.
#[derive(Debug, Clone)]
pub struct PostgresTarget {
    /// At least one, in the order in which to try them.
    pub hosts: Vec<Host>,
    /// Which kind of server will do; the others are passed over.
    pub session: SessionAttrs,
    /// Whether to try the hosts, and the addresses of each, in a random order: `load_balance_hosts=random`.
    pub(super) shuffled: bool,
    /// How long to wait for one address of a host; [`Duration::MAX`] when `connect_timeout=0` asks to wait for ever.
    pub connect_timeout: Duration,
    /// The database's name.
    pub database: Name,
    /// For stderr: a password file that was ignored, and why.
    pub warnings: Vec<String>,
    /// Where no host has a password: where one may come from, for the case that the server wants one.
    no_password: Option<String>,
    /// Texts that no message may show, which the server may quote.
    hidden: Vec<String>,
}

/// Where the password for a URL without one may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordSources {
    /// PGPASSWORD, the service file and the password file, as libpq has it.
    All,
    /// The same, where they name the URL's host: a URL from a `.env` file gets no password that is meant for another.
    SameHost,
}

/// One server. Debug shows its address alone, and no password.
#[derive(Clone)]
pub struct Host {
    /// `host:port`, or the directory of a Unix socket and the port: `/run/postgresql:5432`.
    pub label: String,
    pub(super) endpoint: Endpoint,
    pub(super) tcp: Tcp,
    pub(super) tls: Tls,
    pub(super) login: Login,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// A Unix socket.
    Unix(PathBuf),
    /// TCP.
    Tcp {
        /// The name that the certificate must have, and that is sent to the server (SNI).
        name: String,
        /// What to connect to: hostaddr if there is one, else the name.
        connect: String,
        port: u16,
    },
}

/// Who logs in, and how. Without Debug, for it holds the password.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) database: String,
    /// Never empty.
    pub(super) password: Option<String>,
    /// Settings for the session, as the server reads them.
    pub(super) options: Option<String>,
    /// What the server may ask for.
    pub(super) methods: Vec<Method>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Host").field(&self.label).finish()
    }
}

/// libpq's `target_session_attrs`: which server to accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SessionAttrs {
    /// The first that answers.
    #[default]
    Any,
    /// One where transactions can write by default.
    ReadWrite,
    /// One where they cannot.
    ReadOnly,
    /// One that is not in recovery.
    Primary,
    /// One that is in recovery.
    Standby,
    /// A standby, else any.
    PreferStandby,
}

impl SessionAttrs {
    /// As in a URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "read-only",
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::PreferStandby => "prefer-standby",
        }
    }
}

impl Target {
    /// Understands `postgresql://` and `postgres://` (libpq's rules), `postgresql+psycopg://` and the like
    /// (SQLAlchemy's), `sqlite:` (see below), and libpq's `host=… dbname=…`. `env` answers the `PG*` variables and HOME.
    ///
    /// The password ends at the last `@` before the path; it may hold `#`, `%` or `@` unencoded, and `/` or `?` too
    /// where no other `@` follows, as in SQLAlchemy.
    ///
    /// SQLite is read as SQLAlchemy does: `sqlite:///relative.db`, `sqlite:////absolute.db`; `sqlite:any/path.db` works
    /// as well. A database in memory is refused, for it would always be empty.
    ///
    /// # Errors
    /// Usage: another scheme, a parameter that is unknown or that cannot be honoured, a value that cannot be read.
    pub fn parse(url: &str, env: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        Self::parse_from(url, env, PasswordSources::All)
    }

    /// The same with a choice of where passwords may come from.
    ///
    /// # Errors
    /// As for [`Target::parse`].
    pub fn parse_from(
        url: &str,
        env: &dyn Fn(&str) -> Option<String>,
        passwords: PasswordSources,
    ) -> anyhow::Result<Self> {
        Ok(parse(url, env, passwords)?)
    }

    /// `host:port/database`, or the SQLite file's path: for people to see which database answers. Never a password: what
    /// is not plainly a name is shown as `<redacted>`.
    pub fn label(&self) -> String {
        match self {
            Self::Postgres(target) => target.label(),
            Self::Sqlite { path, .. } => sqlite::shown(path),
        }
    }

    /// Texts that no message may show, although what they name can be opened.
    pub fn hidden(&self) -> Vec<String> {
        match self {
            Self::Postgres(target) => target.hidden.clone(),
            Self::Sqlite { path, .. } if sqlite::shown(path) == REDACTED => vec![path.display().to_string()],
            Self::Sqlite { .. } => Vec::new(),
        }
    }
}

impl PostgresTarget {
    /// `host:port/database`; several hosts stand with commas between them, as in a URL.
    pub fn label(&self) -> String {
        let hosts: Vec<&str> = self.hosts.iter().map(|host| host.label.as_str()).collect();
        format!("{}/{}", hosts.join(","), self.database)
    }

    /// A refused login in the right words where no password was given: it was not a wrong one.
    pub(super) fn explain(&self, error: anyhow::Error) -> anyhow::Error {
        match &self.no_password {
            Some(hint) if is_password_refused(&error) => {
                let message = "the database asks for a password, and none was given";
                match self.hosts.as_slice() {
                    [host] => unavailable(format!("{}: {message}", host.label)).hint(hint).into(),
                    _ => error.context(unavailable(message).hint(hint)),
                }
            }
            _ => error,
        }
    }
}

/// Whether a URL itself (not a file or variable that it leads to) holds a password.
pub fn holds_password(url: &str) -> bool {
    match form(url.trim()) {
        Ok(UrlKind::Postgres(params)) => params.get("password").or(params.get("sslpassword")).is_some(),
        _ => false,
    }
}

fn parse(url: &str, env: &dyn Fn(&str) -> Option<String>, passwords: PasswordSources) -> Result<Target, Failure> {
    match form(url.trim())? {
        UrlKind::Postgres(params) => postgres::target(params, env, passwords).map(Target::Postgres),
        UrlKind::Sqlite { path, read_only } => Ok(Target::Sqlite { path, read_only }),
    }
}

enum UrlKind {
    Postgres(Params),
    Sqlite { path: PathBuf, read_only: bool },
}

const ACCEPTED: &str = "accepted: postgresql://, postgres://, postgresql+psycopg://, +psycopg2 or +asyncpg, sqlite:PATH, \
                        and \"host=… dbname=…\"";

/// What people try; only such a name is shown, since a broken URL may begin with its password.
const OTHERS: [&str; 11] =
    ["mysql", "mariadb", "mssql", "oracle", "mongodb", "redis", "http", "https", "jdbc", "file", "cockroachdb"];

fn form(url: &str) -> Result<UrlKind, Failure> {
    if url.is_empty() {
        return Err(usage("the database URL is empty").hint(ACCEPTED));
    }
    if url.starts_with(['"', '\'']) {
        return Err(usage("the database URL is in quotes").hint("take the quotes away"));
    }
    let (scheme, rest) = match url.split_once(':') {
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+._-".contains(c)) => {
            (scheme, rest)
        }
        _ if url.contains('=') => return dsn::parse(url).map(UrlKind::Postgres),
        _ => return Err(usage("not a database URL").hint(ACCEPTED)),
    };
    let scheme = scheme.to_ascii_lowercase();
    let driver = match scheme.as_str() {
        "sqlite" | "sqlite+aiosqlite" | "sqlite+pysqlite" => {
            return sqlite::parse(rest).map(|(path, read_only)| UrlKind::Sqlite { path, read_only });
        }
        "postgresql" | "postgres" => false,
        "postgresql+psycopg" | "postgresql+psycopg2" | "postgresql+asyncpg" | "postgresql+psycopg_async" => true,
        "postgres+psycopg" | "postgres+psycopg2" | "postgres+asyncpg" => true,
        other => {
            let message = match OTHERS.into_iter().find(|name| other.split('+').next() == Some(name)) {
                Some(name) => format!("unsupported database: {name}"),
                None => "the database URL has an unknown scheme".to_owned(),
            };
            let hint =
                if other == "jdbc" { "take jdbc: away; the rest can be read as postgresql://…" } else { ACCEPTED };
            return Err(usage(message).hint(hint));
        }
    };
    match rest.strip_prefix("//") {
        Some(rest) => uri::parse(rest, driver).map(UrlKind::Postgres),
        None => Err(usage(format!("{scheme}: must be followed by //")).hint(ACCEPTED)),
    }
}

/// Percent-decoding as SQLAlchemy does it: what is no valid escape stays (`100%` is `100%`).
fn decode(text: &str, what: &str) -> Result<String, Failure> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    match decoded {
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        _ => Err(usage(format!("{what} in the database URL is not valid text once percent-decoded"))),
    }
}

#[cfg(test)]
mod tests;
