//! `explain`: event types and single events.

use crate::auth::user;
use crate::harness::{Database, Engine, Place, with_demo};

#[test]
fn explain_needs_a_database_only_for_an_event() {
    let place = Place::new();
    let told = place.mc(["explain", "agent.nudge.failed"]).ok().stdout;
    assert!(told.contains("the actor") && told.contains("nowhere"), "{told}");
    place.mc(["explain", "7f3a91c2"]).fails(5);
    let place = with_demo();
    let first = place.mc(["list", "--limit", "1", "-o", "jsonl", "-q"]).ok().jsonl().remove(0);
    let id = first["id"].as_str().unwrap();
    for name in [id, &id[..8]] {
        let told = place.mc(["explain", name, "-o", "json", "-q"]).ok().json();
        assert_eq!(told["event"], first);
        assert_eq!(told["explanation"]["event_type"], first["event_type"]);
    }
    place.mc(["explain", "00000000-0000-4000-8000-00000000ffff", "-q"]).fails(3);
}

#[test]
fn explain_finds_a_comment_by_the_board_of_its_task_too() {
    let database = Database::recorded(Engine::Deployed);
    let id = "c0c0c0c0-0000-4000-8000-000000000001";
    // The only board of user 4 is that of the task, not the event's own.
    database.sql(&format!(
        "INSERT INTO activity_events (id, event_type, message, task_id, board_id, created_at)
         SELECT '{id}', 'task.comment', 'far', t.id, (SELECT id FROM boards b WHERE b.id <> t.board_id LIMIT 1), now()
         FROM tasks t WHERE t.id = '000000f0-0000-4000-8000-000000000001'"
    ));
    for who in (0..12).map(user) {
        let ask = |line: &str| database.mc(line.split(' ')).args(["--as-user", &who]).run();
        let (listed, read) = (ask("list --all -o jsonl --fields id"), ask("comments --all -o jsonl --fields id"));
        let may = listed.stdout.contains(id) || read.stdout.contains(id);
        assert_eq!(ask(&format!("explain {id}")).code == 0, may, "{who}");
    }
}
