//! Texts that no message may show: a URL with a password that was typed in the wrong place, or a name from the database
//! URL that may hold one.
//!
//! Messages quote what was typed, and they quote the server, which quotes the names that it was given. So these texts are
//! registered where they are first seen, and masked in the few places where messages are printed.

use crate::escape::escape_for_terminal;
use std::borrow::Cow;
use std::ffi::OsString;
use std::sync::{PoisonError, RwLock};

/// Short flags without a value.
pub const SWITCHES: [char; 3] = ['q', 'v', 'i'];

/// What stands in place of a text that is not shown.
pub const REDACTED: &str = "<redacted>";

/// A shorter text is no secret, and to mask it would make messages unreadable.
const SHORTEST: usize = 4;

/// PostgreSQL cuts the names of databases and roles to this many bytes, and quotes what is left.
const LONGEST_NAME: usize = 63;

/// The longest first, since one may be a part of another.
static HIDDEN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// What connection strings are made of.
const KEYWORDS: [&str; 10] =
    ["password", "passwd", "pass", "pwd", "host", "hostaddr", "dbname", "user", "server", "data source"];

/// Masks this text in all messages from now on, as it is and as messages escape it.
pub fn hide(text: &str) {
    let boundary = (0..=LONGEST_NAME.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let start = text.get(..boundary).unwrap_or_default();
    let mut hidden = HIDDEN.write().unwrap_or_else(PoisonError::into_inner);
    for form in [text, text.trim(), start] {
        for form in [form.to_owned(), escape_for_terminal(form).into_owned(), form.escape_debug().to_string()] {
            if form.chars().count() >= SHORTEST && !hidden.contains(&form) {
                hidden.push(form);
            }
        }
    }
    hidden.sort_by_key(|text| std::cmp::Reverse(text.len()));
}

/// The text without what is hidden.
pub fn mask(text: &str) -> Cow<'_, str> {
    let hidden = HIDDEN.read().unwrap_or_else(PoisonError::into_inner);
    let mut masked = Cow::Borrowed(text);
    for secret in hidden.iter() {
        if masked.contains(secret.as_str()) {
            masked = Cow::Owned(masked.replace(secret.as_str(), REDACTED));
        }
    }
    masked
}

/// Hides the arguments that look like a database URL or a connection string, wherever they stand: a typing error in a
/// flag's name makes them an argument that is not expected, and the message quotes it. The value of `--database-url` is left
/// out, because no message quotes it and its hosts are shown.
pub fn hide_arguments(args: impl IntoIterator<Item = OsString>) {
    let mut args = args.into_iter().skip(1).map(|arg| arg.to_string_lossy().into_owned());
    while let Some(arg) = args.next() {
        if arg == "--database-url" {
            args.next();
        } else if !arg.starts_with("--database-url=") {
            hide_url(&arg);
        }
    }
}

/// Hides a text in which no database URL belongs, if it looks like one.
pub fn hide_url(text: &str) {
    if let Some(secret) = secret_part(text) {
        hide(secret);
        // The value of a short flag may follow it without a blank.
        hide(secret.trim_start_matches('-').trim_start_matches(SWITCHES).get(1..).unwrap_or_default());
        hide(secret.split_once("://").map_or("", |(_, rest)| rest));
        // Filters are split at commas, and a message quotes one part.
        secret.split(',').for_each(hide);
    }
}

/// From where on an argument may hold a password.
fn secret_part(arg: &str) -> Option<&str> {
    let value = match arg.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => value,
        _ => arg,
    };
    let has_user_and_password = value.split_once([':', '/']).is_some_and(|(_, rest)| rest.contains('@'));
    (value.contains("://") || has_user_and_password || is_connection_string(value)).then_some(value)
}

/// Whether something like `password=` or `host=` is in the text.
fn is_connection_string(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let is_named = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let rest = text.get(at + word.len()..).unwrap_or_default();
            rest.trim_start().starts_with(['=', ':'])
        })
    };
    KEYWORDS.into_iter().any(is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_that_may_hold_a_password_is_recognized() {
        for (arg, secret) in [
            ("postgresql://u:pw@h/d", Some("postgresql://u:pw@h/d")),
            ("--databse-url=postgresql://u:pw@h/d", Some("postgresql://u:pw@h/d")),
            ("-Spostgresql://u:pw@h/d", Some("-Spostgresql://u:pw@h/d")),
            ("jdbc:postgresql://h/d?user=u&password=pw", Some("jdbc:postgresql://h/d?user=u&password=pw")),
            ("u:pw@h/d", Some("u:pw@h/d")),
            ("--board=host=h Password = pw", Some("host=h Password = pw")),
            ("Server=h;Pwd=pw", Some("Server=h;Pwd=pw")),
            ("host=h pw", Some("host=h pw")),
            ("u/pw@h", Some("u/pw@h")),
            ("postgresql://u:pw", Some("postgresql://u:pw")),
            ("ada@example.org", None),
            ("2026-03-05T12:00:00", None),
            ("@1700000000", None),
            ("--since=1h", None),
            ("passport", None),
        ] {
            assert_eq!(secret_part(arg), secret, "{arg}");
        }
    }

    #[test]
    fn a_hidden_text_is_masked_as_it_is_and_escaped_and_cut() {
        let name = format!("redact-test-\u{7}-{}", "x".repeat(80));
        hide(&name);
        for shown in
            [&name, &escape_for_terminal(&name).into_owned(), &name.escape_debug().to_string(), &name[..63].to_owned()]
        {
            assert_eq!(mask(&format!("a {shown} b")).trim_end_matches('x'), "a <redacted> b", "{shown:?}");
        }
        hide("ab");
        assert_eq!(mask("ab"), "ab");
    }
}
