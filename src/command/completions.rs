//! `completions`: what a shell sources to complete our command lines.
//!
//! The scripts are clap_complete's; where a board, an agent or a type is to be typed, ours asks the hidden command
//! `complete-names`, with the line typed so far.

use super::sink::Sink;
use crate::cli::Cli;
use crate::output::Content;
use anyhow::Result;
use clap::{Args, Command, CommandFactory, ValueEnum};
use clap_complete::Shell;
use std::io::Write;

/// Print the completions of a shell
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Boards, agents and types are completed from the database, if it answers within 300 ms.

Examples:
  source <(mc-activity completions bash)                                   # in ~/.bashrc
  mc-activity completions zsh > ~/.zfunc/_mc-activity                      # a directory of $fpath
  mc-activity completions fish > ~/.config/fish/completions/mc-activity.fish")]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// The program's name, as it is completed.
const NAME: &str = "mc-activity";

/// What flags take, by the kind that `complete-names` knows.
const LIVE: [(&str, &str); 6] = [
    ("board", "board"),
    ("exclude-board", "board"),
    ("agent", "agent"),
    ("exclude-agent", "agent"),
    ("type", "type"),
    ("exclude-type", "type"),
];

impl CompletionsArgs {
    /// Answers.
    ///
    /// # Errors
    /// Those of stdout.
    pub fn run(&self) -> Result<()> {
        let mut sink = Sink::open_for(None, Content::Own)?;
        sink.write_all(script(self.shell).as_bytes())?;
        sink.finish()
    }
}

/// File names below `completions/`, as the shells look for them, with what is in them.
pub fn files() -> Vec<(String, String)> {
    let name = |shell: &Shell| match shell {
        Shell::Bash => format!("{NAME}.bash"),
        Shell::Elvish => format!("{NAME}.elv"),
        Shell::Fish => format!("{NAME}.fish"),
        Shell::PowerShell => format!("_{NAME}.ps1"),
        _ => format!("_{NAME}"),
    };
    Shell::value_variants().iter().map(|shell| (name(shell), script(*shell))).collect()
}

fn script(shell: Shell) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut visible(&Cli::command()), NAME, &mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match shell {
        Shell::Bash => bash(text),
        Shell::Zsh => zsh(text),
        Shell::Fish => fish(&text),
        _ => text,
    }
}

/// Without what is hidden, which the scripts would offer all the same.
fn visible(program: &Command) -> Command {
    let shown = program.get_subcommands().filter(|command| !command.is_hide_set());
    Command::new(NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .propagate_version(true)
        .args(program.get_arguments())
        .subcommands(shown.cloned())
}

/// One word a line; readline breaks words at `:` and `=`, which are in no name that needs no quotes.
const BASH: &str = r#"_mc_activity_names() {
    local name IFS=$'\n'
    COMPREPLY=()
    while IFS= read -r name; do
        name=$(printf '%q' "$name")
        [[ $name == "$2"* ]] && COMPREPLY+=("$name")
    done < <(mc-activity complete-names "$1" "$COMP_LINE" 2>/dev/null)
}

"#;

fn bash(text: String) -> String {
    // clap_complete 4.6 sets one name for a program with a hyphen and looks for the other.
    let mut text = text.replace("mc__subcmd__activity", "mc__activity");
    for (flag, kind) in LIVE {
        let asked = format!("                --{flag})\n                    COMPREPLY=($(compgen -f \"${{cur}}\"))\n");
        let names = format!("                --{flag})\n                    _mc_activity_names {kind} \"${{cur}}\"\n");
        text = text.replace(&asked, &names);
    }
    format!("{BASH}{text}")
}

const ZSH: &str = r#"(( $+functions[_mc_activity_names] )) ||
_mc_activity_names() {
    local -a names
    names=("${(@f)$(mc-activity complete-names $1 "$BUFFER" 2>/dev/null)}")
    compadd -a names
}

"#;

fn zsh(text: String) -> String {
    let mut text = text;
    for (flag, kind) in LIVE {
        // As in '*--board=[Only on this board]:BOARD:_default' \
        let start = format!("--{flag}=[");
        text = text
            .lines()
            .map(|line| match line.strip_suffix(":_default' \\").filter(|_| line.contains(&start)) {
                Some(line) => format!("{line}:{{_mc_activity_names {kind}}}' \\\n"),
                None => format!("{line}\n"),
            })
            .collect();
    }
    match text.split_once("\n\n") {
        Some((head, rest)) => format!("{head}\n\n{ZSH}{rest}"),
        None => text,
    }
}

fn fish(text: &str) -> String {
    let live = |line: &str| LIVE.into_iter().find(|(flag, _)| line.contains(&format!(" -l {flag} ")));
    text.lines()
        .map(|line| match live(line).filter(|_| line.ends_with(" -r")) {
            Some((_, kind)) => {
                format!("{line} -f -a '(mc-activity complete-names {kind} (commandline -cp | string collect) 2>/dev/null)'\n")
            }
            None => format!("{line}\n"),
        })
        .collect()
}
