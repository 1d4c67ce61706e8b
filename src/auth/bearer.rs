//! Authentication of a user: the bearer token that the backend accepts, checked as its `AUTH_MODE` says.

mod clerk;
mod rs256;

pub use clerk::Clerk;

use crate::error::{denied, usage};
use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The backend's own lower bound for `LOCAL_AUTH_TOKEN`.
pub const LOCAL_TOKEN_MIN_CHARS: usize = 50;

/// What a bearer token is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `LOCAL_AUTH_TOKEN`, which stands for one user: see [`check_local`].
    Local,
    /// Clerk's public key: see [`Clerk`].
    Clerk,
}

/// The mode in force: what `AUTH_MODE` says; where that is unset or empty, local if `LOCAL_AUTH_TOKEN` is set, else
/// clerk if `CLERK_JWT_KEY` is.
///
/// # Errors
/// Usage for an `AUTH_MODE` that the backend does not know either; denied when the mode lacks its setting, or when
/// nothing is set.
pub fn mode(auth_mode: Option<&str>, has_local: bool, has_clerk: bool) -> Result<Mode> {
    let missing = |mode, setting| {
        denied(format!("AUTH_MODE is {mode}, but {setting} is not set"))
            .hint(format!("set {setting} as the backend has it; a user's token is checked against it"))
    };
    match auth_mode.map(str::trim).unwrap_or_default() {
        "local" => {
            ensure!(has_local, missing("local", "LOCAL_AUTH_TOKEN"));
            Ok(Mode::Local)
        }
        "clerk" => {
            ensure!(has_clerk, missing("clerk", "CLERK_JWT_KEY"));
            Ok(Mode::Clerk)
        }
        "" if has_local => Ok(Mode::Local),
        "" if has_clerk => Ok(Mode::Clerk),
        "" => Err(denied("there is nothing to check a user's token against")
            .hint("set LOCAL_AUTH_TOKEN (AUTH_MODE=local) or CLERK_JWT_KEY (AUTH_MODE=clerk)")
            .into()),
        // It may be a token that was put into the wrong variable, and is not shown.
        _ => Err(usage("AUTH_MODE has a value that is not a mode")
            .hint("it is local or clerk, as in the backend's settings")
            .into()),
    }
}

/// Checks a token against `LOCAL_AUTH_TOKEN`, in a time that does not depend on either; white space around them does
/// not count.
///
/// # Errors
/// Denied when they differ, and when `LOCAL_AUTH_TOKEN` has fewer than 50 characters, whatever the token.
pub fn check_local(token: &str, local_auth_token: &str) -> Result<()> {
    let expected = local_auth_token.trim();
    let chars = expected.chars().count();
    ensure!(
        chars >= LOCAL_TOKEN_MIN_CHARS,
        denied(format!("LOCAL_AUTH_TOKEN has {chars} characters; it must have {LOCAL_TOKEN_MIN_CHARS} or more"))
            .hint("the backend refuses to start with such a token; make one with: openssl rand -hex 32")
    );
    // Digests have one length: comparing them does not tell how long the right token is.
    let same = Sha256::digest(token.trim()).ct_eq(&Sha256::digest(expected));
    ensure!(
        bool::from(same),
        denied("the token is not LOCAL_AUTH_TOKEN")
            .hint("a user's token in local mode is the backend's LOCAL_AUTH_TOKEN")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};

    const LOCAL: &str = "local-auth-token-of-fifty-characters-exactly-00000";

    #[test]
    fn the_mode_that_is_named_decides_whatever_else_is_set() {
        assert_eq!(mode(Some("local"), true, true).unwrap(), Mode::Local);
        assert_eq!(mode(Some("clerk"), true, true).unwrap(), Mode::Clerk);
        assert_eq!(mode(Some(" clerk\n"), true, true).unwrap(), Mode::Clerk);
    }

    #[test]
    fn without_a_mode_the_local_token_beats_clerk_s_key() {
        for unset in [None, Some(""), Some("  ")] {
            assert_eq!(mode(unset, true, true).unwrap(), Mode::Local);
            assert_eq!(mode(unset, true, false).unwrap(), Mode::Local);
            assert_eq!(mode(unset, false, true).unwrap(), Mode::Clerk);
            assert_eq!(kind_of(&mode(unset, false, false).unwrap_err()), Kind::Denied);
        }
    }

    #[test]
    fn a_mode_without_its_setting_is_denied_and_the_setting_named() {
        for (name, has_local, has_clerk, setting) in
            [("local", false, true, "LOCAL_AUTH_TOKEN"), ("clerk", true, false, "CLERK_JWT_KEY")]
        {
            let error = mode(Some(name), has_local, has_clerk).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Denied);
            assert!(error.to_string().contains(setting), "{error}");
        }
    }

    #[test]
    fn an_unknown_mode_is_a_usage_error() {
        for unknown in ["none", "Local", "local,clerk"] {
            assert_eq!(kind_of(&mode(Some(unknown), true, true).unwrap_err()), Kind::Usage, "{unknown}");
        }
    }

    #[test]
    fn the_local_token_is_accepted_also_with_the_newline_of_its_file() {
        assert_eq!(LOCAL.len(), LOCAL_TOKEN_MIN_CHARS);
        check_local(LOCAL, LOCAL).unwrap();
        check_local(&format!("{LOCAL}\n"), LOCAL).unwrap();
        check_local(LOCAL, &format!("{LOCAL} ")).unwrap();
    }

    #[test]
    fn another_token_than_the_local_one_is_denied_without_showing_either() {
        let longer = format!("{LOCAL}0");
        for wrong in ["", "wrong", &LOCAL[..49], &longer, &LOCAL.to_uppercase()] {
            let error = check_local(wrong, LOCAL).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Denied, "{wrong}");
            assert_eq!(error.to_string(), "the token is not LOCAL_AUTH_TOKEN");
        }
    }

    #[test]
    fn a_local_token_under_50_characters_is_denied_even_to_who_knows_it() {
        // 49 characters, 98 bytes: characters count.
        let short = "é".repeat(49);
        for short in ["", "change-me", &LOCAL[..49], &short, &format!("{}\n", &LOCAL[..49])] {
            let error = check_local(short, short).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Denied);
            assert!(error.to_string().contains("50 or more"), "{error}");
            assert!(short.is_empty() || !error.to_string().contains(short.trim()), "{error}");
        }
    }
}
