//! Failures: the kind decides the exit code and the code in JSON, the hint says what to do.
//!
//! Functions return [`anyhow::Error`]; one that the user should see with a certain exit code holds a [`Failure`]
//! somewhere in its chain.

use crate::escape::escape_for_terminal;
use crate::redact::mask;
use serde_json::json;
use std::fmt;
use std::io;

/// Exit codes; a closed pipe and an answer without rows are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 1: it was tried and failed.
    Failed,
    /// 2: the command line or the input cannot be understood.
    Usage,
    /// 3: no such agent, task or user, or an ambiguous name.
    NotFound,
    /// 4: a board that is unknown or unreadable, a thing not allowed, or nobody to ask for.
    Denied,
    /// 5: the database cannot be reached, there is none, or it lacks what we need.
    Unavailable,
    /// 6: a threshold was crossed.
    Threshold,
    /// 7: `--for` ran out before `--until-count`.
    TimedOut,
    /// 130: Ctrl-C in a command that ends by itself.
    Interrupted,
}

impl Kind {
    /// Every kind, for documentation and tests.
    pub const ALL: [Self; 8] = [
        Self::Failed,
        Self::Usage,
        Self::NotFound,
        Self::Denied,
        Self::Unavailable,
        Self::Threshold,
        Self::TimedOut,
        Self::Interrupted,
    ];

    /// The process's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Denied => 4,
            Self::Unavailable => 5,
            Self::Threshold => 6,
            Self::TimedOut => 7,
            Self::Interrupted => 130,
        }
    }

    /// The `code` of an error printed as JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::NotFound => "not_found",
            Self::Denied => "denied",
            Self::Unavailable => "unavailable",
            Self::Threshold => "threshold",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
        }
    }
}

/// An error with an exit code, and perhaps with advice. It never holds a secret.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
    transient: bool,
    conflict: bool,
    password_refused: bool,
}

impl Failure {
    /// An error of a kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, transient: false, conflict: false, password_refused: false }
    }

    /// With a line of advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// One that may be over when it is tried again: a restart, a broken connection, a lock.
    #[must_use]
    pub fn transient(mut self, transient: bool) -> Self {
        self.transient = transient;
        self
    }

    /// A conflict with replay on a standby: the same query would probably succeed if it is sent again.
    #[must_use]
    pub fn conflict(mut self, conflict: bool) -> Self {
        self.conflict = conflict;
        self
    }

    /// One in which the server did not accept the password.
    #[must_use]
    pub fn password_refused(mut self, refused: bool) -> Self {
        self.password_refused = refused;
        self
    }

    /// What decides the exit code.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Exit 1.
pub fn failed(message: impl Into<String>) -> Failure {
    Failure::new(Kind::Failed, message)
}

/// Exit 2.
pub fn usage(message: impl Into<String>) -> Failure {
    Failure::new(Kind::Usage, message)
}

/// Exit 3.
pub fn not_found(message: impl Into<String>) -> Failure {
    Failure::new(Kind::NotFound, message)
}

/// Exit 4.
pub fn denied(message: impl Into<String>) -> Failure {
    Failure::new(Kind::Denied, message)
}

/// Exit 5.
pub fn unavailable(message: impl Into<String>) -> Failure {
    Failure::new(Kind::Unavailable, message)
}

/// The [`Failure`] that an error is, was given as context, or was caused by.
fn failure(error: &anyhow::Error) -> Option<&Failure> {
    error.downcast_ref().or_else(|| error.chain().find_map(|cause| cause.downcast_ref()))
}

/// The kind of any error: that of the first [`Failure`] in its chain, else [`Kind::Failed`].
pub fn kind_of(error: &anyhow::Error) -> Kind {
    failure(error).map_or(Kind::Failed, Failure::kind)
}

/// Whether trying again may help.
pub fn is_transient(error: &anyhow::Error) -> bool {
    failure(error).is_some_and(|failure| failure.transient)
}

/// Whether the same query should be sent again.
pub fn is_conflict(error: &anyhow::Error) -> bool {
    failure(error).is_some_and(|failure| failure.conflict)
}

/// Whether the server did not accept the password, or wants one where none was given.
pub fn is_password_refused(error: &anyhow::Error) -> bool {
    failure(error).is_some_and(|failure| failure.password_refused)
}

/// Whether stdout's reader went away, which is no failure.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

/// The text for stderr: what happened, the chain of causes, then the hint; or one line of JSON.
pub fn render(error: &anyhow::Error, as_json: bool) -> String {
    let mut message = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    let message = mask(&message);
    let hint = failure(error).and_then(|failure| failure.hint.as_deref()).map(mask);
    if as_json {
        let body = json!({"error": {"code": kind_of(error).name(), "message": message, "hint": hint}});
        return format!("{body}\n");
    }
    let hint = hint.map(|hint| format!("hint: {}\n", continued(&hint))).unwrap_or_default();
    format!("error: {}\n{hint}", continued(&message))
}

/// Text of several lines, whose later ones are indented: what a server or a file says cannot pass for a line of ours, such
/// as `hint:`. What else breaks a line on some terminal is escaped.
fn continued(text: &str) -> String {
    let mut lines = text.trim_end().split('\n');
    let mut shown = escape_for_terminal(lines.next().unwrap_or_default()).into_owned();
    for line in lines {
        let indent = if line.is_empty() || line.starts_with("  ") { "" } else { "  " };
        shown.push_str(&format!("\n{indent}{}", escape_for_terminal(line)));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn a_failure_decides_the_exit_code_wherever_it_stands_in_the_chain() {
        let cause = anyhow::Error::from(denied("no").hint("do"));
        assert_eq!(kind_of(&cause), Kind::Denied);
        let outer = cause.context("while asking").context("--board");
        assert_eq!(kind_of(&outer), Kind::Denied);
        assert_eq!(render(&outer, false), "error: --board: while asking: no\nhint: do\n");
        let given: Result<(), _> = Err(io::Error::other("disk")).context(usage("bad"));
        assert_eq!(kind_of(&given.unwrap_err()), Kind::Usage);
        assert_eq!(kind_of(&anyhow::anyhow!("other")), Kind::Failed);
    }

    #[test]
    fn no_line_of_a_message_passes_for_one_of_ours() {
        let forged =
            "denied\nhint: run this\r\nerror: x\rhint: y\u{85}hint: z\u{2028}hint: \u{202e}\u{1b}[2K\n  listed\n";
        let text = render(&denied(forged).hint("a\nerror: b").into(), false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["error: denied", "  hint: run this\\r"]);
        assert_eq!(lines[3..], ["  listed", "hint: a", "  error: b"]);
        assert!(lines[2].starts_with("  error: x\\rhint: y\\u{85}hint: z\\u{2028}hint: \\u{202e}\\u{1b}[2K"), "{text}");
    }

    #[test]
    fn as_json_an_error_is_one_line() {
        let text = render(&usage("a\nb").into(), true);
        assert_eq!(text, "{\"error\":{\"code\":\"usage\",\"message\":\"a\\nb\",\"hint\":null}}\n");
    }

    #[test]
    fn exit_codes_are_those_of_the_contract() {
        assert_eq!(Kind::ALL.map(Kind::exit_code), [1, 2, 3, 4, 5, 6, 7, 130]);
    }
}
