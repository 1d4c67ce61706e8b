//! One poll of tail in server time: parse, bind and execute of all its statements, as the server's log has them.

use crate::cases::{Case, Words, boards_of};
use crate::load::{Engine, Place};
use crate::measure::Side;
use std::io::{Read, Seek, SeekFrom};

const POLLS: usize = 20;

/// Both tails, where the server is ours and its log can be read.
pub fn cases(place: &Place) -> Vec<(Case, Side, Side)> {
    let (Engine::Postgres, false, Some(_)) = (place.engine, place.small, &place.log) else { return Vec::new() };
    let words = Words::of(place);
    let boards = boards_of(2);
    let user = "--as-user=0b1600b0-0000-4000-8000-000000000002";
    let since = format!(" AND e.created_at >= {}", words.ago(2));
    let all = words.list(&boards, &since, "").replace(" DESC", "");
    let comments = words.comments(&boards, &since, "");
    let mut measured = Vec::new();
    for (name, events, sql, at_least, aim) in [
        ("a poll of tail --events, server time", true, all, 100.0, 200.0),
        ("a poll of tail, server time", false, comments, 1.0, 2.0),
    ] {
        let args = ["tail", "-o", "jsonl", "--poll=50ms", "--for=3s", user];
        let args = args.iter().copied().chain(events.then_some("--events")).map(str::to_owned);
        let (ours, theirs) = (place.ours(args), place.theirs(&sql));
        let case = Case { name: name.into(), ours, theirs, at_least, aim, grows: true };
        let log = logged(place, || {
            case.ours.output();
        });
        let mut polls: Vec<f64> = Vec::new();
        for (application, line) in &log {
            if application != "mc-activity tail" {
                continue;
            }
            if line.contains("BEGIN ISOLATION") {
                polls.push(0.0);
            }
            if let (Some(poll), Some(took)) = (polls.last_mut(), duration(line)) {
                *poll += took;
            }
        }
        // The first looks at the schema and prints what is there; the last may be cut short.
        let polls = polls.get(2..polls.len().saturating_sub(1)).unwrap_or_default().to_vec();
        let log = logged(place, || {
            for _ in 0..POLLS {
                case.theirs.output();
            }
        });
        let plain = log.iter().filter(|(application, _)| application == "psql");
        let plain: Vec<f64> =
            plain.filter(|(_, line)| line.contains("ORDER BY")).filter_map(|(_, line)| duration(line)).collect();
        measured.push((case, Side { times: polls, peak: None }, Side { times: plain, peak: None }));
    }
    measured
}

/// What the server logs meanwhile: application and line.
fn logged(place: &Place, work: impl FnOnce()) -> Vec<(String, String)> {
    let path = place.log.as_ref().unwrap();
    let mut file = std::fs::File::open(path).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    let set = |to: &str| {
        place.theirs(&format!("ALTER SYSTEM SET log_min_duration_statement = {to}")).output();
        place.theirs("SELECT pg_reload_conf(), pg_sleep(0.2)").output();
    };
    set("0");
    work();
    set("-1");
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once('|'));
    lines.map(|(application, line)| (application.to_owned(), line.to_owned())).collect()
}

/// Milliseconds of `duration: 0.123 ms`.
fn duration(line: &str) -> Option<f64> {
    line.split_once("duration: ")?.1.split_once(" ms")?.0.parse().ok()
}
