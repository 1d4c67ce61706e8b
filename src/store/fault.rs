//! What PostgreSQL says when it cannot answer, in the words and with the exit code that the caller needs.

use crate::error::{Failure, failed, unavailable};
use anyhow::anyhow;

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
    failure.passing(is_passing(&error)).password_refused(has_code(&error, "28P01")).into()
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
    match code.as_str() {
        "42P01" | "42703" => unavailable(format!("the database lacks what we need: {message}"))
            .hint("is this a Mission Control database? `mc-activity doctor` lists what is missing"),
        "42501" => unavailable(format!("not allowed by the database: {message}")).hint(GRANTS),
        "57014" if message.contains("timeout") => failed(format!("stopped by the database: {message}"))
            .hint("raise --timeout, or narrow the question with --since, --board or --type"),
        "55P03" => failed(format!("the database is busy: {message}")).hint("try again in a moment"),
        "40001" => failed(format!("stopped by the standby, which has to keep up with its primary: {message}"))
            .hint("ask the primary, or raise max_standby_streaming_delay there")
            .conflict(true),
        _ if code.starts_with("57P") || code.starts_with("08") => {
            unavailable(format!("the database went away: {message}"))
        }
        _ => failed(format!("the database reports: {message}")),
    }
    .passing(is_passing(&error))
    .into()
}

/// Whether the role may not do what was asked of the database.
pub(super) fn is_forbidden(error: &sqlx::Error) -> bool {
    has_code(error, "42501")
}

fn has_code(error: &sqlx::Error, sqlstate: &str) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == sqlstate)
}

/// A privilege is missing; `lacking` says whose and which.
pub(super) fn forbidden(error: &sqlx::Error, lacking: &str) -> anyhow::Error {
    let message = error.as_database_error().map(|cause| cause.message().to_owned()).unwrap_or_default();
    unavailable(format!("not allowed by the database: {message}: {lacking}")).hint(GRANTS).into()
}

/// Whether trying again on a new connection may help: the server restarts, a network breaks, a standby must cancel us.
/// A wrong password, a missing table or a mistake of ours stays what it is.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(cause) => untrusted(&cause.to_string()).is_none(),
        sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            let passing = ["40", "53", "57", "08", "58"];
            passing.iter().any(|class| code.len() == 5 && code.starts_with(class))
                || code == "55P03"
                // The server ends transactions that wait too long for us: a slow reader of our output.
                || code == "25P03"
        }
        _ => false,
    }
}
