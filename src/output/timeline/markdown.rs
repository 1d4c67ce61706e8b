//! The pieces of a post-mortem in Markdown: all stored text is fenced or escaped.

use crate::escape::escape_for_terminal;
use std::io::{self, Write};

/// Text in a fence that is longer than any run of backticks in it. Each line is escaped as for a terminal.
pub(super) fn fence(out: &mut impl Write, text: &str, indent: &str) -> io::Result<()> {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    writeln!(out, "\n{indent}{fence}text")?;
    for line in text.lines() {
        writeln!(out, "{}", format!("{indent}{}", escape_for_terminal(line)).trim_end())?;
    }
    writeln!(out, "{indent}{fence}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text as code within a line.
pub(super) fn code_span(text: &str) -> String {
    let text = escape_for_terminal(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{space}{text}{space}{ticks}")
}

/// Text within a line, in which nothing is Markdown or HTML.
pub(super) fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in escape_for_terminal(text).chars() {
        if "\\`*_[]<>&|~$@#!".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Writes what stands below the events.
pub fn write_markdown_footer(out: &mut impl Write, lines: &[String]) -> io::Result<()> {
    writeln!(out)?;
    lines.iter().try_for_each(|line| writeln!(out, "{}  ", inline(line)))
}
