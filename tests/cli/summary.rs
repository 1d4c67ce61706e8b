//! `summary`: counts of events.

use crate::harness::{Database, ME, for_each_engine};

#[test]
fn the_counts_of_all_groups_add_up_to_the_number_of_listed_events() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let range = ["-S", "2024-01-01", "-U", "2026-06-01"];
        let listed = database.mc(["list", "--count"]).args(range).args(ME).ok().stdout;
        let listed: u64 = listed.trim().parse().unwrap();
        assert!(listed > 100, "only {listed} events");
        for by in ["type", "board", "agent", "task", "day", "hour", "type,board"] {
            let rows = database.mc(["summary", "-o", "jsonl", "--by", by]).args(range).args(ME).ok().jsonl();
            let counted: u64 = rows.iter().map(|row| row["count"].as_u64().unwrap()).sum();
            assert_eq!(counted, listed, "--by {by}");
        }
    });
}
