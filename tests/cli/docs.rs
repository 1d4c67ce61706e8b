//! The README, docs/ and the help: command lines are valid, examples print what the pages show, and links lead somewhere.

use crate::harness::{root, update, with_demo};
use mc_activity::for_tests;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The README and the pages of docs/: paths from the root, and texts.
fn pages() -> Vec<(PathBuf, String)> {
    let mut paths = vec![PathBuf::from("README.md")];
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    paths.extend(docs.map(|entry| PathBuf::from("docs").join(entry.unwrap().file_name())));
    paths.sort();
    assert!(paths.len() >= 10, "only {} pages were found", paths.len());
    let text = |path: &PathBuf| std::fs::read_to_string(root().join(path)).unwrap();
    paths.iter().map(|path| (path.clone(), text(path))).collect()
}

fn scripting() -> String {
    std::fs::read_to_string(root().join("docs/scripting.md")).unwrap()
}

/// The commands that people see.
pub(super) fn commands() -> Vec<clap::Command> {
    let mut program = for_tests::command();
    program.build();
    program.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help").cloned().collect()
}

/// Fenced blocks: language and lines.
fn blocks(text: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<String>)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(language), None) => open = Some((language.to_owned(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    blocks
}

/// The words of each call of the program in a line of shell.
fn calls(line: &str) -> Vec<Vec<String>> {
    let words = shlex::split(line.trim_start_matches("$ ")).unwrap_or_default();
    let mut calls = Vec::new();
    for part in words.split(|word| ["|", "||", "&&", "&", ";", ">"].contains(&word.as_str())) {
        if let Some(at) = part.iter().position(|word| word == "mc-activity").filter(|at| *at < 2) {
            calls.push(part[at..].to_vec());
        }
    }
    calls
}

#[test]
fn the_examples_in_the_help_work_on_the_demo_store() {
    let place = with_demo();
    let mut ran = 0;
    for mut command in commands() {
        let help = command.render_long_help().to_string();
        let (_, examples) = help.split_once("Examples:").unwrap_or_default();
        for line in examples.lines() {
            for words in calls(line.trim()) {
                if let Some(error) = for_tests::usage_error(&words) {
                    panic!("{line}\n{error}");
                }
                let harmless = [
                    "list", "comments", "errors", "summary", "agents", "tasks", "timeline", "boards", "whoami",
                    "explain",
                ];
                if harmless.contains(&words[1].as_str()) {
                    let judges = ["--nagios", "--fail-over", "--slo", "--fail"]
                        .iter()
                        .any(|flag| words.iter().any(|w| w == flag));
                    match place.mc(&words[1..]).run().code {
                        0 => {}
                        // The demo has an incident, and is no database for an alarm.
                        3 | 6 if judges => {}
                        code => panic!("{line}: exit {code}"),
                    }
                    ran += 1;
                }
            }
        }
    }
    assert!(ran >= 15, "{ran}");
}

#[test]
fn every_command_line_of_the_documentation_is_understood() {
    let mut seen = Vec::new();
    for (language, lines) in pages().iter().flat_map(|(_, text)| blocks(text)) {
        for line in lines.iter().filter(|line| language == "sh" || line.starts_with("$ ")) {
            for words in calls(line) {
                seen.extend(words.get(1).cloned());
                if let Some(error) = for_tests::usage_error(&words) {
                    panic!("{line}\n{error}");
                }
            }
        }
    }
    for command in commands() {
        let name = command.get_name().to_owned();
        assert!(seen.contains(&name) || name == "demo", "no example of {name}");
    }
}

#[test]
fn the_examples_of_the_documentation_print_what_it_says() {
    let place = with_demo();
    let program = Path::new(env!("CARGO_BIN_EXE_mc-activity")).parent().unwrap().to_owned();
    let run = |line: &str| {
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
        let shell = Command::new("bash")
            .args(["-c", line])
            .env_clear()
            .current_dir(place.path().join("work"))
            .env("HOME", place.path())
            .env("XDG_DATA_HOME", place.path().join("data"))
            .env("PATH", path)
            .env("LANG", "C.UTF-8")
            .output()
            .unwrap();
        assert!(shell.status.success(), "{line}\n{}", String::from_utf8_lossy(&shell.stderr));
        String::from_utf8(shell.stdout).unwrap()
    };
    let mut compared = 0;
    for (page, mut text) in pages() {
        compared += compare(&page, &mut text, &run);
    }
    assert!(compared >= 9, "{compared}");
}

/// Compares the examples of one page, or writes what they print into it; how many there are.
fn compare(page: &Path, text: &mut String, run: &dyn Fn(&str) -> String) -> usize {
    let mut compared = 0;
    for (_, lines) in blocks(&text.clone()).iter().filter(|(language, _)| language == "console") {
        let (first, printed) = lines.split_first().unwrap();
        let line = first.strip_prefix("$ ").unwrap();
        let answer = run(line);
        let answer: Vec<&str> =
            answer.trim_end().lines().map(str::trim_end).filter(|l| !l.contains("/data/")).collect();
        if update() {
            let old = format!("```console\n{}\n```", lines.join("\n"));
            *text = text.replace(&old, &format!("```console\n{first}\n{}\n```", answer.join("\n")));
        } else {
            assert_eq!(printed, answer, "{}: {line}: UPDATE=1 cargo test --test cli surface", page.display());
        }
        compared += 1;
    }
    if update() {
        std::fs::write(root().join(page), text).unwrap();
    }
    compared
}

/// An anchor as GitHub makes it from a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn every_link_between_the_pages_leads_to_a_page_and_to_a_heading() {
    let mut followed = 0;
    for (page, text) in pages() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            followed += 1;
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let found = std::fs::read_to_string(root().join(&target));
            let found = found.unwrap_or_else(|error| panic!("{}: {link}: {error}", page.display()));
            let headings: Vec<String> =
                found.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' ')).map(anchor).collect();
            assert!(heading.is_empty() || headings.iter().any(|known| known == heading), "{}: {link}", page.display());
        }
    }
    assert!(followed >= 15, "{followed}");
}

