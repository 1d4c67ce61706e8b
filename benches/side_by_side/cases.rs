//! The cases: our command line, and the plain SQL that answers the same.

use crate::load::{Engine, Place};
use crate::measure::Line;

/// One line of the table.
pub struct Case {
    pub name: String,
    pub ours: Line,
    pub theirs: Line,
    pub at_least: f64,
    pub aim: f64,
    /// Its growth from a small table to a large one is shown.
    pub grows: bool,
}

/// An id of big.sql.
fn id(kind: &str, number: u32) -> String {
    format!("0b1600{kind}-0000-4000-8000-{number:012x}")
}

/// The boards that a user of big.sql may read.
pub fn boards_of(user: u32) -> Vec<u32> {
    match user {
        1 => (1..=40).collect(),
        2 => (1..=40).step_by(2).collect(),
        _ => vec![40],
    }
}

/// The words in which the engines differ.
pub struct Words<'a> {
    place: &'a Place,
}

impl<'a> Words<'a> {
    pub fn of(place: &'a Place) -> Self {
        Self { place }
    }

    fn lite(&self) -> bool {
        self.place.engine == Engine::Sqlite
    }

    fn id(&self, kind: &str, number: u32) -> String {
        let id = id(kind, number);
        if self.lite() { format!("x'{}'", id.replace('-', "")) } else { format!("'{id}'") }
    }

    fn ids(&self, boards: &[u32]) -> String {
        boards.iter().map(|board| self.id("c0", *board)).collect::<Vec<_>>().join(", ")
    }

    /// The rule of the list: the event's own board, or else its task's.
    pub fn readable(&self, boards: &[u32]) -> String {
        let ids = self.ids(boards);
        format!("(e.board_id IN ({ids}) OR e.board_id IS NULL AND t.board_id IN ({ids}))")
    }

    /// So long ago.
    pub fn ago(&self, seconds: u64) -> String {
        if self.lite() {
            format!("((unixepoch() - 946684800 - {seconds}) * 1000000)")
        } else {
            format!("(now() AT TIME ZONE 'utc' - interval '{seconds} seconds')")
        }
    }

    fn bucket(&self, bucket: &str) -> String {
        match (self.lite(), bucket) {
            (false, _) => format!("date_trunc('{bucket}', e.created_at)"),
            (true, "hour") => "e.created_at / 3600000000".to_owned(),
            (true, _) => "e.created_at / 86400000000".to_owned(),
        }
    }

    /// The list as the backend asks for it.
    pub fn list(&self, boards: &[u32], also: &str, page: &str) -> String {
        let readable = self.readable(boards);
        format!(
            "SELECT e.id, e.event_type, e.message, e.agent_id, e.task_id, coalesce(e.board_id, t.board_id), e.created_at \
             FROM activity_events e LEFT JOIN tasks t ON t.id = e.task_id \
             WHERE {readable}{also} ORDER BY e.created_at DESC {page}"
        )
    }

    /// The rate and the two series of the dashboard.
    fn errors(&self, boards: &[u32], bucket: &str, seconds: u64) -> String {
        let failures = "count(*) FILTER (WHERE e.event_type LIKE '%failed'), count(*)";
        let from = "FROM activity_events e LEFT JOIN tasks t ON t.id = e.task_id";
        let (readable, bucket) = (self.readable(boards), self.bucket(bucket));
        let (now, middle, start) = (self.ago(0), self.ago(seconds), self.ago(2 * seconds));
        let within = |a: &str, b: &str| format!("{readable} AND e.created_at >= {a} AND e.created_at <= {b}");
        let series = |a: &str, b: &str| {
            format!("SELECT {bucket}, {failures} {from} WHERE {} GROUP BY 1 ORDER BY 1", within(a, b))
        };
        format!(
            "SELECT {failures} {from} WHERE {}; {}; {}",
            within(&middle, &now),
            series(&middle, &now),
            series(&start, &middle)
        )
    }

    fn summary(&self, boards: &[u32], also: &str) -> String {
        format!(
            "SELECT e.event_type, count(*) FROM activity_events e LEFT JOIN tasks t ON t.id = e.task_id \
             WHERE {} AND e.created_at >= {}{also} GROUP BY 1 ORDER BY 2 DESC",
            self.readable(boards),
            self.ago(7 * 86_400)
        )
    }

