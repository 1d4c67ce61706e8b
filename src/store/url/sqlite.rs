//! What follows `sqlite:`.

use super::decode;
use crate::error::{Failure, usage};
use std::path::PathBuf;

const HINT: &str = "sqlite:///relative.db, sqlite:////absolute.db or sqlite:PATH";

/// The file, and whether it may only be read. `//host/…` is refused: sqlx reads `sqlite://a/b` as a path, SQLAlchemy
/// refuses it.
pub(super) fn parse(rest: &str) -> Result<(PathBuf, bool), Failure> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = match path.strip_prefix("//") {
        None => path,
        Some("") => "",
        Some(path) => {
            path.strip_prefix('/').ok_or_else(|| usage("sqlite:// must be followed by a third slash").hint(HINT))?
        }
    };
    let path = decode(path, "the path")?;
    if path.is_empty() || path == ":memory:" {
        return Err(usage("the sqlite: URL names no file").hint(HINT));
    }
    let mut read_only = false;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("mode", "ro")) => read_only = true,
            Some(("mode", "rw" | "rwc")) => read_only = false,
            // SQLAlchemy's, for its driver.
            Some(("check_same_thread" | "timeout", _)) => {}
            _ => {
                return Err(usage("the sqlite: URL has a parameter that is not known").hint("only mode=ro and mode=rw"));
            }
        }
    }
    Ok((PathBuf::from(path), read_only))
}
