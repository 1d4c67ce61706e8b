//! libpq's other form: `host=localhost dbname='mission control' password=it\'s`.

use super::params::Params;
use crate::error::{Failure, usage};

const PLACE: &str = "the connection string";

/// PostgreSQL manual, "Keyword/Value Connection Strings".
pub(super) fn parse(text: &str) -> Result<Params, Failure> {
    let mut params = Params::default();
    let mut rest = text.trim_start();
    // Once a password stood there, a name may be the rest of one that holds a blank.
    let mut may_name = true;
    while !rest.is_empty() {
        let Some((name, after)) =
            rest.split_once('=').filter(|(name, _)| !name.trim_end().contains(char::is_whitespace))
        else {
            return Err(usage("a word in the connection string is not followed by =")
                .hint("a value with blanks needs single quotes"));
        };
        let (value, after) = value(after.trim_start())?;
        params.set(name.trim_end(), value, PLACE, may_name)?;
        may_name = may_name && name.trim_end() != "password";
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
