//! A full disk, a closed pipe, no home, no terminal, no locale, no place to write.

use crate::harness::{Database, Engine, Place, for_each_engine, in_parallel, with_demo};
use crate::harness::{ME, READS, ask, words};
use crate::output::columns::TABULAR;

#[test]
fn a_full_disk_is_a_failure_with_a_message() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        in_parallel(&READS, |line| {
            let words = words(line).chain(ME.map(str::to_owned));
            let output =
                database.place.sh("exec \"$0\" \"$@\" >/dev/full", words).env("DATABASE_URL", &database.url).run();
            let told = output.code == 1 && output.stderr.contains("cannot write to stdout: No space left on device");
            (!told).then(|| output.to_string())
        });
    });
}

#[test]
fn a_closed_pipe_is_silence_and_success() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        in_parallel(&READS, |line| {
            let words = words(line).chain(ME.map(str::to_owned));
            let shell = "{ \"$0\" \"$@\"; echo \"exit $?\" >&2; } | true";
            let output = database.place.sh(shell, words).env("DATABASE_URL", &database.url).run();
            (output.stderr != "exit 0\n").then(|| output.to_string())
        });
    });
}

#[test]
fn an_empty_environment_is_enough() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        for line in READS {
            let usual = ask(database, line).ok();
            let mut bare = ask(database, line).env("LANG", "C").env("LC_ALL", "C").env("TZ", "Nowhere/Land");
            for name in ["HOME", "TERM", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "PATH"]
            {
                bare = bare.without(name);
            }
            let bare = bare.ok();
            if line.contains("-o json") && !line.contains("range") {
                assert_eq!(bare.stdout, usual.stdout, "{line}");
            }
            assert_eq!(bare.stderr, "", "{line}");
            let comma = ask(database, line).env("LANG", "de_DE.UTF-8").env("LC_ALL", "de_DE.UTF-8").ok();
            if line.contains("-o json") && !line.contains("range") {
                assert_eq!(comma.stdout, usual.stdout, "{line}");
            }
        }
    });
}

#[test]
fn directories_that_cannot_be_written_do_not_matter_to_readers() {
    let database = Database::shared(Engine::Deployed);
    for line in READS {
        let mut mc = ask(database, line);
        for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            // Not even root can write there.
            mc = mc.env(name, "/proc/1/nowhere");
        }
        assert_eq!(mc.ok().stderr, "", "{line}");
    }
}

#[test]
fn a_failure_leaves_no_half_answer_on_stdout() {
    let database = Database::recorded(Engine::Deployed);
    // The last row of the page cannot be computed.
    database.sql(
        "ALTER TABLE activity_events RENAME TO real_events;
         CREATE VIEW activity_events AS
         SELECT id, event_type, CASE WHEN created_at > '2024-01-01' THEN message ELSE (1 / 0)::text END AS message, agent_id,
                task_id, created_at, board_id FROM real_events;",
    );
    for format in ["json", "jsonl", "csv", "text", "table"] {
        let output = ask(&database, "list --limit 5000 -o").args([format]).fails(1);
        assert!(output.stderr.contains("division by zero"), "{output}");
    }
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let place = with_demo();
    for line in TABULAR.map(|(line, _)| line).into_iter().chain(["list --all", "--help", "completions bash", "man"]) {
        for format in ["table", "jsonl", "csv"] {
            let format = if line.contains(' ') && !line.starts_with("compl") { &["-o", format][..] } else { &[] };
            let sh = "{ \"$0\" \"$@\"; echo $? >code; } | head -c 1";
            let output = place.sh(sh, line.split(' ').chain(format.iter().copied())).ok();
            assert_eq!((place.read("work/code").trim(), output.stderr.contains("error")), ("0", false), "{output}");
        }
    }
}

#[test]
fn a_full_disk_is_a_failure_also_for_what_needs_no_database() {
    let place = Place::new();
    for line in ["--help", "list --help", "--version", "completions zsh", "man", "explain task.comment"] {
        let output = place.sh("exec \"$0\" \"$@\" >/dev/full", line.split(' ')).run();
        output.expect(1);
        assert!(output.stderr.contains("No space left"), "{output}");
    }
}
