//! What somebody may have meant whose command line is not understood.

use clap::Error;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;

/// Commands with the filters of `list`.
const FILTERED: [&str; 7] = ["list", "events", "logs", "comments", "tail", "errors", "summary"];

/// The error with a tip where there is one.
pub fn with_hint(mut error: Error, args: impl Iterator<Item = OsString>) -> Error {
    let args: Vec<String> = args.skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg)
        && let Some(hint) = hint(unknown, &args)
    {
        let tip = ContextValue::StyledStrs(vec![StyledStr::from(hint)]);
        // clap's own idea is about arguments that look alike.
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, tip);
    }
    match error.kind() {
        ErrorKind::InvalidSubcommand => never_suggest_log(&mut error),
        ErrorKind::InvalidValue if is_about(&error, "--range ") => {
            let tip = StyledStr::from("another range is named by its start, as in `-S 2d`");
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
        }
        _ => {}
    }
    error
}

fn is_about(error: &Error, flag: &str) -> bool {
    matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(name)) if name.starts_with(flag))
}

/// Somebody who mistypes a command wants to read, and `log` writes.
fn never_suggest_log(error: &mut Error) {
    let known = match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::Strings(known)) => known.clone(),
        Some(ContextValue::String(known)) => vec![known.clone()],
        _ => return,
    };
    let others: Vec<String> = known.into_iter().filter(|name| name != "log").collect();
    error.remove(ContextKind::SuggestedSubcommand);
    if !others.is_empty() {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(others));
    }
}

fn hint(unknown: &str, args: &[String]) -> Option<String> {
    let command = args.iter().find(|arg| FILTERED.contains(&arg.as_str()))?;
    if matches!(unknown, "-f" | "--follow") {
        return Some("to follow events as they are written, use `mc-activity tail --events`".to_owned());
    }
    // A URL or a connection string may hold a password.
    if unknown.starts_with('-') || unknown.contains(['=', ':', '/', '@']) {
        return None;
    }
    let is_type = unknown.contains(['.', '*']) && command != "comments";
    let quoted = if unknown.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        unknown.to_owned()
    } else {
        format!("'{}'", unknown.replace('\'', r"'\''"))
    };
    let flag = if is_type { "--type" } else { "--board" };
    Some(format!("did you mean `{flag} {quoted}`? --grep searches the messages for a text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hinted(line: &[&str]) -> Option<String> {
        let args: Vec<String> = line.iter().map(|arg| (*arg).to_owned()).collect();
        hint(line.last()?, &args)
    }

    #[test]
    fn a_word_that_is_no_flag_may_be_a_board_or_a_type() {
        assert!(hinted(&["list", "payments"]).unwrap().contains("`--board payments`"));
        assert!(hinted(&["-q", "summary", "Mobile App"]).unwrap().contains("`--board 'Mobile App'`"));
        assert!(hinted(&["tail", "*failed"]).unwrap().contains("`--type '*failed'`"));
        assert!(hinted(&["errors", "task.updated"]).unwrap().contains("`--type task.updated`"));
    }

    #[test]
    fn only_commands_that_filter_have_such_hints() {
        assert_eq!(hinted(&["boards", "payments"]), None);
        assert_eq!(hinted(&["list", "--bord"]), None);
    }

    #[test]
    fn to_follow_is_what_tail_is_for() {
        assert!(hinted(&["logs", "-f"]).unwrap().contains("mc-activity tail"));
    }
}
