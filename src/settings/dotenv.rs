//! Reads `.env` as Mission Control does: the grammar and the substitution of python-dotenv, which pydantic-settings uses.
//!
//! dotenvy reads another language: it takes the `$ss` in `p$ss` for a variable, refuses a blank in an unquoted value and
//! an unknown backslash, and looks into the process's environment. The same file must give both programs the same
//! password. What cannot be read is skipped with a warning, as python-dotenv does.

use std::collections::HashMap;

/// The variables of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    /// The variables in their order, a repeated name repeatedly.
    pub(super) values: Vec<(String, String)>,
    /// What could not be read, as python-dotenv skips it too.
    pub(super) skipped: Vec<Skipped>,
}

/// A statement that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skipped {
    /// The line where it begins, from 1.
    pub(super) line: usize,
    /// It would have named the database.
    pub(super) names_database: bool,
}

/// Reads a file. `env` answers `${NAME}` when the file does not. What cannot be read is skipped up to the end of its line;
/// so is a line that is not UTF-8.
pub(super) fn parse(bytes: &[u8], env: &dyn Fn(&str) -> Option<String>) -> Parsed {
    let mut parsed = Parsed::default();
    let text = text_of(bytes, &mut parsed.skipped);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut rest = text;
    let mut known: HashMap<String, String> = HashMap::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            parsed.skipped.sort_by_key(|skipped| skipped.line);
            return parsed;
        }
        match binding(rest) {
            Ok((binding, after)) => {
                rest = after;
                if let Some((name, value)) = binding {
                    let value = substitute(&value, &known, env);
                    known.insert(name.clone(), value.clone());
                    parsed.values.push((name, value));
                }
            }
            Err(from) => {
                parsed.skipped.push(Skipped { line: line_number(text, rest), names_database: names_database(rest) });
                rest = from.trim_start_matches(|c| c != '\n' && c != '\r');
            }
        }
    }
}

/// The text with the lines left empty that are not UTF-8.
fn text_of(bytes: &[u8], skipped: &mut Vec<Skipped>) -> String {
    let mut text = String::new();
    for (line, bytes) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        if let Ok(valid) = std::str::from_utf8(bytes) {
            text.push_str(valid);
        } else {
            skipped.push(Skipped { line, names_database: names_database(&String::from_utf8_lossy(bytes)) });
            text.push('\n');
        }
    }
    text
}

fn line_number(text: &str, rest: &str) -> usize {
    let before = text.get(..text.len() - rest.len()).unwrap_or_default();
    1 + before.replace("\r\n", "\n").matches(['\n', '\r']).count()
}

fn names_database(statement: &str) -> bool {
    let statement = statement.trim_start();
    let name = statement.strip_prefix("export").map_or(statement, skip_blanks).trim_start_matches('\'');
    name.get(..DATABASE_URL.len()).is_some_and(|name| name.eq_ignore_ascii_case(DATABASE_URL))
}

const DATABASE_URL: &str = "DATABASE_URL";

type Assignment = Option<(String, String)>;

/// One line (more when a quoted value spans lines): a binding or none for a comment, and what follows it. Otherwise that
/// which could not be read, up to the end of the file.
fn binding(line: &str) -> Result<(Assignment, &str), &str> {
    let ended = |rest| end_of_line(rest).ok_or(rest);
    if line.starts_with('#') {
        return Ok((None, ended(line)?));
    }
    let rest = line.strip_prefix("export").filter(|rest| rest.starts_with(is_blank)).map_or(line, skip_blanks);
    let (name, rest) = match rest.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'').ok_or(rest)?,
        None => rest.split_at(rest.find(|c: char| c == '=' || c == '#' || c.is_whitespace()).unwrap_or(rest.len())),
    };
    if name.is_empty() {
        return Err(rest);
    }
    let rest = skip_blanks(rest);
    let Some(after) = rest.strip_prefix('=') else {
        // A name alone: python-dotenv has it as None, which is as good as unset.
        return Ok((Some((name.to_owned(), String::new())), ended(rest)?));
    };
    let rest = skip_blanks(after);
    let (value, rest) = match rest.chars().next() {
        Some('#') if rest.len() < after.len() => (String::new(), rest),
        Some(quote @ ('\'' | '"')) => quoted(rest, quote).ok_or(rest)?,
        _ => unquoted(rest),
    };
    Ok((Some((name.to_owned(), value)), ended(rest)?))
}

