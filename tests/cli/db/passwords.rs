//! Where a password comes from, which hosts it is not sent to, and the error if there is none.

use crate::harness::{Data, Database, Mc, Output, Place, Server};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

const ME: [&str; 2] = ["--as-user", "local-auth-user"];
const PASSWORD: &str = r"p:w\x";

/// A server where everybody but its owner needs a password.
static LOCKED: LazyLock<(Server, TempDir)> = LazyLock::new(|| {
    let dir = TempDir::with_prefix("mc-activity-locked.").unwrap();
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let hba = "local all all trust\nhost all postgres all trust\nhost all all all scram-sha-256\n";
    std::fs::write(dir.path().join("pg_hba.conf"), hba).unwrap();
    let server = Server::start(&[], Some(dir.path()), None);
    let owner = Database::at(&Database::on(&server, &Data::recorded()));
    owner.sql(&format!("CREATE ROLE reader LOGIN SUPERUSER PASSWORD '{PASSWORD}'"));
    (server, dir)
});

fn url() -> String {
    format!("postgres://reader@127.0.0.1:{}/postgres", LOCKED.0.port)
}

fn list(place: &Place) -> Mc {
    place.mc(["list", "--count"]).args(ME)
}

fn pgpass(place: &Place, text: &str, mode: u32) {
    place.write(".pgpass", text);
    std::fs::set_permissions(place.path().join(".pgpass"), PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn a_password_file_is_read_as_libpq_reads_it() {
    let escaped = r"p\:w\\x";
    for (line, works) in [
        (format!("127.0.0.1:*:*:reader:{escaped}"), true),
        (format!("*:*:*:*:{escaped}:what follows is not read"), true),
        (format!(r"127\.0.0\.1:*:postgres:re\ader:{escaped}"), true),
        (format!("#\nother:*:*:*:x\n*:*:*:*:{escaped}"), true),
        (format!("127*:*:*:*:{escaped}"), false),
        ("*:*:*:*:p:w\\x".to_owned(), false),
    ] {
        let place = Place::new();
        pgpass(&place, &line, 0o600);
        let psql = std::process::Command::new("psql")
            .args(["-XAtwq", "-c", "SELECT 1", "-d", &url()])
            .env("PGPASSFILE", place.path().join(".pgpass"))
            .output()
            .expect("psql is of the package postgresql-client");
        assert_eq!(psql.status.success(), works, "psql takes it otherwise: {line}");
        list(&place).env("DATABASE_URL", url()).run().expect(if works { 0 } else { 5 });
    }
}

#[test]
fn an_ignored_password_file_is_reported_once() {
    let place = Place::new();
    pgpass(&place, "*:*:*:*:x", 0o640);
    for more in [&[][..], &["-v"], &["-o", "json"]] {
        let output = list(&place).args(more.iter().copied()).env("DATABASE_URL", url()).fails(5);
        let said = ".pgpass is ignored: others may use it (mode 0640); chmod 600 it";
        assert!(output.stderr.contains(&format!("warning: the password file {}/{said}", place.path().display())));
    }
    // If the URL has a password, the file is not used.
    let output = list(&place).env("DATABASE_URL", url().replacen('@', r":p%3Aw%5Cx@", 1)).ok();
    assert_eq!(output.stderr, "");
}

#[test]
fn a_missing_password_is_not_reported_as_a_wrong_one() {
    let place = Place::new();
    let none = "asks for a password, and none was given";
    for line in ["list", "list -o json", "errors --nagios", "doctor"] {
        let mc = || place.mc(line.split(' ')).args(ME);
        let text = |output: Output| output.stdout + &output.stderr;
        let output = text(mc().env("DATABASE_URL", url()).run());
        assert!(output.contains(none) && !output.contains("authentication failed"), "{line}: {output}");
        let output = text(mc().env("DATABASE_URL", url()).env("PGPASSWORD", "wrong").run());
        assert!(!output.contains(none) && output.contains("authentication failed"), "{line}: {output}");
    }
    let output = list(&place).env("DATABASE_URL", url()).fails(5);
    assert!(output.stderr.contains("PGPASSWORD") && output.stderr.contains("~/.pgpass"), "{output}");
}

/// Answers one client, asks for its password in plain text, and tells what came.
fn stranger() -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        loop {
            let mut length = [0; 4];
            client.read_exact(&mut length).unwrap();
            let mut message = vec![0; u32::from_be_bytes(length) as usize - 4];
            client.read_exact(&mut message).unwrap();
            if message.len() > 4 {
                break;
            }
            // No TLS.
            client.write_all(b"N").unwrap();
        }
        client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]).unwrap();
        let mut sent = [0; 200];
        let count = client.read(&mut sent).unwrap_or_default();
        String::from_utf8_lossy(&sent[..count]).into_owned()
    });
    (port, got)
}

fn dotenv(place: &Place, port: u16) {
    place.write("work/.env", &format!("DATABASE_URL=postgresql://reader@127.0.0.1:{port}/postgres?sslmode=prefer\n"));
}

#[test]
fn the_password_of_another_host_is_not_sent_where_a_dotenv_points() {
    for (pgpass_line, variables, sent) in [
        ("", &[("PGPASSWORD", "S3KRET")][..], false),
        ("", &[("PGPASSWORD", "S3KRET"), ("PGHOST", "db.example.org")], false),
        ("", &[("PGPASSWORD", "S3KRET"), ("PGHOST", "127.0.0.1")], true),
        ("*:*:*:*:S3KRET\n", &[], false),
        ("*:*:*:*:other\n127.0.0.1:*:*:*:S3KRET\n", &[], true),
    ] {
        let place = Place::new();
        let (port, got) = stranger();
        dotenv(&place, port);
        pgpass(&place, pgpass_line, 0o600);
        let mc = variables.iter().fold(list(&place), |mc, (name, value)| mc.env(name, value));
        mc.fails(5);
        let got = got.join().unwrap();
        assert_eq!(got.contains("S3KRET"), sent, "{pgpass_line:?} {variables:?}: {got:?}");
    }
}

#[test]
fn the_reason_why_a_password_is_not_used_for_a_dotenv_is_in_the_error() {
    let place = Place::new();
    dotenv(&place, LOCKED.0.port);
    let output = list(&place).env("PGPASSWORD", PASSWORD).fails(5);
    assert!(output.stderr.contains("PGPASSWORD is not used: the URL is from a .env file"), "{output}");
    list(&place).env("PGPASSWORD", PASSWORD).env("PGHOST", "127.0.0.1").ok();
    // A file that is named, a profile and the environment are the user's own word.
    list(&place).args(["--env-file", ".env"]).env("PGPASSWORD", PASSWORD).ok();
    list(&place).env("DATABASE_URL", url()).env("PGPASSWORD", PASSWORD).ok();
    place.write("config/mc-activity/mine.env", &format!("DATABASE_URL={}\n", url()));
    list(&place).args(["--profile", "mine"]).env("PGPASSWORD", PASSWORD).ok();
    assert!(Path::new(&place.path().join("work/.env")).exists());
}
