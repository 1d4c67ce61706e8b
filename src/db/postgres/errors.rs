//! What PostgreSQL says when it cannot answer, in the words and with the exit code that the caller needs.

use super::sqlstate::{self, Remedy};
use crate::error::{Failure, Kind, failed, unavailable};
use anyhow::anyhow;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use std::io;
use std::time::Duration;

const GRANTS: &str = "queries/postgres/grants.sql makes roles that may do what is needed: mc_activity_reader, \
                      mc_activity_login for agents' tokens, mc_activity_writer for log";

/// Why one address of one server gave no connection.
#[derive(Debug)]
pub(in crate::db) enum Connecting {
    /// The network failed: no route, nothing listens, the connection broke.
    Unreachable(io::Error),
    /// It took longer than `connect_timeout`.
    Late(Duration),
    /// TLS, or a file that it needs, does not do. `hint` says how to mend it.
    Insecure { message: String, hint: String },
    /// The server refused.
    Refused { code: String, message: String },
    /// What answers does not follow PostgreSQL's protocol, or asks for too much.
    Foreign(String),
    /// The server wants, or leaves out, something that the settings do not allow.
    Unmet { message: String, hint: String },
    /// The server asks for a password, and none was given.
    NoPassword,
}

/// One address that was tried in vain, for people.
pub(in crate::db) struct Attempt {
    pub(in crate::db) label: String,
    message: String,
    hint: Option<String>,
    transient: bool,
    password_refused: bool,
}

impl Attempt {
    /// No connection was made.
    pub(in crate::db) fn new(label: String, cause: Connecting) -> Self {
        let check = "check DATABASE_URL and that the server is up; `mc-activity doctor` tells more";
        let password_refused = match &cause {
            Connecting::NoPassword => true,
            Connecting::Refused { code, .. } => code == "28P01",
            _ => false,
        };
        let (message, hint, transient) = match cause {
            Connecting::Unreachable(cause) => (format!("cannot reach the database: {cause}"), check.to_owned(), true),
            Connecting::Late(limit) => {
                (format!("the database did not answer within {} s", limit.as_secs()), check.to_owned(), true)
            }
            Connecting::Insecure { message, hint } => {
                (format!("no secure connection to the database: {message}"), hint, false)
            }
            Connecting::Refused { code, message } => {
                let hint = match code.as_str() {
                    "28P01" | "28000" => "check user and password in DATABASE_URL, PGPASSWORD or ~/.pgpass",
                    "3D000" => "check the database's name in DATABASE_URL",
                    "53300" => "too many connections; try again in a moment",
                    _ => check,
                };
                (
                    format!("the database refused the connection: {message}"),
                    hint.to_owned(),
                    sqlstate::of(&code).0 != Remedy::Final,
                )
            }
            Connecting::Foreign(message) => (format!("cannot open the database: {message}"), check.to_owned(), true),
            Connecting::NoPassword => {
                let hint = "give one by PGPASSWORD, in ~/.pgpass (mode 0600), in a profile or in DATABASE_URL";
                ("the database asks for a password, and none was given".to_owned(), hint.to_owned(), false)
            }
            Connecting::Unmet { message, hint } => (format!("cannot log in to the database: {message}"), hint, false),
        };
        Self { label, message, hint: Some(hint), transient, password_refused }
    }

    /// There was a connection, but the first question failed.
    pub(in crate::db) fn after(label: String, error: &anyhow::Error) -> Self {
        Self {
            label,
            message: format!("{error:#}"),
            hint: None,
            transient: crate::error::is_transient(error),
            password_refused: false,
        }
    }

    /// The server is not of the kind that target_session_attrs requires.
    pub(in crate::db) fn unsuited(label: String, wanted: &str) -> Self {
        Self { label, message: format!("is not {wanted}"), hint: None, transient: true, password_refused: false }
    }

    /// Its message; two passes over the same hosts report it once.
    pub(in crate::db) fn text(&self) -> String {
        format!("{}: {}", self.label, self.message)
    }
}

