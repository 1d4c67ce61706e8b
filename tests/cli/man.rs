//! `man`: there is a page for every command.

use crate::docs::commands;
use crate::harness::Place;
use mc_activity::for_tests;

#[test]
fn there_is_a_manual_page_for_the_program_and_for_each_command() {
    let place = Place::new();
    place.mc(["man", "--out-dir", "pages"]).ok();
    let mut names: Vec<String> = commands().iter().map(|c| format!("mc-activity-{}", c.get_name())).collect();
    names.push("mc-activity".to_owned());
    assert_eq!(for_tests::man_pages().len(), names.len());
    for name in names {
        let page = place.read(&format!("work/pages/{name}.1"));
        assert!(page.contains(".TH ") && page.contains(".SH NAME") && page.contains("Examples"), "{name}\n{page}");
    }
    assert!(place.mc(["man", "errors"]).ok().stdout.contains("fail\\-over"));
    assert!(place.mc(["man", "erors"]).fails(2).stderr.contains("hint: did you mean 'errors'?"));
    assert!(place.mc(["man", "nothing"]).fails(2).stderr.contains("hint: commands: list, "));
}
