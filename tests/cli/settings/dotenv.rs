//! `.env` files of other users, files with invalid lines, and commands that read no `.env` file.

use crate::harness::{Database, Engine, Place};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

const ME: [&str; 2] = ["--as-user", "local-auth-user"];
/// Debian's `nobody`.
const STRANGER: u32 = 65_534;

fn mode(path: impl AsRef<Path>, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// A `.env` in the directory above the one where the binary starts.
fn above() -> (Place, &'static Database) {
    let (place, database) = (Place::new(), Database::shared(Engine::Deployed));
    place.write("common/.env", &format!("DATABASE_URL={}\n", database.url));
    place.write("common/mine/file", "");
    mode(place.path().join("common"), 0o755);
    mode(place.path().join("common/.env"), 0o644);
    (place, database)
}

/// A line of shell in the directory below it.
fn below(place: &Place, args: &[&str]) -> crate::harness::Mc {
    place.sh("cd ../common/mine && exec \"$0\" \"$@\"", args.iter().copied()).args(ME)
}

/// The file is not read, with one warning; with --env-file it is read.
fn is_not_trusted(place: &Place, why: &str) {
    let output = below(place, &["list", "--count"]).fails(5);
    assert!(output.stderr.contains("/common/.env is not read: ") && output.stderr.contains(why), "{why}\n{output}");
    assert_eq!(output.stderr.matches("is not read").count(), 1, "{output}");
    assert!(output.stderr.contains("no DATABASE_URL"), "{output}");
    below(place, &["list", "--count", "--env-file", "../.env"]).ok();
    below(place, &["list", "--count"]).env("MC_ENV_FILE", "../.env").ok();
    for flag in ["--board", "--agent"] {
        // Completion offers no names from it, and prints no warning.
        let typed = format!("mc-activity\0list\0{flag}\0\0");
        let output = place.sh("cd ../common/mine && exec \"$0\" \"$@\"", ["complete", "zsh"]).stdin(typed).ok();
        assert_eq!((output.stdout.trim(), output.stderr.as_str()), ("words", ""));
    }
}

#[test]
fn a_dotenv_that_others_can_write_is_not_read() {
    let (place, database) = above();
    let file = place.path().join("common/.env");
    let count = below(&place, &["list", "--count"]).ok().stdout;
    assert_eq!(count, database.mc(["list", "--count"]).args(ME).ok().stdout);
    mode(&file, 0o646);
    is_not_trusted(&place, "it can be written by others (mode 0646)");
    mode(&file, 0o600);
    for bits in [0o777, 0o1777, 0o703] {
        mode(place.path().join("common"), bits);
        is_not_trusted(&place, &format!("can be written by others (mode {bits:04o})"));
    }
    mode(place.path().join("common"), 0o755);
    assert_eq!(below(&place, &["list", "--count"]).ok().stdout, count);
}

#[test]
fn a_link_is_trusted_no_more_than_what_it_leads_to() {
    let (place, _) = above();
    let file = place.path().join("common/.env");
    std::fs::create_dir(place.path().join("open")).unwrap();
    std::fs::rename(&file, place.path().join("open/env")).unwrap();
    symlink(place.path().join("open/env"), &file).unwrap();
    below(&place, &["list", "--count"]).ok();
    mode(place.path().join("open"), 0o1777);
    is_not_trusted(&place, "can be written by others");
}

#[test]
fn a_dotenv_of_another_user_is_not_read() {
    let (place, _) = above();
    let (directory, file) = (place.path().join("common"), place.path().join("common/.env"));
    let given = chown(&file, Some(STRANGER), None);
    given.expect("this test gives a file to another user, which only root can: run the tests as root");
    is_not_trusted(&place, "it belongs to another user (uid 65534)");
    chown(&file, Some(0), None).unwrap();
    below(&place, &["list", "--count"]).ok();
    chown(&directory, Some(STRANGER), None).unwrap();
    is_not_trusted(&place, "belongs to another user (uid 65534)");
    // The variables of the environment are put into no file that is not trusted.
    std::fs::write(&file, "DATABASE_URL=postgresql://u@127.0.0.1:1/${AWS_SECRET_ACCESS_KEY}\n").unwrap();
    let output = below(&place, &["list"]).env("AWS_SECRET_ACCESS_KEY", "S3KRET").fails(5);
    assert!(!output.stderr.contains("S3KRET"), "{output}");
}

#[test]
fn a_dotenv_that_is_not_trusted_ends_the_search() {
    let (place, database) = above();
    place.write(".env", &format!("DATABASE_URL={}\n", database.url));
    mode(place.path().join("common/.env"), 0o666);
    below(&place, &["list", "--count"]).fails(5);
    std::fs::remove_file(place.path().join("common/.env")).unwrap();
    below(&place, &["list", "--count"]).ok();
}

#[test]
fn a_named_file_that_is_not_there_is_an_error() {
    let place = Place::new();
    let output = place.mc(["list", "--env-file", "./none"]).args(ME).fails(2);
    assert!(output.stderr.contains("./none cannot be read"), "{output}");
}

#[test]
fn a_line_that_cannot_be_read_is_skipped_with_one_warning() {
    for_each_bad_line(|place, database| {
        let output = place.mc(["list", "--count"]).args(ME).ok();
        assert_eq!(output.stdout, database.mc(["list", "--count"]).args(ME).ok().stdout, "{output}");
        assert_eq!(output.stderr.matches("warning: ").count(), 1, "{output}");
        assert!(output.stderr.contains("/work/.env line 2: skipped"), "{output}");
        // What names its database on the command line still takes who asks from the file.
        let output = place.mc(["whoami", "--database-url", &database.url]).ok();
        assert!(output.stderr.contains("line 2: skipped"), "{output}");
        assert_eq!(place.mc(["whoami", "-q"]).ok().stderr, "");
    });
}

fn for_each_bad_line(claim: impl Fn(&Place, &Database)) {
    let database = Database::shared(Engine::Deployed);
    for line in [&b"some words S3KRET"[..], b"='S3KRET'", b"A='S3KRET", b"A=\"S3KRET\" x", b"A=S3KRET\xff"] {
        let place = Place::new();
        let token = "local-auth-token-of-more-than-fifty-characters-000000000";
        let rest = format!("DATABASE_URL={}\nAUTH_MODE=local\nLOCAL_AUTH_TOKEN={token}\n", database.url);
        let bytes = [b"PORT=3000\n", line, b"\n", rest.as_bytes()].concat();
        std::fs::write(place.path().join("work/.env"), bytes).unwrap();
        mode(place.path().join("work/.env"), 0o600);
        claim(&place, database);
        assert!(!place.mc(["list"]).args(ME).run().stderr.contains("S3KRET"));
    }
}

#[test]
fn a_database_url_that_cannot_be_read_is_an_error_and_not_another_database() {
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    place.write("work/.env", "DATABASE_URL='postgresql://u:S3KRET@h/d\n");
    let output = place.mc(["list"]).args(ME).fails(2);
    assert!(output.stderr.contains("which sets DATABASE_URL, cannot be read"), "{output}");
    assert!(!output.stderr.contains("S3KRET"), "{output}");
}

#[test]
fn what_needs_no_settings_reads_none() {
    let place = Place::new();
    place.write("work/.env", "some words\n");
    place.write("config/mc-activity/broken.env", "some words\n");
    for line in [
        "explain task.comment",
        "completions bash",
        "man",
        "--help",
        "list --help",
        "--version",
        "demo --at 2026-03-06T12:00:00Z",
    ] {
        for profile in [&[][..], &["--profile", "broken"]] {
            let output = place.mc(line.split(' ')).args(profile.iter().copied()).ok();
            assert!(!output.stderr.contains(".env"), "{output}");
        }
    }
    // A profile is ours alone, and its lines are all to be read.
    let output = place.mc(["list", "--profile", "broken"]).fails(2);
    assert!(output.stderr.contains("broken.env line 1"), "{output}");
}

#[test]
fn the_demo_database_gives_the_same_results_by_its_url() {
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    let url = format!("sqlite:{}", place.path().join("data/mc-activity/activity.db").display());
    let counted = place.mc(["list", "--count", "--database-url", &url]).ok().stdout;
    assert_eq!(counted, place.mc(["list", "--count"]).ok().stdout);
}
