//! The files in `queries/postgres` are psql scripts: each runs as the example in its header says.

use crate::harness::{Data, Database, Server};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What an operator runs.
const SCRIPTS: [&str; 4] = ["grants.sql", "boundary.sql", "boundary-undo.sql", "install_notify_trigger.sql"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/postgres")
}

/// The queries: names and texts. Scripts that an operator runs once are left out.
fn queries() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .filter(|(name, _)| !SCRIPTS.contains(&name.as_str()))
        .collect()
}

#[test]
fn every_query_runs_in_psql_with_the_example_in_its_header() {
    let server = Server::start(&["track_commit_timestamp=on"], None, None);
    let url = Database::on(&server, &Data::recorded());
    let queries = queries();
    assert!(queries.len() > 40, "only {} queries were found", queries.len());
    let mut with_rows = 0;
    for (name, text) in queries {
        let examples: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("-- Example: psql ")).collect();
        let [example] = examples[..] else { panic!("{name} has {} examples", examples.len()) };
        assert!(example.ends_with(&format!("-f {name}")), "{name}: {example}");
        let command = format!("psql -XAt -v ON_ERROR_STOP=1 -d \"$URL\" {example}");
        let mut shell = Command::new("sh");
        let run = shell.args(["-c", &command]).env("URL", &url).current_dir(folder()).output().unwrap();
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success() && stderr.is_empty(), "{name}: {stderr}");
        with_rows += usize::from(!run.stdout.trim_ascii().is_empty());
    }
    assert!(with_rows > 40, "only {with_rows} queries have rows");
}

#[test]
fn a_condition_in_a_query_is_in_psqls_own_words() {
    for engine in ["postgres", "sqlite"] {
        let top = folder().with_file_name(engine);
        for folder in [top.clone(), top.join("parts")] {
            for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
                let text = fs::read_to_string(&file).unwrap();
                let file = file.display();
                assert!(!text.contains("-- if ") && !text.contains("-- include "), "{file} has conditions in comments");
                let mut open = 0;
                for line in text.lines().map(|line| line.trim().trim_end_matches('\\').trim_end()) {
                    match line {
                        "\\endif" => open -= 1,
                        "\\else" => {}
                        _ if line.starts_with("\\if :{?") && line.ends_with('}') => open += 1,
                        _ => assert!(!line.starts_with("\\if") && !line.starts_with("\\el"), "{file}: {line}"),
                    }
                    assert!(open >= 0, "{file}: {line}");
                }
                assert_eq!(open, 0, "{file}");
            }
        }
    }
}
