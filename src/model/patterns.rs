//! Globs of event types, and literal search in any letter case, as patterns that both databases read alike.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// Whether a glob matches a text. Takes time in proportion to the pattern times the text, whatever the pattern.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // What is left after the last star, and of the text that the star has not taken: earlier stars need no second try.
    let mut star = None;
    loop {
        let rest = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = rest;
                star = Some((pattern.clone(), text.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(wanted), Some(found)) if wanted == found => {}
            _ => {
                let Some((after_star, mut untaken)) = star else { return false };
                if untaken.next().is_none() {
                    return false;
                }
                (pattern, text) = (after_star.clone(), untaken.clone());
                star = Some((after_star, untaken));
            }
        }
    }
}

/// Whether more than one text can match.
pub fn is_pattern(glob: &str) -> bool {
    glob.contains(['*', '?'])
}

/// The same glob for PostgreSQL's `LIKE` with its usual escape, the backslash (manual, section 9.7.1).
pub fn to_like(pattern: &str) -> String {
    let mut like = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '*' => like.push('%'),
            '?' => like.push('_'),
            '%' | '_' | '\\' => like.extend(['\\', c]),
            _ => like.push(c),
        }
    }
    like
}

/// A literal text anywhere, for `LIKE` in the same way.
pub fn to_like_anywhere(text: &str) -> String {
    let mut like = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            like.push('\\');
        }
        like.push(c);
    }
    like.push('%');
    like
}

/// The same glob for SQLite's `GLOB`, which has bracket expressions besides.
pub fn to_sqlite_glob(pattern: &str) -> String {
    pattern.replace('[', "[[]")
}

/// A regular expression for PostgreSQL's `~` that finds a literal text in any letter case.
///
/// Both cases stand in the pattern (`k` is `[Kk]`), because what `~*` and `ILIKE` take for the same letter depends on
/// the database's locale. PostgreSQL compiles texts of 10,000 characters, but not of 50,000.
pub fn insensitive_regex(text: &str) -> String {
    let mut regex = String::new();
    for c in text.chars() {
        match same_letter(c).as_slice() {
            [] if r".^$*+?()[]{}|\".contains(c) => regex.extend(['\\', c]),
            [] => regex.push(c),
            letters => push_class(&mut regex, letters),
        }
    }
    regex
}

/// The same regular expression with these characters alone: a letter keeps the forms that are among them. None where a
/// letter has none left, so that nothing can match.
pub fn regex_of(regex: &str, characters: &dyn Fn(char) -> bool) -> Option<String> {
    let mut left = String::with_capacity(regex.len());
    let mut chars = regex.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => left.extend([Some(c), chars.next()].into_iter().flatten()),
            '[' => {
                let forms: Vec<char> = chars.by_ref().take_while(|c| *c != ']').filter(|c| characters(*c)).collect();
                if forms.is_empty() {
                    return None;
                }
                push_class(&mut left, &forms);
            }
            _ if characters(c) => left.push(c),
            _ => return None,
        }
    }
    Some(left)
}

/// A pattern for SQLite's `GLOB` that finds a literal text in any letter case, as [`insensitive_regex`] does: SQLite's
/// own `LIKE` knows the cases of ASCII alone. It takes patterns of 50,000 bytes, so about 12,000 letters.
pub fn insensitive_glob(text: &str) -> String {
    let mut glob = String::from("*");
    for c in text.chars() {
        match same_letter(c).as_slice() {
            [] if "*?[".contains(c) => push_class(&mut glob, &[c]),
            [] => glob.push(c),
            letters => push_class(&mut glob, letters),
        }
    }
    glob.push('*');
    glob
}

fn push_class(pattern: &mut String, letters: &[char]) {
    pattern.push('[');
    pattern.extend(letters);
    pattern.push(']');
}

