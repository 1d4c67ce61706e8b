//! The pager: for text that is longer than the terminal's screen.

use crate::harness::{Database, Engine, Mc, Place, for_each_engine, wait_until, with_demo};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);
/// Keeps what it is given, and says that it ran.
const KEEPS: &str = "cat >seen; echo the pager ended";

/// A command of the demo database with a script as its pager.
fn paged(place: &Place, line: &str, script: &str) -> Mc {
    place.write("work/pager", script);
    let _ = std::fs::remove_file(place.path().join("work/seen"));
    place.mc(shlex::split(line).unwrap()).env("MC_PAGER", "sh pager")
}

fn was_started(place: &Place) -> bool {
    place.path().join("work/seen").exists()
}

/// less, which must be there.
fn less(mc: Mc) -> Mc {
    let found = std::process::Command::new("less").arg("--version").output();
    assert!(found.is_ok(), "less is not installed, and this test needs it: apt-get install less");
    mc.without("MC_PAGER")
}

/// Of which 3000 more than the recorded ones are failures.
fn with_many_failures() -> Database {
    let database = Database::recorded(Engine::Deployed);
    database.sql(
        "INSERT INTO activity_events (id, event_type, message, created_at, board_id)
         SELECT gen_random_uuid(), 'task.failed', 'row ' || n, timestamp '2026-03-20' - n * interval '1 s', b.id
         FROM generate_series(1, 3000) n, (SELECT board_id AS id FROM activity_events WHERE board_id IS NOT NULL LIMIT 1) b",
    );
    database
}

#[test]
fn text_longer_than_the_screen_goes_to_the_pager_with_its_colors_and_shorter_text_does_not() {
    let place = with_demo();
    for line in [
        "list",
        "list -o text",
        "list --all",
        "comments",
        "timeline --board payments -S 2026-03-05",
        "timeline --board payments -S 2026-03-05 -o markdown",
        "errors --limit 30 --at 2026-03-06T12:00",
        "tasks --all --at 2026-03-06T12:00",
        "agents --at 2026-03-06T12:00",
        "summary --by hour -S 2026-03-05 -U 2026-03-06",
    ] {
        let output = paged(&place, line, KEEPS).on_terminal(100, 12);
        output.expect(0);
        assert!(was_started(&place), "{output}");
        assert!(output.stdout.ends_with("the pager ended\n"), "{output}");
        let seen = place.read("work/seen");
        assert!(seen.lines().count() > 11, "{line}: {seen}");
        assert!(seen.contains("(the demo database)") || line.ends_with("markdown"), "{line}: no footer\n{seen}");
        // A screen that is long enough has the same.
        let plain = paged(&place, line, KEEPS).args(["--no-pager"]).on_terminal(100, 12);
        let plain = plain.stdout.replace("no DATABASE_URL: reading", "");
        let cursor = |text: &str| text.lines().filter(|line| !line.contains("--after")).count();
        assert!(plain.contains(seen.lines().nth(1).unwrap().split("  ").next().unwrap()), "{line}");
        assert!(cursor(&plain) >= cursor(&seen), "{line}");
    }
    assert!(paged(&place, "list --type '*failed'", KEEPS).on_terminal(100, 12).stdout.contains("the pager ended"));
    assert!(place.read("work/seen").contains("\u{1b}[1;31m"));
    let short = paged(&place, "list -n 5", KEEPS).on_terminal(100, 24);
    assert!(!was_started(&place) && short.stdout.contains("newest 5 events"), "{short}");
}

#[test]
fn data_for_programs_and_tail_are_not_paged_nor_is_anything_that_does_not_go_to_the_terminal() {
    let place = with_demo();
    for line in [
        "list -o json",
        "list -o csv",
        "list -o jsonl --all",
        "errors -o prometheus --by type",
        "list --out-file all.txt",
        "list --no-pager",
        "--no-pager list",
        "tail --events --no-follow -n 60",
        "list --count",
    ] {
        let output = paged(&place, line, KEEPS).on_terminal(100, 12);
        output.expect(0);
        assert!(!was_started(&place), "{output}");
    }
    paged(&place, "list", KEEPS).ok();
    assert!(!was_started(&place), "stdout is a pipe");
    for pager in ["", "cat", " "] {
        let output = paged(&place, "list", KEEPS).env("MC_PAGER", pager).env("PAGER", "sh pager").on_terminal(100, 12);
        assert!(!was_started(&place) && output.stdout.contains("newest 50 events"), "{pager:?} {output}");
    }
    paged(&place, "list", KEEPS).without("MC_PAGER").env("PAGER", "sh pager").on_terminal(100, 12).expect(0);
    assert!(was_started(&place), "PAGER is used where MC_PAGER is not set");
}

