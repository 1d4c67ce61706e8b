//! Presses Tab in real shells, and compares the command that the shell then runs with the intended one.

use crate::auth::user;
use crate::harness::root;
use crate::harness::{Database, Engine, Place};
use pty_process::Size;
use pty_process::blocking::{Command, open};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// Stands for the program. It completes, and writes down how it was called; any other command line it shows.
const STANDIN: &str = r#"#!/bin/sh
if [ "$1" = complete ]; then
    printf '%s\n' "$*" >>"$HOME/arguments"
    tee -a "$HOME/words" | exec "$PROGRAM" "$@"
else
    printf 'RAN:'
    printf '%s\0' "$@" | od -An -v -tx1 | tr -d ' \n'
    echo ':END'
fi
"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    const ALL: [Self; 3] = [Self::Bash, Self::Zsh, Self::Fish];

    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
        }
    }

    fn args(self) -> &'static [&'static str] {
        match self {
            Self::Bash => &["--norc", "--noprofile", "-i"],
            Self::Zsh => &["-f", "-i"],
            Self::Fish => &["--no-config", "-i"],
        }
    }

    fn setup(self) -> String {
        let scripts = root().join("completions").display().to_string();
        match self {
            Self::Bash => format!("source {scripts}/mc-activity.bash"),
            Self::Zsh => format!("fpath=({scripts} $fpath); autoload -U compinit; compinit -u -D"),
            Self::Fish => format!("set -g fish_greeting; function fish_prompt; end; source {scripts}/mc-activity.fish"),
        }
    }
}

/// A shell on a terminal, in the working directory of a place. Killed when dropped.
struct Terminal {
    shell: Shell,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    child: Child,
}

