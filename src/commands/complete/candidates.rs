//! What can stand at the end of a command line, by the definition of the commands; clap_complete finds it.
//!
//! Names of boards and the like are in a database, which clap_complete cannot ask from where it calls us. There it gets
//! a placeholder, which stands for all names of a kind until they are known.

use crate::commands::Cli;
use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::engine::{
    self, ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use std::ffi::OsStr;

/// What the database has names of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Boards.
    Board,
    /// Agents.
    Agent,
    /// Types of events.
    Type,
}

/// What a shell offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Completion {
    /// A word, and what it means.
    Word(String, Option<String>),
    /// The names of a kind. The text before them is `before`, and `typed` is what the name begins with so far.
    Names { names: Names, before: String, typed: String },
    /// A path, which shells complete better than we do.
    Path(PathPrefix),
}

/// The beginning of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathPrefix {
    /// Only directories are meant.
    pub(super) is_directory: bool,
    /// The text before the path, such as `--html=`.
    pub(super) before: String,
    /// What the path begins with so far.
    pub(super) typed: String,
}

impl PathPrefix {
    /// The first line of the output.
    pub(super) fn mode(&self) -> &'static str {
        if self.is_directory { "directories\n" } else { "files\n" }
    }

    /// The words that paths make of it.
    pub(super) fn words(&self) -> Vec<String> {
        let completer = if self.is_directory { PathCompleter::dir() } else { PathCompleter::any() };
        let mut found = completer.complete(OsStr::new(&self.typed));
        // Those that begin with a dot, unless nothing else is meant.
        if found.iter().any(|candidate| !candidate.is_hide_set()) {
            found.retain(|candidate| !candidate.is_hide_set());
        }
        let paths = found.iter().filter_map(|candidate| candidate.get_value().to_str());
        paths.map(|path| self.before.clone() + path).collect()
    }
}

/// The candidates for the last word.
pub(super) fn candidates(words: &[String]) -> Vec<Completion> {
    let typed = words.last().map(String::as_str).unwrap_or_default();
    let args = words.iter().map(Into::into).collect();
    // The only error is that there is nothing to complete.
    let mut found = engine::complete(&mut program(), args, words.len().saturating_sub(1), None).unwrap_or_default();
    found.retain(|candidate| !candidate.is_hide_set());
    // A person who has typed nothing is looking for a value. All flags would hide it.
    let is_flag = |candidate: &CompletionCandidate| candidate.get_value().as_encoded_bytes().starts_with(b"-");
    if typed.is_empty() && !found.iter().all(is_flag) {
        found.retain(|candidate| !is_flag(candidate));
    }
    found.iter().filter_map(candidate).collect()
}

fn candidate(found: &CompletionCandidate) -> Option<Completion> {
    let value = found.get_value().to_str()?;
    let Some((before, placeholder)) = value.split_once(MARK) else {
        let help = found.get_help().map(|help| help.to_string());
        let help = help.and_then(|help| Some(help.lines().next()?.to_owned()));
        return Some(Completion::Word(value.to_owned(), help));
    };
    let (kind, typed) = placeholder.split_once(MARK)?;
    let (before, typed) = (before.to_owned(), typed.to_owned());
    let names = match kind {
        FILES | DIRECTORIES => {
            return Some(Completion::Path(PathPrefix { is_directory: kind == DIRECTORIES, before, typed }));
        }
        BOARD => Names::Board,
        AGENT => Names::Agent,
        _ => Names::Type,
    };
    Some(Completion::Names { names, before, typed })
}

/// No argument of a process has it, so no typed word either.
const MARK: char = '\0';
const BOARD: &str = "board";
const AGENT: &str = "agent";
const TYPE: &str = "type";
const FILES: &str = "files";
const DIRECTORIES: &str = "directories";

/// The program without hidden commands, its arguments with what completes them.
fn program() -> Command {
    let program = Cli::command();
    let names: Vec<String> = shown(&program).map(|command| command.get_name().to_owned()).collect();
    let commands: Vec<Command> =
        shown(&program).map(|command| command.clone().mut_args(|arg| completed(arg, &names))).collect();
    Command::new("mc-activity")
        .version(env!("CARGO_PKG_VERSION"))
        .args(program.get_arguments().cloned().map(|arg| completed(arg, &names)))
        .subcommands(commands)
}

