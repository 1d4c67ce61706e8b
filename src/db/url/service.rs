//! The connection service file (PostgreSQL manual, "The Connection Service File").

use super::name::Name;
use super::params::Params;
use crate::error::{Failure, usage};
use std::fs;
use std::io;
use std::path::PathBuf;

/// The parameters of a service: from PGSERVICEFILE, by default `~/.pg_service.conf`, then from the system's file in
/// PGSYSCONFDIR, by default Debian's.
pub(super) fn load(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Params, Failure> {
    let variable = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let users = variable("PGSERVICEFILE").or_else(|| variable("HOME").map(|home| home.join(".pg_service.conf")));
    let system = variable("PGSYSCONFDIR").unwrap_or_else(|| PathBuf::from("/etc/postgresql-common"));
    for path in users.into_iter().chain([system.join("pg_service.conf")]) {
        match fs::read_to_string(&path) {
            Ok(text) => {
                if let Some(params) = parse(&text, name, &path.display().to_string())? {
                    return Ok(params);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(usage(format!("the service file {} cannot be read: {error}", path.display()))),
        }
    }
    let name = Name::new(name);
    let named = if name.is_plain() { format!("no service \"{name}\"") } else { "no service of that name".to_owned() };
    Err(usage(format!("{named} in PGSERVICEFILE, ~/.pg_service.conf or {}", system.display())))
}

/// The first value of a name counts, as in libpq.
fn parse(text: &str, name: &str, file: &str) -> Result<Option<Params>, Failure> {
    let mut found: Option<Params> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            found = (section.strip_suffix(']') == Some(name)).then(Params::default);
            continue;
        }
        let Some(params) = &mut found else { continue };
        let place = format!("{file} line {number}");
        match line.split_once('=') {
            Some(("service", _)) => return Err(usage(format!("{place}: a service cannot name another"))),
            Some((key, value)) => {
                let mut one = Params::default();
                one.set(key, value.to_owned(), &place, None)?;
                params.fill(one);
            }
            None => return Err(usage(format!("{place} is no name=value"))),
        }
    }
    Ok(found)
}
