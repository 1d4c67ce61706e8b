//! Untrusted text for a human: whatever would move the cursor, hide or reorder text is shown instead of obeyed.
//!
//! An agent's message may hold terminal escapes (ECMA-48), line breaks that forge further rows, bidirectional overrides
//! ("Trojan Source", CVE-2021-42574) and invisible characters (UTS #39). All human output goes through [`escape_for_terminal`].

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every control, bidirectional and invisible character written as `\n`, `\u{1b}`, `\u{202e}`; the result
/// is one line that holds nothing but visible characters and spaces. Joiners stay where a script or an emoji needs them.
pub fn escape_for_terminal(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut done = 0;
    for (at, c, hidden) in judged(text) {
        if hidden {
            shown.push_str(&text[done..at]);
            done = at + c.len_utf8();
            push_escaped(&mut shown, c);
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[done..]);
    Cow::Owned(shown)
}

/// The characters with their places, and whether each is to be named instead of passed on.
pub(super) fn judged(text: &str) -> impl Iterator<Item = (usize, char, bool)> {
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (at, c) = chars.next()?;
        let hidden = is_hidden(before, c, chars.peek().map(|(_, next)| *next));
        before = Some(c);
        Some((at, c, hidden))
    })
}

/// The escape that stands for a character.
pub(super) fn push_escaped(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        // Writing to a String cannot fail.
        _ => _ = write!(shown, "{}", c.escape_unicode()),
    }
}

fn is_hidden(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        // Mongolian variation selectors and vowel separator of forms.
        '\u{180b}'..='\u{180d}' | '\u{180f}' => !before.is_some_and(|base| matches!(base, '\u{1820}'..='\u{18aa}')),
        '\u{200c}' | '\u{200d}' => !(before.is_some_and(is_joined) && after.is_some_and(is_joined)),
        _ if is_selector(c) => !before.is_some_and(|base| {
            !is_selector(base) && !base.is_whitespace() && !base.is_control() && !is_invisible(base)
        }),
        _ => c.is_control() || is_invisible(c),
    }
}

/// Characters without a shape, or that reorder what stands around them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}'
        | '\u{e01f0}'..='\u{e0fff}')
}

/// Variation selectors: one behind a visible character chooses its form, more carry hidden data.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Neighbours between which a joiner or non-joiner has a meaning: scripts from Arabic to Mongolian, and emoji.
fn is_joined(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{61b}' | '\u{61d}'..='\u{17b3}' | '\u{17b6}'..='\u{180d}' | '\u{180f}'..='\u{18af}'
        | '\u{20e3}'
        | '\u{2190}'..='\u{2bff}'
        | '\u{fb50}'..='\u{fdff}'
        | '\u{fe0f}'
        | '\u{fe70}'..='\u{fefc}'
        | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every character that a human format must never pass on by itself.
    pub(crate) fn dangerous() -> Vec<char> {
        let ranges = [
            '\u{0}'..='\u{1f}',
            '\u{7f}'..='\u{9f}',
            '\u{61c}'..='\u{61c}',
            '\u{115f}'..='\u{1160}',
            '\u{180b}'..='\u{180f}',
            '\u{200b}'..='\u{200f}',
            '\u{2028}'..='\u{202e}',
            '\u{2060}'..='\u{2069}',
            '\u{feff}'..='\u{feff}',
            '\u{fff0}'..='\u{fffb}',
            '\u{e0000}'..='\u{e007f}',
        ];
        ranges.into_iter().flatten().collect()
    }

    #[test]
    fn every_dangerous_character_is_shown_as_its_escape() {
        for c in dangerous() {
            let shown = match c {
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '\t' => "\\t".to_owned(),
                _ => format!("\\u{{{:x}}}", u32::from(c)),
            };
            assert_eq!(escape_for_terminal(&format!("a{c}b")), format!("a{shown}b"));
            assert_eq!(escape_for_terminal(&c.to_string()), shown);
        }
    }

    #[test]
    fn ordinary_text_of_every_script_is_left_alone() {
        let texts = [
            "",
            "plain ~ text",
            "日本語ボード",
            "Größe",
            "مرحبا",
            "שלום",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "1\u{fe0f}\u{20e3}",
        ];
        for text in texts {
            assert!(matches!(escape_for_terminal(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn emoji_keep_their_joiners_and_selectors() {
        for text in ["👩\u{200d}💻", "👩🏽\u{200d}🚀", "❤\u{fe0f}\u{200d}🔥", "🏳\u{fe0f}\u{200d}🌈"]
        {
            assert_eq!(escape_for_terminal(text), text);
        }
    }

    #[test]
    fn joiners_and_selectors_that_join_nothing_are_shown() {
        assert_eq!(escape_for_terminal("pass\u{200d}word"), "pass\\u{200d}word");
        assert_eq!(escape_for_terminal("👩\u{200d}"), "👩\\u{200d}");
        assert_eq!(escape_for_terminal("👩\u{200d}\u{200d}💻"), "👩\\u{200d}\\u{200d}💻");
        assert_eq!(escape_for_terminal("a\u{fe00}\u{fe01}"), "a\u{fe00}\\u{fe01}");
        assert_eq!(escape_for_terminal("\u{e0101}"), "\\u{e0101}");
    }

    proptest! {
        #[test]
        fn what_is_visible_stays_as_it_is(text in any::<String>()) {
            let once = escape_for_terminal(&text).into_owned();
            prop_assert!(!once.chars().any(char::is_control));
            prop_assert_eq!(escape_for_terminal(&once), once.as_str());
        }

        #[test]
        fn no_mixture_passes_a_dangerous_character(
            parts in prop::collection::vec(prop_oneof![prop::sample::select(dangerous()), any::<char>()], 0..20)
        ) {
            let text: String = parts.into_iter().collect();
            let shown = escape_for_terminal(&text);
            let joiners = ['\u{200c}', '\u{200d}'];
            let leaked = shown.chars().find(|c| !joiners.contains(c) && dangerous().contains(c));
            prop_assert_eq!(leaked, None);
        }
    }
}
