//! What PostgreSQL says when it cannot answer, in the words and with the exit code that the caller needs.

use super::sqlstate::{self, Remedy};
use crate::error::{Failure, Kind, failed, unavailable};
use anyhow::anyhow;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

const GRANTS: &str = "queries/postgres/grants.sql makes roles that may do what is needed: mc_activity_reader, \
                      mc_activity_login for agents' tokens, mc_activity_writer for log";

/// A connection could not be made.
pub(super) fn connecting(error: sqlx::Error) -> anyhow::Error {
    let hint = "check DATABASE_URL and that the server is up; `mc-activity doctor` tells more";
    let failure = match &error {
        sqlx::Error::Io(cause) if untrusted(&cause.to_string()).is_some() => certificate(&cause.to_string()),
        sqlx::Error::Tls(cause) if untrusted(&cause.to_string()).is_some() => certificate(&cause.to_string()),
        sqlx::Error::Io(cause) => unavailable(format!("cannot reach the database: {cause}")).hint(hint),
        sqlx::Error::Tls(cause) => unavailable(format!("no secure connection to the database: {cause}"))
            .hint("sslmode in DATABASE_URL says what is asked for"),
        sqlx::Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            let hint = match code.as_ref() {
                "28P01" | "28000" => "check user and password in DATABASE_URL, PGPASSWORD or ~/.pgpass",
                "3D000" => "check the database's name in DATABASE_URL",
                "53300" => "too many connections; try again in a moment",
                _ => hint,
            };
            unavailable(format!("the database refused the connection: {}", cause.message())).hint(hint)
        }
        other => unavailable(format!("cannot open the database: {other}")).hint(hint),
    };
    failure.passing(is_passing(&error)).into()
}

/// What a refused certificate means, from rustls' words (`CertificateError`, `AlertDescription`).
const CERTIFICATES: [(&str, &str); 9] = [
    ("NotValidForName", "the server's certificate is for another name"),
    ("not valid for name", "the server's certificate is for another name"),
    ("UnknownIssuer", "the server's certificate is signed by nobody that is trusted"),
    ("CaUsedAsEndEntity", "the server's certificate is one of a certificate authority"),
    ("xpired", "a certificate has expired"),
    ("NotValidYet", "the server's certificate is not valid yet"),
    ("CertificateRequired", "the server wants a client certificate"),
    ("UnknownCA", "the server does not trust the client certificate"),
    ("invalid peer certificate", "the server's certificate cannot be verified"),
];

fn untrusted(said: &str) -> Option<&'static str> {
    CERTIFICATES.into_iter().find(|(words, _)| said.contains(words)).map(|(_, meaning)| meaning)
}

fn certificate(said: &str) -> Failure {
    let meaning = untrusted(said).unwrap_or_default();
    unavailable(format!("no secure connection to the database: {meaning} ({said})"))
        .hint("sslrootcert names the authority to trust, sslcert and sslkey who we are")
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
    .passing(is_passing(&error))
    .into()
}

/// The function of the database in which an error came up, such as one that a policy or a trigger calls.
fn function_that_failed(cause: &dyn DatabaseError) -> Option<&str> {
    let context = cause.try_downcast_ref::<PgDatabaseError>()?.r#where()?;
    let innermost = context.lines().next()?;
    innermost.contains(" function ").then_some(innermost)
}

/// Whether the role may not do what was asked of the database.
pub(super) fn is_forbidden(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "42501")
}

/// Whether the server's encoding has no place for a character: untranslatable_character, character_not_in_repertoire.
pub(super) fn is_unencodable(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| ["22P05", "22021"].contains(&code.as_ref()))
}

/// A privilege is missing; `lacking` says whose and which.
pub(super) fn forbidden(error: &sqlx::Error, lacking: &str) -> anyhow::Error {
    let message = error.as_database_error().map(|cause| cause.message().to_owned()).unwrap_or_default();
    unavailable(format!("not allowed by the database: {message}: {lacking}")).hint(GRANTS).into()
}

/// Whether trying again on a new connection may help: the server restarts, a network breaks, a standby must cancel us.
/// A wrong password, a missing table or a mistake of ours stays what it is; [`sqlstate`] has the table.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(cause) => untrusted(&cause.to_string()).is_none(),
        sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(cause) => sqlstate::of(&cause.code().unwrap_or_default()).0 != Remedy::Final,
        _ => false,
    }
}
