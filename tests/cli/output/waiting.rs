//! What a slow link shows: what is awaited, after a second.

use crate::harness::{Data, Database, Mc, Proxy, Server};
use std::time::{Duration, Instant};

const SOON: Duration = Duration::from_secs(60);

struct SlowLink {
    _server: Server,
    proxy: Proxy,
    database: Database,
}

impl SlowLink {
    fn new(delay: Duration) -> Self {
        let server = Server::start(&[], None, None);
        let database = Database::at(&Database::on(&server, &Data::recorded()));
        let proxy = Proxy::to(server.port);
        proxy.slow_down(delay);
        Self { _server: server, proxy, database }
    }

    fn mc(&self, line: &str) -> Mc {
        let mc = self.database.place.mc(line.split(' ')).args(["--as-user", "local-auth-user"]);
        mc.env("DATABASE_URL", self.proxy.url())
    }
}

const WORDS: [&str; 4] = ["connecting to 127.0.0.1", "looking at the database", "reading ", "counting "];

fn waits(rows: &[String]) -> bool {
    rows.iter().any(|row| WORDS.iter().any(|word| row.contains(word)))
}

#[test]
fn a_slow_link_shows_what_is_awaited_and_nothing_of_it_stays() {
    let link = SlowLink::new(Duration::from_millis(250));
    for line in ["list -n 3", "summary -S 2024-01-01", "whoami", "users", "list -n 3 -o json"] {
        let mut screen = link.mc(line).start_on_terminal(120, 60);
        screen.wait_for("what is awaited", waits);
        assert_eq!(screen.end_within(SOON), 0, "{line}");
        let rows = screen.rows();
        assert!(!waits(&rows) && rows.len() > usize::from(!line.contains("json")), "{line}: {rows:?}");
    }
    for line in ["list -n 3 -q", "list -n 3 -v"] {
        let output = link.mc(line).on_terminal(120, 60);
        assert!(!output.stdout.contains("reading users and boards"), "{output}");
    }
    let output = link.mc("list -n 3").ok();
    assert_eq!(output.stderr, "", "stderr is no terminal");
    // On a fast link nothing is shown.
    link.proxy.slow_down(Duration::ZERO);
    let output = link.mc("list -n 3").on_terminal(120, 60);
    assert!(WORDS.iter().all(|word| !output.stdout.contains(word)), "{output}");
}

#[test]
fn ctrl_c_ends_a_command_that_waits_at_once_and_leaves_only_its_message() {
    let mut link = SlowLink::new(Duration::from_millis(500));
    let mut screen = link.mc("list").start_on_terminal(120, 24);
    screen.wait_for("what is awaited", waits);
    link.proxy.freeze();
    let start = Instant::now();
    screen.press("\x03");
    assert_eq!(screen.end_within(SOON), 130);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let rows = screen.rows();
    assert!(!waits(&rows) && rows.last().is_some_and(|row| row.contains("interrupted")), "{rows:?}");
    assert!(rows.len() <= 2, "{rows:?}");
}

#[test]
fn a_warning_and_an_error_do_not_mix_with_what_is_awaited() {
    let link = SlowLink::new(Duration::from_millis(400));
    let output = link.mc("list --board nosuch").on_terminal(120, 24);
    output.expect(4);
    let mut terminal = vt100::Parser::new(24.try_into().unwrap(), 120.try_into().unwrap(), 0);
    terminal.process(output.stdout.replace('\n', "\r\n").as_bytes());
    let shown = terminal.screen().contents();
    assert!(shown.trim_start().starts_with("error: board 'nosuch' is unknown"), "{shown}");
    assert!(output.stdout.contains("reading users and boards"), "{output}");
}
