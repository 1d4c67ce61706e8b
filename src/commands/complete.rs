//! `complete`: what the completion scripts run when Tab is pressed. Hidden; it is quick, and silent about errors.
//!
//! The command line comes on stdin, since every user of the machine can read the arguments of a process, and a command
//! line can hold a password. The first line of the answer is `words`, `files` or `directories`; after `words` each line
//! is a candidate, for zsh and fish with a tab and its description.

mod bash_words;
mod candidates;
mod names;

use crate::session::Context;
use anyhow::Result;
use bash_words::{BashLine, inserted};
use candidates::{Completion, PathPrefix};
use clap::{Args, ValueEnum};
use std::io::{self, IsTerminal, Read, Write};

/// A longer command line is not completed.
const LONGEST: u64 = 1 << 20;

/// Print what completes the command line on stdin
#[derive(Debug, Clone, Args)]
#[command(hide = true)]
pub struct CompleteArgs {
    /// The shell
    shell: Shell,
}

/// Shells differ in what they send, and in what they do with the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// Sends the line up to the cursor and, after a NUL, the part of it that it will replace, quotes included.
    Bash,
    /// Sends the words without quotes, a NUL after each. Picks and quotes the candidates itself.
    Zsh,
    /// The same, but the last word is as it was typed.
    Fish,
}

impl CompleteArgs {
    pub async fn run(self, _context: &Context) -> Result<u8> {
        let mut input = Vec::new();
        let stdin = io::stdin();
        if stdin.is_terminal() || stdin.lock().take(LONGEST).read_to_end(&mut input).is_err() {
            return Ok(0);
        }
        let input = String::from_utf8_lossy(&input);
        let answer = match self.shell {
            Shell::Bash => bash(&input).await,
            Shell::Zsh => words(input.split_terminator('\0').map(str::to_owned).collect()).await,
            Shell::Fish => {
                let mut words_typed: Vec<String> = input.split_terminator('\0').map(str::to_owned).collect();
                if let Some(last) = words_typed.last_mut() {
                    // The rules differ little from bash's, and fish compares by its own.
                    *last = BashLine::read(last).words.join(" ");
                }
                words(words_typed).await
            }
        };
        let mut out = io::stdout().lock();
        out.write_all(answer.as_bytes())?;
        out.flush()?;
        Ok(0)
    }
}

const WORDS: &str = "words\n";

/// For shells that pick and quote the candidates themselves.
async fn words(words: Vec<String>) -> String {
    match complete(&words).await {
        Completions::Path(path) => path.mode().to_owned(),
        Completions::Words(found) => {
            let line = |(word, help): (String, Option<String>)| match help {
                Some(help) => format!("{word}\t{help}\n"),
                None => format!("{word}\n"),
            };
            WORDS.to_owned() + &found.into_iter().map(line).collect::<String>()
        }
    }
}

/// For bash, which inserts what it gets as it is.
async fn bash(input: &str) -> String {
    let Some((line, replaced)) = input.split_once('\0') else { return String::new() };
    let Some(kept) = line.strip_suffix(replaced) else { return String::new() };
    let (line, kept) = (BashLine::read(line), BashLine::read(kept));
    if line.is_redirected {
        return "files\n".to_owned();
    }
    // What is replaced is part of one word.
    if line.words.len() != kept.words.len() {
        return String::new();
    }
    let last = |line: &BashLine| line.words.last().cloned().unwrap_or_default();
    let (typed, kept_text) = (last(&line), last(&kept));
    let found: Vec<String> = match complete(&line.words).await {
        Completions::Path(path) if path.before == kept_text => return path.mode().to_owned(),
        // bash would take what follows a colon for a path of its own.
        Completions::Path(path) => path.words(),
        Completions::Words(found) => found.into_iter().map(|(word, _)| word).collect(),
    };
    let picked = found.iter().filter(|word| word.starts_with(&typed));
    let rest = picked.filter_map(|word| word.strip_prefix(&kept_text));
    let lines = rest.map(|rest| inserted(rest, kept.quote) + "\n");
    WORDS.to_owned() + &lines.collect::<String>()
}

enum Completions {
    Words(Vec<(String, Option<String>)>),
    Path(PathPrefix),
}

/// What completes the last of these words. The first is the program.
async fn complete(words: &[String]) -> Completions {
    let Some((last, before)) = words.split_last() else { return Completions::Words(Vec::new()) };
    let candidates = candidates::candidates(words);
    // What begins with a hyphen is rather a flag than a path.
    let is_path = candidates.len() == 1 || !last.starts_with('-');
    let mut found = Vec::new();
    for candidate in candidates {
        match candidate {
            Completion::Word(word, help) => found.push((word, help)),
            Completion::Names { names, before: prefix, typed } => {
                let known = names::find(names, before).await;
                found.extend(known.completing(&typed).into_iter().map(|name| (prefix.clone() + &name, None)));
            }
            Completion::Path(path) if is_path => return Completions::Path(path),
            Completion::Path(_) => {}
        }
    }
    Completions::Words(found)
}

impl names::Known {
    /// All names for a value that begins so. A value can be several names with commas between them.
    fn completing(&self, typed: &str) -> Vec<String> {
        let mut found = Vec::new();
        if let Some((others, last)) = typed.rsplit_once(',') {
            let whole = self.first.iter().chain(&self.second).filter(|name| name.starts_with(typed));
            found.extend(whole.cloned());
            found.extend(self.one(last).map(|name| format!("{others},{name}")));
        } else {
            found.extend(self.one(typed).cloned());
        }
        found
    }

    fn one(&self, typed: &str) -> impl Iterator<Item = &String> {
        let begins = |names: &std::collections::BTreeSet<String>| names.iter().any(|name| name.starts_with(typed));
        if begins(&self.second) && !begins(&self.first) { self.second.iter() } else { self.first.iter() }
    }
}
