//! A cursor file belongs to one tail, and must be writable before anything is printed.

use super::{SOON, id, next, quiet, tail, wait_for_start, write};
use crate::harness::{Database, Engine, Mc, for_each_engine};
use std::os::unix::fs::symlink;

#[test]
fn a_second_tail_is_refused_and_names_the_process_that_holds_the_cursor_file() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        write(&database, 0.0);
        symlink("cursor", database.place.path().join("work/link")).unwrap();
        let mut first = tail(&database, "-v -n 0 --cursor-file cursor").start();
        wait_for_start(&mut first);
        let holder = format!("process {} ", first.id());
        let refused = |file: &str| {
            let output = tail(&database, &format!("--no-follow --cursor-file {file}")).fails(1);
            assert!(output.stderr.contains(&holder), "{output}");
        };
        refused("cursor");
        refused("link");
        // Each save puts another file in place, and the lock stays.
        let shown = write(&database, 0.0);
        assert_eq!(next(&mut first), shown);
        refused("cursor");
        // One that hangs holds it all the same.
        first.signal("STOP");
        refused("cursor");
        first.signal("KILL");
        assert_eq!(first.end_within(SOON), 128 + 9);
        let missed = write(&database, 0.0);
        let output = tail(&database, "--no-follow --cursor-file link").ok();
        assert_eq!(output.stdout.lines().map(id).next_back(), Some(missed), "{output}");
    });
}

#[test]
fn a_second_tail_is_refused_although_the_first_has_not_reached_the_database_yet() {
    let database = quiet(Engine::Deployed);
    let nobody = "postgres://postgres@127.0.0.1:1/none";
    let first = tail(&database, "-v --cursor-file cursor --max-retries 99").env("DATABASE_URL", nobody).start();
    let file = database.place.path().join("work/cursor");
    while !file.exists() {}
    // The file is there a moment before it is locked.
    let refused = || tail(&database, "--no-follow --cursor-file cursor").run();
    let output = (0..20).map(|_| refused()).find(|output| output.code == 1).expect("never refused");
    assert!(output.stderr.contains(&format!("process {} ", first.id())), "{output}");
}

#[test]
fn an_empty_file_is_a_new_one() {
    for_each_engine(|engine| {
        let database = quiet(engine);
        let before = write(&database, -1.0);
        database.place.write("work/cursor", "");
        let run = || tail(&database, "--no-follow --cursor-file cursor").ok().stdout;
        assert_eq!(run().lines().map(id).collect::<Vec<_>>(), [before]);
        assert_eq!(run(), "");
    });
}

#[test]
fn a_run_that_fails_leaves_no_cursor_file() {
    let database = quiet(Engine::Deployed);
    tail(&database, "--no-follow --cursor-file cursor --board nowhere").fails(4);
    assert!(!database.place.path().join("work/cursor").exists());
}

/// Runs it in a mount namespace of its own, where the cursor's directory can be mounted.
fn mounted(database: &Database, mount: &str, more: &str) -> Mc {
    let line = format!("tail --as-user {} --events -o jsonl {more}", super::USER);
    let inside = format!("set -e; {mount}; exec \"$0\" \"$@\"");
    let line: Vec<&str> = line.split(' ').collect();
    let wrapped = "exec unshare --mount --map-root-user sh -c \"$INSIDE\" \"$0\" \"$@\"";
    database.place.sh(wrapped, line).env("INSIDE", inside).env("DATABASE_URL", &database.url)
}

#[test]
fn a_cursor_file_that_cannot_be_replaced_is_an_error_before_anything_is_printed() {
    let database = quiet(Engine::Deployed);
    std::fs::create_dir(database.place.path().join("work/state")).unwrap();
    tail(&database, "-n 0 --no-follow --cursor-file state/cursor").ok();
    let before = database.place.read("work/state/cursor");
    let written = write(&database, 0.0);
    for (what, mount) in [
        ("read-only", "mount --bind state state; mount -o remount,bind,ro state"),
        ("bind-mounted", "cp state/cursor other; mount --bind other state/cursor"),
        ("bind-mounted read-only", "mount --bind state/cursor state/cursor; mount -o remount,bind,ro state/cursor"),
        (
            "full",
            "cp state/cursor other; mount -t tmpfs -o size=8k,mode=777 none state; cp other state/cursor; \
             dd if=/dev/zero of=state/filler bs=1k 2>/dev/null || true",
        ),
    ] {
        for more in ["--no-follow", "--for 20s"] {
            let output = mounted(&database, mount, &format!("{more} --cursor-file state/cursor")).fails(1);
            assert!(output.stderr.contains("cursor file state/cursor"), "{what}\n{output}");
            assert!(output.took < SOON, "{what}\n{output}");
        }
    }
    assert_eq!(database.place.read("work/state/cursor"), before);
    let output = tail(&database, "--no-follow --cursor-file state/cursor").ok();
    assert_eq!(output.stdout.lines().map(id).collect::<Vec<_>>(), [written]);
}
