//! Columns that text takes on a terminal, counted and cut by grapheme clusters (UAX #29), so that wide characters,
//! combining marks and emoji stay whole. The text has been through [`escape_for_terminal`](crate::escape::visible).

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a terminal that the text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(UnicodeWidthStr::width).sum() }
}

/// The text cut to at most `room` columns, `ellipsis` included.
pub fn truncate<'a>(text: &'a str, room: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    let ellipsis = if width(ellipsis) < room { ellipsis } else { "" };
    let (kept, _) = split(text, room - width(ellipsis));
    Cow::Owned(format!("{}{ellipsis}", kept.trim_end()))
}

/// Where the first character ends that is beyond `room` columns, or the text.
pub(super) fn end_of(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room {
            return at + grapheme.len();
        }
    }
    text.len()
}

/// The longest beginning that takes at most `room` columns, and the rest.
fn split(text: &str, room: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// The text in at most `most` lines, the first of `first` columns, the others of `room`, broken at spaces where there are
/// any; what is left over is cut.
pub(super) fn wrap(text: &str, first: usize, room: usize, most: usize, ellipsis: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let room = if lines.is_empty() { first } else { room };
        let (line, after) = split(rest, room);
        // The first line may be too short for anything; in the others, a cluster wider than the room would never end.
        if lines.len() + 1 >= most || (line.is_empty() && !lines.is_empty()) {
            lines.push(truncate(rest, room, ellipsis).into_owned());
            break;
        }
        let space =
            if after.is_empty() || after.starts_with(' ') { None } else { line.rfind(' ').filter(|at| *at > 0) };
        let line = space.map_or(line, |at| &line[..at]);
        rest = rest[line.len()..].trim_start_matches(' ');
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The text in lines of at most so many columns, broken at spaces; a longer word stands whole on a line of its own, to
/// be copied. No room given: one line.
pub fn fill(text: &str, room: Option<usize>) -> String {
    let Some(room) = room else { return text.to_owned() };
    let (indent, words) = text.split_at(text.len() - text.trim_start_matches(' ').len());
    let mut filled = indent.to_owned();
    let mut used = indent.len();
    for (at, word) in words.split(' ').enumerate() {
        let wanted = width(word);
        if at > 0 && used + 1 + wanted > room {
            filled.push('\n');
            used = 0;
        } else if at > 0 {
            filled.push(' ');
            used += 1;
        }
        filled.push_str(word);
        used += wanted;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_characters_take_two_columns_and_marks_none() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("👩\u{200d}💻"), 2);
        assert_eq!(width("🇩🇪"), 2);
    }

    #[test]
    fn cutting_keeps_graphemes_whole() {
        assert_eq!(truncate("abcdef", 6, "…"), "abcdef");
        assert_eq!(truncate("abcdef", 5, "…"), "abcd…");
        assert_eq!(truncate("abcdef", 5, "..."), "ab...");
        assert_eq!(truncate("abcdef", 3, "..."), "abc");
        assert_eq!(truncate("日本語", 5, "…"), "日本…");
        assert_eq!(truncate("日本語", 4, "…"), "日…");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
        assert_eq!(truncate("👩\u{200d}💻 x", 2, "…"), "…");
        assert_eq!(truncate("日本", 1, "…"), "");
        assert_eq!(truncate("one two", 5, "…"), "one…");
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_cuts_the_last_line() {
        assert_eq!(wrap("the quick brown fox", 10, 10, 9, "…"), ["the quick", "brown fox"]);
        assert_eq!(wrap("the quick brown fox jumps", 10, 10, 2, "…"), ["the quick", "brown fox…"]);
        assert_eq!(wrap("abcdefghijkl", 5, 5, 9, "…"), ["abcde", "fghij", "kl"]);
        assert_eq!(wrap("日本語日本語", 5, 5, 9, "…"), ["日本", "語日", "本語"]);
        assert_eq!(wrap("one two", 0, 5, 9, "…"), ["", "one", "two"]);
        assert!(wrap("", 5, 5, 9, "…").is_empty());
    }

    #[test]
    fn filling_breaks_at_spaces_alone() {
        assert_eq!(fill("the quick brown fox", Some(10)), "the quick\nbrown fox");
        assert_eq!(fill("see /a/long/path now", Some(6)), "see\n/a/long/path\nnow");
        assert_eq!(fill("日本語 日本語", Some(9)), "日本語\n日本語");
        assert_eq!(fill("  the  quick brown", Some(12)), "  the  quick\nbrown");
        assert_eq!(fill("the quick brown fox", None), "the quick brown fox");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(text in "\\PC*", first in 0usize..30, room in 0usize..30, most in 1usize..5) {
            let text = crate::escape::escape_for_terminal(&text).into_owned();
            let lines = wrap(&text, first, room, most, "…");
            prop_assert!(lines.len() <= most);
            prop_assert!(lines.iter().skip(1).all(|line| width(line) <= room), "{:?}", lines);
            prop_assert!(lines.iter().take(1).all(|line| width(line) <= first), "{:?}", lines);
            prop_assert!(width(&truncate(&text, room, "…")) <= room);
        }
    }
}
