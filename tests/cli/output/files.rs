//! Files that are replaced, and a closed stdout.

use crate::harness::{Mc, Place};
use crate::tail::{USER, quiet, write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;

fn with_demo() -> Place {
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    place
}

/// Mode, owner and group.
fn attributes(path: &Path) -> (u32, u32, u32) {
    let about = std::fs::metadata(path).unwrap();
    (about.mode() & 0o7777, about.uid(), about.gid())
}

/// A file with attributes that a new one does not get. Only root can give a file away, so another user's tests check the
/// mode alone.
fn of_another(path: &Path) -> (u32, u32, u32) {
    std::fs::write(path, "old\n").unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660)).unwrap();
    let _ = chown(path, Some(12345), Some(23456));
    attributes(path)
}

/// In a mount namespace of its own, where the script can mount; `"$0"` is the binary.
fn mounting(place: &Place, script: &str) -> Mc {
    let line = r#"if [ "$(id -u)" = 0 ]; then map=; else map=-r; fi
        exec unshare -m $map sh -euc "$SCRIPT" "$0""#;
    place.sh(line, [""; 0]).env("SCRIPT", script)
}

#[test]
fn a_replaced_file_keeps_its_owner_its_group_and_its_mode() {
    let place = with_demo();
    let work = place.path().join("work");
    for (file, line) in [
        ("all.csv", "list --all -o csv --out-file all.csv"),
        ("mc.prom", "errors -o prometheus --out-file mc.prom"),
        ("page.html", "errors --html page.html"),
        ("summary.html", "summary --html summary.html"),
        ("mc-activity-list.1", "man --out-dir ."),
    ] {
        let before = of_another(&work.join(file));
        place.mc(line.split(' ')).ok();
        assert_eq!(attributes(&work.join(file)), before, "{line}");
        assert!(place.read(&format!("work/{file}")).len() > 100, "{line}");
    }
    let temporary = std::fs::read_dir(&work)
        .unwrap()
        .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(temporary.count(), 0);
}

#[test]
fn a_link_is_written_through_also_where_its_target_does_not_exist() {
    let place = with_demo();
    let work = place.path().join("work");
    std::fs::create_dir(work.join("elsewhere")).unwrap();
    symlink("elsewhere/target", work.join("inner")).unwrap();
    symlink("inner", work.join("link")).unwrap();
    for _ in 0..2 {
        place.mc(["list", "-o", "csv", "--out-file", "link", "-q"]).ok();
        assert!(place.read("work/elsewhere/target").starts_with("id,"));
        assert!(work.join("link").is_symlink() && work.join("inner").is_symlink());
        std::fs::write(work.join("elsewhere/target"), "old").unwrap();
    }
}

#[test]
fn a_mount_point_is_written_through_and_the_mounted_file_has_the_content() {
    let place = with_demo();
    place.write("work/real.prom", &"a line that is longer than the answer\n".repeat(1000));
    place.write("work/mc.prom", "");
    mounting(
        &place,
        "mount --bind real.prom mc.prom
         \"$0\" errors -o prometheus --out-file mc.prom -q
         \"$0\" errors -o prometheus --out-file - -q > expected",
    )
    .ok();
    let series =
        |text: String| -> Vec<String> { text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect() };
    assert_eq!(series(place.read("work/real.prom")), series(place.read("work/expected")));
}

#[test]
fn a_file_in_a_directory_where_nothing_can_be_created_is_written_to() {
    let place = with_demo();
    place.write("work/real.csv", "old\n");
    place.write("work/out/all.csv", "");
    mounting(
        &place,
        "mount --bind out out
         mount --bind real.csv out/all.csv
         mount -o remount,bind,ro out
         \"$0\" list --all -o csv --out-file out/all.csv -q
         ! \"$0\" list --all -o csv --out-file out/new.csv -q",
    )
    .run();
    assert!(place.read("work/real.csv").starts_with("id,"));
    assert!(!place.path().join("work/out/new.csv").exists());
}

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_beside_it() {
    let place = with_demo();
    // In the second run the file is a mount point, so that it must be written in place.
    for bound in ["", "mount --bind disk/all.csv disk/all.csv"] {
        let output = mounting(
            &place,
            &format!(
                "mkdir -p disk
                 mount -t tmpfs -o size=64k tmpfs disk
                 echo old > disk/all.csv
                 {bound}
                 code=0; \"$0\" list --all -o csv --out-file disk/all.csv -q || code=$?
                 echo $code $(cat disk/all.csv) $(ls -A disk)"
            ),
        )
        .run();
        assert_eq!(output.stdout, "1 old all.csv\n", "{bound}: {output}");
        assert!(
            output.stderr.contains("cannot write") && output.stderr.contains("disk/all.csv: No space left on device"),
            "{output}"
        );
    }
}

#[test]
fn a_closed_stdout_is_an_error_and_dev_null_is_none() {
    let place = with_demo();
    let lines = [
        "list -q",
        "list --all -o json -q",
        "list --count -q",
        "comments -q",
        "errors -q",
        "errors -o prometheus -q",
        "summary -q",
        "boards -q",
        "whoami -q",
        "doctor -q",
        "explain task.comment",
        "tail --no-follow -q",
        "log --type x.y --board docs --dry-run -q",
        "man",
        "completions bash",
        "--help",
        "list --help",
        "--version",
        "list -q --out-file /dev/stdout",
    ];
    for line in lines {
        let closed = place.sh("exec \"$0\" \"$@\" >&-", line.split(' ')).run();
        closed.expect(1);
        assert!(closed.stderr.contains("stdout"), "{closed}");
        // Some programs that start others open it for reading too.
        for null in [">/dev/null", "1<>/dev/null"] {
            place.sh(&format!("exec \"$0\" \"$@\" {null}"), line.split(' ')).ok();
        }
    }
    place.sh("exec \"$0\" \"$@\" >&-", ["errors", "--nagios", "-q"]).run().expect(3);
}

#[test]
fn a_closed_stdout_writes_into_no_other_file_and_does_not_matter_where_nothing_goes_there() {
    let place = with_demo();
    let line = "exec \"$0\" \"$@\" >&- <&- 2>&-";
    place.sh(line, ["list", "--all", "-o", "csv", "--out-file", "all.csv"]).ok();
    let text = place.read("work/all.csv");
    assert!(text.starts_with("id,") && text.ends_with("\r\n"), "{text}");
    place.sh(line, ["list", "--all", "-o", "csv"]).run().expect(1);
}

#[test]
fn a_tail_with_a_closed_stdout_moves_no_cursor() {
    let database = quiet(crate::harness::Engine::Deployed);
    write(&database, -5.0);
    let args = format!("tail --as-user {USER} --events -n 0 --cursor-file cursor --for 2s");
    let closed = |place: &Place| {
        place.sh("exec \"$0\" \"$@\" >&-", args.split(' ')).env("DATABASE_URL", &database.url).fails(1);
    };
    closed(&database.place);
    assert!(!database.place.path().join("work/cursor").exists());
    let follow = "tail --as-user USER --events -n 0 --cursor-file cursor --no-follow -o jsonl".replace("USER", USER);
    database.mc(follow.split(' ')).ok();
    let before = database.place.read("work/cursor");
    let missed = write(&database, 0.0);
    closed(&database.place);
    assert_eq!(database.place.read("work/cursor"), before);
    assert!(database.mc(follow.split(' ')).ok().stdout.contains(&missed));
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