    /// The comment feed as the backend asks for it.
    pub fn comments(&self, boards: &[u32], also: &str, page: &str) -> String {
        format!(
            "SELECT e.id, e.created_at, e.message, e.agent_id, a.name, a.identity_profile, t.id, t.title, b.id, b.name \
             FROM activity_events e JOIN tasks t ON t.id = e.task_id JOIN boards b ON b.id = t.board_id \
             LEFT JOIN agents a ON a.id = e.agent_id \
             WHERE e.event_type = 'task.comment' AND length(trim(e.message)) > 0 AND b.id IN ({}){also} \
             ORDER BY e.created_at {page}",
            self.ids(boards)
        )
    }

    fn everything(&self, boards: &[u32]) -> String {
        let columns = "e.id, e.event_type, e.message, e.agent_id, e.task_id, coalesce(e.board_id, t.board_id) AS board_id, \
                       e.created_at, a.name AS agent_name, t.title AS task_title, b.name AS board_name";
        let from = "FROM activity_events e LEFT JOIN tasks t ON t.id = e.task_id LEFT JOIN agents a ON a.id = e.agent_id \
                    LEFT JOIN boards b ON b.id = coalesce(e.board_id, t.board_id)";
        let readable = self.readable(boards);
        if self.lite() {
            return format!(
                "SELECT json_object('id', hex(e.id), 'event_type', e.event_type, 'message', e.message, 'agent_id', \
                 hex(e.agent_id), 'task_id', hex(e.task_id), 'board_id', hex(coalesce(e.board_id, t.board_id)), 'created_at', \
                 e.created_at, 'agent_name', a.name, 'task_title', t.title, 'board_name', b.name) {from} \
                 WHERE {readable} ORDER BY e.created_at DESC"
            );
        }
        format!("SELECT row_to_json(x) FROM (SELECT {columns} {from} WHERE {readable} ORDER BY e.created_at DESC) x")
    }
}

