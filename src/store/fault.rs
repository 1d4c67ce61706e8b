//! What a database says when it cannot answer, in the words and with the exit code that the caller needs.

use crate::error::{failed, unavailable};
use anyhow::anyhow;

const GRANTS: &str = "queries/postgres/grants.sql makes roles that may do what is needed: mc_activity_reader, \
                      mc_activity_login for agents' tokens, mc_activity_writer for log";

/// A connection could not be made.
pub(super) fn connecting(error: sqlx::Error) -> anyhow::Error {
    let hint = "check DATABASE_URL and that the server is up; `mc-activity doctor` tells more";
    let failure = match &error {
        sqlx::Error::Io(cause) => unavailable(format!("cannot reach the database: {cause}")),
        sqlx::Error::Tls(cause) => unavailable(format!("no secure connection to the database: {cause}")),
        sqlx::Error::Database(cause) => {
            unavailable(format!("the database refused the connection: {}", cause.message()))
        }
        other => unavailable(format!("cannot open the database: {other}")),
    };
    failure.hint(hint).passing(is_passing(&error)).into()
}

/// A statement failed.
pub(super) fn running(error: sqlx::Error) -> anyhow::Error {
    let sqlx::Error::Database(cause) = &error else {
        return match error {
            sqlx::Error::Io(cause) => {
                unavailable(format!("the connection to the database was lost: {cause}")).passing(true).into()
            }
            other => {
                let passing = is_passing(&other);
                anyhow!(other).context(unavailable("the database did not answer as expected").passing(passing))
            }
        };
    };
    let message = cause.message().to_owned();
    let code = cause.code().unwrap_or_default().into_owned();
    match code.as_str() {
        "42P01" | "42703" => unavailable(format!("the database lacks what we need: {message}"))
            .hint("is this a Mission Control database? `mc-activity doctor` lists what is missing"),
        "42501" => unavailable(format!("not allowed by the database: {message}")).hint(GRANTS),
        "57014" if message.contains("timeout") => failed(format!("stopped by the database: {message}"))
            .hint("raise --timeout, or narrow the question with --since, --board or --type"),
        "55P03" => failed(format!("the database is busy: {message}")).hint("try again in a moment"),
        _ if code.starts_with("57P") || code.starts_with("08") => {
            unavailable(format!("the database went away: {message}"))
        }
        _ if message.starts_with("no such table") || message.starts_with("no such column") => {
            unavailable(format!("the database lacks what we need: {message}"))
                .hint("is this a Mission Control database? `mc-activity demo` makes an embedded store")
        }
        _ if message.contains("not a database") || message.contains("malformed") => {
            unavailable(format!("this file is no usable SQLite database: {message}"))
        }
        _ => failed(format!("the database reports: {message}")),
    }
    .passing(is_passing(&error))
    .into()
}

/// Whether the role may not do what was asked of the database.
pub(super) fn is_forbidden(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "42501")
}

/// A privilege is missing; `lacking` says whose and which.
pub(super) fn forbidden(error: &sqlx::Error, lacking: &str) -> anyhow::Error {
    let message = error.as_database_error().map(|cause| cause.message().to_owned()).unwrap_or_default();
    unavailable(format!("not allowed by the database: {message}: {lacking}")).hint(GRANTS).into()
}

/// Whether trying again on a new connection may help: the server restarts, a network breaks, a standby must cancel us,
/// a file is locked. A wrong password, a missing table or a mistake of ours stays what it is.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            let passing = ["40", "53", "57", "08", "58"];
            passing.iter().any(|class| code.len() == 5 && code.starts_with(class))
                || code == "55P03"
                || ["5", "6"].contains(&code.as_ref())
        }
        _ => false,
    }
}
