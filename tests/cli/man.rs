//! `man`: there is a page for every command.

use crate::docs::commands;
use crate::harness::{Place, root};
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
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
            assert!(sections.contains(&section), "{name} has no {section}\n{page}");
        }
        let uses_database = !["completions", "demo", "man"].iter().any(|command| name.ends_with(command));
        assert_eq!(sections.contains(&"ENVIRONMENT"), uses_database, "{name}");
        assert!(page.contains(&format!(".TH {} 1 ", name.to_uppercase())), "{name}\n{page}");
        let examples = page.split(".SH EXAMPLES").nth(1).unwrap();
        assert!(examples.contains("mc\\-activity"), "{name}\n{page}");
    }
    assert!(place.mc(["man", "errors"]).ok().stdout.contains("fail\\-over"));
    assert!(place.mc(["man", "erors"]).fails(2).stderr.contains("hint: did you mean 'errors'?"));
    assert!(place.mc(["man", "nothing"]).fails(2).stderr.contains("hint: commands: list, "));
}

#[test]
fn the_manual_names_every_exit_code_and_every_documented_environment_variable() {
    let page = Place::new().mc(["man"]).ok().stdout.replace('\\', "");
    for (code, name) in for_tests::exit_codes() {
        assert!(page.contains(&format!(".TP\nfB{code}fR\n")), "no exit status {code} ({name})\n{page}");
    }
    let guide = std::fs::read_to_string(root().join("docs/guide.md")).unwrap();
    let table = guide.split("### Environment variables").nth(1).unwrap().split("\n### ").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let names: Vec<&str> =
        rows.flat_map(|cell| cell.split('`')).filter(|name| name.len() > 1 && !name.contains(' ')).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(page.contains(name), "{name} is not in the manual");
    }
}

#[test]
fn man_formats_every_page_without_a_warning() {
    let place = Place::new();
    place.mc(["man", "--out-dir", "pages"]).ok();
    let shell = "for page in pages/*.1; do groff -k -man -Tutf8 -ww -z $page || exit 1; done";
    let output = place.sh(shell, [""; 0]).ok();
    assert_eq!(output.stderr, "");
}
