//! Messages of several lines, for a human: each line escaped, and wrapped with a hanging indent.

use super::width::{end_of, split};
use crate::escape::escape_for_terminal;

/// A message without the line breaks at its ends, in its own lines.
pub(super) fn lines_of(message: &str) -> impl Iterator<Item = &str> {
    message.trim_matches(['\r', '\n']).split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).trim_end())
}

/// The whole message on one line, escaped, with a mark where its lines end.
pub(super) fn on_one_line(message: &str, unicode: bool) -> String {
    if !message.contains('\n') {
        return escape_for_terminal(message).into_owned();
    }
    let mark = if unicode { " ↵ " } else { " | " };
    let lines: Vec<_> =
        lines_of(message).map(str::trim_start).filter(|line| !line.is_empty()).map(escape_for_terminal).collect();
    lines.join(mark)
}

/// The first line with text, escaped, and how many more there are.
pub(super) fn first_and_more(message: &str) -> (String, usize) {
    let mut lines = lines_of(message).filter(|line| !line.trim().is_empty());
    let first = lines.next().map(|line| escape_for_terminal(line).into_owned()).unwrap_or_default();
    (first, lines.count())
}

/// One line of a message in rows of a terminal: the first of `first` columns, the others of `room`, broken at spaces
/// where there are any. Rows after the first are indented as the text of the line is, behind the mark of a list too.
pub(super) fn wrap_hanging(line: &str, first: usize, room: usize) -> Vec<String> {
    let hang = Some(hanging_indent(line)).filter(|hang| *hang <= room / 2 && room > 3).unwrap_or(0);
    let mut rows = Vec::new();
    let mut rest = line;
    loop {
        let (indent, room) = if rows.is_empty() { (0, first) } else { (hang, room - hang) };
        let (mut row, _) = split(rest, room);
        if row.is_empty() && !rows.is_empty() {
            // A character that is wider than the room would never end.
            row = &rest[..end_of(rest, 0)];
        }
        let ends = row.len() == rest.len();
        if !ends && !rest[row.len()..].starts_with(' ') {
            let text = row.trim_start().len();
            let space = row.rfind(' ').filter(|at| *at > row.len() - text);
            row = space.map_or(row, |at| &row[..at]);
        }
        rows.push(format!("{:indent$}{}", "", row.trim_end()));
        if ends {
            return rows;
        }
        rest = rest[row.len()..].trim_start_matches(' ');
        if rest.is_empty() {
            return rows;
        }
    }
}

/// Columns before the text of a line: its indent, and the mark of a list.
fn hanging_indent(line: &str) -> usize {
    let text = line.trim_start_matches(' ');
    let numbered = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - numbered.len();
    let mark = if text.starts_with("- ") || text.starts_with("* ") || text.starts_with("> ") {
        2
    } else if (1..=3).contains(&digits) && (numbered.starts_with(". ") || numbered.starts_with(") ")) {
        digits + 2
    } else {
        0
    };
    line.len() - text.len() + mark
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::width;
    use proptest::prelude::*;

    #[test]
    fn a_message_on_one_line_marks_where_its_lines_end() {
        assert_eq!(on_one_line("one", true), "one");
        assert_eq!(on_one_line("one\ntwo\r\n\n  three\n", true), "one ↵ two ↵ three");
        assert_eq!(on_one_line("one\ntwo", false), "one | two");
        assert_eq!(on_one_line("a\u{1b}[2J\nb\rc", true), "a\\u{1b}[2J ↵ b\\rc");
        assert_eq!(on_one_line("\n \n", true), "");
    }

    #[test]
    fn the_first_line_with_text_comes_with_the_number_of_the_others() {
        assert_eq!(first_and_more("one"), ("one".to_owned(), 0));
        assert_eq!(first_and_more("\n\none\ntwo\n\nthree\n"), ("one".to_owned(), 2));
        assert_eq!(first_and_more(""), (String::new(), 0));
        assert_eq!(first_and_more(" \n\t"), (String::new(), 0));
    }

    #[test]
    fn a_line_is_wrapped_at_words_below_its_text() {
        let wrapped = |line: &str, room| wrap_hanging(line, room, room);
        assert_eq!(wrapped("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrapped("  the quick brown fox", 12), ["  the quick", "  brown fox"]);
        assert_eq!(wrapped("- the quick brown fox", 12), ["- the quick", "  brown fox"]);
        assert_eq!(wrapped("12. the quick brown fox", 13), ["12. the quick", "    brown fox"]);
        assert_eq!(wrapped("  * the quick", 10), ["  * the", "    quick"]);
        assert_eq!(wrapped("see /a/long/path/of/files now", 10), ["see", "/a/long/pa", "th/of/file", "s now"]);
        assert_eq!(wrapped("abcdefghijkl", 5), ["abcde", "fghij", "kl"]);
        assert_eq!(wrapped("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("one   two", 5), ["one", "two"]);
    }

    #[test]
    fn the_first_row_may_be_shorter_than_the_others() {
        assert_eq!(wrap_hanging("one two", 0, 5), ["", "one", "two"]);
        assert_eq!(wrap_hanging("one two three", 4, 9), ["one", "two three"]);
    }

    #[test]
    fn an_indent_that_leaves_no_room_is_given_up() {
        assert_eq!(wrap_hanging("          deep text", 12, 12), ["          de", "ep text"]);
    }

    #[test]
    fn a_character_wider_than_the_room_is_a_row_of_its_own() {
        assert_eq!(wrap_hanging("日本", 1, 1), ["", "日", "本"]);
        assert_eq!(wrap_hanging("ab", 0, 0), ["", "a", "b"]);
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_row_is_too_wide(
            message in "\\PC*|([a-z日é-]{0,9}[ \\n]{1,3}){0,9}",
            first in 0usize..30,
            room in 2usize..30,
        ) {
            for line in lines_of(&message) {
                let line = escape_for_terminal(line);
                let rows = wrap_hanging(&line, first, room);
                prop_assert!(rows.iter().skip(1).all(|row| width(row) <= room), "{:?}", rows);
                prop_assert!(rows.iter().take(1).all(|row| width(row) <= first), "{:?}", rows);
                let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                prop_assert_eq!(solid(&rows.concat()), solid(&line));
            }
        }
    }
}
