//! The order of the modules, as `src/lib.rs` describes it, read from the source text.

// A test fails by a panic, and so may its helpers.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The source files, with their texts; comments are left out.
fn sources() -> Vec<(PathBuf, String)> {
    let mut open = vec![root().join("src")];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code = code.collect::<Vec<_>>().join("\n");
            // What a test imports is its own affair.
            let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
            found.push((path.strip_prefix(root().join("src")).unwrap().to_owned(), code));
        }
    }
    assert!(found.len() > 100, "only {} files were found", found.len());
    found
}

/// The module that a file is: `commands/tail/status.rs` is `["commands", "tail", "status"]`.
fn module(path: &Path) -> Vec<String> {
    path.with_extension("").iter().map(|part| part.to_str().unwrap().to_owned()).collect()
}

/// The layers of `src/lib.rs`, from the top: the number of each module.
fn layers() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let numbered = text.lines().filter_map(|line| line.strip_prefix("//! ")?.split_once(". "));
    let of_layer = numbered.filter_map(|(number, modules)| Some((number.parse::<usize>().ok()?, modules)));
    let layers: BTreeMap<String, usize> = of_layer
        .flat_map(|(layer, modules)| modules.split(", ").map(move |module| (module.to_owned(), layer)))
        .collect();
    let declared: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(layers.keys().map(String::as_str).collect::<BTreeSet<_>>(), declared);
    layers
}

/// The paths that start with `crate::` or climb with `super::`, from the root of the crate.
fn paths(module: &[String], code: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let names = |text: &str| -> Vec<String> {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        text.split("::").map(|part| part.chars().take_while(|c| word(*c)).collect()).take(3).collect()
    };
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group.split('}').next().unwrap().split(',').map(|part| names(part.trim()))),
            None => drop(found.insert(names(rest))),
        }
    }
    for (at, _) in code.match_indices("super::super::") {
        let rest = &code[at..];
        let climbed = rest.split("::").take_while(|part| *part == "super").count();
        // Inline modules such as `tests` climb one step less than it seems.
        let above = &module[..module.len().saturating_sub(climbed)];
        found.insert([above, &names(&rest[climbed * "super::".len()..])].concat());
    }
    found
}

#[test]
fn modules_import_only_from_layers_below_their_own() {
    let layers = layers();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let here = module(&path);
        let Some(own) = layers.get(&here[0]) else { continue };
        for target in paths(&here, &code).iter().filter(|target| target[0] != here[0]) {
            match layers.get(&target[0]) {
                Some(layer) if layer > own => seen += 1,
                Some(_) => wrong.push(format!("{} imports {}", path.display(), target.join("::"))),
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 200, "only {seen} imports were found");
}

#[test]
fn commands_do_not_import_each_other() {
    let names = |path: &Path| path.strip_prefix("commands").ok().map(|rest| module(rest)[0].clone());
    let commands: BTreeSet<String> = sources().iter().filter_map(|(path, _)| names(path)).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for (path, code) in sources() {
        let Some(own) = names(&path) else { continue };
        for target in paths(&module(&path), &code).iter().filter(|target| target[0] == "commands" && target.len() > 1) {
            assert!(!commands.contains(&target[1]) || target[1] == own, "{}: {}", path.display(), target.join("::"));
        }
    }
}

#[test]
fn drivers_are_named_in_db_alone_and_clap_where_the_command_line_is() {
    let allowed = [
        ("sqlx::", &["db"][..]),
        ("rusqlite::", &["db"]),
        ("clap::", &["run", "commands", "cli", "lib"]),
        ("clap_complete::", &["commands"]),
        ("ratatui::", &["watch"]),
        ("crossterm::", &["watch"]),
    ];
    for (name, modules) in allowed {
        let users: Vec<(PathBuf, String)> = sources().into_iter().filter(|(_, code)| code.contains(name)).collect();
        assert!(!users.is_empty(), "{name}");
        for (path, _) in users {
            assert!(modules.contains(&module(&path)[0].as_str()), "{name} in {}", path.display());
        }
    }
}

/// Everything else about an engine is in its folder. Addresses say which engine they are of.
#[test]
fn each_engine_is_named_in_its_own_folder_and_where_it_is_chosen() {
    let drivers = ["sqlx::", "rusqlite::", "PostgresConnection", "SqliteConnection", "POSTGRES", "SQLITE"];
    let mut seen = 0;
    for (path, code) in sources() {
        let is_named = drivers.iter().any(|driver| code.contains(driver));
        let allowed = ["db/postgres", "db/sqlite", "db/url"].iter().any(|folder| path.starts_with(folder))
            || ["db/postgres.rs", "db/sqlite.rs", "db/url.rs", "db/engine.rs"]
                .iter()
                .any(|file| path == Path::new(file));
        seen += usize::from(is_named);
        assert!(allowed || !is_named, "{} names an engine", path.display());
    }
    assert!(seen > 10, "only {seen} files name an engine");
}

#[test]
fn a_type_has_a_name_of_its_own() {
    let mut places: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (path, code) in
        sources().into_iter().filter(|(path, _)| !path.iter().any(|part| part == "tests" || part == "tests.rs"))
    {
        for line in code.lines() {
            let words: Vec<&str> = line.split_whitespace().filter(|word| !word.starts_with("pub")).collect();
            if let ["struct" | "enum" | "trait" | "type", name, ..] = words[..] {
                let inside = line.starts_with(' ');
                let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
                if !inside {
                    places.entry(name).or_default().push(path.clone());
                }
            }
        }
    }
    assert!(places.len() > 150, "only {} types were found", places.len());
    let twice: Vec<_> = places.into_iter().filter(|(_, places)| places.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn no_dead_code_is_allowed_to_stay() {
    for (path, code) in sources() {
        assert!(!code.contains("allow(dead_code") && !code.contains("allow(unused"), "{}", path.display());
    }
}
