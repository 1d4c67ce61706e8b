//! A value that must not be shown, and reading one from a file.

use super::is_path;
use crate::error::usage;
use crate::private_file::exposed_mode;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::Path;

/// Longer than any token, and short enough to be harmless if the wrong file is named.
const LONGEST: u64 = 64 * 1024;

/// A token, a password or a URL that may hold one. Debug and Display show `<redacted>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a value from being shown.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, to be used and not shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

/// What a token file held.
#[derive(Debug)]
pub struct SecretFile {
    /// One line, without its line end; never empty.
    pub secret: Secret,
    /// A word for stderr when others may read the file.
    pub warning: Option<String>,
}

/// Reads a token from a file, or from `stdin` when the path is `-`. Trailing line ends are left out.
///
/// # Errors
/// Usage: the file cannot be read, is empty, has more than one line, is not UTF-8 or is longer than 64 KiB.
pub fn secret_file(path: &str, stdin: &mut dyn Read) -> anyhow::Result<SecretFile> {
    let (name, warning) = if path == "-" {
        ("stdin".to_owned(), None)
    } else {
        let exposed = exposed_file_mode(Path::new(path));
        let name = if is_path(Path::new(path)) { path } else { "the file that is named" };
        (name.to_owned(), exposed.map(|mode| format!("other users may read {path} (mode {mode:04o}); chmod 600 it")))
    };
    let mut bytes = Vec::new();
    let read = if path == "-" {
        stdin.take(LONGEST + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        usage(format!("the token in {name} cannot be read: {error}"))
            .hint("the flag takes the name of a file that holds the token, not the token")
    })?;
    if bytes.len() as u64 > LONGEST {
        return Err(usage(format!("{name} is too long for a token")).into());
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(usage(format!("the token in {name} is not UTF-8")).into());
    };
    let token = text.trim_end_matches(['\r', '\n']);
    if token.is_empty() {
        return Err(usage(format!("there is no token in {name}")).into());
    }
    if token.contains(['\r', '\n']) {
        return Err(usage(format!("{name} has more than one line; a token is one")).into());
    }
    Ok(SecretFile { secret: Secret::new(token), warning })
}

/// The mode of a regular file that others may use. A pipe has no other readers.
pub(super) fn exposed_file_mode(path: &Path) -> Option<u32> {
    let metadata = fs::metadata(path).ok()?;
    metadata.is_file().then(|| exposed_mode(&metadata))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};

    fn from_stdin(bytes: &[u8]) -> anyhow::Result<SecretFile> {
        secret_file("-", &mut &bytes[..])
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "<redacted> <redacted>");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn a_token_loses_its_line_end_and_nothing_else() {
        for text in ["tok en ", "tok en \n", "tok en \r\n", "tok en \n\n"] {
            assert_eq!(from_stdin(text.as_bytes()).unwrap().secret.expose(), "tok en ");
        }
    }

    #[test]
    fn what_is_no_token_is_a_usage_error_without_its_text() {
        let long = vec![b'x'; 70_000];
        for bytes in [&b""[..], b"\n", b"hunter2\nhunter3\n", b"hunter2\xff", &long] {
            let error = from_stdin(bytes).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Usage);
            assert!(!format!("{error:?}").contains("hunter"));
        }
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("token").display().to_string();
        let error = secret_file(&missing, &mut std::io::empty()).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage);
        assert!(format!("{error:#}").contains(&missing));
    }

    #[test]
    fn a_token_in_place_of_a_file_is_not_shown() {
        for token in ["hunter2", "/hunter2", "hunter2/hunter2", "hunter2.hunter2.x=="] {
            let error = secret_file(token, &mut std::io::empty()).unwrap_err();
            assert!(!format!("{error:?} {error:#}").contains("hunter"), "{token}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_token_file_that_others_may_read_is_warned_about() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        fs::write(&path, "hunter2\n").unwrap();
        for (mode, warned) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let file = secret_file(path.to_str().unwrap(), &mut std::io::empty()).unwrap();
            assert_eq!(file.secret.expose(), "hunter2");
            assert_eq!(file.warning.is_some(), warned, "{mode:o}");
        }
    }
}
