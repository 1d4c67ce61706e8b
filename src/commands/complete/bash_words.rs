//! Reads a bash command line that is still being typed, and quotes what completes its last word.
//!
//! Only what matters to completion is read: where words end, what they say without their quotes, and which quote is
//! still open at the end. Expansions such as `$HOME` stay as they are typed.

/// The quote that is open at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    /// No quote is open.
    None,
    /// `'`
    Single,
    /// `"`
    Double,
    /// `$'`, which knows escapes such as `\n`.
    Ansi,
}

impl Quote {
    /// The character that closes it.
    pub(super) fn end(self) -> Option<char> {
        match self {
            Self::None => None,
            Self::Single | Self::Ansi => Some('\''),
            Self::Double => Some('"'),
        }
    }
}

/// A command line up to the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BashLine {
    /// The words without their quotes. The last one is being typed, and is empty after a space.
    pub(super) words: Vec<String>,
    /// The quote that is open in the last word.
    pub(super) quote: Quote,
    /// The last word is the target of a redirection, so it is a file.
    pub(super) is_redirected: bool,
}

impl BashLine {
    /// Reads a line that ends at the cursor.
    pub(super) fn read(line: &str) -> Self {
        let mut reader = Reader::default();
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek().copied();
            if reader.read(c, next) {
                chars.next();
            }
        }
        reader.finish()
    }
}

#[derive(Default)]
struct Reader {
    words: Vec<String>,
    word: String,
    /// The word has begun, though it may be empty, as in `""`.
    has_begun: bool,
    quote: Option<Quote>,
    /// Open parentheses of `$(…)`.
    depth: usize,
    is_backticked: bool,
    is_redirected: bool,
}

impl Reader {
    /// Reads one character; true if the next one is read with it.
    fn read(&mut self, c: char, next: Option<char>) -> bool {
        match self.quote.unwrap_or(Quote::None) {
            Quote::Single => self.in_quote(c, '\'', None),
            Quote::Double => {
                let is_escape = c == '\\' && next.is_some_and(|next| "\\\"$`\n".contains(next));
                self.in_quote(c, '"', next.filter(|_| is_escape))
            }
            Quote::Ansi => self.in_quote(c, '\'', next.filter(|_| c == '\\')),
            Quote::None => self.unquoted(c, next),
        }
    }

    fn in_quote(&mut self, c: char, end: char, escaped: Option<char>) -> bool {
        match escaped {
            Some(escaped) => self.word.push(escaped),
            None if c == end => self.quote = None,
            None => self.word.push(c),
        }
        escaped.is_some()
    }

    fn unquoted(&mut self, c: char, next: Option<char>) -> bool {
        let is_nested = self.depth > 0 || self.is_backticked;
        match (c, next) {
            (' ' | '\t' | '\n', _) if !is_nested => self.end_word(),
            ('<' | '>', _) if !is_nested => self.redirect(),
            // As in `&>file`.
            ('&', Some('>')) if !is_nested => self.end_word(),
            ('$', Some('\'')) => {
                self.open(Quote::Ansi);
                return true;
            }
            ('$', Some('"')) => {
                self.open(Quote::Double);
                return true;
            }
            ('\'', _) => self.open(Quote::Single),
            ('"', _) => self.open(Quote::Double),
            ('\\', Some(next)) => {
                self.push(next);
                return true;
            }
            ('\\', None) => self.has_begun = true,
            _ => {
                match c {
                    '(' => self.depth += 1,
                    ')' => self.depth = self.depth.saturating_sub(1),
                    '`' => self.is_backticked = !self.is_backticked,
                    _ => {}
                }
                self.push(c);
            }
        }
        false
    }

    fn push(&mut self, c: char) {
        self.has_begun = true;
        self.word.push(c);
    }

    fn open(&mut self, quote: Quote) {
        self.has_begun = true;
        self.quote = Some(quote);
    }

