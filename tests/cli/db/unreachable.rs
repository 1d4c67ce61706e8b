//! No server, one that does not answer, one that refuses, one without Mission Control's tables.

use crate::harness::{Database, Engine, Place, free_port, in_parallel};
use crate::harness::{READS, ask, words};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

const PASSWORD: &str = "hunter2-secret";

/// Runs every command there; all of them must report it within a time, with this exit code and without the password.
fn all_fail(url: &str, code: i32, told: &str, within: Duration) {
    let place = Place::new();
    let commands: Vec<&str> = READS.into_iter().chain(["log --type x --board Main"]).collect();
    in_parallel(&commands, |line| {
        let output = place.mc(words(line)).args(crate::harness::ME).env("DATABASE_URL", url).run();
        let as_json = line.contains("-o json") && !output.stderr.starts_with("{\"error\":{\"code\":");
        let good = output.code == code
            && output.stdout.is_empty()
            && output.stderr.contains(told)
            && !output.stderr.contains(PASSWORD)
            && !output.stderr.contains("panic")
            && !as_json
            && output.took < within;
        (!good).then(|| format!("{url}\n{output}"))
    });
}

#[test]
fn a_dead_server_is_reported_at_once() {
    let port = free_port().unwrap();
    let url = format!("postgres://me:{PASSWORD}@127.0.0.1:{port}/mc");
    all_fail(&url, 5, &format!("127.0.0.1:{port}"), Duration::from_secs(5));
    all_fail("postgres://me@/mc?host=/nonexistent", 5, "/nonexistent", Duration::from_secs(5));
    all_fail("postgres://me@no-such-host.invalid/mc", 5, "no-such-host.invalid", Duration::from_secs(10));
}

#[test]
fn a_silent_listener_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me:{PASSWORD}@{}/mc?connect_timeout=1", listener.local_addr().unwrap());
    all_fail(&url, 5, "did not answer within 1 s", Duration::from_secs(6));
}

#[test]
fn something_else_that_listens_is_no_database() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me:{PASSWORD}@{}/mc", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    all_fail(&url, 5, "127.0.0.1", Duration::from_secs(5));
}

#[test]
fn a_database_without_the_tables_is_named() {
    let database = Database::recorded(Engine::Deployed);
    database.sql("DROP TABLE activity_events CASCADE");
    all_fail(&database.url, 5, "no table activity_events", Duration::from_secs(10));
    let embedded = Database::recorded(Engine::Embedded);
    embedded.sql("DROP TABLE activity_events");
    all_fail(&embedded.url, 5, "no table activity_events", Duration::from_secs(10));
    let missing = database.url.rsplit_once('/').unwrap().0.to_owned() + "/no_such_database";
    all_fail(&missing, 5, "no_such_database", Duration::from_secs(10));
}

#[test]
fn a_missing_column_is_named() {
    for engine in Engine::ALL {
        for (table, column) in [("activity_events", "message"), ("boards", "slug")] {
            let database = Database::recorded(engine);
            database.sql(&format!("ALTER TABLE {table} DROP COLUMN {column}"));
            let output = ask(&database, "list").fails(5);
            assert!(output.stderr.contains(column), "{engine:?}: {output}");
        }
    }
}

#[test]
fn a_role_without_privileges_gets_an_error_that_names_them() {
    let database = Database::recorded(Engine::Deployed);
    let role = format!("nobody_{}", std::process::id());
    database.sql(&format!("CREATE ROLE {role} LOGIN"));
    let url = database.url.replace("postgres@", &format!("{role}@"));
    let output = ask(&database, "list").env("DATABASE_URL", &url).fails(5);
    assert!(output.stderr.contains("permission denied for"), "{output}");
    database.sql(&format!(
        "GRANT SELECT ON activity_events, agents, boards, organization_board_access, organization_members, organizations,
         tasks, users TO {role}"
    ));
    for line in READS {
        ask(&database, line).env("DATABASE_URL", &url).ok();
    }
    let output = ask(&database, "log --type x --board Main").env("DATABASE_URL", &url).fails(5);
    assert!(output.stderr.contains("permission denied for table activity_events"), "{output}");
    database.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_url_of_another_kind_and_an_unknown_parameter_are_usage_errors() {
    for (url, told) in [
        (format!("mysql://me:{PASSWORD}@h/mc"), "mysql"),
        (format!("postgres://me:{PASSWORD}@h/mc?sslmod=require"), "sslmod"),
        (format!("postgres://me:{PASSWORD}@h/mc?sslmode=on"), "sslmode"),
        (format!("postgres://me:{PASSWORD}@h:99999/mc"), "65535"),
    ] {
        all_fail(&url, 2, told, Duration::from_secs(5));
    }
}
