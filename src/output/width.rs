//! Columns that text takes on a terminal, counted and cut by grapheme clusters (UAX #29), so that wide characters,
//! combining marks and emoji stay whole. The text has been through [`escape_for_terminal`](crate::escape::escape_for_terminal).

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
pub(super) fn split(text: &str, room: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > room {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// The text in lines of at most `room` columns, broken at spaces; a longer word stands whole on a line of its own, to
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
    fn filling_breaks_at_spaces_alone() {
        assert_eq!(fill("the quick brown fox", Some(10)), "the quick\nbrown fox");
        assert_eq!(fill("see /a/long/path now", Some(6)), "see\n/a/long/path\nnow");
        assert_eq!(fill("日本語 日本語", Some(9)), "日本語\n日本語");
        assert_eq!(fill("  the  quick brown", Some(12)), "  the  quick\nbrown");
        assert_eq!(fill("the quick brown fox", None), "the quick brown fox");
    }

    proptest! {
        #[test]
        fn no_text_is_wider_than_its_room(text in "\\PC*", room in 0usize..30) {
            let text = crate::escape::escape_for_terminal(&text).into_owned();
            prop_assert!(width(&truncate(&text, room, "…")) <= room);
        }
    }
}