#[test]
fn the_documentation_names_every_key_of_the_json() {
    let text = scripting();
    for entry in std::fs::read_dir(root().join("src/output/schemas")).unwrap() {
        let schema: serde_json::Value = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        for key in schema["properties"].as_object().unwrap().keys() {
            assert!(text.contains(&format!("`{key}`")), "docs/scripting.md does not name {key} of {}", schema["title"]);
        }
    }
}

#[test]
fn every_command_has_examples_that_name_it() {
    for mut command in commands() {
        let help = command.render_long_help().to_string();
        let examples =
            help.split_once("Examples:").unwrap_or_else(|| panic!("{} has no examples", command.get_name())).1;
        assert!(examples.contains(&format!("mc-activity {}", command.get_name())), "{examples}");
    }
}

#[test]
fn every_flag_and_argument_says_what_it_does() {
    for command in commands().iter().chain([&for_tests::command()]) {
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty(), "{} of {} is not documented", arg.get_id(), command.get_name());
            assert!(!help.ends_with('.'), "{} of {} ends in a full stop", arg.get_id(), command.get_name());
        }
    }
}

#[test]
fn the_table_of_exit_codes_in_the_documentation_is_that_of_the_program() {
    let text = scripting();
    let rows: Vec<(String, String)> = text
        .lines()
        .skip_while(|line| *line != "## Exit codes")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
            let (code, name) = (cells.next()?, cells.next()?);
            code.parse::<u8>().ok().map(|code| (code.to_string(), name.to_owned()))
        })
        .collect();
    let expected: Vec<(String, String)> = std::iter::once(("0".to_owned(), String::new()))
        .chain(for_tests::exit_codes().into_iter().map(|(code, name)| (code.to_string(), name.to_owned())))
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn every_command_has_tests_in_a_file_of_its_name() {
    let modules = std::fs::read_to_string(root().join("tests/cli/main.rs")).unwrap();
    for command in commands() {
        let name = command.get_name();
        assert!(root().join(format!("tests/cli/{name}.rs")).exists(), "tests/cli/{name}.rs is missing");
        assert!(modules.contains(&format!("\nmod {name};\n")), "tests/cli/main.rs does not name {name}");
    }
}

#[test]
fn every_path_that_the_pages_for_contributors_name_exists() {
    for page in ["CONTRIBUTING.md", "docs/architecture.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let is_path = |code: &&str| {
            let first = code.split('/').next().unwrap_or_default();
            ["src", "tests", "queries", "docs", "benches", "completions", ".ci"].contains(&first) && code.contains('/')
        };
        // A command line in a fenced block names paths too.
        let words = text
            .split(|c: char| c.is_whitespace() || "`()|".contains(c))
            .map(|word| word.trim_end_matches([',', ':', '.', ';']));
        let paths: Vec<&str> = words.filter(is_path).collect();
        assert!(paths.len() > 5, "{page} names only {paths:?}");
        for path in paths {
            // NAME stands for any name: the folder must exist.
            let path = path.split("NAME").next().unwrap();
            let path = path.replace("*", "postgres");
            assert!(root().join(path.trim_end_matches('/')).exists(), "{page} names {path}, which does not exist");
        }
    }
}

#[test]
fn the_short_help_has_one_line_for_each_flag_on_80_columns() {
    let place = crate::harness::Place::new();
    let names = commands();
    let names = names.iter().map(|command| vec![command.get_name()]).chain([vec![]]);
    for mut args in names {
        args.push("-h");
        let help = place.mc(args).env("COLUMNS", "80").ok().stdout;
        let flags: Vec<&str> = help.lines().filter(|line| line.trim_start().starts_with('-')).collect();
        assert!(flags.len() >= 2, "{help}");
        let continued = help.lines().skip_while(|line| !line.starts_with("Options:")).find(|line| {
            let is_flag = line.trim_start().starts_with('-');
            line.starts_with("          ") && !is_flag && !line.contains("values:") && !line.trim_end().ends_with(']')
        });
        assert_eq!(continued, None, "{help}");
    }
}

#[test]
fn commands_without_a_database_show_no_flags_of_one() {
    let place = crate::harness::Place::new();
    for command in ["completions", "demo", "man"] {
        for help in ["-h", "--help"] {
            let text = place.mc([command, help]).ok().stdout;
            assert!(
                text.contains("--quiet") && !text.contains("--database-url") && !text.contains("--as-user"),
                "{text}"
            );
        }
    }
    assert!(place.mc(["list", "-h"]).ok().stdout.contains("--database-url"));
}
