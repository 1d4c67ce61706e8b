//! Output on its way to a terminal: a character that would drive the terminal, hide text or forge a line is shown as an
//! escape, in whatever format it comes. Pipes and files get the text as it is.
//!
//! The formats for people escape stored text themselves, since they measure it. For them this is a second net; for the
//! formats of programs it is the only one.

use crate::escape::{judged, push_escaped};
use std::fmt::Write;

/// More than this is not held back while a line has no end.
const LONGEST_HELD: usize = 64 * 1024;
/// What is held back then, so that no escape sequence of ours is torn apart.
const TAIL: usize = 64;

/// What is written, which decides how a character is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Lines for people, which may be colored.
    Text,
    /// JSON, also in server-sent events: `\u001b`, so that it stays valid.
    Json,
    /// RFC 4180: line breaks between quotes are text.
    Csv,
    /// Tab-separated values.
    Tsv,
    /// Prometheus' text format, where a backslash in a label is written twice.
    Prometheus,
    /// The program's own text, such as a completion script.
    Own,
}

/// Escapes a stream, piece by piece.
#[derive(Debug)]
pub struct TerminalGuard {
    content: Content,
    held: Vec<u8>,
    in_quotes: bool,
}

impl TerminalGuard {
    /// For this kind of content.
    pub fn new(content: Content) -> Self {
        Self { content, held: Vec::new(), in_quotes: false }
    }

    /// What may be written of the bytes so far. A line without an end is held back unless `flush` is set.
    pub fn pass(&mut self, bytes: &[u8], flush: bool) -> Vec<u8> {
        if self.content == Content::Own {
            return bytes.to_vec();
        }
        self.held.extend_from_slice(bytes);
        let line_end = self.held.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
        let end = match line_end {
            _ if flush => self.held.len(),
            Some(end) => end,
            None if self.held.len() > LONGEST_HELD => self.held.len() - TAIL,
            None => 0,
        };
        let rest = self.held.split_off(end);
        let mut taken = std::mem::replace(&mut self.held, rest);
        // Half a character waits for its other half.
        if let Err(error) = std::str::from_utf8(&taken)
            && error.error_len().is_none()
        {
            let half = taken.split_off(error.valid_up_to());
            self.held.splice(0..0, half);
        }
        self.escape(&String::from_utf8_lossy(&taken)).into_bytes()
    }

    fn escape(&mut self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        for (at, c, is_hidden) in judged(text) {
            self.in_quotes ^= c == '"' && self.content == Content::Csv;
            if is_hidden && !self.is_ours(c, &text[at..]) {
                self.push(&mut shown, c);
            } else {
                shown.push(c);
            }
        }
        shown
    }

    /// Whether a control character belongs to the format. `rest` begins with it.
    fn is_ours(&self, c: char, rest: &str) -> bool {
        match (self.content, c) {
            (Content::Csv, '\n') => !self.in_quotes,
            (_, '\n') => true,
            (Content::Csv, '\r') => !self.in_quotes && rest.starts_with("\r\n"),
            (Content::Json, '\r') => rest.starts_with("\r\n"),
            (Content::Tsv, '\t') => true,
            (Content::Text, '\u{1b}') => is_color(rest),
            _ => false,
        }
    }

    fn push(&self, shown: &mut String, c: char) {
        match self.content {
            Content::Json => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    _ = write!(shown, "\\u{unit:04x}");
                }
            }
            Content::Prometheus => {
                shown.push('\\');
                push_escaped(shown, c);
            }
            Content::Text | Content::Csv | Content::Tsv | Content::Own => push_escaped(shown, c),
        }
    }
}

/// `ESC [ 1;31 m`: color and weight, which is all that the formats for people use.
fn is_color(text: &str) -> bool {
    let parameters = text.strip_prefix("\u{1b}[").unwrap_or_default();
    parameters.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(content: Content, pieces: &[&str]) -> String {
        let mut guard = TerminalGuard::new(content);
        let mut out: Vec<u8> = pieces.iter().flat_map(|piece| guard.pass(piece.as_bytes(), false)).collect();
        out.extend(guard.pass(b"", true));
        String::from_utf8(out).unwrap()
    }

    const HOSTILE: &str = "a\u{1b}]0;t\u{7}\u{9b}2J\u{7f}\u{202e}\u{200b}\u{e0041}";

    #[test]
    fn json_stays_the_same_value() {
        let line = format!("{}\n", serde_json::json!({ "message": HOSTILE }));
        let shown = passed(Content::Json, &[&line]);
        assert!(!shown.contains(['\u{7f}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{e0041}']), "{shown:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap()["message"], HOSTILE);
    }

    #[test]
    fn csv_keeps_its_own_line_ends_and_shows_those_of_the_text() {
        let shown = passed(Content::Csv, &["a,\"b\r\nc \"\"d\n\"\"\",e\tf\r\n\u{1b}[2J,\r\n"]);
        assert_eq!(shown, "a,\"b\\r\\nc \"\"d\\n\"\"\",e\\tf\r\n\\u{1b}[2J,\r\n");
    }

    #[test]
    fn tsv_keeps_its_tabs_and_prometheus_doubles_the_backslash() {
        assert_eq!(passed(Content::Tsv, &["a\tb\u{9b}\n"]), "a\tb\\u{9b}\n");
        assert_eq!(passed(Content::Prometheus, &["x{a=\"\u{202e}\r\"} 1\n"]), "x{a=\"\\\\u{202e}\\\\r\"} 1\n");
    }

    #[test]
    fn text_keeps_its_colors_and_nothing_else() {
        let colored = "\u{1b}[1;31mx\u{1b}[0m\n";
        assert_eq!(passed(Content::Text, &[colored]), colored);
        for sequence in ["\u{1b}[2J", "\u{1b}[31", "\u{1b}]0;m\u{7}", "\u{1b}m", "\u{1b}[?25m"] {
            assert!(!passed(Content::Text, &[sequence]).contains('\u{1b}'), "{sequence:?}");
        }
    }

    #[test]
    fn it_makes_no_difference_where_the_pieces_end() {
        let line = format!("\u{1b}[2m日本 👩\u{200d}💻 {HOSTILE}\u{1b}[0m\r\n");
        for content in [Content::Text, Content::Json, Content::Csv, Content::Tsv, Content::Prometheus] {
            let whole = passed(content, &[&line]);
            let mut guard = TerminalGuard::new(content);
            let mut out: Vec<u8> = line.bytes().flat_map(|byte| guard.pass(&[byte], false)).collect();
            out.extend(guard.pass(b"", true));
            assert_eq!(String::from_utf8(out).unwrap(), whole, "{content:?}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_held_back_for_ever() {
        let mut guard = TerminalGuard::new(Content::Json);
        let long = "é".repeat(LONGEST_HELD);
        let first = guard.pass(long.as_bytes(), false);
        assert!(first.len() >= LONGEST_HELD);
        let rest = guard.pass(b"", true);
        assert_eq!(String::from_utf8([first, rest].concat()).unwrap(), long);
    }
}
