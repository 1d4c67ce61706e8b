//! A cursor belongs to a database, not to an address: `tail --cursor-file`, and `--after` of list and comments.

use super::recovery::nothing_yet;
use super::{SOON, USER, id, next, quiet, tail, wait_for_start, write};
use crate::harness::{Data, Database, Engine, Output, Place, Proxy, Server, free_port};
use std::fs;
use std::path::Path;

/// A tail that prints what is new and ends.
fn goes_on(database: &Database, url: &str, file: &str) -> Output {
    let line = format!("--no-follow --cursor-file {file}");
    tail(database, &line).env("DATABASE_URL", url).run()
}

#[track_caller]
fn is_taken(database: &Database, url: &str) {
    let written = write(database, 0.0);
    let output = goes_on(database, url, "cursor");
    output.expect(0);
    assert_eq!(output.stdout.lines().map(id).collect::<Vec<_>>(), [written], "{url}\n{output}");
    list_goes_on(database, url).iter().for_each(|output| output.expect(0));
}

#[track_caller]
fn is_refused(database: &Database, url: &str) {
    let before = database.place.read("work/cursor");
    let output = goes_on(database, url, "cursor");
    output.expect(2);
    assert!(output.stdout.is_empty() && output.stderr.contains("another database"), "{url}\n{output}");
    assert_eq!(database.place.read("work/cursor"), before);
    for output in list_goes_on(database, url) {
        output.expect(2);
        assert!(output.stdout.is_empty() && output.stderr.contains("another database"), "{url}\n{output}");
    }
}

/// list and comments from the cursors on that [`begin`] took.
fn list_goes_on(database: &Database, url: &str) -> [Output; 2] {
    ["list", "comments"].map(|command| {
        let after = database.place.read(&format!("work/{command}"));
        let line = [command, "--as-user", USER, "-o", "json", "--limit", "1", "--after", after.as_str()];
        database.place.mc(line).env("DATABASE_URL", url).run()
    })
}

/// Takes all three kinds of cursors.
fn begin(database: &Database, url: &str) {
    (0..3).for_each(|_| drop(write(database, -5.0)));
    goes_on(database, url, "cursor").expect(0);
    for command in ["list", "comments"] {
        let line = [command, "--as-user", USER, "-o", "json", "--limit", "1"];
        let page = database.place.mc(line).env("DATABASE_URL", url).ok().json();
        database.place.write(&format!("work/{command}"), page["next_cursor"].as_str().expect("a cursor"));
    }
}

#[test]
fn the_same_database_is_known_by_socket_by_name_by_a_second_host_and_through_a_forwarded_port() {
    let server = Server::start(&[], None, None);
    let database = Database::at(&Database::on(&server, &nothing_yet()));
    let proxy = Proxy::to(server.port);
    let dead = free_port().unwrap();
    begin(&database, &database.url);
    for url in [
        server.socket_url("postgres"),
        format!("postgres://postgres@localhost:{}/postgres", server.port),
        format!("postgres://postgres@127.0.0.1:{dead},127.0.0.1:{}/postgres", server.port),
        proxy.url(),
        database.url.clone(),
    ] {
        is_taken(&database, &url);
    }
}

#[test]
fn another_database_is_refused_at_the_same_address_too() {
    let (first, second) = (Server::start(&[], None, None), Server::start(&[], None, None));
    let database = Database::at(&Database::on(&first, &nothing_yet()));
    Database::on(&second, &nothing_yet());
    let mut proxy = Proxy::to(first.port);
    begin(&database, &proxy.url());
    database.sql("CREATE DATABASE copied TEMPLATE postgres");
    is_refused(&database, &first.url("copied"));
    is_refused(&database, &second.url("postgres"));
    proxy.lead_to(second.port);
    is_refused(&database, &proxy.url());
    proxy.lead_to(first.port);
    is_taken(&database, &proxy.url());
}

#[test]
fn a_tail_whose_address_leads_elsewhere_after_a_lost_connection_ends_and_keeps_its_cursor() {
    let (first, second) = (Server::start(&[], None, None), Server::start(&[], None, None));
    let database = Database::at(&Database::on(&first, &nothing_yet()));
    let elsewhere = Database::at(&Database::on(&second, &nothing_yet()));
    let mut proxy = Proxy::to(first.port);
    let mut child = tail(&database, "-v -n 0 --cursor-file cursor").env("DATABASE_URL", proxy.url()).start();
    wait_for_start(&mut child);
    let shown = write(&database, 0.0);
    assert_eq!(next(&mut child), shown);
    write(&elsewhere, 0.0);
    proxy.lead_to(second.port);
    proxy.cut();
    assert_eq!(child.end_within(SOON), 2);
    let (out, said) = child.rest();
    assert!(out.is_empty() && said.contains("another database answers"), "{out}{said}");
    is_taken_by_tail(&database, &first.url("postgres"));
}

