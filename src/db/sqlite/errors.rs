//! What SQLite says when it cannot answer, in the words and with the exit code that the caller needs.

use crate::error::{Failure, failed, unavailable};
use anyhow::anyhow;
use rusqlite::Error;
use rusqlite::ffi::{self, ErrorCode};
use std::path::Path;

const UNFINISHED: &str = "a writer of this SQLite file was stopped in the middle of a transaction";

/// An SQLite file could not be opened or read; `cause` is what SQLite says of it.
pub(super) fn opening(path: &Path, cause: &Error) -> anyhow::Error {
    let path = path.display();
    let Some((code, message)) = said(cause) else {
        return unavailable(format!("cannot open the SQLite file {path}: {cause}")).into();
    };
    if is_busy(code) {
        return failure(code, &message).into();
    }
    let message = if is_unfinished(code) { UNFINISHED.to_owned() } else { message };
    unavailable(format!("cannot open the SQLite file {path}: {message}")).transient(is_unfinished(code)).into()
}

/// A statement failed.
pub(super) fn running(error: Error) -> anyhow::Error {
    match said(&error) {
        Some((code, message)) => failure(code, &message).into(),
        None => anyhow!(error).context(unavailable("the database did not answer as expected")),
    }
}

/// SQLite wanted to make or lock a file beside the database, and could not.
pub(super) fn is_no_place_to_write(error: &Error) -> bool {
    said(error).is_some_and(|(code, _)| matches!(code.code, ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// SQLite's result code (sqlite.org/rescode.html) and words.
fn said(error: &Error) -> Option<(ffi::Error, String)> {
    match error {
        // The driver appends the path, which the message names anyway.
        Error::SqliteFailure(code, _) if code.code == ErrorCode::CannotOpen => {
            Some((*code, "unable to open database file".to_owned()))
        }
        Error::SqliteFailure(code, message) => Some((*code, message.clone().unwrap_or_else(|| code.to_string()))),
        Error::SqlInputError { error, msg, .. } => Some((*error, msg.clone())),
        _ => None,
    }
}

fn failure(code: ffi::Error, message: &str) -> Failure {
    if is_unfinished(code) {
        return unavailable(UNFINISHED).hint("the next one to write puts it in order").transient(true);
    }
    let failure = match code.code {
        ErrorCode::OperationInterrupted => failed("the statement took too long")
            .hint("raise --timeout, or narrow the question with --since, --board or --type"),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => failed(format!("the database is busy: {message}"))
            .hint("another process writes to the file; try again in a moment"),
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::SystemIoFailure => {
            unavailable(format!("this file is no usable SQLite database: {message}"))
        }
        ErrorCode::CannotOpen => unavailable(format!("the SQLite file cannot be opened: {message}")),
        ErrorCode::ReadOnly | ErrorCode::DiskFull => failed(format!("the SQLite file cannot be written: {message}")),
        _ if message.starts_with("no such table") || message.starts_with("no such column") => {
            unavailable(format!("the database lacks what we need: {message}"))
                .hint("is this a Mission Control database? `mc-activity demo` creates a demo database")
        }
        _ => failed(format!("the database reports: {message}")),
    };
    failure.transient(is_busy(code))
}

/// A file that is locked will not stay so.
fn is_busy(code: ffi::Error) -> bool {
    matches!(code.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
}

/// A writer died in the middle of a transaction, and a read-only connection cannot roll it back.
fn is_unfinished(code: ffi::Error) -> bool {
    [ffi::SQLITE_READONLY_ROLLBACK, ffi::SQLITE_READONLY_RECOVERY].contains(&code.extended_code)
}
