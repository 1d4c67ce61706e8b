//! `demo`: the demo database.

use crate::harness::Place;
use std::time::Duration;

#[test]
fn every_command_that_demo_suggests_prints_something() {
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
fn an_interrupted_demo_leaves_a_complete_database_or_nothing() {
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
