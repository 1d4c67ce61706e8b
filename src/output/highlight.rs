//! Texts that are marked wherever they are shown, as with `tail --highlight`.

use super::terminal::{Color, Terminal};
use std::borrow::Cow;

/// The texts to mark.
#[derive(Debug, Clone, Default)]
pub struct Highlights {
    texts: Vec<String>,
    ignore_case: bool,
}

impl Highlights {
    /// Marks these texts, escaped as what is shown is.
    pub fn new(texts: impl IntoIterator<Item = String>, ignore_case: bool) -> Self {
        let escaped = |text: String| crate::escape::escape_for_terminal(&text).into_owned();
        let texts = texts.into_iter().map(escaped).filter(|text| !text.is_empty()).collect();
        Self { texts, ignore_case }
    }

    /// The text in a color, with what is to be marked in reverse.
    pub(super) fn paint<'a>(&self, terminal: &Terminal, color: Color, text: &'a str) -> Cow<'a, str> {
        if self.texts.is_empty() || !terminal.color {
            return terminal.paint(color, text);
        }
        let mut painted = String::new();
        let mut rest = text;
        while let Some((start, end)) = self.first_in(rest) {
            painted.push_str(&terminal.paint(color, &rest[..start]));
            painted.push_str(&terminal.paint(Color::Marked, &rest[start..end]));
            rest = &rest[end..];
        }
        painted.push_str(&terminal.paint(color, rest));
        Cow::Owned(painted)
    }

    /// Where the first of the texts begins and ends.
    fn first_in(&self, text: &str) -> Option<(usize, usize)> {
        let found = |wanted: &String| {
            if !self.ignore_case {
                return text.find(wanted.as_str()).map(|start| (start, start + wanted.len()));
            }
            text.char_indices().find_map(|(start, _)| Some((start, start + length_of(wanted, &text[start..])?)))
        };
        self.texts.iter().filter_map(found).min_by_key(|(start, end)| (*start, usize::MAX - end))
    }
}

/// How much of the start of `text` is `wanted` in any letter case.
fn length_of(wanted: &str, text: &str) -> Option<usize> {
    let mut wanted = wanted.chars().flat_map(char::to_lowercase).peekable();
    for (at, c) in text.char_indices() {
        for lower in c.to_lowercase() {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
        if wanted.peek().is_none() {
            return Some(at + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(texts: &[&str], ignore_case: bool, text: &str) -> String {
        let terminal =
            Terminal { width: None, height: None, is_terminal: true, is_resizable: false, color: true, unicode: true };
        let highlights = Highlights::new(texts.iter().map(|text| (*text).to_owned()), ignore_case);
        let painted = highlights.paint(&terminal, Color::Plain, text).into_owned();
        painted.replace("\u{1b}[7m", "<").replace("\u{1b}[0m", ">")
    }

    #[test]
    fn every_match_is_marked() {
        assert_eq!(painted(&["at"], false, "a cat at home"), "a c<at> <at> home");
        assert_eq!(painted(&["at", "cat"], false, "a cat"), "a <cat>");
        assert_eq!(painted(&["AT"], false, "a cat"), "a cat");
        assert_eq!(painted(&["AT"], true, "a cat"), "a c<at>");
        assert_eq!(painted(&["über"], true, "ÜBER über"), "<ÜBER> <über>");
        assert_eq!(painted(&[""], true, "a"), "a");
    }
}