    /// A number before the operator is a file descriptor; the word after it is the target.
    fn redirect(&mut self) {
        if self.word.bytes().all(|byte| byte.is_ascii_digit()) {
            self.word.clear();
            self.has_begun = false;
        } else {
            self.end_word();
        }
        self.is_redirected = true;
    }

    fn end_word(&mut self) {
        if !self.has_begun {
            return;
        }
        let word = std::mem::take(&mut self.word);
        if !std::mem::take(&mut self.is_redirected) {
            self.words.push(word);
        }
        self.has_begun = false;
    }

    fn finish(mut self) -> BashLine {
        self.words.push(self.word);
        BashLine { words: self.words, quote: self.quote.unwrap_or(Quote::None), is_redirected: self.is_redirected }
    }
}

/// What bash is to insert inside this quote for a text. bash closes the quote after it, unless its last character is
/// the same as the quote: then it takes the quote for closed.
pub(super) fn inserted(text: &str, quote: Quote) -> String {
    let mut out = quoted(text, quote);
    if out.chars().next_back() == quote.end() {
        out.extend(quote.end());
    }
    out
}

/// Writes a text such that bash reads it as it is. It begins and ends inside this quote.
fn quoted(text: &str, quote: Quote) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match quote {
            Quote::None if !is_plain(c) => out.extend(['\\', c]),
            Quote::Single if c == '\'' => out.push_str(r"'\''"),
            // Inside double quotes a backslash before ! would stay.
            Quote::Double if c == '!' => out.push_str(r#""\!""#),
            Quote::Double if "\\\"$`".contains(c) => out.extend(['\\', c]),
            Quote::Ansi if "\\'".contains(c) => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

/// A character that means nothing to bash. Only ASCII has others.
fn is_plain(c: char) -> bool {
    !c.is_ascii() || c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        BashLine::read(line).words
    }

    #[test]
    fn a_line_is_read_as_bash_reads_it() {
        for (line, expected) in [
            ("mc list ", &["mc", "list", ""][..]),
            ("mc  list --board=pay", &["mc", "list", "--board=pay"]),
            (r#"mc --board 'it is' "a \"b\" \c $d" e\ f "#, &["mc", "--board", "it is", r#"a "b" \c $d"#, "e f", ""]),
            (r"mc $'it\'s' '' x", &["mc", "it's", "", "x"]),
            (r#"mc "a"b'c'\d"#, &["mc", "abcd"]),
            ("mc $(cat a b) `echo c d` e", &["mc", "$(cat a b)", "`echo c d`", "e"]),
            ("mc list >out 2>/dev/null </tmp/in 2>&1 &>all --board é", &["mc", "list", "--board", "é"]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }

    #[test]
    fn the_quote_that_is_open_at_the_end_is_known() {
        for (line, word, quote) in [
            ("mc 'a b", "a b", Quote::Single),
            (r#"mc --board="a b"#, "--board=a b", Quote::Double),
            (r#"mc "a b""#, "a b", Quote::None),
            (r"mc $'a\'b", "a'b", Quote::Ansi),
            (r#"mc "a"\!"b"#, "a!b", Quote::Double),
            ("mc a\\", "a", Quote::None),
        ] {
            let read = BashLine::read(line);
            assert_eq!((read.words.last().map(String::as_str), read.quote), (Some(word), quote), "{line}");
        }
        assert!(BashLine::read("mc list > a").is_redirected);
        assert!(!BashLine::read("mc list > a ").is_redirected);
    }

    #[test]
    fn what_is_quoted_is_read_as_it_was() {
        let texts =
            ["plain", "a b", "it's", r#"say "hi""#, "$x `y`", r"back\slash", "a!b", "~x #y *", "é:ü", "(a|b);<c>&"];
        for text in texts {
            for (before, quote, after) in [
                ("", Quote::None, ""),
                ("'", Quote::Single, "'"),
                ("\"", Quote::Double, "\""),
                ("$'", Quote::Ansi, "'"),
            ] {
                let line = format!("mc {before}{}{after}", quoted(text, quote));
                assert_eq!(words(&line), ["mc", text], "{line}");
            }
        }
    }
}
