//! libpq's `require_auth`: how the server may ask us to prove who we are.

use super::params::Param;
use crate::error::{Failure, usage};

/// A way to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Method {
    /// The password as it is.
    Password,
    /// Its MD5 hash.
    Md5,
    /// SCRAM-SHA-256, with channel binding or without.
    Scram,
    /// No password is required.
    Nothing,
}

const ALL: [Method; 4] = [Method::Password, Method::Md5, Method::Scram, Method::Nothing];

/// The methods that are allowed: all, or those of a list `a,b`, or all but those of a list `!a,!b`.
pub(super) fn allowed(param: Option<&Param>) -> Result<Vec<Method>, Failure> {
    let Some(param) = param else { return Ok(ALL.to_vec()) };
    let unreadable = || {
        usage(format!("{} cannot be read", param.source))
            .hint("a list of password, md5, scram-sha-256, none; or of the same, each with ! before it")
    };
    let words: Vec<&str> = param.value.split(',').map(str::trim).collect();
    let negated = words.iter().all(|word| word.starts_with('!'));
    if !negated && words.iter().any(|word| word.starts_with('!')) {
        return Err(unreadable());
    }
    let mut listed = Vec::new();
    for word in words {
        match word.trim_start_matches('!') {
            "password" => listed.push(Method::Password),
            "md5" => listed.push(Method::Md5),
            "scram-sha-256" => listed.push(Method::Scram),
            "none" => listed.push(Method::Nothing),
            // Never used here, so that forbidding them is always honoured, and allowing them allows nothing.
            "gss" | "sspi" | "oauth" => {}
            _ => return Err(unreadable()),
        }
    }
    Ok(ALL.into_iter().filter(|method| listed.contains(method) != negated).collect())
}
