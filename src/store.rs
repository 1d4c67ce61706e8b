//! To come.

pub mod url;
