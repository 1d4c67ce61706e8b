//! What a script relies on.

use super::with_demo;
use crate::harness::Place;
use serde_json::Value;
use std::time::Duration;

/// Commands whose answer is rows, with two of their fields in another order than their own.
const TABULAR: [(&str, [&str; 2]); 6] = [
    ("list --limit 3", ["message", "id"]),
    ("comments --limit 3", ["agent_name", "created_at"]),
    ("tail --no-follow -n 3 --events", ["event_type", "id"]),
    ("errors -S 2026-03-01 -U 2026-03-06 --limit 3", ["event_type", "created_at"]),
    ("summary -S 2026-03-01 -U 2026-03-06", ["count", "event_type"]),
    ("boards", ["slug", "name"]),
];

/// The keys of a JSON object in their order.
fn keys(row: &Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn fields_picks_columns_in_the_order_asked_for_on_every_tabular_command_and_format() {
    let place = with_demo();
    for (line, fields) in TABULAR {
        let ask = |format: &str| {
            let fields = format!("--fields={}", fields.join(","));
            place.mc(line.split(' ')).args([&fields, "-q", "-o", format]).ok()
        };
        assert!(ask("csv").stdout.starts_with(&format!("{}\r\n", fields.join(","))), "{line}");
        assert!(ask("tsv").stdout.starts_with(&format!("{}\n", fields.join("\t"))), "{line}");
        ask("jsonl").jsonl().iter().for_each(|row| assert_eq!(keys(row), fields, "{line}"));
        if !line.starts_with("tail") {
            let document = ask("json").json();
            let rows = document.get("items").or(document.get("rows")).unwrap().as_array().unwrap().clone();
            assert!(!rows.is_empty(), "{line}");
            rows.iter().for_each(|row| assert_eq!(keys(row), fields, "{line}"));
        }
        for format in ["table", "wide"] {
            let heads = fields.map(str::to_uppercase);
            let shown = ask(format).stdout;
            let is_head = |line: &str| line.split_whitespace().eq(heads.iter().map(String::as_str));
            assert!(shown.lines().any(is_head), "{line} -o {format}\n{shown}");
        }
        let unknown = place.mc(line.split(' ')).args(["--fields", "nonsense", "-q"]).fails(2);
        assert!(unknown.stderr.contains("hint: fields: ") && unknown.stderr.contains(fields[0]), "{unknown}");
    }
    for line in ["whoami", "doctor", "explain task.comment"] {
        place.mc(line.split(' ')).args(["--fields", "id"]).fails(2);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
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

#[test]
fn a_profile_says_where_to_look_and_an_unknown_one_names_those_that_there_are() {
    let place = with_demo();
    place.write("config/mc-activity/production.env", "DATABASE_URL='sqlite:../data/mc-activity/activity.db'\n");
    let boards = ["boards", "--profile", "production", "--as-user", "local-auth-user"];
    assert!(place.mc(boards).ok().stdout.contains("mc-activity/production.env)"));
    let output = place.mc(["boards", "--profile", "prod"]).fails(2);
    assert!(output.stderr.contains("hint: profiles: production"), "{output}");
}

#[test]
fn a_profile_holds_libpq_s_variables_too_and_an_env_file_does_not() {
    let place = Place::new();
    let url = "DATABASE_URL=postgresql://127.0.0.1/nothing\n";
    place.write("config/mc-activity/production.env", &format!("{url}PGPORT=1\n"));
    let output = place.mc(["doctor", "--profile", "production"]).run();
    assert!(output.stdout.contains("127.0.0.1:1: cannot reach"), "{output}");
    place.write("work/.env", &format!("{url}PGPORT=1\n"));
    let output = place.mc(["doctor"]).run();
    assert!(!output.stdout.contains("127.0.0.1:1:"), "{output}");
    let output = place.mc(["doctor", "--profile", "production"]).env("PGPORT", "2").run();
    assert!(output.stdout.contains("127.0.0.1:1: cannot reach"), "{output}");
}

#[test]
fn what_demo_advises_to_try_next_shows_something() {
    let place = Place::new();
    let said = place.mc(["demo"]).ok();
    let said = format!("{}{}", said.stdout, said.stderr);
    let (_, next) = said.split_once("Try next:").unwrap();
    let mut ran = 0;
    for line in next.lines().filter_map(|line| line.trim().strip_prefix("mc-activity ")).filter(|l| !l.contains('&')) {
        let answer = place.mc(line.split(' ')).args(["-q", "-o", "csv"]).ok().stdout;
        assert!(answer.lines().count() > 1, "{line}\n{answer}");
        ran += 1;
    }
    assert_eq!(ran, 4, "{next}");
}

#[test]
fn a_demo_that_is_interrupted_leaves_a_whole_store_or_nothing() {
    let mut stopped = 0;
    for milliseconds in (0..300).step_by(15) {
        let place = Place::new();
        let mut demo = place.mc(["demo"]).start();
        std::thread::sleep(Duration::from_millis(milliseconds));
        demo.interrupt();
        let code = demo.end_within(Duration::from_millis(1_500));
        let mut left = Vec::new();
        if let Ok(files) = std::fs::read_dir(place.path().join("data/mc-activity")) {
            left.extend(files.map(|file| file.unwrap().file_name().into_string().unwrap()));
        }
        assert!(left.iter().all(|name| name.starts_with("activity.db")), "{milliseconds} ms: {left:?}");
        // Before it listens, the signal itself ends it.
        assert!([0, 130, 128 + 2].contains(&code), "{milliseconds} ms: {code}");
        stopped += u32::from(code != 0 && left.is_empty());
    }
    assert!(stopped > 0, "nothing was stopped in time");
}

#[test]
fn demo_live_gives_tail_something_to_show() {
    let place = Place::new();
    let mut demo = place.mc(["demo", "--live"]).start();
    let patience = Duration::from_secs(60);
    while !demo.said(patience).starts_with("writing an event") {}
    place.mc(["tail", "--events", "-n", "0", "--until-count", "2", "--for", "60s", "-q"]).ok();
    demo.interrupt();
    assert_eq!(demo.end_within(patience), 0);
}

#[test]
fn an_out_file_is_replaced_as_a_file_and_written_to_as_anything_else() {
    use std::fs;
    use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
    let place = with_demo();
    let work = place.path().join("work");
    let list = |file: &str| place.mc(["list", "--limit=2", "-o", "jsonl", "-q", "--out-file", file]);
    let two = list("-").ok().stdout;
    assert_eq!(two.lines().count(), 2);
    assert!(!work.join("-").exists());

    let read = place.sh(
        "mkfifo pipe; timeout 20 cat pipe >read & \"$0\" \"$@\"; wait",
        ["list", "--limit=2", "-o", "jsonl", "-q", "--out-file", "pipe"],
    );
    read.ok();
    assert_eq!(place.read("work/read"), two);
    assert!(fs::symlink_metadata(work.join("pipe")).unwrap().file_type().is_fifo());

    place.write("work/target", "old");
    fs::set_permissions(work.join("target"), fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink("target", work.join("link")).unwrap();
    list("link").ok();
    assert!(fs::symlink_metadata(work.join("link")).unwrap().is_symlink());
    assert_eq!(place.read("work/target"), two);
    assert_eq!(fs::metadata(work.join("target")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_contradiction_between_flags_before_and_behind_the_command_is_told() {
    let place = with_demo();
    let told = |line: &str| place.mc(line.split(' ')).fails(2).stderr;
    for (line, flags) in [
        ("--as-agent Ada list --as-user local-auth-user", ["--as-user", "--as-agent"]),
        ("--tz Europe/Berlin list --local", ["--local", "--tz"]),
        ("--token-file a whoami --agent-token-file b", ["--token-file", "--agent-token-file"]),
        ("-q list -v", ["--quiet", "--verbose"]),
    ] {
        let told = told(line);
        assert!(flags.iter().all(|flag| told.contains(flag)), "{line}: {told}");
    }
    place.mc(["list", "--as-user", ""]).fails(2);
}

#[test]
fn failures_are_json_wherever_the_format_stands() {
    let place = with_demo();
    for line in ["list -qo json", "list -qojson", "list -q -io=jsonl -g x", "list -q --output=json", "list -q -o json"]
    {
        let told = place.mc(line.split(' ')).args(["--board", "no such board"]).fails(4);
        assert_eq!(told.stdout, "");
        let failure: Value = serde_json::from_str(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"));
        assert_eq!(failure["error"]["code"], "denied", "{line}");
    }
}