#[test]
fn the_pager_is_named_by_the_environment_alone() {
    let place = with_demo();
    place.write("work/.env", "MC_PAGER=sh pager\nPAGER=sh pager\n");
    paged(&place, "list", KEEPS).env("MC_PAGER", "cat").on_terminal(100, 12).expect(0);
    assert!(!was_started(&place));
}

#[test]
fn leaving_the_pager_early_is_a_normal_end_without_a_word() {
    let place = with_demo();
    for line in ["list --all", "list", "timeline --board payments -S 2026-03-01"] {
        let output = paged(&place, &format!("{line} -q"), "head -n 1; exec <&-").on_terminal(100, 12);
        output.expect(0);
        assert_eq!(output.stdout.lines().filter(|line| !line.starts_with("no DATABASE_URL")).count(), 1, "{output}");
    }
    // The exit code of a check does not depend on how much of it was read.
    paged(&place, "errors --limit 30 --fail-over 1 --at 2026-03-06T12:00", "head -n 1").on_terminal(100, 12).expect(6);
}

#[test]
fn a_check_whose_output_was_not_read_to_the_end_has_its_exit_code() {
    let database = with_many_failures();
    // More at once than a pipe holds, so that each write after the pager has gone is noticed.
    database.sql("UPDATE activity_events SET message = repeat('long ', 200) || message WHERE message LIKE 'row %'");
    let script = "head -n 1; exec <&-; echo the pager ended";
    database.place.write("work/pager", script);
    let run = |line: &str| {
        let mc = database.mc(line.split(' ')).args(["--as-user", "local-auth-user"]).env("MC_PAGER", "sh pager");
        let output = mc.on_terminal(100, 12);
        assert!(output.stdout.contains("the pager ended"), "{output}");
        output
    };
    let check = "errors -S 2026-03-19 -U 2026-03-21 --limit 2000 -o wide --scope all";
    run(&format!("{check} --fail-over 1")).expect(6);
    run(check).expect(0);
    let list = run("list --all --type task.failed");
    list.expect(0);
}

#[test]
fn a_pager_that_cannot_be_started_is_reported_and_the_output_is_printed() {
    let place = with_demo();
    let output = paged(&place, "list", "").env("MC_PAGER", "no-such-pager -R").on_terminal(160, 12);
    output.expect(0);
    assert!(output.stdout.contains("cannot start the pager 'no-such-pager -R'"), "{output}");
    assert!(output.stdout.contains("--no-pager") && output.stdout.contains("newest 50 events"), "{output}");
    // A shell starts this one.
    let output = paged(&place, "list", "").env("MC_PAGER", "no-such-pager 2>/dev/null").on_terminal(160, 12);
    output.expect(1);
    assert!(output.stdout.contains("error: the pager 'no-such-pager 2>/dev/null' could not be run"), "{output}");
    paged(&place, "list --all", "").env("MC_PAGER", "no-such-pager \"x\"").on_terminal(160, 12).expect(1);
    let output = paged(&place, "list", "").env("MC_PAGER", "cat >seen && echo a shell ran this").on_terminal(160, 12);
    assert!(output.stdout.contains("a shell ran this") && was_started(&place), "{output}");
}

#[test]
fn less_shows_the_newest_first_keeps_colors_and_leaves_the_terminal_as_it_was() {
    let place = with_demo();
    let line = r#""$0" "$@"; echo "code $?"; stty -a; echo done"#;
    for keys in ["q", "Gq"] {
        let mc = place.sh(line, ["list", "--all", "--type", "*failed", "-q"]);
        let mut screen = less(mc).start_on_terminal(100, 20);
        let newest = place.mc(["list", "-n", "1", "--type", "*failed", "-o", "json", "-q"]).ok().json();
        let time = newest["items"][0]["created_at"].as_str().unwrap()[5..19].replace('T', " ");
        screen.wait_for("less's prompt", |rows| rows.last().is_some_and(|row| row.starts_with(':')));
        let rows = screen.rows();
        assert!(rows[..3].iter().any(|row| row.contains(&time)), "{time}: {rows:?}");
        assert!(!rows.concat().contains("ESC["), "{rows:?}");
        screen.press(keys);
        screen.shows("done");
        screen.end_within(SOON);
        let rows = screen.rows().join(" ");
        assert!(rows.contains("code 0") && rows.contains(" icanon") && rows.contains(" echo "), "{rows}");
    }
}