/// The forms of a letter under Unicode's simple case folding, itself among them; nothing for a character without case.
///
/// An ASCII letter has its two ASCII forms only, not the Kelvin sign or the long s: a database whose encoding lacks
/// those would refuse the pattern.
fn same_letter(c: char) -> Vec<char> {
    if c.is_ascii() {
        return if c.is_ascii_alphabetic() { vec![c.to_ascii_uppercase(), c.to_ascii_lowercase()] } else { Vec::new() };
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    // It fails only where the crate is built without its table of cases, which ours is not.
    if class.try_case_fold_simple().is_err() {
        return Vec::new();
    }
    let forms: Vec<char> = class.iter().flat_map(|range| range.start()..=range.end()).collect();
    if forms.len() > 1 { forms } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the whole text matches a glob: `*` is any text, `?` any one character, all else itself, letter case counts.
    ///
    use proptest::prelude::*;

    /// The definition itself, exponential.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', after @ ..], _) => (0..=text.len()).any(|taken| naive(after, &text[taken..])),
            (['?', after @ ..], [_, rest @ ..]) => naive(after, rest),
            ([wanted, after @ ..], [found, rest @ ..]) => wanted == found && naive(after, rest),
            _ => false,
        }
    }

    #[test]
    fn only_star_and_question_mark_are_special() {
        for (pattern, text, is_match) in [
            ("task.*", "task.comment", true),
            ("task.*", "task.", true),
            ("task.*", "Task.comment", false),
            ("*failed", "agent.nudge.failed", true),
            ("*failed", "agent.failed.", false),
            ("task.?omment", "task.comment", true),
            ("?", "é", true),
            ("?", "", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("[a-c]", "b", false),
            ("[a-c]", "[a-c]", true),
            ("a%_\\", "a%_\\", true),
            ("a.c", "abc", false),
            ("*\n*", "one\ntwo", true),
        ] {
            assert_eq!(matches(pattern, text), is_match, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn many_stars_take_no_longer() {
        let text = "a".repeat(20_000);
        assert!(!matches(&format!("{}b", "a*".repeat(50)), &text));
    }

    #[test]
    fn databases_get_the_same_glob() {
        assert_eq!(to_like(r"50%_*?\[a"), r"50\%\_%_\\[a");
        assert_eq!(to_sqlite_glob(r"50%_*?\[a]^-"), r"50%_*?\[[]a]^-");
    }

    #[test]
    fn literal_search_escapes_what_is_special() {
        assert_eq!(insensitive_regex("(a.b)*"), r"\([Aa]\.[Bb]\)\*");
        assert_eq!(insensitive_regex(r"]^-\*?["), r"\]\^-\\\*\?\[");
        assert_eq!(insensitive_glob(r"]^-\*?["), r"*]^-\[*][?][[]*");
        assert_eq!(insensitive_glob("a\nB1"), "*[Aa]\n[Bb]1*");
        assert_eq!(insensitive_glob(""), "**");
    }

    #[test]
    fn a_regular_expression_keeps_the_forms_that_an_encoding_has() {
        let latin = |c: char| c < '\u{100}';
        let left = |text: &str| regex_of(&insensitive_regex(text), &latin);
        assert_eq!(left(r"a[ÿ]\å").as_deref(), Some(r"[Aa]\[[ÿ]\]\\[Åå]"));
        assert_eq!(left("Ÿ").as_deref(), Some("[ÿ]"));
        assert_eq!(left("xσ"), None);
        assert_eq!(left("x日"), None);
        assert_eq!(left(""), Some(String::new()));
    }

    #[test]
    fn letters_have_all_their_forms() {
        assert_eq!(same_letter('k'), ['K', 'k']);
        assert_eq!(same_letter('É'), ['É', 'é']);
        assert_eq!(same_letter('σ'), ['Σ', 'ς', 'σ']);
        assert_eq!(same_letter('ß'), ['ß', 'ẞ']);
        assert!(same_letter('日').is_empty());
        assert!(same_letter('7').is_empty());
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*?é]{0,8}", text in "[abé\n]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }

        #[test]
        fn a_pattern_without_specials_matches_itself_alone(pattern in "[^*?]{0,9}", text in "\\PC{0,9}") {
            prop_assert!(matches(&pattern, &pattern));
            prop_assert_eq!(matches(&pattern, &text), pattern == text);
        }

        #[test]
        fn no_letter_needs_an_escape_within_a_class(c in any::<char>()) {
            prop_assert!(same_letter(c).iter().all(|form| !r"]^-\[:.=".contains(*form)));
        }
    }
}