impl Terminal {
    fn start(shell: Shell, place: &Place, database_url: &str) -> Self {
        let is_here = ["/bin", "/usr/bin"].iter().any(|dir| Path::new(dir).join(shell.name()).exists());
        assert!(is_here, "{shell:?} is not installed: tests/run installs it");
        place.write("bin/mc-activity", STANDIN);
        let bin = place.path().join("bin");
        fs::set_permissions(bin.join("mc-activity"), fs::Permissions::from_mode(0o755)).unwrap();
        let (mut pty, pts) = open().unwrap();
        pty.resize(Size::new(40, 250)).unwrap();
        let child = Command::new(shell.name())
            .args(shell.args())
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .env("PROGRAM", env!("CARGO_BIN_EXE_mc-activity"))
            .env("DATABASE_URL", database_url)
            .env("HOME", place.path())
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm")
            .current_dir(place.path().join("work"))
            .spawn(pts)
            .unwrap();
        let keyboard = File::from(pty.as_fd().try_clone_to_owned().unwrap());
        let (sender, screen) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = pty.read(&mut bytes) {
                if sender.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut terminal = Self { shell, keyboard, screen, child };
        terminal.press(&format!("{}; echo rea''dy\n", shell.setup()));
        terminal.shown("ready");
        terminal
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// What the shell has shown by the time that it shows `wanted`.
    fn shown(&self, wanted: &str) -> String {
        let start = Instant::now();
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes);
            if text.contains(wanted) {
                return text.into_owned();
            }
            match self.screen.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
                Ok(some) => bytes.extend(some),
                Err(_) => panic!("{:?}: no {wanted:?} in\n{text}", self.shell),
            }
        }
    }

    /// Presses these keys and Enter. Returns the arguments of `mc-activity`, and what else was shown.
    fn run(&mut self, keys: &str) -> (Vec<String>, String) {
        self.press(&format!("{keys}\r"));
        let shown = self.shown(":END");
        let (before, rest) = shown.split_once("RAN:").unwrap_or_else(|| panic!("{shown}"));
        let hex = rest.split_once(":END").unwrap().0.as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let bytes: Vec<u8> = hex.chunks(2).map(byte).collect();
        let args = String::from_utf8(bytes).unwrap();
        (args.split_terminator('\0').map(str::to_owned).collect(), before.to_owned())
    }

    /// Presses Tab at the end of a line. The last argument of the command that runs must be `expected`.
    #[track_caller]
    fn completes(&mut self, line: &str, expected: &str) {
        let mut last = None;
        // It gives up on the database after a moment, so a busy machine may need several attempts.
        for _ in 0..20 {
            last = self.run(&format!("{line}\t")).0.pop();
            if last.as_deref() == Some(expected) {
                return;
            }
        }
        panic!("{:?}: {line}⇥ became {last:?}, not {expected:?}", self.shell);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What agents are called here. The first two characters tell them apart.
const NAMES: [&str; 14] = [
    "a1 colon:name",
    "a2 it's",
    "a3 say \"hi\"",
    "a4 $HOME `id` $(id)",
    r"a5 back\slash\",
    "a6 Zoë 🤖 ü",
    "a7 bang!x",
    "a8 star*?[a]{b}",
    "a9 ~t #h &;|<>()",
    "b1:y:z",
    "b2=x=y",
    "b3 end!",
    "b4 end'",
    "b5 'end\"",
];

/// The recorded data, with agents of these names and a board with one of them.
fn with_names(engine: Engine) -> Database {
    let database = Database::recorded(engine);
    let old = (1..=16).filter(|n| ![9, 14].contains(n));
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    for (number, name) in old.zip(NAMES) {
        let board = "(SELECT id FROM boards WHERE slug = 'board-1')";
        let name = literal(name);
        database.sql(&format!("UPDATE agents SET name = {name}, board_id = {board} WHERE name = 'Agent {number}'"));
    }
    database.sql("UPDATE boards SET name = 'Pay \"Room\" $x:y' WHERE slug = 'board-1'");
    database
}

fn every_name_completes_in_every_way(shell: Shell) {
    for engine in [Engine::Embedded, Engine::Deployed] {
        let database = with_names(engine);
        let mut terminal = Terminal::start(shell, &database.place, &database.url);
        let list = format!("mc-activity --as-user {} list", user(0));
        for name in NAMES {
            let start = &name[..2];
            for quote in ["", "'", "\""] {
                terminal.completes(&format!("{list} --agent {quote}{start}"), name);
                terminal.completes(&format!("{list} --agent={quote}{start}"), &format!("--agent={name}"));
            }
        }
        for (typed, expected) in [
            ("--agent 'a1 co", "a1 colon:name"),
            ("--agent \"a1 colon:", "a1 colon:name"),
            (r"--agent a1\ co", "a1 colon:name"),
            (r"--agent a1\ colon:", "a1 colon:name"),
            ("--agent b1:", "b1:y:z"),
            ("--agent b1:y:", "b1:y:z"),
            (r"--agent b1\:y", "b1:y:z"),
            ("--agent=b2=x=", "--agent=b2=x=y"),
            ("--agent \"a6 Zo", "a6 Zoë 🤖 ü"),
            (r"--agent a6\ Zoë", "a6 Zoë 🤖 ü"),
            ("--agent Á", "Ágent 🤖 9"),
            ("--exclude-agent \"a1 colon:name,a2", "a1 colon:name,a2 it's"),
            ("--board Pa", "Pay \"Room\" $x:y"),
            ("--board=\"Pa", "--board=Pay \"Room\" $x:y"),
        ] {
            terminal.completes(&format!("{list} {typed}"), expected);
        }
    }
}

#[test]
fn bash_completes_names_in_quotes_after_an_equals_sign_and_with_any_characters() {
    every_name_completes_in_every_way(Shell::Bash);
}

#[test]
fn zsh_completes_names_in_quotes_after_an_equals_sign_and_with_any_characters() {
    every_name_completes_in_every_way(Shell::Zsh);
}

#[test]
fn fish_completes_names_in_quotes_after_an_equals_sign_and_with_any_characters() {
    every_name_completes_in_every_way(Shell::Fish);
}

#[test]
fn shells_complete_commands_flags_fixed_values_and_types_of_the_catalogue_and_the_database() {
    let database = with_names(Engine::Embedded);
    // Types are offered of recent events.
    let log = ["log", "--as-user", &user(0), "--type", "deploy:done", "--message", "x", "--board", "board-1"];
    database.mc(log).ok();
    for shell in Shell::ALL {
        let mut terminal = Terminal::start(shell, &database.place, &database.url);
        let as_user = format!("--as-user {}", user(0));
        for (typed, expected) in [
            ("mc-activity summ".to_owned(), "summary"),
            ("mc-activity errors --ran".to_owned(), "--range"),
            ("mc-activity list --color=alw".to_owned(), "--color=always"),
            ("mc-activity errors -o prom".to_owned(), "prometheus"),
            ("mc-activity man whoa".to_owned(), "whoami"),
            ("mc-activity man 'whoa".to_owned(), "whoami"),
            ("mc-activity explain task.assignee_wok".to_owned(), "task.assignee_woken"),
            ("mc-activity explain \"task.assignee_wok".to_owned(), "task.assignee_woken"),
            ("mc-activity list --type=task.assignee_wok".to_owned(), "--type=task.assignee_woken"),
            (format!("mc-activity explain {as_user} depl"), "deploy:done"),
            (format!("mc-activity list {as_user} --exclude-type task.created,deploy:"), "task.created,deploy:done"),
            (format!("mc-activity list --as-user='{}' --board board-1 --type depl", user(0)), "deploy:done"),
        ] {
            terminal.completes(&typed, expected);
        }
        terminal.press("mc-activity explain \t\t");
        terminal.shown("task.assignee_woken");
    }
}

#[test]
fn shells_complete_file_names_wherever_a_file_is_named() {
    let place = Place::new();
    for file in ["work/file one.txt", "work/cursor:a$b", "work/sub/inner", "token"] {
        place.write(file, "");
    }
    let token = place.path().join("token").display().to_string();
    for shell in Shell::ALL {
        let mut terminal = Terminal::start(shell, &place, "sqlite:none.db");
        for (typed, expected) in [
            ("list --out-file fi", "file one.txt"),
            ("list --out-file 'fi", "file one.txt"),
            ("list --out-file \"fi", "file one.txt"),
            ("list --out-file=fi", "--out-file=file one.txt"),
            ("list --out-file=\"fi", "--out-file=file one.txt"),
            ("errors --html fi", "file one.txt"),
            ("summary --html=./fi", "--html=./file one.txt"),
            ("tail --cursor-file cu", "cursor:a$b"),
            ("tail --cursor-file 'cursor:", "cursor:a$b"),
            ("tail --cursor-file cursor:", "cursor:a$b"),
            ("tail --cursor-file=cursor:", "--cursor-file=cursor:a$b"),
            ("list --token-file ~/tok", &token),
            ("list --agent-token-file $HOME/tok", &token),
            ("log --jsonl sub/in", "sub/inner"),
            ("log --jsonl=sub/in", "--jsonl=sub/inner"),
        ] {
            terminal.completes(&format!("mc-activity {typed}"), expected);
        }
    }
}

#[test]
fn completion_gets_the_words_of_its_own_command_and_none_of_them_as_an_argument() {
    let place = Place::new();
    for shell in Shell::ALL {
        let mut terminal = Terminal::start(shell, &place, "sqlite:none.db");
        let own = "mc-activity list --database-url postgresql://me:hush-own@127.0.0.1:1/x --color alw";
        for (before, after) in [
            ("echo hush-pipe | ", ""),
            ("true hush-list && ", ""),
            ("true hush-sequence; ", " | cat - hush-reader-is-no-file"),
            ("PGPASSWORD=hush-assigned TZ=UTC ", "; true hush-next"),
            ("true hush-before && PGPASSWORD='hush-quoted in two' ", " && true hush-after"),
        ] {
            let line = format!("{before}{own}{after}");
            let left = "\x1b[D".repeat(after.len());
            let (args, _) = terminal.run(&format!("{line}{left}\t"));
            assert_eq!(args.last().map(String::as_str), Some("always"), "{shell:?}: {line}");
        }
        drop(terminal);
        let arguments = place.read("arguments");
        assert!(!arguments.is_empty(), "{shell:?}");
        assert!(arguments.lines().all(|line| line == format!("complete {}", shell.name())), "{shell:?}: {arguments}");
        let words = place.read("words");
        assert!(words.contains("hush-own"), "{shell:?}: {words:?}");
        assert_eq!(words.matches("hush").count(), words.matches("hush-own").count(), "{shell:?}: {words:?}");
        for file in ["arguments", "words"] {
            fs::remove_file(place.path().join(file)).unwrap();
        }
    }
}

#[test]
fn completion_prints_no_errors_and_completes_what_needs_no_database() {
    let place = Place::new();
    place.write("work/.env", "DATABASE_URL=nonsense\n!! no assignment\n");
    for shell in Shell::ALL {
        for database_url in ["", "nonsense://x", "postgresql://me:hush@127.0.0.1:1/x", "sqlite:none.db"] {
            let mut terminal = Terminal::start(shell, &place, database_url);
            let typed =
                ["--board no", "--type task.assignee_wok", "--as-agent '' --agent 'x", "--no-such-flag --agent="];
            for typed in typed.map(|typed| format!("mc-activity list {typed}\t")) {
                let closing = if typed.contains("'x") { "'" } else { "" };
                let (args, shown) = terminal.run(&format!("{typed}{closing}"));
                let is_said = ["error", "warning", "hint", "panic", "hush"].iter().any(|word| shown.contains(word));
                assert!(!is_said, "{shell:?} {database_url} {typed}: {shown}");
                if typed.contains("--type") {
                    assert_eq!(
                        args.last().map(String::as_str),
                        Some("task.assignee_woken"),
                        "{shell:?} {database_url}"
                    );
                }
            }
        }
    }
    for input in ["", "\0", "\0\0", "mc-activity", "mc-activity list --board '\0x", "mc-activity\0list\0-\u{1}\0"] {
        for shell in Shell::ALL {
            let output = place.mc(["complete", shell.name()]).stdin(input).ok();
            assert_eq!(output.stderr, "", "{shell:?} {input:?}");
        }
    }
}