#[test]
fn ctrl_c_in_the_pager_waits_for_it_and_leaves_no_process_behind() {
    let place = with_demo();
    for line in ["list -q", "list --all -q"] {
        let mc = place.sh(r#"trap : INT; "$0" "$@"; echo "code $?""#, line.split(' '));
        let mut screen = less(mc).start_on_terminal(100, 20);
        screen.wait_for("less's prompt", |rows| rows.last().is_some_and(|row| row.starts_with(':')));
        screen.press("\x03");
        // less is still there: it goes on by a screen, which moves the heading out of sight.
        std::thread::sleep(Duration::from_millis(300));
        screen.press(" ");
        screen.wait_for("the second screen", |rows| !rows.iter().any(|row| row.contains("TIME (UTC)")));
        screen.press("q");
        screen.shows("code ");
        screen.end_within(SOON);
    }
}

#[test]
fn ctrl_c_in_the_pager_does_not_change_the_exit_code_of_a_complete_answer() {
    let place = with_demo();
    for (line, code) in [
        ("users", 0),
        ("boards", 0),
        ("explain", 0),
        ("summary -S 2026-03-01", 0),
        ("agents --at 2026-03-06T12:00", 0),
        ("tasks --all --at 2026-03-06T12:00", 0),
        ("compare --at 2026-03-06T12:00", 0),
        ("compare --at 2026-03-06T12:00 --span 6h --fail-on new,more", 6),
        ("errors --at 2026-03-06T12:00", 0),
        ("errors --at 2026-03-06T12:00 --fail-over 1", 6),
        ("list", 0),
    ] {
        let script = "trap '' INT; cat >seen; echo ready; read line </dev/tty";
        let mut screen = paged(&place, line, script).start_on_terminal(100, 3);
        screen.shows("ready");
        screen.press("\x03");
        std::thread::sleep(Duration::from_millis(300));
        screen.press("\n");
        let ended = screen.end_within(SOON);
        assert_eq!(ended, code, "{line}: {}", screen.bytes());
        assert!(!screen.bytes().contains("interrupted"), "{line}: {}", screen.bytes());
    }
}

#[test]
fn sigterm_ends_the_pager_and_the_program() {
    let place = with_demo();
    // With all of the output, with a part of it, and after a Ctrl-C.
    for (script, ctrl_c) in [
        ("cat >seen; echo $$ ready; exec sleep 60", false),
        ("head -n 1 >seen; echo $$ ready; exec sleep 60", false),
        ("trap '' INT; head -n 1 >seen; echo $$ ready; exec sleep 60", true),
    ] {
        let mut screen = paged(&place, "list --all", script).start_on_terminal(100, 12);
        screen.shows("ready");
        if ctrl_c {
            screen.press("\x03");
            std::thread::sleep(Duration::from_millis(300));
        }
        let kill = format!("kill -TERM {}", screen.id());
        assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(screen.end_within(SOON), 130, "{script}: {}", screen.bytes());
        let shown = screen.bytes();
        let pager = shown.split(" ready").next().unwrap().split_whitespace().last().unwrap();
        assert!(!std::path::Path::new("/proc").join(pager).exists(), "{script}: {pager} is still there");
    }
}

#[test]
fn what_is_said_while_the_pager_runs_is_shown_when_it_has_ended() {
    let place = with_demo();
    let output = paged(&place, "list --all --show-sql", KEEPS).on_terminal(100, 12);
    output.expect(0);
    let (before, behind) = output.stdout.split_once("the pager ended").unwrap();
    assert!(before.contains("-- session_info") && behind.contains("-- list"), "{output}");
}

#[test]
fn the_first_rows_of_a_long_list_are_shown_while_the_rest_is_still_read() {
    let database = with_many_failures();
    let line = "list --all --type task.failed --as-user local-auth-user -q";
    database.place.write("work/pager", "mkfifo go; head -n 5 >first; cat go; cat >/dev/null; echo the pager ended");
    let mut screen = database.mc(line.split(' ')).env("MC_PAGER", "sh pager").start_on_terminal(100, 12);
    let work = database.place.path().join("work");
    wait_until("the first rows", || {
        std::fs::read_to_string(work.join("first")).is_ok_and(|rows| rows.contains("row 1"))
    });
    // The pager reads no more for now: nothing is held in the database.
    database.sql("SET lock_timeout = '5s'; ALTER TABLE activity_events ADD COLUMN later text");
    std::fs::write(work.join("go"), "").unwrap();
    screen.shows("the pager ended");
    assert_eq!(screen.end_within(SOON), 0);
}

#[test]
fn both_engines_page_what_is_longer_than_the_screen() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        database.place.write("work/pager", KEEPS);
        for line in ["list", "comments", "timeline -S 2026-01-01"] {
            let mc = database.mc(line.split(' ')).args(["--as-user", "local-auth-user"]);
            let output = mc.env("MC_PAGER", "sh pager").on_terminal(100, 8);
            assert!(output.code == 0 && output.stdout.ends_with("the pager ended\n"), "{output}");
        }
    });
}
