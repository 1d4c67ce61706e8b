//! TLS with a CA of the tests, SCRAM, and the places that a password can come from.

mod certificates;
mod impostor;
mod keys;

use crate::harness::{Database, Engine, Output, SERVER, Server};
use crate::harness::{ME, ask};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Everything in it may be read by the server's user.
fn directory() -> TempDir {
    let dir = TempDir::with_prefix("mc-activity-tls.").unwrap();
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
    dir
}

fn openssl(dir: &Path, line: &str) {
    let output = Command::new("openssl").args(line.split(' ')).current_dir(dir).output();
    let output = output.expect("openssl makes the certificates (apt-get install openssl)");
    assert!(output.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&output.stderr));
}

fn authority(dir: &Path, name: &str) {
    openssl(
        dir,
        &format!("req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.crt -days 30 -subj /CN={name}"),
    );
}

/// A certificate; a negative number of days is one that has expired.
fn certificate(dir: &Path, authority: &str, file: &str, name: &str, days: i32) {
    signed(dir, authority, file, name, &format!("subjectAltName=DNS:{name}"), days);
}

/// A certificate for a common name, with these extensions.
fn signed(dir: &Path, authority: &str, file: &str, name: &str, extensions: &str, days: i32) {
    std::fs::write(dir.join("extensions"), format!("{extensions}\n")).unwrap();
    openssl(dir, &format!("req -newkey rsa:2048 -nodes -keyout {file}.key -out {file}.csr -subj /CN={name}"));
    openssl(
        dir,
        &format!(
            "x509 -req -in {file}.csr -CA {authority}.crt -CAkey {authority}.key -CAcreateserial -days {days} \
             -extfile extensions -out {file}.crt"
        ),
    );
}

const HBA: &str = "local all all trust
hostssl all certified all cert
host all scrambled all scram-sha-256
hostssl all plain all reject
hostnossl all secret all reject
host all all all trust
";

struct Secure {
    server: Server,
    dir: TempDir,
    database: Database,
}

impl Secure {
    fn start(certificate_of: &str) -> Self {
        Self::start_with(certificate_of, |_| {})
    }

    /// With more files, which are readable to the server and, as `serve` wants them, in its data directory.
    fn start_with(certificate_of: &str, more: impl FnOnce(&Path)) -> Self {
        let dir = directory();
        let path = dir.path();
        authority(path, "ca");
        authority(path, "stranger");
        certificate(path, "ca", "server", "localhost", 30);
        certificate(path, "ca", "expired", "localhost", -1);
        certificate(path, "ca", "client", "certified", 30);
        certificate(path, "stranger", "unknown", "certified", 30);
        more(path);
        std::fs::write(path.join("pg_hba.conf"), HBA).unwrap();
        for entry in std::fs::read_dir(path).unwrap() {
            std::fs::set_permissions(entry.unwrap().path(), PermissionsExt::from_mode(0o644)).unwrap();
        }
        let (cert, key) = (format!("ssl_cert_file={certificate_of}.crt"), format!("ssl_key_file={certificate_of}.key"));
        let settings = ["ssl=on", &cert, &key, "ssl_ca_file=ca.crt"];
        let both = "listen_addresses=127.0.0.1,::1";
        let server = Server::start(&[&settings[..], &[both]].concat(), Some(path), None);
        let database = Database::elsewhere(&server.url("postgres"));
        database.sql(
            "CREATE ROLE certified LOGIN SUPERUSER; CREATE ROLE scrambled LOGIN SUPERUSER;
             CREATE ROLE plain LOGIN SUPERUSER; CREATE ROLE secret LOGIN SUPERUSER;
             SET password_encryption = 'scram-sha-256'; ALTER ROLE scrambled PASSWORD 'plain';",
        );
        Self { server, dir, database }
    }

    /// Has new connections see another certificate.
    fn serve(&self, file: &str) {
        let copy = format!("cat {file}.crt >served.crt; cat {file}.key >served.key");
        self.database.sql(&format!(
            "COPY (SELECT 1) TO PROGRAM 'umask 077; {copy}; mv served.crt server.crt; mv served.key server.key'"
        ));
        self.reload();
    }

    /// Changes a setting for new connections.
    fn set(&self, name: &str, value: &str) {
        self.database.sql(&format!("ALTER SYSTEM SET {name} = '{value}'"));
        self.reload();
    }

