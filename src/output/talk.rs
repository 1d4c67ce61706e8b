//! stderr: what is said to people, and errors. stdout is for data.

use std::io::{self, Write};

/// A line on stderr; that nobody listens is no failure.
pub fn talk(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
