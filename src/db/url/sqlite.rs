//! What follows `sqlite:`.

use super::decode;
use super::name::speaks_of_a_password;
use crate::error::{Failure, usage};
use crate::redact::REDACTED;
use std::path::{Path, PathBuf};

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

/// The path as messages show it. Where no file is, it may be another URL with a password, behind the wrong scheme.
pub(super) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    let unusual = text.contains([';', '=', '&', '@']) || text.contains("://") || speaks_of_a_password(&text);
    if unusual && !path.exists() { REDACTED.to_owned() } else { text }
}
