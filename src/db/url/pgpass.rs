//! The password file (PostgreSQL manual, "The Password File"). sqlx's own reader keeps the backslashes of a password.

use crate::private_file::exposed_mode;
use std::fs;
use std::path::Path;

/// The lines of a password file: `host:port:database:user:password`. Without Debug, for they are passwords.
pub(super) struct Passwords(Vec<PgpassLine>);

struct PgpassLine {
    /// Host, port, database and user.
    fields: [Field; 4],
    password: String,
}

#[derive(PartialEq, Eq)]
enum Field {
    Any,
    Text(String),
}

/// Reads a file; none if it does not exist. `Err` is a warning: libpq ignores a file that others may read, too.
pub(super) fn load(path: &Path) -> Result<Option<Passwords>, String> {
    let shown = path.display();
    let Ok(metadata) = fs::metadata(path) else { return Ok(None) };
    if !metadata.is_file() {
        return Err(format!("the password file {shown} is ignored: it is not a regular file"));
    }
    if let Some(mode) = exposed_mode(&metadata) {
        return Err(format!("the password file {shown} is ignored: others may use it (mode {mode:04o}); chmod 600 it"));
    }
    let bytes = fs::read(path).map_err(|error| format!("the password file {shown} is ignored: {error}"))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(Passwords(lines(&text))))
}

fn lines(text: &str) -> Vec<PgpassLine> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

/// Which hosts of a line count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PgpassHost {
    /// `*` too.
    Any,
    /// A name alone.
    Named,
}

impl Passwords {
    /// The password of the first line that fits; a field that is `*` fits anything. A server by Unix socket in the default
    /// directory is `localhost` as well.
    pub(super) fn find(&self, names: &[&str], host: PgpassHost, port: u16, database: &str, user: &str) -> Option<&str> {
        let port = port.to_string();
        let fits = |field: &Field, value: &str| match field {
            Field::Any => true,
            Field::Text(text) => text == value,
        };
        let line = self.0.iter().find(|line| {
            let [line_host, line_port, line_database, line_user] = &line.fields;
            (host == PgpassHost::Any || *line_host != Field::Any)
                && names.iter().any(|value| fits(line_host, value))
                && fits(line_port, &port)
                && fits(line_database, database)
                && fits(line_user, user)
        })?;
        Some(line.password.as_str()).filter(|password| !password.is_empty())
    }
}

/// Reads as libpq does (`passwordFromFile`): a backslash takes the next character as it is, in the password too, which ends
/// at an unescaped colon; a field is a wildcard only where `*` is all of it.
fn line(text: &str) -> Option<PgpassLine> {
    let mut rest = text;
    let mut field = || {
        let (text, after) = unescape(rest);
        let any = rest.starts_with("*:");
        rest = after?;
        Some(if any { Field::Any } else { Field::Text(text) })
    };
    let fields = [field()?, field()?, field()?, field()?];
    Some(PgpassLine { fields, password: unescape(rest).0 })
}

/// A text up to an unescaped colon, and what follows that colon if there is one.
fn unescape(text: &str) -> (String, Option<&str>) {
    let mut field = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ':' => return (field, text.get(at + 1..)),
            '\\' => field.push(chars.next().map_or(c, |(_, escaped)| escaped)),
            c => field.push(c),
        }
    }
    (field, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, host: &str, database: &str) -> Option<String> {
        Passwords(lines(text)).find(&[host], PgpassHost::Any, 5432, database, "u").map(str::to_owned)
    }

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let text = "other:5432:d:u:no\nh:5433:d:u:no\nh:*:d:u:yes\n*:*:*:*:late\n";
        assert_eq!(find(text, "h", "d").as_deref(), Some("yes"));
        assert_eq!(find(text, "x", "d").as_deref(), Some("late"));
        assert_eq!(find("h:*:d:u:\n", "h", "d"), None);
        assert_eq!(find("h:*:d:u\n", "h", "d"), None);
    }

    #[test]
    fn a_password_ends_at_an_unescaped_colon() {
        assert_eq!(find("h:*:*:u:p:q", "h", "d").as_deref(), Some("p"));
        assert_eq!(find(r"h:*:*:u:p\:q\", "h", "d").as_deref(), Some(r"p:q\"));
    }

    #[test]
    fn a_star_for_the_host_can_be_left_out_of_account() {
        let text = "*:*:*:*:any\nh:*:*:*:own\n";
        let passwords = Passwords(lines(text));
        assert_eq!(passwords.find(&["h"], PgpassHost::Named, 5432, "d", "u"), Some("own"));
        assert_eq!(passwords.find(&["x"], PgpassHost::Named, 5432, "d", "u"), None);
    }

    #[test]
    fn escapes_are_undone_and_an_escaped_star_is_a_star() {
        assert_eq!(find(r"\:\:1:*:*:u:a\:b\\c*", "::1", "d").as_deref(), Some(r"a:b\c*"));
        assert_eq!(find(r"h:*:\*:u:p", "h", "d"), None);
        assert_eq!(find(r"h:*:\*:u:p", "h", "*").as_deref(), Some("p"));
        assert_eq!(find(r"h*:*:*:u:p", "hx", "d"), None);
        assert_eq!(find(r"h*:*:*:u:p", "h*", "d").as_deref(), Some("p"));
    }
}
