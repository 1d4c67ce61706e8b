//! The password file (PostgreSQL manual, "The Password File"). sqlx's own reader keeps the backslashes of a password.

use std::fs;
use std::path::Path;

/// The lines of a password file: `host:port:database:user:password`. Without Debug, for they are passwords.
pub(super) struct Passwords(Vec<Vec<String>>);

/// Reads a file; none if it does not exist. `Err` is a warning: libpq ignores a file that others may read, too.
pub(super) fn load(path: &Path) -> Result<Option<Passwords>, String> {
    let shown = path.display();
    let Ok(metadata) = fs::metadata(path) else { return Ok(None) };
    if !metadata.is_file() {
        return Err(format!("the password file {shown} is ignored: it is not a regular file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(format!(
                "the password file {shown} is ignored: others may use it (mode {mode:04o}); chmod 600 it"
            ));
        }
    }
    let bytes = fs::read(path).map_err(|error| format!("the password file {shown} is ignored: {error}"))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    Ok(Some(Passwords(lines.map(fields).filter(|fields| fields.len() == 5).collect())))
}

impl Passwords {
    /// The first line that fits; an unescaped `*` fits anything. A server by Unix socket in the default directory is
    /// `localhost` as well.
    pub(super) fn find(&self, hosts: &[&str], port: u16, database: &str, user: &str) -> Option<&str> {
        let port = port.to_string();
        let fits = |field: &str, value: &str| field == ANY || field == value;
        let line = self.0.iter().find(|line| match line.as_slice() {
            [host, line_port, line_database, line_user, _] => {
                hosts.iter().any(|value| fits(host, value))
                    && fits(line_port, &port)
                    && fits(line_database, database)
                    && fits(line_user, user)
            }
            _ => false,
        })?;
        line.last().map(String::as_str).filter(|password| !password.is_empty())
    }
}

/// Stands for an unescaped `*`; no field of a line of text holds a zero byte otherwise.
const ANY: &str = "\0*";

/// Splits at the first four unescaped colons; a backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut count = 1;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ':' if count < 5 => {
                fields.push(String::new());
                count += 1;
            }
            '*' if count < 5 => fields.last_mut().into_iter().for_each(|field| field.push_str(ANY)),
            c => {
                let c = if c == '\\' { chars.next().unwrap_or(c) } else { c };
                fields.last_mut().into_iter().for_each(|field| field.push(c));
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, host: &str, database: &str) -> Option<String> {
        let passwords = Passwords(text.lines().map(fields).filter(|fields| fields.len() == 5).collect());
        passwords.find(&[host], 5432, database, "u").map(str::to_owned)
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
    fn escapes_are_undone_and_an_escaped_star_is_a_star() {
        assert_eq!(find(r"\:\:1:*:*:u:a\:b\\c:d*", "::1", "d").as_deref(), Some(r"a:b\c:d*"));
        assert_eq!(find(r"h:*:\*:u:p", "h", "d"), None);
        assert_eq!(find(r"h:*:\*:u:p", "h", "*").as_deref(), Some("p"));
        assert_eq!(find(r"h*:*:*:u:p", "hx", "d"), None);
    }
}
