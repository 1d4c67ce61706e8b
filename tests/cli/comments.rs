//! `comments`: comments on tasks.

use crate::harness::{Database, ME, for_each_engine};

#[test]
fn comments_are_listed_newest_first_and_a_thread_oldest_first() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let times = |line: &str| -> Vec<String> {
            let rows = database.mc(line.split(' ')).args(ME).ok().jsonl();
            rows.iter().map(|row| row["created_at"].as_str().unwrap().to_owned()).collect()
        };
        let all = times("comments --all -o jsonl");
        let thread = times("comments --all -o jsonl --task 000000f0-0000-4000-8000-000000000001");
        assert!(thread.len() > 1 && thread.len() < all.len(), "{} of {}", thread.len(), all.len());
        assert!(all.is_sorted_by(|a, b| a >= b), "{all:?}");
        assert!(thread.is_sorted(), "{thread:?}");
    });
}