    /// Waits until the server has read its files again: a new connection inherits the time.
    fn reload(&self) {
        let time = "SELECT (extract(epoch FROM pg_conf_load_time()) * 1000000)::int8";
        let before = self.database.number(time);
        self.database.sql("SELECT pg_reload_conf()");
        let start = Instant::now();
        while self.database.number(time) == before {
            assert!(start.elapsed() < Duration::from_secs(30), "the server does not reload");
        }
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn list(&self, user: &str, host: &str, parameters: &str) -> Output {
        let url = format!("postgres://{user}@{host}:{}/postgres?{parameters}", self.server.port);
        ask(&self.database, "list -o json").env("DATABASE_URL", url).run()
    }

    #[track_caller]
    fn works(&self, user: &str, host: &str, parameters: &str) {
        self.list(user, host, parameters).expect(0);
    }

    #[track_caller]
    fn refused(&self, user: &str, host: &str, parameters: &str, told: &str) {
        let output = self.list(user, host, parameters);
        assert!(output.code == 5 && output.stdout.is_empty() && output.stderr.contains(told), "{told}\n{output}");
    }
}

#[test]
fn certificates_are_verified_as_sslmode_says_and_refused_with_a_reason() {
    let secure = Secure::start("server");
    let (ca, stranger) = (secure.file("ca.crt"), secure.file("stranger.crt"));
    secure.works("postgres", "127.0.0.1", "sslmode=disable");
    secure.works("postgres", "127.0.0.1", "sslmode=prefer");
    secure.works("postgres", "127.0.0.1", "sslmode=require");
    secure.works("postgres", "[::1]", "sslmode=require");
    secure.works("postgres", "localhost", &format!("sslmode=verify-ca&sslrootcert={ca}"));
    secure.works("postgres", "localhost", &format!("sslmode=verify-full&sslrootcert={ca}"));
    let another = "for another name";
    secure.refused("postgres", "127.0.0.1", &format!("sslmode=verify-full&sslrootcert={ca}"), another);
    secure.works("postgres", "127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={ca}"));
    let nobody = "signed by nobody that is trusted";
    for mode in ["verify-ca", "verify-full", "require"] {
        secure.refused("postgres", "localhost", &format!("sslmode={mode}&sslrootcert={stranger}"), nobody);
    }
    secure.refused("postgres", "localhost", "sslmode=verify-full", nobody);
    let secure = Secure::start("expired");
    let ca = secure.file("ca.crt");
    secure.works("postgres", "localhost", "sslmode=require");
    secure.refused("postgres", "localhost", &format!("sslmode=verify-full&sslrootcert={ca}"), "expired");
}

#[test]
fn a_client_certificate_is_accepted_and_one_of_an_untrusted_ca_is_refused() {
    let secure = Secure::start("server");
    let (ca, client, unknown) = (secure.file("ca.crt"), secure.file("client"), secure.file("unknown"));
    let with = |file: &str| format!("sslmode=verify-full&sslrootcert={ca}&sslcert={file}.crt&sslkey={file}.key");
    secure.works("certified", "localhost", &with(&client));
    secure.refused("certified", "localhost", &format!("sslmode=verify-full&sslrootcert={ca}"), "certificate");
    let output = secure.list("certified", "localhost", &with(&unknown));
    assert!(output.code == 5 && output.stdout.is_empty() && output.stderr.contains("client certificate"), "{output}");
    secure.refused("postgres2", "localhost", &with(&client), "does not exist");
    // The server on the other port speaks no TLS.
    let url = SERVER.url("postgres") + "?sslmode=require";
    let output = secure.database.mc(["list"]).args(ME).env("DATABASE_URL", url).fails(5);
    assert!(output.stderr.contains("does not support TLS"), "{output}");
}

#[test]
fn a_password_is_found_wherever_libpq_finds_it_and_never_shown() {
    let secure = Secure::start("server");
    let (port, place) = (secure.server.port, &secure.database.place);
    for password in [
        "plain",
        "p@:/?#[]%&=+ \\'\"",
        "ünïcödé 日本",
        "%41",
        "a:b\\c",
        // SASLprep changes these, and leaves the last one, which it forbids.
        "pa²ss",
        "no\u{a0}break",
        "soft\u{ad}hyphen",
        "dots…½µ",
        "a\u{200e}b\u{7}",
    ] {
        secure.database.sql(&format!(
            "SET standard_conforming_strings = on; ALTER ROLE scrambled PASSWORD '{}'",
            password.replace('\'', "''")
        ));
        let encoded: String = password.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let without = format!("postgres://scrambled@127.0.0.1:{port}/postgres");
        let list = |url: &str| ask(&secure.database, "list -o json").env("DATABASE_URL", url);
        list(&without.replace("scrambled@", &format!("scrambled:{encoded}@"))).ok();
        list(
            &without
                .replace("scrambled@", &format!("scrambled:{encoded}@"))
                .replace("postgres:", "postgresql+psycopg:"),
        )
        .ok();
        list(&without).env("PGPASSWORD", password).ok();
        place.write(
            ".pgpass",
            &format!("*:{port}:*:scrambled:{}\n", password.replace('\\', "\\\\").replace(':', "\\:")),
        );
        let file = place.path().join(".pgpass");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        list(&without).ok();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        let output = list(&without).fails(5);
        assert!(!output.stderr.contains(password), "{output}");
        std::fs::remove_file(&file).unwrap();
        place.write(
            "services.conf",
            &format!("[mc]\nhost=127.0.0.1\nport={port}\nuser=scrambled\ndbname=postgres\npassword={password}\n"),
        );
        if password.trim() == password {
            let services = place.path().join("services.conf");
            list("postgresql://?service=mc").env("PGSERVICEFILE", &services).ok();
            list("postgresql://").env("PGSERVICEFILE", &services).env("PGSERVICE", "mc").ok();
        }
        let wrong = list(&without.replace("scrambled@", &format!("scrambled:{encoded}x@"))).fails(5);
        assert!(wrong.stderr.contains("password authentication failed"), "{wrong}");
        assert!(!wrong.stderr.contains(password) && !wrong.stderr.contains(&encoded), "{wrong}");
    }
}

#[test]
fn a_unix_socket_serves_as_well() {
    let database = Database::shared(Engine::Deployed);
    let url = database.socket_url().unwrap();
    let over_socket = ask(database, "list --all -o jsonl").env("DATABASE_URL", &url).ok().stdout;
    assert_eq!(over_socket, ask(database, "list --all -o jsonl").ok().stdout);
    let (_, rest) = url.split_once("/test_").or_else(|| url.split_once("/mc_")).unwrap_or(("", ""));
    assert!(rest.contains("host=/"), "{url}");
}