/// White space within a line.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && c != '\n' && c != '\r'
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches(is_blank)
}

/// What follows blanks, a comment and the line end; none if there is something else.
fn end_of_line(text: &str) -> Option<&str> {
    let text = skip_blanks(text);
    let text = if text.starts_with('#') { text.trim_start_matches(|c| c != '\n' && c != '\r') } else { text };
    (text.is_empty() || text.starts_with(['\n', '\r'])).then_some(text)
}

/// A value up to the line end; a `#` begins a comment only after white space.
fn unquoted(text: &str) -> (String, &str) {
    let (line, rest) = text.split_at(text.find(['\n', '\r']).unwrap_or(text.len()));
    let comment = line.match_indices('#').map(|(at, _)| line.split_at(at).0).find(|head| head.ends_with(is_blank));
    (comment.unwrap_or(line).trim_end().to_owned(), rest)
}

/// A value in quotes, with the escapes that its kind of quote knows; any other backslash stays.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((value, text.get(at + 1..)?));
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        let (_, escaped) = chars.next()?;
        match (escaped, quote) {
            ('\\' | '\'', _) | ('"', '"') => value.push(escaped),
            ('a', '"') => value.push('\u{7}'),
            ('b', '"') => value.push('\u{8}'),
            ('f', '"') => value.push('\u{c}'),
            ('n', '"') => value.push('\n'),
            ('r', '"') => value.push('\r'),
            ('t', '"') => value.push('\t'),
            ('v', '"') => value.push('\u{b}'),
            _ => value.extend(['\\', escaped]),
        }
    }
    None
}

