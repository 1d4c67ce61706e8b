//! The zone of this machine: `TZ`, else `/etc/localtime`, else `/etc/timezone`, as in tzset(3).
//!
//! A zone that is known by its name is taken from the built-in database, so that `--local` and `--tz` agree, also where no
//! zoneinfo is installed. What has no such name is read from its file or from its POSIX form.

use super::{Zone, built_in};
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use tz::{TimeZone, TimeZoneRef};

/// Directories in which systems keep zoneinfo files.
const ZONEINFO: [&str; 4] = ["usr/share/zoneinfo", "usr/lib/zoneinfo", "usr/share/lib/zoneinfo", "etc/zoneinfo"];
/// What POSIX leaves open and glibc takes: the rule for a summer time that is given without one.
const DEFAULT_RULE: &str = ",M3.2.0,M11.1.0";

/// Why the zone of this machine is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalZoneError {
    /// `TZ` holds neither the name of a zone, nor a file, nor a POSIX rule.
    UnknownTz(String),
    /// A file that should hold a zone cannot be read as one.
    UnreadableFile(PathBuf),
}

impl fmt::Display for LocalZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownTz(tz) => write!(f, "TZ='{tz}' is not a known time zone"),
            Self::UnreadableFile(path) => write!(f, "{} does not hold a time zone", path.display()),
        }
    }
}

impl std::error::Error for LocalZoneError {}

impl Zone {
    /// The machine's zone, given the variable `TZ` and the root of the file system.
    ///
    /// # Errors
    /// A `TZ` without a meaning, and a file that is damaged. Without `TZ` and without files the zone is UTC, as it is for
    /// the C library.
    pub fn local(tz: Option<&OsStr>, root: &Path) -> Result<Self, LocalZoneError> {
        let rules = match tz {
            None => from_system(root)?,
            Some(tz) => from_variable(&tz.to_string_lossy(), root)?,
        };
        Ok(Self::Local { rules })
    }
}

type Rules = &'static TimeZoneRef<'static>;

fn from_variable(tz: &str, root: &Path) -> Result<Rules, LocalZoneError> {
    let text = tz.strip_prefix(':').unwrap_or(tz);
    if text.is_empty() {
        return utc();
    }
    if text.starts_with('/') {
        return from_file(Path::new(text), root).unwrap_or_else(|| Err(LocalZoneError::UnknownTz(tz.to_owned())));
    }
    if let Some(rules) = by_name(text) {
        return Ok(rules);
    }
    let file = ZONEINFO.iter().map(|directory| root.join(directory).join(text)).find(|path| path.is_file());
    if let Some(path) = file {
        return from_bytes(&path);
    }
    from_posix(text).ok_or_else(|| LocalZoneError::UnknownTz(tz.to_owned()))
}

fn from_system(root: &Path) -> Result<Rules, LocalZoneError> {
    if let Some(rules) = from_file(Path::new("/etc/localtime"), root) {
        return rules;
    }
    let name = fs::read_to_string(root.join("etc/timezone")).unwrap_or_default();
    by_name(name.trim()).map_or_else(utc, Ok)
}

/// The zone that a file or a link holds; `None` where there is neither. A link into a zoneinfo directory counts by its
/// name, also when the directory is not installed.
fn from_file(path: &Path, root: &Path) -> Option<Result<Rules, LocalZoneError>> {
    let path = root.join(path.strip_prefix("/").unwrap_or(path));
    let link = fs::read_link(&path).ok();
    let names = [link.as_deref(), Some(&path)];
    if let Some(rules) = names.into_iter().flatten().find_map(named_in_zoneinfo) {
        return Some(Ok(rules));
    }
    path.exists().then(|| from_bytes(&path))
}

/// The zone whose file has this path: what follows the directory `zoneinfo`.
fn named_in_zoneinfo(path: &Path) -> Option<Rules> {
    let text = path.to_str()?;
    let (_, name) = text.split_once("zoneinfo/")?;
    by_name(name)
}

fn by_name(name: &str) -> Option<Rules> {
    let name = name.strip_prefix("posix/").unwrap_or(name);
    built_in(name).map(|(_, rules)| rules)
}

fn from_bytes(path: &Path) -> Result<Rules, LocalZoneError> {
    let zone = fs::read(path).ok().and_then(|bytes| TimeZone::from_tz_data(&bytes).ok());
    zone.map(keep).ok_or_else(|| LocalZoneError::UnreadableFile(path.to_owned()))
}

/// A rule such as `CET-1CEST,M3.5.0,M10.5.0/3`. It is read as the last line of a zone file of version 3, which may hold
/// the same hours as `TZ`: from -167 to 167.
fn from_posix(text: &str) -> Option<Rules> {
    let read = |text: &str| TimeZone::from_tz_data(&file_of_rule(text)).ok();
    let text = text.trim();
    // Without an offset there is nothing but a name.
    let is_rule = text.contains(|c: char| c.is_ascii_digit()) && !text.contains('\n');
    let zone = is_rule.then(|| read(text).or_else(|| read(&format!("{text}{DEFAULT_RULE}"))))??;
    Some(keep(zone))
}