/// None of the servers gave a connection: the failures of all are reported, with one hint.
pub(in crate::db) fn connecting(attempts: &[Attempt], none: &str) -> anyhow::Error {
    let mut texts: Vec<String> = Vec::new();
    for text in attempts.iter().map(Attempt::text) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let failure = match texts.len() {
        0 => unavailable(none),
        1 => unavailable(texts.concat()),
        _ => unavailable(format!("{none}: {}", texts.join("; "))),
    };
    let refused = attempts.iter().any(|attempt| attempt.password_refused);
    let failure = failure
        .password_refused(refused)
        .transient(attempts.is_empty() || attempts.iter().any(|attempt| attempt.transient));
    match attempts.iter().rev().find_map(|attempt| attempt.hint.clone()) {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}

/// A statement failed.
pub(in crate::db) fn running(error: sqlx::Error) -> anyhow::Error {
    let sqlx::Error::Database(cause) = &error else {
        return match error {
            sqlx::Error::Io(cause) => {
                unavailable(format!("the connection to the database was lost: {cause}")).transient(true).into()
            }
            other => {
                let transient = is_transient(&other);
                anyhow!(other).context(unavailable("the database did not answer as expected").transient(transient))
            }
        };
    };
    let message = cause.message().to_owned();
    let code = cause.code().unwrap_or_default().into_owned();
    let (remedy, kind) = sqlstate::of(&code);
    match code.as_str() {
        "42P01" | "42703" | "42883" => {
            let hint = match function_that_failed(&**cause) {
                Some(function) => format!(
                    "mc-activity sets search_path to pg_catalog, so {function} must name its schemas, or have its own: \
                     ALTER FUNCTION … SET search_path = …"
                ),
                None => "is this a Mission Control database? `mc-activity doctor` lists what is missing".to_owned(),
            };
            unavailable(format!("the database lacks what we need: {message}")).hint(hint)
        }
        "42501" if message.contains("row-level security") => {
            unavailable(format!("not allowed by the database: {message}"))
                .hint("row_security is off for this role, so the server refuses a result that policies would shorten")
        }
        "42501" => unavailable(format!("not allowed by the database: {message}")).hint(GRANTS),
        "57014" if message.contains("timeout") => failed(format!("stopped by the database: {message}"))
            .hint("raise --timeout, or narrow the question with --since, --board or --type"),
        "55P03" => failed(format!("the database is busy: {message}")).hint("try again in a moment"),
        "40001" if message.contains("recovery") => {
            failed(format!("stopped by the standby, which has to keep up with its primary: {message}"))
                .hint("ask the primary, or raise max_standby_streaming_delay there")
        }
        "25P03" | "25P04" => unavailable(format!("the database ended the connection: {message}"))
            .hint("raise the timeout of the role, or narrow the question with --since, --board or --type"),
        _ if kind == Kind::Unavailable && remedy == Remedy::Retry => {
            unavailable(format!("the database went away: {message}"))
        }
        _ => Failure::new(kind, format!("the database reports: {message}")),
    }
    .conflict(remedy == Remedy::Repeat)
    .transient(is_transient(&error))
    .into()
}

/// The function of the database in which an error came up, such as one that a policy or a trigger calls.
fn function_that_failed(cause: &dyn DatabaseError) -> Option<&str> {
    let context = cause.try_downcast_ref::<PgDatabaseError>()?.r#where()?;
    let innermost = context.lines().next()?;
    innermost.contains(" function ").then_some(innermost)
}

/// Whether the role lacks a privilege.
pub(in crate::db) fn is_forbidden(error: &sqlx::Error) -> bool {
    has_code(error, "42501")
}

fn has_code(error: &sqlx::Error, sqlstate: &str) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == sqlstate)
}

/// Whether the server's encoding has no place for a character: untranslatable_character, character_not_in_repertoire.
pub(in crate::db) fn is_unencodable(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| ["22P05", "22021"].contains(&code.as_ref()))
}

/// A privilege is missing; `lacking` says whose and which.
pub(in crate::db) fn forbidden(error: &sqlx::Error, lacking: &str) -> anyhow::Error {
    let message = error.as_database_error().map(|cause| cause.message().to_owned()).unwrap_or_default();
    unavailable(format!("not allowed by the database: {message}: {lacking}")).hint(GRANTS).into()
}

/// Whether trying again on a new connection may help: the server restarts, a network breaks, a standby must cancel us.
/// A wrong password, a missing table or a mistake of ours stays what it is; [`sqlstate`] has the table.
fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(cause) => sqlstate::of(&cause.code().unwrap_or_default()).0 != Remedy::Final,
        _ => false,
    }
}