fn shown(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set())
}

fn completed(arg: Arg, commands: &[String]) -> Arg {
    let value_name = arg.get_value_names().and_then(|names| names.first()).map(|name| name.as_str().to_owned());
    let placeholder = match (arg.get_long(), value_name.as_deref()) {
        (Some("board" | "exclude-board"), _) => BOARD,
        (Some("agent" | "exclude-agent"), _) => AGENT,
        (Some("type" | "exclude-type"), _) | (None, Some("TYPE|EVENT-ID")) => TYPE,
        (_, Some("FILE")) => FILES,
        (_, Some("DIR")) => DIRECTORIES,
        (None, Some("COMMAND")) => {
            let commands = commands.to_vec();
            let all = move || commands.iter().map(CompletionCandidate::new).collect();
            return arg.add(ArgValueCandidates::new(all));
        }
        _ => match arg.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath => FILES,
            ValueHint::DirPath => DIRECTORIES,
            _ => return arg,
        },
    };
    let one = move |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        vec![CompletionCandidate::new(format!("{MARK}{placeholder}{MARK}{typed}"))]
    };
    arg.add(ArgValueCompleter::new(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Vec<Completion> {
        candidates(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    fn words(line: &str) -> Vec<String> {
        let words = of(line).into_iter().map(|candidate| match candidate {
            Completion::Word(word, _) => word,
            other => panic!("{line}: {other:?}"),
        });
        words.collect()
    }

    fn names(names: Names, before: &str, typed: &str) -> Vec<Completion> {
        vec![Completion::Names { names, before: before.to_owned(), typed: typed.to_owned() }]
    }

    #[test]
    fn names_are_known_by_the_flag_before_them_in_each_of_its_forms() {
        assert_eq!(of("mc-activity list --board "), names(Names::Board, "", ""));
        assert_eq!(of("mc-activity list --board=pay"), names(Names::Board, "--board=", "pay"));
        assert_eq!(of("mc-activity -q tail --exclude-agent A"), names(Names::Agent, "", "A"));
        assert_eq!(of("mc-activity log --type=a=b"), names(Names::Type, "--type=", "a=b"));
        assert_eq!(of("mc-activity explain "), names(Names::Type, "", ""));
    }

    #[test]
    fn commands_flags_and_fixed_values_are_words() {
        assert_eq!(words("mc-activity summ"), ["summary"]);
        assert_eq!(words("mc-activity man wh"), ["whoami"]);
        assert_eq!(words("mc-activity errors -o pro"), ["prometheus"]);
        assert_eq!(words("mc-activity errors -qopro"), ["-qoprometheus"]);
        assert_eq!(words("mc-activity list -o "), ["table", "wide", "json", "jsonl", "csv", "tsv", "text"]);
        assert_eq!(words("mc-activity tail -o s"), ["sse"]);
        assert_eq!(words("mc-activity errors --by type,ag"), ["type,agent"]);
        assert!(words("mc-activity list ").contains(&"--board".to_owned()));
        let commands = words("mc-activity ");
        assert!(commands.contains(&"list".to_owned()) && !commands.iter().any(|command| command.starts_with('-')));
        assert!(!commands.contains(&"complete".to_owned()), "{commands:?}");
        assert_eq!(of("mc-activity complet").len(), 1, "completions alone");
    }

    #[test]
    fn every_argument_that_is_a_file_or_a_directory_completes_as_one() {
        let mut program = Cli::command();
        program.build();
        for command in program.get_subcommands() {
            for arg in command.get_arguments() {
                let value = arg.get_value_names().and_then(|names| names.first()).map(|name| name.as_str());
                let is_directory = match value {
                    Some("FILE") => false,
                    Some("DIR") => true,
                    _ => continue,
                };
                let flag = arg.get_long().map(|long| format!("--{long} ")).unwrap_or_default();
                let line = format!("mc-activity {} {flag}", command.get_name());
                let found = of(&line);
                let is_path = |candidate: &Completion| match candidate {
                    Completion::Path(path) => path.is_directory == is_directory && path.typed.is_empty(),
                    _ => false,
                };
                assert!(matches!(found.as_slice(), [one] if is_path(one)), "{line}: {found:?}");
            }
        }
    }
}
