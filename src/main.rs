//! Parse, run, exit code; the rest is the library's.

fn main() {}