/// Replaces `${NAME}` and `${NAME:-default}`, in every kind of quotes. The file goes before the environment, and what
/// neither knows is empty. `$NAME` is left alone.
fn substitute(value: &str, known: &HashMap<String, String>, env: &dyn Fn(&str) -> Option<String>) -> String {
    let mut output = String::new();
    let mut rest = value;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        output.push_str(before);
        let body = from.get(2..).unwrap_or_default();
        let variable = body.split_once('}').and_then(|(inner, after)| match inner.split_once(':') {
            None => Some((inner, "", after)),
            Some((name, default)) => Some((name, default.strip_prefix('-')?, after)),
        });
        if let Some((name, default, after)) = variable {
            let found = known.get(name).cloned().or_else(|| env(name));
            output.push_str(&found.unwrap_or_else(|| default.to_owned()));
            rest = after;
        } else {
            output.push_str("${");
            rest = body;
        }
    }
    output.push_str(rest);
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn env(name: &str) -> Option<String> {
        (name == "OUTSIDE").then(|| "o".to_owned())
    }

    /// The value of the first variable.
    fn value(text: &str) -> String {
        parse(text.as_bytes(), &env).values.remove(0).1
    }

    // Every expectation below is what python-dotenv 1.2 answers.
    #[test]
    fn values_are_read_as_python_dotenv_reads_them() {
        for (text, expected) in [
            ("A=p$ss", "p$ss"),
            ("A=p$ss#word", "p$ss#word"),
            ("A=Mission Control # a comment", "Mission Control"),
            ("A = b ", "b"),
            ("A=#b", "#b"),
            ("A= # b", ""),
            ("A=", ""),
            ("A", ""),
            ("export A=b", "b"),
            ("export=b", "b"),
            ("'A'=b", "b"),
            (r"A=C:\new\8", r"C:\new\8"),
            (r"A='it\'s \n $x' # c", r"it's \n $x"),
            (r#"A="a\"b\n\$c\\" "#, "a\"b\n\\$c\\"),
            ("A=\"one\ntwo\"", "one\ntwo"),
            ("A='one\r\ntwo'\r\nB=c", "one\r\ntwo"),
            ("\u{feff}A=b", "b"),
            ("\n\n  # x\n A=b", "b"),
            ("A=${OUTSIDE}${NONE}${NONE:-d}$OUTSIDE", "od$OUTSIDE"),
            ("A='${OUTSIDE}'", "o"),
            ("A=${OUTSIDE", "${OUTSIDE"),
            ("A=${A:b}${OUTSIDE}", "${A:b}o"),
            ("A=a=b", "a=b"),
        ] {
            assert_eq!(value(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_file_answers_its_own_names_before_the_environment_does() {
        let values = parse(b"OUTSIDE=file\nB=${OUTSIDE}\n", &env).values;
        assert_eq!(values[1], ("B".to_owned(), "file".to_owned()));
    }

    #[test]
    fn a_pem_key_is_kept_over_lines_and_with_literal_escapes() {
        let text = "CLERK_JWT_KEY=\"-----BEGIN PUBLIC KEY-----\nAB+/=\n-----END PUBLIC KEY-----\"\nB=c\n";
        assert_eq!(value(text), "-----BEGIN PUBLIC KEY-----\nAB+/=\n-----END PUBLIC KEY-----");
        assert_eq!(value(r#"K="-----BEGIN-----\nAB\n-----END-----""#), "-----BEGIN-----\nAB\n-----END-----");
        assert_eq!(value(r"K=-----BEGIN-----\nAB"), r"-----BEGIN-----\nAB");
    }

    // The same: what follows the line that python-dotenv 1.2 skips, and the number that it logs.
    #[test]
    fn a_damaged_line_is_skipped_and_its_number_kept() {
        for (text, line, values) in [
            ("=x", 1, ""),
            ("A=b\n\nsome words\nC=d", 3, "A=b C=d"),
            ("A=b\r\nB=\"open\nC=d\n", 2, "A=b C=d"),
            ("A=b\rB='x' y\rC=d", 2, "A=b C=d"),
            ("# c\n'A=b\nC=d", 2, "C=d"),
            ("A=\"one\ntwo\" three\nC=d", 1, "C=d"),
        ] {
            let parsed = parse(text.as_bytes(), &env);
            assert_eq!(parsed.skipped, [Skipped { line, names_database: false }], "{text:?}");
            let read: Vec<String> = parsed.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(read.join(" "), values, "{text:?}");
        }
    }

    #[test]
    fn a_skipped_line_that_names_the_database_is_known_as_such() {
        for text in
            ["DATABASE_URL='open", "export database_url=\"x\" y", "'DATABASE_URL' x y", "DATABASE_URL=x\u{fffd}"]
        {
            let bytes = text.replace('\u{fffd}', "?").into_bytes();
            let bytes: Vec<u8> = bytes.into_iter().map(|byte| if byte == b'?' { 0xff } else { byte }).collect();
            let parsed = parse(&bytes, &env);
            assert_eq!(parsed.skipped, [Skipped { line: 1, names_database: true }], "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_what_is_skipped_is_on_a_line_that_exists(text in "[ -~\n\r\t'\"#$={}\\\\é]{0,60}") {
            for Skipped { line, .. } in parse(text.as_bytes(), &env).skipped {
                prop_assert!(line >= 1 && line <= 1 + text.matches(['\n', '\r']).count());
            }
        }

        #[test]
        fn a_value_in_single_quotes_is_itself(value in "[ -&(-\\[\\]-~\n]{0,30}") {
            prop_assume!(!value.contains("${"));
            prop_assert_eq!(super::parse(format!("A='{value}'").as_bytes(), &env).values.remove(0).1, value);
        }
    }
}
