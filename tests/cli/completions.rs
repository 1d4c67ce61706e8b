//! `completions`: the scripts in completions/ are the ones that the program prints.

use crate::harness::{Place, root, update};
use mc_activity::for_tests;

#[test]
fn the_committed_completions_are_what_the_program_prints() {
    for (name, text) in for_tests::completion_files() {
        let path = root().join("completions").join(&name);
        if update() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == text, "{name} is stale: UPDATE=1 cargo test --test cli surface");
        assert!(text.contains("exclude-board") || text.contains("mc-activity complete"), "{name}");
    }
    let printed = Place::new().mc(["completions", "bash"]).ok().stdout;
    assert_eq!(printed, std::fs::read_to_string(root().join("completions/mc-activity.bash")).unwrap());
}
