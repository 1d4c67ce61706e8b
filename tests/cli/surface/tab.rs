//! Somebody presses Tab in a real shell.

use super::{root, with_demo};
use pty_process::Size;
use pty_process::blocking::{Command, open};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

/// What the shell has shown by the time that it shows `wanted`.
fn shown(screen: &Receiver<Vec<u8>>, wanted: &str) -> String {
    let start = Instant::now();
    let mut text = String::new();
    while !text.contains(wanted) {
        match screen.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            Ok(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => panic!("no {wanted:?} in\n{text}"),
        }
    }
    text
}

/// Types each line with a Tab at its end, and expects the completion.
fn press_tab(shell: &str, args: &[&str], setup: &str, typed: &[(&str, &str)]) {
    let is_here = ["/bin", "/usr/bin"].iter().any(|dir| Path::new(dir).join(shell).exists());
    assert!(is_here, "{shell} is not installed: tests/run installs it");
    let place = with_demo();
    let (pty, pts) = open().unwrap();
    pty.resize(Size::new(40, 200)).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_mc-activity")).parent().unwrap();
    let mut child = Command::new(shell)
        .args(args)
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .env("HOME", place.path())
        .env("XDG_DATA_HOME", place.path().join("data"))
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm")
        .current_dir(place.path().join("work"))
        .spawn(pts)
        .unwrap();
    let (sender, screen) = channel();
    let mut reader = pty;
    // One end of the terminal is read and written at once.
    let mut writer = std::fs::File::from(rustix_dup(&reader));
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = reader.read(&mut bytes) {
            if sender.send(bytes[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    writer.write_all(format!("{setup}; echo rea''dy\n").as_bytes()).unwrap();
    shown(&screen, "ready");
    for (line, wanted) in typed {
        writer.write_all(format!("{line}\t").as_bytes()).unwrap();
        shown(&screen, wanted);
        // Ctrl-U: away with the line.
        writer.write_all(b"\x15").unwrap();
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn rustix_dup(pty: &impl std::os::fd::AsFd) -> std::os::fd::OwnedFd {
    pty.as_fd().try_clone_to_owned().unwrap()
}

const TYPED: [(&str, &str); 4] = [
    ("mc-activity summ", "summary"),
    ("mc-activity list --board platf", "platform"),
    ("mc-activity list --type task.assignee_wok", "task.assignee_woken"),
    ("mc-activity errors --ran", "--range"),
];

#[test]
fn bash_completes_commands_flags_boards_and_types() {
    let setup = format!("source {}", root().join("completions/mc-activity.bash").display());
    press_tab("bash", &["--norc", "--noprofile", "-i"], &setup, &TYPED);
}

#[test]
fn zsh_completes_commands_flags_boards_and_types() {
    let setup =
        format!("fpath=({} $fpath); autoload -U compinit; compinit -u -D", root().join("completions").display());
    press_tab("zsh", &["-f", "-i"], &setup, &TYPED);
}

#[test]
fn fish_completes_commands_flags_boards_and_types() {
    let setup = format!(
        "set -g fish_greeting; function fish_prompt; end; source {}",
        root().join("completions/mc-activity.fish").display()
    );
    press_tab("fish", &["--no-config", "-i"], &setup, &TYPED);
}
