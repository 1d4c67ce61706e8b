//! `watch`: boards, agents, tasks and the feed, on the whole screen.

mod feed;
mod panels;

use crate::cli::global::GlobalArgs;
use crate::cli::one_of;
use crate::error::{failed, usage};
use crate::interrupt::Signals;
use crate::output::{ColorChoice, CsvOptions, Style, Terminal, waiting};
use crate::session::{Context, shell_word};
use crate::watch::{Request, Update, WatchSetup, screen};
use anyhow::Result;
use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, Args, Command};
use feed::Watcher;
use std::env;
use std::io::{IsTerminal, stdin, stdout};
use std::thread;
use tokio::runtime::Builder;
use tokio::sync::mpsc::{Receiver, UnboundedSender, channel, unbounded_channel};
use tokio::sync::oneshot;

/// Updates that wait for the screen. Then the database work waits too, outside a transaction.
const UPDATES: usize = 16;

/// Watch boards, agents, tasks and the feed on the whole screen
///
/// Shows the results of `errors`, `tasks`, `agents` and `tail` on one screen, and keeps them current.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The keys are explained by ?. Enter narrows the view: from a board to what belongs to it, from a task, an agent or an event to \
its timeline. y copies the command that prints what is shown. Ctrl-C or q ends it with exit code 0.

In a pipe or on a dumb terminal, use `mc-activity tail --events`.

Examples:
  mc-activity watch
  mc-activity watch --board payments --local")]
pub struct WatchArgs {
    /// Only this board: id, slug or name
    #[arg(long, value_name = "BOARD", value_parser = NonEmptyStringValueParser::new())]
    board: Vec<String>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = one_of(&ColorChoice::ALL, ColorChoice::name))]
    color: ColorChoice,
}

impl WatchArgs {
    /// Shows it until it is left.
    ///
    /// # Errors
    /// Exit 2 without a terminal; those of the session, and those of the database that will not pass.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let variable = |name: &str| env::var(name).ok();
        let is_dumb = variable("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        if !stdout().is_terminal() || !stdin().is_terminal() || is_dumb {
            let what = if is_dumb { "a terminal that can move the cursor" } else { "a terminal" };
            let failure = usage(format!("watch needs {what}"));
            return Err(failure.hint("use `mc-activity tail --events`, which prints line by line").into());
        }
        if context.global.database.show_sql && std::io::stderr().is_terminal() {
            let failure = usage("--show-sql would write over the screen");
            return Err(failure.hint("redirect stderr to a file").into());
        }
        let mut signals = Signals::new(true)?;
        let (send, updates) = channel(UPDATES);
        let mut watcher = tokio::select! {
            biased;
            _ = signals.first() => return Ok(0),
            opened = Watcher::open(context, &self.board, send) => opened?,
        };
        let session = watcher.session();
        let terminal = Terminal { width: Some(80), ..Terminal::detect(self.color, None, &variable) };
        let csv = CsvOptions { header: true, excel: false };
        let style = Style { terminal, zone: session.zone, now: session.now, csv };
        let setup = WatchSetup {
            style,
            who: session.who(),
            place: session.target.label(),
            global_flags: global_flags(env::args_os().map(|arg| arg.to_string_lossy().into_owned())),
            boards: self.board.clone(),
            quote: shell_word,
        };
        let now = session.now;
        // The screen takes the place of the line that says what is awaited.
        waiting::end();
        let (ask, requests) = unbounded_channel();
        // The screen has a thread of its own, so that no query keeps the keys waiting.
        let (closed, screen_closed) = oneshot::channel();
        let shown = thread::Builder::new().spawn(move || {
            let shown = show(setup, now, updates, ask);
            // The other side may have failed.
            let _ = closed.send(());
            shown
        })?;
        let worked = tokio::select! {
            biased;
            _ = screen_closed => Ok(()),
            failed = watcher.work(requests) => failed,
        };
        // Without updates the screen closes.
        drop(watcher);
        let shown = shown.join().unwrap_or_else(|_| Err(failed("the screen failed").into()));
        worked.and(shown).map(|()| 0)
    }
}

fn show(
    setup: WatchSetup,
    now: crate::model::Timestamp,
    updates: Receiver<Update>,
    ask: UnboundedSender<Request>,
) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let shown = runtime.block_on(screen::run(setup, now, updates, ask));
    runtime.shutdown_background();
    shown
}

/// The flags as typed without those of `watch` itself: another command takes them too.
fn global_flags(args: impl Iterator<Item = String>) -> Vec<String> {
    const OWN: [&str; 2] = ["--board", "--color"];
    let known = GlobalArgs::augment_args(Command::new("mc-activity"));
    let takes_value = |name: &str| {
        let named = |flag: &&Arg| flag.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long));
        known.get_arguments().find(named).is_some_and(|flag| flag.get_action().takes_values())
    };
    let mut args = args.skip(1);
    let mut flags = Vec::new();
    while let Some(arg) = args.next() {
        let (name, value) = match arg.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (arg.clone(), None),
        };
        let is_url = name == "--database-url";
        if OWN.contains(&name.as_str()) || is_url {
            let value = value.or_else(|| args.next());
            // A password in it is not passed on.
            let url = value.filter(|url| is_url && !crate::db::url::holds_password(url));
            flags.extend(url.into_iter().flat_map(|url| ["--database-url".to_owned(), shell_word(url)]));
            continue;
        }
        if !arg.starts_with('-') {
            // The command itself.
            continue;
        }
        let value = if value.is_none() && takes_value(&name) { args.next() } else { None };
        flags.extend([Some(arg), value].into_iter().flatten().map(shell_word));
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copied_command_has_the_flags_of_all_commands_without_a_password() {
        let flags = |typed: &[&str]| {
            let typed = typed.iter().map(|word| (*word).to_owned());
            global_flags(std::iter::once("mc-activity".to_owned()).chain(typed)).join(" ")
        };
        assert_eq!(
            flags(&["--profile", "prod", "watch", "--board", "Mobile App", "--local"]),
            "--profile prod --local"
        );
        assert_eq!(flags(&["--profile", "watch", "watch"]), "--profile watch");
        assert_eq!(flags(&["watch", "--board=x", "--color", "never", "--as-user=a b"]), "'--as-user=a b'");
        assert_eq!(flags(&["watch", "--database-url", "postgres://u@h/d"]), "--database-url postgres://u@h/d");
        assert_eq!(flags(&["watch", "--database-url=postgres://u:secret@h/d"]), "");
    }
}