/// The cases of one database.
pub fn all(place: &Place) -> Vec<Case> {
    let words = Words::of(place);
    let boards: u32 = place.theirs("SELECT count(*) FROM boards").output().parse().unwrap();
    let newest = "LIMIT 50";
    let mut cases = Vec::new();
    let mut add = |name: &str, who: &str, ours: &str, theirs: String, at_least: f64, aim: f64, grows: bool| {
        let args = ours.split(' ').map(str::to_owned).chain([who.to_owned()]);
        let case =
            Case { name: name.into(), ours: place.ours(args), theirs: place.theirs(&theirs), at_least, aim, grows };
        cases.push(case);
    };
    let user = |number: u32| format!("--as-user={}", id("b0", number));
    let board = |number: u32| format!("--board={}", id("c0", number));
    let (all, half) = (boards_of(1), boards_of(2));
    let list = "list -o jsonl --limit 50";

    add("list, newest 50, all 40 boards", &user(1), list, words.list(&all, "", newest), 50.0, 200.0, true);
    add("list, newest 50, 20 boards", &user(2), list, words.list(&half, "", newest), 50.0, 200.0, true);
    let with_total = format!(
        "{}; SELECT count(*) FROM activity_events e LEFT JOIN tasks t ON t.id = e.task_id WHERE {}",
        words.list(&half, "", newest),
        words.readable(&half)
    );
    add(
        "list -o json with the exact total, 20 boards",
        &user(2),
        "list -o json --limit 50",
        with_total,
        1.0,
        2.0,
        false,
    );
    for (what, number, at_least, aim) in [
        ("the most frequent", 1, 20.0, 100.0),
        ("one with 0.4 % of the events", 37, 10.0, 50.0),
        ("one with 0.05 %", 40, 10.0, 50.0),
        ("one with none", 41, 10.0, 50.0),
    ] {
        if number > boards {
            continue;
        }
        let args = format!("{list} {}", board(number));
        add(&format!("list --board, {what}"), &user(1), &args, words.list(&[number], "", newest), at_least, aim, true);
    }
    add("list, newest 50, a user with one rare board", &user(3), list, words.list(&[40], "", newest), 10.0, 50.0, true);
    for (what, number) in [("the busiest agent", 1), ("the least busy agent", 200)] {
        let sql = format!(
            "SELECT e.*, coalesce(e.board_id, t.board_id) FROM activity_events e LEFT JOIN tasks t ON t.id = e.task_id \
             WHERE e.agent_id = {} ORDER BY e.created_at DESC {newest}",
            words.id("e0", number)
        );
        add(&format!("list as {what}"), &format!("--as-agent={}", id("e0", number)), list, sql, 5.0, 20.0, true);
    }
    let glob = |pattern: &str| format!(" AND e.event_type {} '{pattern}'", if words.lite() { "GLOB" } else { "LIKE" });
    let any = if words.lite() { "*" } else { "%" };
    let grep = |text: &str| {
        if words.lite() {
            format!(" AND instr(e.message, '{text}') > 0")
        } else {
            format!(" AND e.message LIKE '%{text}%'")
        }
    };
    add(
        "list --type approval.created",
        &user(2),
        &format!("{list} --type=approval.created"),
        words.list(&half, " AND e.event_type = 'approval.created'", newest),
        2.0,
        20.0,
        true,
    );
    add(
        "list --type '*failed'",
        &user(2),
        &format!("{list} --type=*failed"),
        words.list(&half, &glob(&format!("{any}failed")), newest),
        2.0,
        20.0,
        true,
    );
    add(
        "list --grep, a frequent text",
        &user(2),
        &format!("{list} --grep=Zürich"),
        words.list(&half, &grep("Zürich"), newest),
        2.0,
        20.0,
        true,
    );
    add(
        "list --grep, a text in 1 of 100,000",
        &user(2),
        &format!("{list} --grep=#123456"),
        words.list(&half, &grep("#123456"), newest),
        1.0,
        1.0,
        false,
    );
    add(
        "list --task",
        &user(1),
        &format!("{list} --task={}", id("f0", 100)),
        words.list(&all, &format!(" AND e.task_id = {}", words.id("f0", 100)), newest),
        2.0,
        20.0,
        true,
    );
    let cursor = place.cursor(&user(2), (place.events / 10).min(100_000));
    add(
        "list --after, 100,000 deep, against OFFSET",
        &user(2),
        &format!("{list} --after={cursor}"),
        words.list(&half, "", "LIMIT 50 OFFSET 100000"),
        100.0,
        500.0,
        true,
    );
    for (range, bucket, days, at_least, aim) in
        [("24h", "hour", 1, 20.0, 50.0), ("7d", "day", 7, 5.0, 20.0), ("1y", "month", 365, 1.5, 5.0)]
    {
        add(
            &format!("errors --range {range} -o json, 20 boards"),
            &user(2),
            &format!("errors --range={range} -o json"),
            words.errors(&half, bucket, days * 86_400),
            at_least,
            aim,
            range == "24h",
        );
    }
    add(
        "boards, with the last activity of each",
        &user(2),
        "boards -o json",
        format!(
            "SELECT coalesce(e.board_id, t.board_id), max(e.created_at) FROM activity_events e \
             LEFT JOIN tasks t ON t.id = e.task_id WHERE coalesce(e.board_id, t.board_id) IN ({}) GROUP BY 1",
            words.ids(&half)
        ),
        1.0,
        2.0,
        false,
    );
    add("summary, 7 d, all agents", &user(2), "summary -o json", words.summary(&half, ""), 3.0, 10.0, false);
    add(
        "summary, 7 d, one agent",
        &user(2),
        &format!("summary -o json --agent={}", id("e0", 100)),
        words.summary(&half, &format!(" AND e.agent_id = {}", words.id("e0", 100))),
        3.0,
        10.0,
        false,
    );
    add(
        "comments, newest 50",
        &user(2),
        "comments -o jsonl --limit 50",
        words.comments(&half, "", "DESC LIMIT 50"),
        1.5,
        3.0,
        true,
    );
    add(
        "comments --board, one with 1 %",
        &user(1),
        &format!("comments -o jsonl --limit 50 {}", board(36)),
        words.comments(&[36], "", "DESC LIMIT 50"),
        1.5,
        3.0,
        true,
    );
    add("list --all -o jsonl, 20 boards", &user(2), "list --all -o jsonl", words.everything(&half), 1.5, 3.0, false);
    // The shell has no connection to make; with an index on created_at psql needs no more than we do.
    let floor = match (place.engine, place.name.starts_with("documented")) {
        (Engine::Sqlite, _) => Some(1.0 / 1.5),
        (Engine::Postgres, true) => Some(1.0),
        (Engine::Postgres, false) => None,
    };
    if let Some(floor) = floor {
        cases.iter_mut().for_each(|case| (case.at_least, case.aim) = (floor, 1.0));
    }
    if place.small {
        cases.retain(|case| case.name.contains("newest 50, 20 boards"));
        cases.iter_mut().for_each(|case| (case.at_least, case.aim) = (1.5, 2.0));
    }
    cases
}
