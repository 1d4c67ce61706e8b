//! The files of the repository, and the demo database of the documentation's examples.

use super::Place;
use std::path::{Path, PathBuf};

/// The instant that every example is made for.
const AT: &str = "2026-03-06T12:00:00Z";

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Whether committed files are written instead of compared.
pub fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// A home with the demo database of the examples.
pub fn with_demo() -> Place {
    let place = Place::new();
    place.mc(["demo", "--at", AT, "-q"]).ok();
    place
}
