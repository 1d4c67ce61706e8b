//! Names that a database URL holds, and which of them may be shown.
//!
//! In a URL that is not well formed, a password ends up in another part: `/a&password=…` is a database's name, and
//! `host=h;password=…` a host. So what is not plainly a name is never shown. Where such a character stands as it is, the URL
//! is refused. A name in which it is encoded or quoted is taken, and `<redacted>` stands in its place.

use crate::error::{Failure, usage};
use crate::redact::REDACTED;
use std::fmt;

/// The name of a database or a role. Display and Debug show it only where it is plainly a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// A name as the server is given it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it is shown.
    pub fn is_plain(&self) -> bool {
        self.0.chars().all(|c| is_letter(c) || c == '.') && !speaks_of_a_password(&self.0)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_plain() { &self.0 } else { REDACTED })
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What stands in names as it is.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || "_-$+".contains(c)
}

pub(super) fn speaks_of_a_password(text: &str) -> bool {
    let text = text.to_lowercase();
    ["password", "passwd", "passphrase", "pwd"].into_iter().any(|word| text.contains(word))
        || text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "pass")
}

/// What stands in the name of a host or in an address; `@` begins a socket in the abstract namespace.
pub(super) fn is_of_a_host(c: char) -> bool {
    (is_letter(c) && c != '$') || ".:%@".contains(c)
}

/// Whether a text is a host's name, an IP address or a directory of sockets, and may be shown.
pub(super) fn is_plain_host(text: &str) -> bool {
    let others = if text.starts_with('/') { "/.:~" } else { ".:%" };
    text.chars().all(|c| (is_letter(c) && c != '$') || others.contains(c)) && !speaks_of_a_password(text)
}

/// What a part of a URL is, for messages and for what it may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Host,
    Database,
    User,
    Service,
}

impl Part {
    /// The part that a parameter gives.
    pub(super) fn of(parameter: &str) -> Option<Self> {
        match parameter {
            "host" | "hostaddr" => Some(Self::Host),
            "dbname" | "database" => Some(Self::Database),
            "user" => Some(Self::User),
            "service" => Some(Self::Service),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Database => "database's name",
            Self::User => "user's name",
            Self::Service => "service's name",
        }
    }

    /// Refuses a text, as it stands in `place`, that holds what does not belong into such a part. A name may hold anything
    /// once it is percent-encoded or quoted.
    pub(super) fn check(self, raw: &str, place: &str) -> Result<(), Failure> {
        let others = match self {
            Self::Host => ".:,[]/~%",
            Self::User => ".@%",
            Self::Database | Self::Service => ".%",
        };
        let Some(odd) = raw.chars().find(|c| !is_letter(*c) && !others.contains(*c)) else { return Ok(()) };
        let what = self.name();
        // A single character of a password is no secret, but only these are of use to the reader.
        let held = match odd {
            '=' | '&' | ';' | ',' | '@' | '/' | ':' | '?' | '#' => format!("'{odd}'"),
            c if c.is_whitespace() => "a blank".to_owned(),
            _ => "a character that is in no plain name".to_owned(),
        };
        Err(usage(format!("the {what} in {place} holds {held}")).hint(if place == CONNECTION_STRING {
            "parameters are separated by blanks, as in \"host=h dbname=d\"; an unusual name stands in single quotes"
        } else {
            "parameters start with ? and are separated by &; in a name, percent-encode what is no letter, digit, _, - or ."
        }))
    }
}

/// How messages call the form `host=… dbname=…`.
pub(super) const CONNECTION_STRING: &str = "the connection string";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_plainly_a_name_is_shown() {
        for name in ["mission_control", "d8r824hnhgh", "a-b.c$1", "größe", "passport", "compass"] {
            assert_eq!(Name::new(name).to_string(), name);
        }
        for name in [
            "a&password=x",
            "a;b",
            "a b",
            "a\u{a0}b",
            "a@b",
            "a:b",
            "a/b",
            "a＝b",
            "my-password-x",
            "a.pass.b",
            "apwd1",
        ] {
            assert_eq!(format!("{} {:?}", Name::new(name), Name::new(name)), "<redacted> <redacted>", "{name}");
        }
    }

    #[test]
    fn hosts_addresses_and_directories_are_shown() {
        for host in ["db.example.org", "::1", "fe80::1%eth0", "10.0.0.7", "/run/postgresql", "/cloudsql/p:r:i", "db_1"]
        {
            assert!(is_plain_host(host), "{host}");
        }
        for host in ["h;password=x", "h=x", "h x", "h/d", "/tmp/a b", "/tmp;x", "h&x", "password.example.org"] {
            assert!(!is_plain_host(host), "{host}");
        }
    }
}