#[track_caller]
fn is_taken_by_tail(database: &Database, url: &str) {
    let written = write(database, 0.0);
    let output = goes_on(database, url, "cursor");
    output.expect(0);
    assert_eq!(output.stdout.lines().map(id).collect::<Vec<_>>(), [written], "{url}\n{output}");
}

#[test]
fn a_role_that_may_not_read_the_system_identifier_keeps_its_cursor_at_the_same_address() {
    let server = Server::start(&[], None, None);
    let database = Database::at(&Database::on(&server, &nothing_yet()));
    database.sql(
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public;
         CREATE ROLE hosted LOGIN; GRANT pg_read_all_data TO hosted",
    );
    database.sql("CREATE DATABASE copied TEMPLATE postgres");
    let url = |database: &str| server.url(database).replacen("postgres@", "hosted@", 1);
    begin(&database, &url("postgres"));
    is_taken(&database, &url("postgres"));
    is_refused(&database, &url("copied"));
    // It follows as ever.
    let mut child = tail(&database, "-v -n 0 --cursor-file cursor").env("DATABASE_URL", url("postgres")).start();
    wait_for_start(&mut child);
    let shown = write(&database, 0.0);
    assert_eq!(next(&mut child), shown);
}

#[test]
fn an_sqlite_file_is_known_by_whatever_path_and_another_in_its_place_is_refused() {
    let database = quiet(Engine::Embedded);
    let path = database.url.strip_prefix("sqlite:").unwrap().to_owned();
    let sibling = |name: &str| Path::new(&path).with_file_name(name).display().to_string();
    begin(&database, &database.url);
    std::os::unix::fs::symlink(&path, sibling("link.db")).unwrap();
    is_taken(&database, &format!("sqlite:{}", sibling("link.db")));
    is_taken(
        &database,
        &format!("sqlite:{}", sibling("../").to_owned() + &path[path[1..].rfind("/home").unwrap() + 2..]),
    );
    // What is in the log is in the file, once it is moved alone.
    database.sql("PRAGMA journal_mode = delete");
    fs::rename(&path, sibling("moved.db")).unwrap();
    let url = format!("sqlite:{}", sibling("moved.db"));
    let output = goes_on(&database, &url, "cursor");
    output.expect(0);
    list_goes_on(&database, &url).iter().for_each(|output| output.expect(0));
    // Another file of that name, with the same organizations in it.
    fs::copy(sibling("moved.db"), &path).unwrap();
    is_refused(&database, &database.url);
    // The file of before with other content.
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events" && table.name != "organizations");
    let other = Database::empty(Engine::Embedded);
    other.sql("PRAGMA journal_mode = delete");
    fs::rename(sibling("moved.db"), &path).unwrap();
    fs::copy(other.url.strip_prefix("sqlite:").unwrap(), &path).unwrap();
    other.sql("INSERT INTO organizations VALUES (x'00', 'other', 0)");
    fs::copy(other.url.strip_prefix("sqlite:").unwrap(), &path).unwrap();
    let lines = ["INSERT INTO users (id, clerk_user_id) VALUES (x'000000b0000040008000000000000000', 'somebody')"];
    lines.iter().for_each(|line| database.sql(line));
    is_refused(&database, &database.url);
}

#[test]
fn a_store_of_our_own_is_known_by_its_id_also_in_a_copy_and_a_new_one_in_its_place_is_refused() {
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    let run = |more: &str| {
        let line = format!("tail --events --no-follow -o jsonl -q {more} --cursor-file cursor");
        place.mc(line.split_whitespace()).run()
    };
    let first = run("-n 1");
    first.expect(0);
    let (here, there) = (place.path().join("data/mc-activity/activity.db"), place.path().join("work/copy.db"));
    fs::copy(&here, &there).unwrap();
    let line = "tail --events --no-follow -o jsonl -q --cursor-file cursor --as-user local-auth-user --database-url sqlite:copy.db";
    let copied = place.mc(line.split(' ')).ok();
    assert_eq!(copied.stdout, "");
    run("").expect(0);
    place.mc(["demo", "-q", "--force"]).ok();
    let refused = run("");
    refused.expect(2);
    assert!(refused.stderr.contains("another database") && refused.stdout.is_empty(), "{refused}");
}

#[test]
fn a_mistyped_cursor_of_list_is_a_usage_error() {
    let database = quiet(Engine::Deployed);
    begin(&database, &database.url);
    let cursor = database.place.read("work/list");
    for at in 0..cursor.len() {
        let mut typed = cursor.clone();
        let other = if &typed[at..=at] == "A" { "B" } else { "A" };
        typed.replace_range(at..=at, other);
        let output = database.mc(["list", "--as-user", USER, "--after", &typed]).fails(2);
        assert!(output.stderr.starts_with("error: this "), "{output}");
    }
}
