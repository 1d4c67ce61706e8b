//! libpq's other form: `host=localhost dbname='mission control' password=it\'s`.

use super::name::{CONNECTION_STRING, Part};
use super::params::Params;
use crate::error::{Failure, usage};

/// PostgreSQL manual, "Keyword/Value Connection Strings".
pub(super) fn parse(text: &str) -> Result<Params, Failure> {
    read(text).map_err(|failure| {
        // As ADO.NET writes it.
        if text.contains(';') { failure.hint("parameters are separated by blanks, not by ;") } else { failure }
    })
}

fn read(text: &str) -> Result<Params, Failure> {
    let mut params = Params::default();
    let mut rest = text.trim_start();
    for number in 1.. {
        if rest.is_empty() {
            break;
        }
        let Some((name, after)) =
            rest.split_once('=').filter(|(name, _)| !name.trim_end().contains(char::is_whitespace))
        else {
            return Err(usage("a word in the connection string is not followed by =")
                .hint("a value with blanks needs single quotes"));
        };
        let name = name.trim_end();
        let written = after.trim_start();
        let (value, after) = value(written)?;
        let written = written.get(..written.len() - after.len()).unwrap_or_default();
        // Quotes and escapes show that an unusual name is meant.
        if let Some(part) = Part::of(name)
            && !written.starts_with('\'')
            && !written.contains('\\')
        {
            part.check(written, CONNECTION_STRING)?;
        }
        params.set(name, value, CONNECTION_STRING, Some(number))?;
        rest = after.trim_start();
    }
    Ok(params)
}

/// A value up to white space or in single quotes; a backslash takes the next character as it is.
fn value(text: &str) -> Result<(String, &str), Failure> {
    let quoted = text.strip_prefix('\'');
    let body = quoted.unwrap_or(text);
    let mut value = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            '\'' if quoted.is_some() => return Ok((value, body.get(at + 1..).unwrap_or_default())),
            c if c.is_whitespace() && quoted.is_none() => return Ok((value, body.get(at..).unwrap_or_default())),
            '\0' => return Err(usage("the connection string holds a zero byte")),
            c => value.push(c),
        }
    }
    if quoted.is_some() {
        return Err(usage("a quote in the connection string is not closed"));
    }
    Ok((value, ""))
}