/// RFC 9636, section 3: a header and a data block without transitions, both twice, and the rule.
fn file_of_rule(text: &str) -> Vec<u8> {
    let mut block = b"TZif3".to_vec();
    block.extend([0; 15]);
    // Counts: UTC indicators, standard indicators, leap seconds, transitions, types, characters.
    for count in [0_u32, 0, 0, 0, 1, 4] {
        block.extend(count.to_be_bytes());
    }
    // One type: offset 0, no summer time, its designation at 0.
    block.extend([0; 6]);
    block.extend(b"UTC\0");
    let mut file = block.repeat(2);
    file.extend(format!("\n{text}\n").bytes());
    file
}

fn utc() -> Result<Rules, LocalZoneError> {
    by_name("UTC").ok_or_else(|| LocalZoneError::UnknownTz("UTC".to_owned()))
}

/// Keeps rules for the rest of the run; there is one local zone.
fn keep(zone: TimeZone) -> Rules {
    let zone: &'static TimeZone = Box::leak(Box::new(zone));
    Box::leak(Box::new(zone.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn offset(zone: Zone, utc: &str) -> i32 {
        zone.offset_at(utc.parse().unwrap()).local_minus_utc()
    }

    fn empty() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn by_tz(tz: &str) -> Result<Zone, LocalZoneError> {
        // Without zoneinfo.
        Zone::local(Some(OsStr::new(tz)), empty().path())
    }

    #[test]
    fn a_named_zone_is_the_built_in_one_where_no_zoneinfo_is_installed() {
        let santiago = Zone::named("America/Santiago").unwrap().rules();
        for tz in
            ["America/Santiago", ":America/Santiago", ":/usr/share/zoneinfo/America/Santiago", "posix/America/Santiago"]
        {
            assert_eq!(by_tz(tz).unwrap().rules(), santiago, "{tz}");
        }
    }

    #[test]
    fn an_empty_tz_is_utc_and_an_unknown_one_is_an_error() {
        for tz in ["", ":", "UTC", "UTC0"] {
            assert_eq!(offset(by_tz(tz).unwrap(), "2026-07-01T00:00:00"), 0, "{tz}");
        }
        for tz in ["Nonsense", "Europe/Berln", ":/no/such/file", "5", "UTC+99", "CET-1CEST,M3", "\u{1b}[2J"] {
            assert_eq!(by_tz(tz), Err(LocalZoneError::UnknownTz(tz.to_owned())));
        }
    }

    #[test]
    fn posix_rules_are_understood() {
        let summer_and_winter = |tz: &str| {
            let zone = by_tz(tz).unwrap_or_else(|e| panic!("{e}"));
            (offset(zone, "2026-07-01T00:00:00"), offset(zone, "2026-12-01T00:00:00"))
        };
        assert_eq!(summer_and_winter("CET-1CEST,M3.5.0,M10.5.0/3"), (7200, 3600));
        assert_eq!(summer_and_winter(":CET-1CEST,M3.5.0,M10.5.0/3"), (7200, 3600));
        assert_eq!(summer_and_winter("JST-9"), (32_400, 32_400));
        assert_eq!(summer_and_winter("<-03>3"), (-10_800, -10_800));
        assert_eq!(summer_and_winter("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), (-3600, -7200));
        assert_eq!(summer_and_winter("XYZ5XDT"), (-14_400, -18_000));
    }

    #[test]
    fn the_systems_zone_is_the_link_then_the_file_then_the_name() {
        let root = empty();
        let local = || Zone::local(None, root.path()).map(|zone| offset(zone, "2026-07-01T00:00:00"));
        assert_eq!(local(), Ok(0));
        fs::create_dir(root.path().join("etc")).unwrap();
        fs::write(root.path().join("etc/timezone"), "Asia/Kolkata\n").unwrap();
        assert_eq!(local(), Ok(19_800));
        let localtime = root.path().join("etc/localtime");
        // A dangling link: its name is enough.
        symlink("../usr/share/zoneinfo/Asia/Tokyo", &localtime).unwrap();
        assert_eq!(local(), Ok(32_400));
        fs::remove_file(&localtime).unwrap();
        fs::write(&localtime, file_of_rule("CET-1CEST,M3.5.0,M10.5.0/3")).unwrap();
        assert_eq!(local(), Ok(7200));
        assert_eq!(
            Zone::local(Some(OsStr::new(":/etc/localtime")), root.path()).map(|z| offset(z, "2026-12-01T00:00:00")),
            Ok(3600)
        );
        fs::write(&localtime, "nothing of the kind").unwrap();
        assert_eq!(Zone::local(None, root.path()), Err(LocalZoneError::UnreadableFile(localtime)));
    }
}
